import { integer, type Row, text, textOrNull } from "./columns";
import { type ReadableDatabase, statement, type WritableDatabase } from "./database";
import { appendEvent } from "./events";
import type { Writer } from "./plan-end";

/** A task whose turn depends on how an earlier one ends. */
export interface TaskBehind {
  readonly seq: number;
  readonly taskId: string;
  readonly subtaskId: string | null;
}

const CONDITIONAL = "SELECT 1 FROM console_plans WHERE plan_id = ? AND conditional <> 0";
export const BEHIND = `SELECT k.seq, k.task_id, k.subtask_id, k.run_when, k.skipped, t.status FROM console_edges e
  CROSS JOIN console_tasks k ON k.seq = e.task CROSS JOIN tasks t ON t.id = k.task_id WHERE e.depends_on = +?`;

/**
 * The tasks behind this one that have ended because of how it ended: steps that run on failure or always, tasks that
 * were not needed, and everything that went on from there. When it is tried again they are queued again with it, so
 * that its new end decides anew. Those that run at the moment are left alone.
 */
export function decidedBy(db: ReadableDatabase, seq: number, planId: string): TaskBehind[] {
  if (statement(db, CONDITIONAL).get(planId) === undefined) return [];
  const decided = new Map<number, TaskBehind>();
  const walked = new Set<number>();
  const open: Array<{ readonly seq: number; readonly again: boolean }> = [{ seq, again: false }];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    for (const row of statement(db, BEHIND).all(next.seq)) {
      const behind = integer(row.seq);
      if (decided.has(behind)) continue;
      if (endedBy(row, next.again)) {
        decided.set(behind, { seq: behind, taskId: text(row.task_id), subtaskId: textOrNull(row.subtask_id) });
        open.push({ seq: behind, again: true });
      } else if (row.status === "queued" && !walked.has(behind)) {
        walked.add(behind);
        open.push({ seq: behind, again: false });
      }
    }
  }
  return [...decided.values()];
}

const ENDED: readonly unknown[] = ["completed", "failed", "cancelled"];

/** `again`: what it follows is queued again. */
function endedBy({ status, run_when, skipped }: Row, again: boolean): boolean {
  return ENDED.includes(status) && (again || run_when !== 0 || skipped === 1);
}

export function tellQueuedAgain(
  tx: WritableDatabase,
  { taskId, subtaskId }: TaskBehind,
  { planId, because }: { readonly planId: string; readonly because: string },
  { now, source, newId }: Writer,
): void {
  const row = statement(tx, "SELECT correlation_id FROM console_plans WHERE plan_id = ?").get(planId);
  appendEvent(tx, {
    id: newId(),
    type: "task.progress",
    at: now,
    source,
    correlationId: textOrNull(row?.correlation_id),
    payload: { task_id: taskId, plan_id: planId, subtask_id: subtaskId, status: "queued", because_of: because },
  });
}
