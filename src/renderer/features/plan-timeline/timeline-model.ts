import type { PlanForecastTasks } from "../../../shared/model/forecast";
import type { PlanAttempts } from "../../../shared/model/plan-attempts";
import type { PlanGraph } from "../../../shared/model/plan-graph";
import { type Facts, unknownFacts } from "../plan-graph/facts";

/** One attempt of a task. Times are milliseconds since the epoch. */
export interface Attempt {
  readonly number: number;
  readonly status: string;
  readonly worker: string;
  readonly startedAt: number;
  /** Null: it runs. */
  readonly endedAt: number | null;
}

/** What is expected of a task that is not over. */
export interface Expected {
  /** Null: it has begun. */
  readonly startsAt: number | null;
  readonly endsAt: number;
}

/**
 * A plan in time. Tasks are named by their place in the plan's order; the lists are written in place, because a large
 * plan changes often and only what is on screen is looked at.
 */
export interface TimelineModel {
  readonly graph: PlanGraph;
  /** The place of a task by its ordinal. */
  readonly placeOf: ReadonlyMap<number, number>;
  /** What each task waits for, and what waits for it, by place. */
  readonly before: ReadonlyArray<readonly number[]>;
  readonly after: ReadonlyArray<readonly number[]>;
  readonly facts: Facts;
  /** By place, the first attempt first. */
  readonly attempts: Attempt[][];
  /** When the plan was launched; a task that waits for none was ready then. */
  readonly startedAt: number | null;
  /** There are more attempts than are held. */
  readonly isCut: boolean;
}

export function createModel(graph: PlanGraph, attempts: PlanAttempts, startedAt: number | null): TimelineModel {
  const count = graph.ids.length;
  const before: number[][] = Array.from({ length: count }, () => []);
  const after: number[][] = Array.from({ length: count }, () => []);
  for (let index = 0; index < graph.edges.length; index += 2) {
    const from = graph.edges[index] ?? 0;
    const to = graph.edges[index + 1] ?? 0;
    before[to]?.push(from);
    after[from]?.push(to);
  }
  const model: TimelineModel = {
    graph,
    placeOf: new Map(graph.ordinals.map((ordinal, place) => [ordinal, place])),
    before,
    after,
    facts: unknownFacts(count),
    attempts: Array.from({ length: count }, () => []),
    startedAt,
    isCut: attempts.isCut,
  };
  takeAttempts(model, attempts);
  return model;
}

/** Takes over all attempts of the tasks that are named. */
export function takeAttempts(model: TimelineModel, given: PlanAttempts): void {
  const fresh = new Map<number, Attempt[]>();
  given.ordinals.forEach((ordinal, index) => {
    const place = model.placeOf.get(ordinal);
    const startedAt = given.startedAt[index] ?? null;
    if (place === undefined || startedAt === null) return;
    const list = fresh.get(place) ?? [];
    fresh.set(place, list);
    list.push({
      number: given.numbers[index] ?? 0,
      status: given.statuses[given.status[index] ?? -1] ?? "",
      worker: given.workers[given.worker[index] ?? -1] ?? "",
      startedAt,
      endedAt: given.endedAt[index] ?? null,
    });
  });
  for (const [place, list] of fresh) model.attempts[place] = list.sort((a, b) => a.number - b.number);
}

/** When the last dependency of a task had ended; null: not yet, or unknown. */
export function readyAt(model: TimelineModel, place: number): number | null {
  let latest = model.startedAt;
  for (const dependency of model.before[place] ?? []) {
    if (model.facts.state[dependency] !== "completed") return null;
    const ended = model.facts.finishedAt[dependency] ?? null;
    if (ended === null) return null;
    latest = Math.max(latest ?? ended, ended);
  }
  return latest;
}

/** A shorter expectation is none: nothing is known of how long such a task takes. */
const LEAST_EXPECTED_MS = 20;

/** Who decides a gate: no worker does. */
export const A_PERSON = "a person";

/** A task's attempts; of a gate, which nobody attempts, the time in which it waits for a person's decision. */
export function shownAttempts(model: TimelineModel, place: number): readonly Attempt[] {
  const attempts = model.attempts[place] ?? [];
  if (attempts.length > 0 || model.graph.agents[place] !== "approval") return attempts;
  const state = model.facts.state[place] ?? "";
  const startedAt = readyAt(model, place);
  const endedAt = model.facts.finishedAt[place] ?? null;
  if (startedAt === null || state === "queued" || state === "waiting" || state === "blocked") return attempts;
  const status = state === "completed" ? "success" : state === "failed" ? "failure" : state;
  return [{ number: 1, status, worker: A_PERSON, startedAt, endedAt }];
}

/** Expected starts and ends by place, of those tasks whose end still lies ahead. */
export function expectedOf(
  model: TimelineModel,
  forecast: PlanForecastTasks | null,
  now: number,
): ReadonlyMap<number, Expected> {
  const expected = new Map<number, Expected>();
  forecast?.ordinals.forEach((ordinal, index) => {
    const place = model.placeOf.get(ordinal);
    const endsAt = forecast.endsAt[index] ?? null;
    const startsAt = forecast.startsAt[index] ?? null;
    if (place === undefined || endsAt === null || endsAt - Math.max(startsAt ?? now, now) < LEAST_EXPECTED_MS) return;
    expected.set(place, { startsAt, endsAt });
  });
  return expected;
}

/** From the first moment to the last one, now and what is expected included. */
export function spanOf(
  model: TimelineModel,
  expected: ReadonlyMap<number, Expected>,
  now: number,
): { readonly from: number; readonly to: number } {
  let from = model.startedAt ?? Number.POSITIVE_INFINITY;
  let to = Number.NEGATIVE_INFINITY;
  let runs = expected.size > 0;
  for (const attempts of model.attempts) {
    for (const { startedAt, endedAt } of attempts) {
      from = Math.min(from, startedAt);
      to = Math.max(to, endedAt ?? now);
      runs ||= endedAt === null;
    }
  }
  for (const { endsAt } of expected.values()) to = Math.max(to, endsAt);
  if (runs) to = Math.max(to, now);
  if (!Number.isFinite(from)) from = now;
  return { from, to: Math.max(to, from + 1_000) };
}

/** How many attempts ran at once: the number from each time on, until the next; the last one lasts until now. */
export interface Concurrency {
  readonly times: readonly number[];
  readonly counts: readonly number[];
  readonly peak: number;
  readonly now: number;
}

export function concurrencyOf(model: TimelineModel): Concurrency {
  const steps: Array<readonly [number, number]> = [];
  let running = 0;
  for (const attempts of model.attempts) {
    for (const { startedAt, endedAt } of attempts) {
      steps.push([startedAt, 1]);
      if (endedAt === null) running += 1;
      else steps.push([endedAt, -1]);
    }
  }
  // Of one moment, ends before begins: who follows in a slot does not run beside.
  steps.sort((a, b) => a[0] - b[0] || a[1] - b[1]);
  const times: number[] = [];
  const counts: number[] = [];
  let count = 0;
  let peak = 0;
  for (const [time, step] of steps) {
    count += step;
    peak = Math.max(peak, count);
    if (times.at(-1) === time) counts[counts.length - 1] = count;
    else {
      times.push(time);
      counts.push(count);
    }
  }
  return { times, counts, peak, now: running };
}
