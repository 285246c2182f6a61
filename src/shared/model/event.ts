import type { TaskStatus } from "./task";

/** The 33 event types of the unified bus. Foreign types are stored and shown as they are. */
export const EVENT_TYPES = [
  "task.created",
  "task.assigned",
  "task.started",
  "task.progress",
  "task.completed",
  "task.failed",
  "task.cancelled",
  "review.requested",
  "review.in_progress",
  "review.completed",
  "review.approved",
  "review.rejected",
  "review.auto_fix_applied",
  "workflow.started",
  "workflow.phase_completed",
  "workflow.checkpoint",
  "workflow.completed",
  "workflow.failed",
  "deployment.requested",
  "deployment.in_progress",
  "deployment.completed",
  "deployment.validated",
  "deployment.failed",
  "deployment.rolled_back",
  "plan.requested",
  "plan.generated",
  "plan.approved",
  "plan.execution_started",
  "plan.execution_completed",
  "agent.registered",
  "agent.heartbeat",
  "agent.error",
  "system.error",
] as const;

export type EventType = (typeof EVENT_TYPES)[number];

/** What the move of a task to a status is told as. */
export const EVENT_OF_STATUS: Readonly<Record<TaskStatus, EventType>> = {
  queued: "task.progress",
  assigned: "task.assigned",
  in_progress: "task.started",
  review_pending: "review.requested",
  approved: "review.approved",
  rejected: "review.rejected",
  rework_needed: "task.progress",
  escalated: "task.progress",
  completed: "task.completed",
  failed: "task.failed",
  cancelled: "task.cancelled",
};
