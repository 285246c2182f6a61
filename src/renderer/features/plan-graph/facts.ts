import type { PlanGraphStates } from "../../../shared/model/plan-graph";
import type { TaskRow } from "../../../shared/model/views";

/**
 * Where every task of a graph stands, by its place: parallel lists that are written in place, because a large
 * plan changes thousands of times a second and only what is on screen is looked at.
 */
export interface Facts {
  readonly state: string[];
  readonly worker: Array<string | null>;
  readonly attempts: number[];
  readonly startedAt: Array<number | null>;
  readonly finishedAt: Array<number | null>;
  readonly notBefore: Array<number | null>;
  /** The state before the last change that was seen, and when that was (`performance.now()`). */
  readonly earlier: Array<string | null>;
  readonly changedAt: number[];
}

const list = <T>(count: number, value: T): T[] => Array.from({ length: count }, () => value);

/** Nothing known yet: everything waits. */
export function unknownFacts(count: number): Facts {
  return {
    state: list(count, "waiting"),
    worker: list<string | null>(count, null),
    attempts: list(count, 0),
    startedAt: list<number | null>(count, null),
    finishedAt: list<number | null>(count, null),
    notBefore: list<number | null>(count, null),
    earlier: list<string | null>(count, null),
    changedAt: list(count, 0),
  };
}

/** Takes over what was read of all tasks. `placeOf`: the place of a task by its ordinal. */
export function takeStates(facts: Facts, states: PlanGraphStates, placeOf: ReadonlyMap<number, number>): void {
  states.ordinals.forEach((ordinal, index) => {
    const place = placeOf.get(ordinal);
    if (place === undefined) return;
    facts.state[place] = states.states[states.state[index] ?? -1] ?? "";
    facts.worker[place] = states.workers[states.worker[index] ?? -1] ?? null;
    facts.attempts[place] = states.attempts[index] ?? 0;
    facts.startedAt[place] = states.startedAt[index] ?? null;
    facts.finishedAt[place] = states.finishedAt[index] ?? null;
    facts.notBefore[place] = states.notBefore[index] ?? null;
  });
}

/** Takes over rows that changed, and gives those of tasks that the graph does not have. */
export function takeRows(
  facts: Facts,
  rows: readonly TaskRow[],
  placeOf: ReadonlyMap<number, number>,
  time: number,
): readonly TaskRow[] {
  const unknown: TaskRow[] = [];
  for (const row of rows) {
    const place = placeOf.get(row.ordinal);
    if (place === undefined) {
      unknown.push(row);
      continue;
    }
    const earlier = facts.state[place] ?? null;
    if (earlier !== row.state) {
      facts.earlier[place] = earlier;
      facts.changedAt[place] = time;
    }
    facts.state[place] = row.state;
    facts.worker[place] = row.workerId;
    facts.attempts[place] = row.attempts;
    facts.startedAt[place] = row.startedAt;
    facts.finishedAt[place] = row.finishedAt;
    facts.notBefore[place] = row.notBefore;
  }
  return unknown;
}
