import { HiveError } from "../errors";

/** A run is one attempt at a task. Its states, as upstream stores them in `runs.status`. */
export const RUN_STATUSES = ["pending", "running", "success", "failure", "timeout", "cancelled"] as const;

export type RunStatus = (typeof RUN_STATUSES)[number];

/** Every legal transition of a run. Whoever holds the claim makes them; what ended stays as it ended. */
export const RUN_TRANSITIONS: ReadonlyArray<{
  readonly from: RunStatus;
  readonly to: RunStatus;
  readonly when: string;
}> = [
  { from: "pending", to: "running", when: "its process started" },
  { from: "pending", to: "failure", when: "its process could not be started" },
  { from: "pending", to: "cancelled", when: "it was cancelled before it started" },
  { from: "running", to: "success", when: "its process ended with exit code 0" },
  { from: "running", to: "failure", when: "its process ended otherwise, or is gone" },
  { from: "running", to: "timeout", when: "it was stopped at its time limit" },
  { from: "running", to: "cancelled", when: "it was stopped on request" },
];

export function isRunTerminal(status: string): boolean {
  return status === "success" || status === "failure" || status === "timeout" || status === "cancelled";
}

export function isLegalRunTransition(from: string, to: string): boolean {
  return RUN_TRANSITIONS.some((transition) => transition.from === from && transition.to === to);
}

/** What an attempt holds, as the Python model does. Times are milliseconds since the epoch. */
export interface RunFields {
  readonly id: string;
  readonly taskId: string;
  readonly workerId: string;
  readonly runNumber: number;
  readonly status: RunStatus;
  readonly phase: string | null;
  readonly startedAt: number;
  readonly completedAt: number | null;
  readonly resultData: unknown;
  readonly errorMessage: string | null;
  readonly outputLog: string | null;
  readonly transcript: string | null;
}

/** One attempt at a task. Immutable: each method gives a new run, or throws `illegal_transition`. */
export class Run {
  constructor(readonly fields: RunFields) {}

  isTerminal(): boolean {
    return isRunTerminal(this.fields.status);
  }

  isRunning(): boolean {
    return this.fields.status === "running";
  }

  /** Seconds from start to end; null while it has not ended. */
  get duration(): number | null {
    const { startedAt, completedAt } = this.fields;
    return completedAt === null ? null : (completedAt - startedAt) / 1_000;
  }

  start(at = Date.now()): Run {
    return this.to("running", { startedAt: at });
  }

  succeed(resultData: unknown = null, at = Date.now()): Run {
    return this.to("success", { completedAt: at, resultData: resultData ?? this.fields.resultData });
  }

  fail(errorMessage: string, outputLog: string | null = null, at = Date.now()): Run {
    return this.to("failure", { completedAt: at, errorMessage, outputLog: outputLog ?? this.fields.outputLog });
  }

  timeout(at = Date.now()): Run {
    return this.to("timeout", { completedAt: at, errorMessage: "Execution timed out" });
  }

  cancel(reason: string | null = null, at = Date.now()): Run {
    return this.to("cancelled", { completedAt: at, errorMessage: reason ?? this.fields.errorMessage });
  }

  private to(status: RunStatus, change: Partial<RunFields>): Run {
    const { id, status: from } = this.fields;
    if (!isLegalRunTransition(from, status)) {
      const legal = RUN_TRANSITIONS.filter((transition) => transition.from === from).map(({ to }) => to);
      throw new HiveError(
        "illegal_transition",
        `Run ${id} cannot go from ${from} to ${status}. ${legal.length > 0 ? `From ${from} it can go to ${legal.join(", ")}.` : `A run that ended as ${from} stays so.`}`,
        { runId: id, from, to: status, legal },
      );
    }
    return new Run({ ...this.fields, ...change, status });
  }
}
