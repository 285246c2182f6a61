/** What a task has to pass before it runs, in the order in which it is asked. */
export const WHY_GATES = [
  "task",
  "dependencies",
  "when",
  "retry_time",
  "plan",
  "plan_limit",
  "group",
  "worker",
  "drained",
  "dispatcher",
  "runner",
  "slots",
  "turn",
] as const;
export type WhyGateName = (typeof WHY_GATES)[number];

/**
 * `passes`: it holds nothing up. `holds`: it is a reason. `not_reached`: it is asked only after something that holds.
 * `unknown`: it cannot be told from here.
 */
const WHY_VERDICTS = ["passes", "holds", "not_reached", "unknown"] as const;
export type WhyVerdict = (typeof WHY_VERDICTS)[number];

/** A row of the database, or a process, that a verdict rests on. */
export interface WhyRow {
  readonly kind: "task" | "plan" | "worker" | "run" | "process";
  readonly id: string;
  readonly title: string;
  /** As shown; null for what has none. */
  readonly state: string | null;
  /** One line: what about it. Empty: nothing more. */
  readonly note: string;
}

export interface WhyGate {
  readonly gate: WhyGateName;
  readonly title: string;
  readonly verdict: WhyVerdict;
  /** One line for people. */
  readonly detail: string;
  /** Those that hold it, or that it was judged by; at most fifty. */
  readonly rows: readonly WhyRow[];
  /** Further ones that are not listed. */
  readonly more: number;
}

/** What would help. */
export interface WhyStep {
  /** The operation; null where the step is outside the console. */
  readonly operation: string | null;
  readonly id: string | null;
  /** `Retry Unit tests 3/4`. */
  readonly label: string;
  /** The same in a terminal. */
  readonly command: string;
}

/** Why a task runs, does not run, or did not end well: every gate, whatever state it is in. */
export interface TaskWhy {
  readonly taskId: string;
  readonly subtaskId: string | null;
  readonly planId: string | null;
  readonly title: string;
  readonly status: string;
  readonly state: string;
  /** The answer in one or two sentences. */
  readonly headline: string;
  readonly gates: readonly WhyGate[];
  readonly steps: readonly WhyStep[];
  /** How many ready tasks are before it, when it is ready; null otherwise. */
  readonly ahead: number | null;
  /** When it was asked, milliseconds since the epoch. */
  readonly at: number;
}
