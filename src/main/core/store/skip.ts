import { type Row, text, textOrNull } from "./columns";
import { statement, type WritableDatabase } from "./database";
import { appendEvent } from "./events";
import type { Writer } from "./plan-end";
import { formatTime } from "./time";

/** Where the triggers put what is ready and not needed. */
const NEEDLESS_LANE = -1;

/** Whether a ready task, a row of console_ready, need not run. */
export function isNeedless({ lane }: Row): boolean {
  return lane === NEEDLESS_LANE;
}

const TASK = `SELECT t.status, k.run_when, k.subtask_id FROM console_tasks k JOIN tasks t ON t.id = k.task_id
  WHERE k.seq = +?`;
const SKIPPED_BEFORE = `SELECT t.title FROM console_edges e JOIN console_tasks d ON d.seq = e.depends_on
  JOIN tasks t ON t.id = d.task_id WHERE e.task = +? AND t.status = 'cancelled' AND d.skipped = 1 LIMIT 1`;
const MARK = "UPDATE console_tasks SET skipped = 1, reason = ?, not_before = NULL WHERE seq = ?";

/**
 * Cancels a ready task that is not needed: it runs on a failure and there was none, or what it follows was not needed.
 * Those behind it are then ready or not needed themselves.
 */
export function skipTask(
  tx: WritableDatabase,
  { seq, task_id, plan_id }: Row,
  correlationId: string | null,
  { now, source, newId }: Writer,
): void {
  const task = statement(tx, TASK).get(seq);
  if (task?.status !== "queued") {
    // Queued no more, in a way that no trigger saw: the entry was out of date.
    statement(tx, "DELETE FROM console_ready WHERE seq = ?").run(seq);
    return;
  }
  const before = task.run_when === 0 ? statement(tx, SKIPPED_BEFORE).get(seq) : undefined;
  const reason = `Not needed: ${before ? `"${text(before.title)}" was not needed` : "nothing before it failed"}`;
  statement(tx, MARK).run(reason, seq);
  statement(tx, "UPDATE tasks SET status = 'cancelled', updated_at = ? WHERE id = ?").run(formatTime(now), task_id);
  appendEvent(tx, {
    id: newId(),
    type: "task.cancelled",
    at: now,
    source,
    correlationId,
    payload: {
      task_id: text(task_id),
      plan_id: textOrNull(plan_id),
      subtask_id: textOrNull(task.subtask_id),
      run_id: null,
      skipped: true,
      reason,
    },
  });
}
