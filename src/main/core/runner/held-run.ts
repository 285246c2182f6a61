import type { RetryPolicy } from "../../../shared/model/plan-definition";
import type { TaskSpec } from "../store/queue";
import type { Attempt } from "./attempt";
import type { StopReason } from "./outcome";

/** A running attempt that this dispatcher answers for. */
export interface HeldRun {
  readonly runId: string;
  readonly taskId: string;
  readonly planId: string | null;
  readonly workerId: string;
  readonly attempts: number;
  readonly maxAttempts: number;
  /** Null when the task's specification cannot be read: it is not retried. */
  readonly retries: RetryPolicy | null;
  /** It was given some: what it printed and returned is searched for them. */
  readonly hasSecrets: boolean;
  /** Null until its process is started or found. */
  attempt: Attempt | null;
  stopAsked: StopReason | null;
  /** Its end is being recorded: its worker is free. */
  finishing: boolean;
}

export interface RunToHold {
  readonly runId: string;
  readonly taskId: string;
  readonly planId: string | null;
  readonly workerId: string;
  readonly attempts: number;
  readonly maxAttempts: number;
  readonly spec: TaskSpec | null;
  readonly stopRequested?: StopReason | null;
}

/** Puts a run among the held ones and answers it. */
export function hold(held: Map<string, HeldRun>, run: RunToHold): HeldRun {
  const { runId, taskId, planId, workerId, attempts, maxAttempts } = run;
  const one: HeldRun = {
    runId,
    taskId,
    planId,
    workerId,
    attempts,
    maxAttempts,
    retries: run.spec?.retries ?? null,
    hasSecrets: (run.spec?.late?.secrets.length ?? 0) > 0,
    attempt: null,
    stopAsked: run.stopRequested ?? null,
    finishing: false,
  };
  held.set(runId, one);
  return one;
}

/** Busy workers and their tasks. */
export function occupationOf(held: ReadonlyMap<string, HeldRun>): Map<string, string> {
  const busy = new Map<string, string>();
  for (const run of held.values()) if (!run.finishing) busy.set(run.workerId, run.taskId);
  return busy;
}
