/** What a prediction rests on. */
export interface ForecastBasis {
  /** Past runs of the plan whose tasks served as samples. */
  readonly pastRuns: number;
  /** Tasks still to end that have done so in the past: their durations are known. */
  readonly known: number;
  /** Tasks still to end of which nothing is known. They count as taking no time: hence `at_least`. */
  readonly unknown: number;
  /** Gates still to be decided. How long people take is not predicted: `at_least`, too. */
  readonly approvals: number;
  /** Running tasks that take longer than they ever did. */
  readonly overdue: number;
  /** The fewest past durations that a known task has; null: none is known. */
  readonly fewestSamples: number | null;
}

/**
 * `estimate`: all that is left has been seen before. `at_least`: it will take longer by what is unknown.
 * `unknown`: nothing is known of what takes time. `never`: what is left cannot run as things stand.
 */
const FORECAST_KINDS = ["estimate", "at_least", "unknown", "never"] as const;
export type ForecastKind = (typeof FORECAST_KINDS)[number];

/** When a running plan will have ended, as of `at`. Times are milliseconds since the epoch, UTC. */
export interface PlanForecast {
  readonly planId: string;
  readonly at: number;
  readonly kind: ForecastKind;
  /** In half of the predicted futures it has ended by then; null where nothing can be said. */
  readonly finishP50: number | null;
  readonly finishP90: number | null;
  /** What its completed past runs took as a whole, the middle one, in milliseconds; null: there is none. */
  readonly usualMs: number | null;
  readonly basis: ForecastBasis;
  /** Ids of the tasks that decide the end, in their order: the longest chain of those not over. At most 1,000. */
  readonly criticalPath: readonly string[];
  /** Milliseconds left along it. */
  readonly criticalMs: number;
  /** Tasks not over that can still run. */
  readonly remaining: number;
  /** Slots that it was predicted with. */
  readonly slots: number;
}

/** A plan's forecast with what is expected of each of its tasks, as lists of one place each. */
export interface PlanForecastTasks extends PlanForecast {
  /** Each task's place in the plan. */
  readonly ordinals: readonly number[];
  /** When it starts; null: it has begun, or cannot. */
  readonly startsAt: readonly (number | null)[];
  /** When it ends; null: it has ended, or cannot. */
  readonly endsAt: readonly (number | null)[];
  /** What it took in the past, in milliseconds: in half of its runs no longer than the first, in nine of ten the second. */
  readonly usualP50: readonly (number | null)[];
  readonly usualP90: readonly (number | null)[];
}

/** A limit that a plan runs into: what has to be there, what is, and what it costs. */
export interface DryRunLimit {
  /** `slots`: for what anybody may run; `workers`: those with a role or capabilities; `plan`, `group`: limits by name. */
  readonly kind: "slots" | "workers" | "plan" | "group";
  /** A role with capabilities, a group's name; for the others what a person calls it. */
  readonly name: string;
  /** How many tasks need it. */
  readonly tasks: number;
  /** The most at once that would use it. */
  readonly peak: number;
  readonly size: number;
  /** How much sooner the plan would end without the limit, in milliseconds; null where that cannot be told. */
  readonly costMs: number | null;
}

export interface DryRunFinding {
  /** A `problem` makes tasks fail or wait for ever; a `warning` may. */
  readonly severity: "problem" | "warning";
  /** `missing_executable`, `missing_folder`, `unhealthy_agent`, `no_worker`, `no_history`... */
  readonly code: string;
  readonly message: string;
  /** Whom it concerns: the first twenty in the plan's order. */
  readonly subtaskIds: readonly string[];
  /** How many it concerns. */
  readonly count: number;
}

/** What a launch would do, without one. Durations are milliseconds, times count from the launch. */
export interface DryRun {
  readonly title: string;
  readonly taskCount: number;
  readonly kind: ForecastKind;
  readonly finishP50Ms: number | null;
  readonly finishP90Ms: number | null;
  /** What completed past runs took as a whole, the middle one; null: there is none. */
  readonly usualMs: number | null;
  readonly basis: ForecastBasis;
  /** Subtask ids. */
  readonly criticalPath: readonly string[];
  readonly criticalMs: number;
  /** The most tasks with a slot at once. */
  readonly peak: number;
  readonly slots: number;
  readonly limits: readonly DryRunLimit[];
  readonly findings: readonly DryRunFinding[];
  /** One place each, in the order in which they would start. */
  readonly tasks: DryRunTasks;
  /** How many run from which moment on: `[ms, tasks]`, at most 400 of them. */
  readonly usage: readonly (readonly [number, number])[];
}

interface DryRunTasks {
  readonly ids: readonly string[];
  readonly titles: readonly string[];
  readonly agents: readonly string[];
  /** 0: waits for nothing; else one more than the highest of its dependencies. */
  readonly waves: readonly number[];
  /** Expected; null: it cannot run. */
  readonly startMs: readonly (number | null)[];
  /** It starts later than that: something before it takes nobody knows how long. */
  readonly startIsLeast: readonly boolean[];
  /** The middle one of its past durations; null: unknown. */
  readonly durationMs: readonly (number | null)[];
  /** Past durations known of it. */
  readonly samples: readonly number[];
}
