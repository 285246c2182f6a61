import type { EventType } from "../../../shared/model/event";
import { appendAudit } from "./audit";
import type { WritableDatabase } from "./database";
import { appendEvent } from "./events";
import { endPlanIfOver, noteProgress, type Writer } from "./plan-end";
import type { ScopedTask } from "./task-scope";

/** What an operator does to one task. */
export interface TaskAct {
  readonly taskId: string;
  readonly reason: string | null;
  readonly actor: string;
  readonly writer: Writer;
}

/** `name`: as the operation is called. */
export function auditTask(tx: WritableDatabase, act: TaskAct, name: string, before: unknown, after: unknown): void {
  appendAudit(tx, {
    at: act.writer.now,
    actor: act.actor,
    act: name,
    entity: "task",
    entityId: act.taskId,
    reason: act.reason,
    before,
    after,
  });
}

export function appendTaskEvent(
  tx: WritableDatabase,
  { taskId, writer }: TaskAct,
  task: Pick<ScopedTask, "planId" | "subtaskId" | "correlationId">,
  type: EventType,
  more: Readonly<Record<string, unknown>>,
): void {
  appendEvent(tx, {
    id: writer.newId(),
    type,
    at: writer.now,
    source: writer.source,
    correlationId: task.correlationId,
    payload: {
      task_id: taskId,
      plan_id: task.planId,
      subtask_id: task.subtaskId,
      ...more,
    },
  });
}

/** After an act that may have been the last thing that its plan waited for. Null: a task without a plan of ours. */
export function settlePlan(tx: WritableDatabase, planId: string | null, writer: Writer): void {
  if (planId === null) return;
  noteProgress(tx, planId, writer.now);
  endPlanIfOver(tx, planId, writer);
}
