import { formatClock } from "../../time-format";
import { formatDuration, formatElapsed, plural } from "../../ui/format";
import { lookOf } from "../../ui/looks";
import { A_PERSON, type Expected, readyAt, shownAttempts, type TimelineModel } from "./timeline-model";

/** What is known of a task in time, as pairs of a word and its value. */
export interface RowFacts {
  readonly title: string;
  readonly state: string;
  /** "attempt 2 of 3"; empty before the first. */
  readonly attempt: string;
  readonly facts: ReadonlyArray<readonly [name: string, value: string]>;
}

const MOST_NAMED = 2;

function names(model: TimelineModel, places: readonly number[]): string {
  const named = places.slice(0, MOST_NAMED).map((place) => model.graph.titles[place] ?? "");
  const more = places.length - named.length;
  return `${named.join(", ")}${more > 0 ? `, ${more} more` : ""}`;
}

/** A task's row in words: for the card beside the pointer, and for who does not see the picture. */
export function factsOfRow(
  model: TimelineModel,
  place: number,
  expected: ReadonlyMap<number, Expected>,
  now: number,
): RowFacts {
  const attempts = shownAttempts(model, place);
  const last = attempts.at(-1);
  const state = model.facts.state[place] ?? "";
  const facts: Array<readonly [string, string]> = [];
  if (last !== undefined) {
    const length = (last.endedAt ?? now) - last.startedAt;
    const words = `${formatClock(last.startedAt)}, ${last.endedAt === null ? formatElapsed(length) : formatDuration(length)}`;
    if (last.worker === A_PERSON) facts.push([last.endedAt === null ? "Asked" : "Decided", words]);
    else facts.push(["Worker", last.worker], [last.endedAt === null ? "Running" : "Ran", words]);
  }
  const waits = model.before[place] ?? [];
  const ready = readyAt(model, place);
  const begun = attempts[0]?.startedAt;
  if (waits.length > 0) facts.push([begun === undefined ? "Waits for" : "Waited on", names(model, waits)]);
  if (ready !== null && begun !== undefined && begun - ready >= 1_000) {
    facts.push(["Waited", `${formatDuration(begun - ready)} for a slot`]);
  }
  if (ready !== null && begun === undefined && state === "queued") {
    facts.push(["Waiting", `${formatElapsed(now - ready)} for a slot`]);
  }
  const future = expected.get(place);
  if (future !== undefined) {
    const begins = future.startsAt === null || last !== undefined ? "" : `from ${formatClock(future.startsAt)} `;
    facts.push(["Expected", `${begins}to ${formatClock(future.endsAt)}`]);
  }
  const unblocks = model.after[place] ?? [];
  if (unblocks.length > 0) facts.push(["Unblocks", names(model, unblocks)]);
  return {
    title: model.graph.titles[place] ?? "",
    state,
    attempt:
      last === undefined || last.worker === A_PERSON
        ? ""
        : attempts.length === 1
          ? "attempt 1"
          : `attempt ${last.number}, ${plural(attempts.length, "attempt")} in all`,
    facts,
  };
}

export function describeRow(row: RowFacts): string {
  const facts = row.facts.map(([name, value]) => `${name.toLowerCase()} ${value}`);
  return [`${row.title}, ${lookOf("task", row.state).label.toLowerCase()}`, row.attempt, ...facts]
    .filter((words) => words !== "")
    .join(", ");
}
