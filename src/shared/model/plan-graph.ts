/**
 * A plan as a graph, in parallel lists instead of rows: ten thousand tasks cross to the window in one answer.
 */

/** The most tasks that a graph is read for. A larger plan is a table. */
export const MOST_GRAPH_TASKS = 20_000;

export interface PlanGraph {
  readonly planId: string;
  /** The tasks in the plan's order. A task's place in these lists names it everywhere else. */
  readonly ids: readonly string[];
  readonly subtaskIds: readonly string[];
  readonly titles: readonly string[];
  readonly agents: readonly string[];
  readonly ordinals: readonly number[];
  /** Dependencies as flat pairs of places: what must complete, then what waits for it. */
  readonly edges: readonly number[];
}

/** Where every task of a plan stands. Times are milliseconds since the epoch. */
export interface PlanGraphStates {
  readonly planId: string;
  /** The states that occur, as `TaskRow.state`; `state` holds places in this list. */
  readonly states: readonly string[];
  /** The workers that occur; `worker` holds places in this list, or -1. */
  readonly workers: readonly string[];
  /** Which task a place of the lists below is about: as in `PlanGraph`, unless the plan has changed since. */
  readonly ordinals: readonly number[];
  readonly state: readonly number[];
  readonly worker: readonly number[];
  readonly attempts: ReadonlyArray<number>;
  readonly startedAt: ReadonlyArray<number | null>;
  readonly finishedAt: ReadonlyArray<number | null>;
  readonly notBefore: ReadonlyArray<number | null>;
}
