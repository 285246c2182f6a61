import { text, textOrNull } from "./columns";
import { statement, type WritableDatabase } from "./database";
import { appendEvent } from "./events";
import type { Writer } from "./plan-end";
import { parseSpec } from "./task-spec";
import { formatTime } from "./time";

const OPEN_GATE = `UPDATE tasks SET status = 'review_pending', updated_at = ?
  WHERE id = ? AND status = 'queued' AND task_type = 'approval'`;
const SHOW_INSTRUCTIONS = `UPDATE console_tasks SET reason = ? WHERE task_id = ? RETURNING plan_id, subtask_id`;

export interface Gate {
  readonly taskId: string;
  /** `console_tasks.seq`. */
  readonly seq: unknown;
  readonly correlationId: string | null;
}

/** Lets a ready approval gate wait for a person: it takes no worker and makes no attempt. False: it is none. */
export function openGate(tx: WritableDatabase, { taskId, seq, correlationId }: Gate, writer: Writer): boolean {
  if (statement(tx, OPEN_GATE).run(formatTime(writer.now), taskId).changes === 0) return false;
  const spec = parseSpec(statement(tx, "SELECT spec FROM console_specs WHERE seq = ?").get(seq)?.spec);
  const instructions = spec?.approval?.instructions ?? null;
  const task = statement(tx, SHOW_INSTRUCTIONS).get(instructions, taskId);
  appendEvent(tx, {
    id: writer.newId(),
    type: "review.requested",
    at: writer.now,
    source: writer.source,
    correlationId,
    payload: {
      task_id: taskId,
      plan_id: textOrNull(task?.plan_id),
      subtask_id: text(task?.subtask_id),
      instructions,
    },
  });
  return true;
}
