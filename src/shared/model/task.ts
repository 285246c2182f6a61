import { HiveError } from "../errors";

/** A task's states, as upstream stores them in `tasks.status`. */
export const TASK_STATUSES = [
  "queued",
  "assigned",
  "in_progress",
  "review_pending",
  "approved",
  "rejected",
  "rework_needed",
  "escalated",
  "completed",
  "failed",
  "cancelled",
] as const;

export type TaskStatus = (typeof TASK_STATUSES)[number];

/** States that end a task. A retry by an operator leaves `failed` and `cancelled` again. */
const TERMINAL_TASK_STATUSES: readonly TaskStatus[] = ["completed", "failed", "cancelled"];

/** States in which somebody works on the task. */
const ACTIVE_TASK_STATUSES: readonly TaskStatus[] = ["assigned", "in_progress", "review_pending"];

/** Who makes a transition. `external`: a program outside the console, through the operations or its own SQL. */
export type Actor = "operator" | "runner" | "agent" | "external";

interface Transition {
  readonly from: TaskStatus;
  readonly to: TaskStatus;
  readonly by: readonly Actor[];
  readonly when: string;
}

const everyone: readonly Actor[] = ["operator", "runner", "agent", "external"];

/** Every legal transition of a task, who makes it, and when. */
export const TASK_TRANSITIONS: readonly Transition[] = [
  { from: "queued", to: "assigned", by: ["runner", "external"], when: "a worker claims it" },
  { from: "queued", to: "in_progress", by: ["runner", "external"], when: "it is claimed and started at once" },
  { from: "queued", to: "review_pending", by: ["runner", "external"], when: "it is an approval gate" },
  { from: "queued", to: "cancelled", by: everyone, when: "it or its plan is cancelled" },
  { from: "queued", to: "failed", by: ["runner", "external"], when: "it cannot be started at all" },
  { from: "assigned", to: "in_progress", by: ["runner", "agent", "external"], when: "its worker starts it" },
  { from: "assigned", to: "queued", by: ["runner", "operator", "external"], when: "its worker gave it back or died" },
  { from: "assigned", to: "failed", by: ["runner", "agent", "external"], when: "starting it failed" },
  { from: "assigned", to: "completed", by: ["agent", "external"], when: "its worker reports only the end" },
  { from: "assigned", to: "cancelled", by: everyone, when: "it or its plan is cancelled" },
  { from: "in_progress", to: "completed", by: ["runner", "agent", "external"], when: "its attempt succeeded" },
  { from: "in_progress", to: "failed", by: ["runner", "agent", "external"], when: "its last attempt failed" },
  {
    from: "in_progress",
    to: "queued",
    by: ["runner", "operator", "external"],
    when: "an attempt failed or was lost and is retried",
  },
  {
    from: "in_progress",
    to: "review_pending",
    by: ["runner", "agent", "external"],
    when: "its result waits for a review",
  },
  { from: "in_progress", to: "escalated", by: ["runner", "agent", "external"], when: "a person must decide" },
  { from: "in_progress", to: "cancelled", by: everyone, when: "it or its plan is cancelled" },
  { from: "review_pending", to: "approved", by: ["operator", "agent", "external"], when: "the review passed" },
  { from: "review_pending", to: "rejected", by: ["operator", "agent", "external"], when: "the review refused it" },
  {
    from: "review_pending",
    to: "rework_needed",
    by: ["operator", "agent", "external"],
    when: "the reviewer asks for changes",
  },
  { from: "review_pending", to: "escalated", by: ["runner", "agent", "external"], when: "the reviewer cannot decide" },
  {
    from: "review_pending",
    to: "completed",
    by: ["runner", "operator", "external"],
    when: "an approval gate was passed",
  },
  { from: "review_pending", to: "cancelled", by: everyone, when: "it or its plan is cancelled" },
  {
    from: "approved",
    to: "completed",
    by: ["runner", "agent", "external"],
    when: "nothing is left to do after the review",
  },
  { from: "approved", to: "in_progress", by: ["runner", "agent", "external"], when: "approved work goes on" },
  { from: "approved", to: "cancelled", by: everyone, when: "it or its plan is cancelled" },
  { from: "rejected", to: "rework_needed", by: ["operator", "agent", "external"], when: "a second chance is given" },
  { from: "rejected", to: "failed", by: ["runner", "operator", "external"], when: "the refusal is final" },
  { from: "rejected", to: "cancelled", by: everyone, when: "it or its plan is cancelled" },
  { from: "rework_needed", to: "queued", by: ["runner", "operator", "external"], when: "it is to be done again" },
  {
    from: "rework_needed",
    to: "in_progress",
    by: ["runner", "agent", "external"],
    when: "its worker takes it up again",
  },
  { from: "rework_needed", to: "cancelled", by: everyone, when: "it or its plan is cancelled" },
  { from: "escalated", to: "queued", by: ["operator", "external"], when: "a person sends it back" },
  { from: "escalated", to: "approved", by: ["operator", "external"], when: "a person approves it" },
  { from: "escalated", to: "rejected", by: ["operator", "external"], when: "a person refuses it" },
  { from: "escalated", to: "completed", by: ["operator", "external"], when: "a person settles it" },
  { from: "escalated", to: "failed", by: ["operator", "external"], when: "a person gives it up" },
  { from: "escalated", to: "cancelled", by: everyone, when: "it or its plan is cancelled" },
  { from: "failed", to: "queued", by: ["operator", "external"], when: "it is retried by hand" },
  { from: "cancelled", to: "queued", by: ["operator", "external"], when: "it is retried by hand" },
  { from: "completed", to: "queued", by: ["operator"], when: "it is run again from here" },
];

export function isTaskStatus(value: string): value is TaskStatus {
  return (TASK_STATUSES as readonly string[]).includes(value);
}

/** The states that a task may go to from `from`, in the order of the table. Empty for a status nobody knows. */
export function legalTaskTargets(from: string): TaskStatus[] {
  return TASK_TRANSITIONS.filter((transition) => transition.from === from).map((transition) => transition.to);
}

export function isLegalTaskTransition(from: string, to: string, by: Actor): boolean {
  return TASK_TRANSITIONS.some(
    (transition) => transition.from === from && transition.to === to && transition.by.includes(by),
  );
}

export function isTerminalTask(status: string): boolean {
  return (TERMINAL_TASK_STATUSES as readonly string[]).includes(status);
}

export function isActiveTask(status: string): boolean {
  return (ACTIVE_TASK_STATUSES as readonly string[]).includes(status);
}

/**
 * What a person is shown. Besides the stored states: `waiting` (queued, dependencies open), `retrying` (queued
 * until its retry time), `blocked` (queued behind a dependency that failed or was cancelled), `stopping`
 * (in progress, cancel asked for). These four are derived and never stored in an upstream column.
 */
export const TASK_STATES = [...TASK_STATUSES, "waiting", "retrying", "blocked", "stopping"] as const;
export type TaskState = (typeof TASK_STATES)[number];

/** What a task holds, as the Python model does. Times are milliseconds since the epoch. */
export interface TaskFields {
  readonly id: string;
  readonly title: string;
  readonly taskType: string;
  readonly description: string;
  readonly priority: number;
  readonly status: TaskStatus;
  readonly currentPhase: string;
  readonly workflow: unknown;
  readonly payload: unknown;
  readonly assignedWorker: string | null;
  readonly dueDate: number | null;
  readonly maxRetries: number;
  readonly planId: string | null;
  readonly dependencies: readonly string[];
  readonly tags: readonly string[];
  /** Why it is in its state: the last error, or why it was cancelled. */
  readonly statusReason: string | null;
  readonly createdAt: number;
  readonly updatedAt: number;
}

/** A unit of work. Immutable: each method that changes it gives a new task, or throws `illegal_transition`. */
export class Task {
  constructor(readonly fields: TaskFields) {}

  /** Queued. Whether its dependencies are met is known to the store alone. */
  isReady(): boolean {
    return this.fields.status === "queued";
  }

  /** Completed, failed or cancelled. */
  isTerminal(): boolean {
    return isTerminalTask(this.fields.status);
  }

  /** Assigned or in progress, as upstream has it. */
  isActive(): boolean {
    return this.fields.status === "assigned" || this.fields.status === "in_progress";
  }

  assignToWorker(workerId: string, at = Date.now()): Task {
    return this.to("assigned", at, { assignedWorker: workerId });
  }

  startExecution(at = Date.now()): Task {
    return this.to("in_progress", at, {});
  }

  complete(at = Date.now()): Task {
    return this.to("completed", at, { statusReason: null });
  }

  fail(errorMessage: string | null = null, at = Date.now()): Task {
    return this.to("failed", at, { statusReason: errorMessage });
  }

  cancel(reason: string | null = null, at = Date.now()): Task {
    return this.to("cancelled", at, { statusReason: reason });
  }

  private to(status: TaskStatus, at: number, change: Partial<TaskFields>): Task {
    requireLegalTaskTransition(this.fields.id, this.fields.status, status, "external");
    return new Task({ ...this.fields, ...change, status, updatedAt: at });
  }
}

/** Throws `illegal_transition`, naming from, to and what is legal instead. */
export function requireLegalTaskTransition(taskId: string, from: string, to: string, by: Actor): void {
  if (isLegalTaskTransition(from, to, by)) return;
  const legal = legalTaskTargets(from).filter((target) => isLegalTaskTransition(from, target, by));
  throw new HiveError(
    "illegal_transition",
    `Task ${taskId} cannot go from ${from} to ${to}. ${legal.length > 0 ? `From ${from} it can go to ${legal.join(", ")}.` : `Nothing follows ${from}.`}`,
    { taskId, from, to, legal },
  );
}
