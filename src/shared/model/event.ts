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

/** One fact on the bus. Written in the same transaction as the change it tells of. */
export interface HiveEvent {
  readonly eventType: EventType;
  /** Carried from the launch through tasks, runs and processes. */
  readonly correlationId: string | null;
  readonly payload: Readonly<Record<string, unknown>>;
  readonly sourceAgent: string;
  /** Milliseconds since the epoch, UTC. */
  readonly timestamp: number;
  readonly metadata: Readonly<Record<string, unknown>>;
}
