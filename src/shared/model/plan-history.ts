/*
 * A plan's past: what its events and acts say, folded into where every task stood at a moment. The database keeps the
 * present alone; that it follows from what was told is checked, and where it does not, the history says so.
 */

/** What one event says of one task. */
export interface TaskStep {
  /** Null: as it was. */
  readonly status: string | null;
  /** Its running attempt is asked to stop. */
  readonly stopping: boolean;
  /** Cancelled because it was not needed. */
  readonly skipped: boolean;
  /** The attempt that begins with it; null: none does. */
  readonly attempt: number | null;
  readonly worker: string | null;
  /** Queued again, not before this time. */
  readonly notBefore: number | null;
}

/** What is told of a plan as a whole. */
export interface PlanStep {
  readonly status: string | null;
  readonly paused: boolean | null;
  readonly cancelRequested: boolean | null;
}

type Given = Readonly<Record<string, unknown>>;

const STATUS_OF: Readonly<Record<string, string>> = {
  "task.created": "queued",
  "task.assigned": "assigned",
  "task.started": "in_progress",
  "task.completed": "completed",
  "task.failed": "failed",
  "task.cancelled": "cancelled",
  "review.requested": "review_pending",
};

const word = (value: unknown): string | null => (typeof value === "string" && value !== "" ? value : null);

/** What an event says of the task that it names; null: nothing about where it stands. `parseTime`: of texts. */
export function taskStepOf(type: string, payload: Given, parseTime: (text: unknown) => number | null): TaskStep | null {
  const status = statusTold(type, payload);
  const stopping = payload.stopping === true;
  const attempt = type === "task.started" ? (payload.attempt ?? payload.run_number) : null;
  if (status === null && !stopping) return null;
  return {
    status,
    stopping,
    skipped: payload.skipped === true,
    attempt: typeof attempt === "number" ? attempt : null,
    worker: word(payload.worker_id),
    notBefore: payload.will_retry === true ? parseTime(payload.retry_at) : null,
  };
}

function statusTold(type: string, payload: Given): string | null {
  if (payload.deleted === true) return "deleted";
  // An attempt that lost its task ended: the task stands where others have put it.
  if (payload.left_task === true) return null;
  if (type === "task.failed" && payload.will_retry === true) return "queued";
  if (type === "review.requested" && payload.escalated === true) return "escalated";
  // Written by whoever changes a status by its name, whatever the event is called.
  const named = type.startsWith("task.") || type.startsWith("review.") ? word(payload.status) : null;
  return named ?? STATUS_OF[type] ?? null;
}

/** What an event says of the plan that it names; null: nothing. */
export function planStepOf(type: string, payload: Given): PlanStep | null {
  if (type === "workflow.checkpoint" && typeof payload.paused === "boolean") {
    return { status: null, paused: payload.paused, cancelRequested: null };
  }
  if (type === "plan.execution_started") {
    return { status: word(payload.status) ?? "executing", paused: false, cancelRequested: false };
  }
  if (type !== "plan.execution_completed" && !type.startsWith("plan.")) return null;
  const status = word(payload.status);
  return status === null ? null : { status, paused: null, cancelRequested: null };
}

/** A plan's history in parallel lists: tens of thousands of steps cross to the window in one answer. */
export interface PlanHistory {
  readonly planId: string;
  /** The tasks in the plan's order, as in `PlanGraph`. */
  readonly ordinals: readonly number[];
  readonly ids: readonly string[];
  /** 0 when its dependencies succeeded, 1 when one of them did not, 2 always. */
  readonly runWhen: readonly number[];
  /** 0 fails, 1 is let pass, 2 asks a person. */
  readonly onFailure: readonly number[];
  readonly statuses: readonly string[];
  readonly workers: readonly string[];
  readonly types: readonly string[];
  readonly steps: HistorySteps;
  readonly planSteps: ReadonlyArray<PlanStep & { readonly at: number; readonly type: string }>;
  readonly acts: readonly HistoryAct[];
  /** Where the log had come to, to ask for what follows. */
  readonly cursor: string;
  /** There is more than is told: the beginning of the history, and not the present. */
  readonly isCut: boolean;
  /** Events of tasks that the plan does not have any more. */
  readonly strangers: number;
}

interface HistorySteps {
  /** Never before the one above: what its writer says is earlier is told where it arrived. */
  readonly at: readonly number[];
  /** Of the task, in `ordinals`. */
  readonly place: readonly number[];
  /** In `types`: the event's. */
  readonly type: readonly number[];
  /** In `statuses`; -1: as it was. */
  readonly status: readonly number[];
  /** 1: its attempt is asked to stop. */
  readonly stopping: readonly number[];
  readonly skipped: readonly number[];
  /** 0: none begins. */
  readonly attempt: readonly number[];
  /** In `workers`; -1: none is named. */
  readonly worker: readonly number[];
  readonly notBefore: ReadonlyArray<number | null>;
}

/** What a person did to the plan or one of its tasks. */
export interface HistoryAct {
  readonly at: number;
  readonly actor: string;
  readonly act: string;
  readonly entity: string;
  readonly entityId: string;
  readonly reason: string | null;
}

/** A task whose present does not follow from what was told. */
export interface HistoryGap {
  readonly taskId: string;
  readonly title: string;
  /** As the history has it; null: nothing was told of it. */
  readonly told: string | null;
  /** As the database has it. */
  readonly is: string;
}

export interface PlanHistoryCheck {
  readonly planId: string;
  /** The first of them. */
  readonly gaps: readonly HistoryGap[];
  readonly gapCount: number;
}

/** The most gaps that are named. */
export const MOST_GAPS = 50;
/** The most steps of a history that is told. */
export const MOST_HISTORY_STEPS = 400_000;
