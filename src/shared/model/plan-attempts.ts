/** More attempts than this are not drawn. */
export const MOST_TIMELINE_ATTEMPTS = 60_000;

/** Attempts of a plan's tasks, as parallel lists: each attempt is at the same place in all of them. */
export interface PlanAttempts {
  readonly planId: string;
  /** Run statuses and worker ids that occur, each once; `status` and `worker` hold their places. */
  readonly statuses: readonly string[];
  readonly workers: readonly string[];
  /** The task, by its ordinal in the plan; in the plan's order. */
  readonly ordinals: readonly number[];
  /** 1 for a task's first attempt. */
  readonly numbers: readonly number[];
  readonly status: readonly number[];
  readonly worker: readonly number[];
  readonly startedAt: ReadonlyArray<number | null>;
  /** Null: it has not ended. */
  readonly endedAt: ReadonlyArray<number | null>;
  /** There are more than are listed. */
  readonly isCut: boolean;
}
