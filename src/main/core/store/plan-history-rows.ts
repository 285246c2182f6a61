import { integer, text, textOrNull } from "./columns";
import { type ReadableDatabase, statement } from "./database";

/** A task of a plan, as its history needs it. */
export interface HistoryTask {
  readonly ordinal: number;
  readonly id: string;
  readonly title: string;
  readonly status: string;
  readonly runWhen: number;
  readonly onFailure: number;
}

export const HISTORY_TASKS = `SELECT k.ordinal, k.task_id, k.run_when, k.on_failure, t.title, t.status
  FROM console_tasks k JOIN tasks t ON t.id = k.task_id
  WHERE k.plan_id = +? AND k.ordinal > +? ORDER BY k.ordinal LIMIT ?`;

/** By keyset: the tasks after an ordinal. */
export function pageHistoryTasks(db: ReadableDatabase, planId: string, after: number, limit: number): HistoryTask[] {
  return statement(db, HISTORY_TASKS)
    .all(planId, after, limit)
    .map((row) => ({
      ordinal: integer(row.ordinal),
      id: text(row.task_id),
      title: text(row.title),
      status: text(row.status),
      runWhen: integer(row.run_when),
      onFailure: integer(row.on_failure),
    }));
}

const TASK_NOW = "SELECT t.title, t.status FROM tasks t WHERE t.id = +?";

/** Null: it is no more. */
export function readStatusNow(db: ReadableDatabase, taskId: string): { title: string; status: string } | null {
  const row = statement(db, TASK_NOW).get(taskId);
  return row === undefined ? null : { title: text(row.title), status: textOrNull(row.status) ?? "" };
}
