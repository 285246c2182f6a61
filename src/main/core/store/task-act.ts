import type { EventType } from "../../../shared/model/event";
import { appendAudit } from "./audit";
import { type Row, textOrNull } from "./columns";
import type { WritableDatabase } from "./database";
import { appendEvent } from "./events";
import { endPlanIfOver, noteProgress, type Writer } from "./plan-end";

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

/** `task`: a row with its plan_id, subtask_id and the plan's correlation_id. */
export function appendTaskEvent(
  tx: WritableDatabase,
  { taskId, writer }: TaskAct,
  task: Row,
  type: EventType,
  more: Readonly<Record<string, unknown>>,
): void {
  appendEvent(tx, {
    id: writer.newId(),
    type,
    at: writer.now,
    source: writer.source,
    correlationId: textOrNull(task.correlation_id),
    payload: {
      task_id: taskId,
      plan_id: textOrNull(task.plan_id),
      subtask_id: textOrNull(task.subtask_id),
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
