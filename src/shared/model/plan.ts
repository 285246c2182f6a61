import { HiveError } from "../errors";

/** A plan's states in the database (`execution_plans.status`): upstream's seven and The Board's three. */
export const PLAN_STATUSES = [
  "draft",
  "generated",
  "approved",
  "executing",
  "completed",
  "failed",
  "cancelled",
  "partially_completed",
  "closed",
  "synthesis_failed",
] as const;

export type PlanStatus = (typeof PLAN_STATUSES)[number];

const TERMINAL_PLAN_STATUSES: readonly PlanStatus[] = [
  "completed",
  "failed",
  "cancelled",
  "partially_completed",
  "closed",
  "synthesis_failed",
];

export const PLAN_TRANSITIONS: ReadonlyArray<{
  readonly from: PlanStatus;
  readonly to: PlanStatus;
  readonly when: string;
}> = [
  { from: "draft", to: "generated", when: "a planner filled it" },
  { from: "draft", to: "approved", when: "an operator approved it" },
  { from: "draft", to: "executing", when: "an operator launched it" },
  { from: "draft", to: "cancelled", when: "an operator dropped it" },
  { from: "generated", to: "approved", when: "an operator approved it" },
  { from: "generated", to: "executing", when: "an operator launched it" },
  { from: "generated", to: "cancelled", when: "an operator dropped it" },
  { from: "approved", to: "executing", when: "an operator launched it" },
  { from: "approved", to: "cancelled", when: "an operator dropped it" },
  { from: "executing", to: "completed", when: "every task completed, or was excused" },
  { from: "executing", to: "partially_completed", when: "nothing is left to run, some tasks completed, some did not" },
  { from: "executing", to: "failed", when: "nothing is left to run and no task completed" },
  { from: "executing", to: "cancelled", when: "it or all its tasks were cancelled, and they have stopped" },
  { from: "executing", to: "synthesis_failed", when: "its final synthesis failed" },
  { from: "completed", to: "executing", when: "a task of it is run again" },
  { from: "partially_completed", to: "executing", when: "a task of it is retried" },
  { from: "failed", to: "executing", when: "a task of it is retried" },
  { from: "cancelled", to: "executing", when: "a task of it is retried" },
  { from: "synthesis_failed", to: "executing", when: "its synthesis is retried" },
  { from: "completed", to: "closed", when: "an operator closed it" },
  { from: "partially_completed", to: "closed", when: "an operator closed it" },
];

export function isTerminalPlan(status: string): boolean {
  return (TERMINAL_PLAN_STATUSES as readonly string[]).includes(status);
}

export function isLegalPlanTransition(from: string, to: string): boolean {
  return PLAN_TRANSITIONS.some((transition) => transition.from === from && transition.to === to);
}

/**
 * How a plan ends, from the states of its tasks once none is left to run. `cancelRequested`: an operator
 * cancelled the plan as a whole. `excused`: tasks that do not count against it, by whether they failed where that is
 * let pass or were cancelled because they were not needed.
 */
export function planOutcome(
  counts: Readonly<Record<string, number>>,
  cancelRequested: boolean,
  excused: ExcusedTasks = NONE_EXCUSED,
): PlanStatus {
  if (cancelRequested) return "cancelled";
  const total = Object.values(counts).reduce((sum, count) => sum + count, 0);
  const completed = counts.completed ?? 0;
  if (completed + excused.failed + excused.skipped === total) return "completed";
  if (completed > 0) return "partially_completed";
  return (counts.failed ?? 0) === 0 && (counts.cancelled ?? 0) > 0 ? "cancelled" : "failed";
}

/** `1 failure allowed`: what a plan that completed did not mind. Null: nothing, or it did not complete. */
export function allowedFailures(status: string, failed: number): string | null {
  if (status !== "completed" || failed === 0) return null;
  return `${failed} ${failed === 1 ? "failure" : "failures"} allowed`;
}

export interface ExcusedTasks {
  readonly failed: number;
  readonly skipped: number;
}

const NONE_EXCUSED: ExcusedTasks = { failed: 0, skipped: 0 };

/** The plan model's own five states; the database's ten map onto them. */
const PLAN_MODEL_STATUSES = ["pending", "in_progress", "completed", "failed", "cancelled"] as const;
export type PlanModelStatus = (typeof PLAN_MODEL_STATUSES)[number];

const MODEL_STATUS_OF: Readonly<Record<PlanStatus, PlanModelStatus>> = {
  draft: "pending",
  generated: "pending",
  approved: "pending",
  executing: "in_progress",
  completed: "completed",
  closed: "completed",
  partially_completed: "failed",
  synthesis_failed: "failed",
  failed: "failed",
  cancelled: "cancelled",
};

/** Null for a status that nobody knows. */
export function planModelStatus(status: string): PlanModelStatus | null {
  return (MODEL_STATUS_OF as Readonly<Record<string, PlanModelStatus | undefined>>)[status] ?? null;
}

const MODEL_TRANSITIONS: Readonly<Record<PlanModelStatus, readonly PlanModelStatus[]>> = {
  pending: ["in_progress", "failed", "cancelled"],
  in_progress: ["completed", "failed", "cancelled"],
  completed: ["in_progress"],
  failed: ["in_progress"],
  cancelled: ["in_progress"],
};

/** What an execution plan holds, as the Python model does. Times are milliseconds since the epoch. */
export interface ExecutionPlanFields {
  readonly id: string;
  readonly title: string;
  readonly description: string;
  readonly parentTaskId: string | null;
  readonly status: PlanModelStatus;
  readonly totalSubtasks: number;
  readonly completedSubtasks: number;
  readonly failedSubtasks: number;
  /** In execution order. */
  readonly subtaskIds: readonly string[];
  /** Subtask id to the ids it depends on. */
  readonly dependencyGraph: Readonly<Record<string, readonly string[]>>;
  readonly statusReason: string | null;
  readonly createdAt: number;
  readonly updatedAt: number;
}

/** A graph of subtasks in execution. Immutable: each method that changes it gives a new plan. */
export class ExecutionPlan {
  constructor(readonly fields: ExecutionPlanFields) {}

  isComplete(): boolean {
    return this.fields.status === "completed";
  }

  isFailed(): boolean {
    return this.fields.status === "failed";
  }

  isInProgress(): boolean {
    return this.fields.status === "in_progress";
  }

  /** 0 to 100; 0 for a plan without subtasks. */
  getProgressPercentage(): number {
    const { totalSubtasks, completedSubtasks } = this.fields;
    return totalSubtasks === 0 ? 0 : (completedSubtasks / totalSubtasks) * 100;
  }

  incrementCompleted(at = Date.now()): ExecutionPlan {
    return this.with({ completedSubtasks: this.fields.completedSubtasks + 1, updatedAt: at });
  }

  incrementFailed(at = Date.now()): ExecutionPlan {
    return this.with({ failedSubtasks: this.fields.failedSubtasks + 1, updatedAt: at });
  }

  startExecution(at = Date.now()): ExecutionPlan {
    return this.to("in_progress", null, at);
  }

  complete(at = Date.now()): ExecutionPlan {
    return this.to("completed", null, at);
  }

  fail(reason: string | null = null, at = Date.now()): ExecutionPlan {
    return this.to("failed", reason, at);
  }

  cancel(reason: string | null = null, at = Date.now()): ExecutionPlan {
    return this.to("cancelled", reason, at);
  }

  getDependencies(subtaskId: string): readonly string[] {
    return this.fields.dependencyGraph[subtaskId] ?? [];
  }

  /** Adding a dependency twice adds it once. */
  addDependency(subtaskId: string, dependsOn: string): ExecutionPlan {
    const existing = this.getDependencies(subtaskId);
    if (existing.includes(dependsOn)) return this;
    return this.with({
      dependencyGraph: { ...this.fields.dependencyGraph, [subtaskId]: [...existing, dependsOn] },
    });
  }

  private to(status: PlanModelStatus, statusReason: string | null, at: number): ExecutionPlan {
    const { id, status: from } = this.fields;
    const legal = MODEL_TRANSITIONS[from];
    if (!legal.includes(status)) {
      throw new HiveError(
        "illegal_transition",
        `Plan ${id} cannot go from ${from} to ${status}. From ${from} it can go to ${legal.join(", ")}.`,
        { planId: id, from, to: status, legal },
      );
    }
    return this.with({ status, statusReason, updatedAt: at });
  }

  private with(change: Partial<ExecutionPlanFields>): ExecutionPlan {
    return new ExecutionPlan({ ...this.fields, ...change });
  }
}

/** A subtask as plan data describes it, lighter than a task. */
export class SubTask {
  constructor(
    readonly fields: {
      readonly id: string;
      readonly title: string;
      readonly description: string;
      readonly taskType: string;
      readonly priority: number;
      readonly payload: unknown;
      /** Ids of the subtasks it depends on. */
      readonly dependencies: readonly string[];
      /** Seconds; null when not estimated. */
      readonly estimatedDuration: number | null;
    },
  ) {}

  hasDependencies(): boolean {
    return this.fields.dependencies.length > 0;
  }
}
