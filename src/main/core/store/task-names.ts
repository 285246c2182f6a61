import { text } from "./columns";
import { type ReadableDatabase, statement } from "./database";

const MOST = 10;

export const BY_ID = "SELECT id FROM tasks WHERE id = +?";
// A range, so that the index on the id serves a beginning of one.
export const BY_BEGINNING = `SELECT id FROM tasks WHERE id >= $from AND id < $to LIMIT ${MOST}`;
export const BY_SUBTASK = `SELECT k.task_id AS id FROM execution_plans e CROSS JOIN console_tasks k
  WHERE e.status = 'executing' AND k.plan_id = e.id AND k.subtask_id = +? LIMIT ${MOST}`;
export const BY_SUBTASK_OF_LATEST = `SELECT k.task_id AS id FROM (
    SELECT id FROM execution_plans ORDER BY coalesce(generated_at, '') DESC, id DESC LIMIT 1) e
  CROSS JOIN console_tasks k WHERE k.plan_id = e.id AND k.subtask_id = +?`;

/** Tasks that a person may mean: by id, by its beginning, by a running plan's subtask, by one of the latest plan. */
export function findTaskIds(db: ReadableDatabase, name: string): string[] {
  const ids = (rows: readonly Readonly<Record<string, unknown>>[]) => rows.map((row) => text(row.id));
  const exact = ids(statement(db, BY_ID).all(name));
  if (exact.length > 0) return exact;
  if (/^[0-9a-f-]{8,}$/i.test(name)) {
    const begun = ids(statement(db, BY_BEGINNING).all({ from: name, to: `${name}\u{10ffff}` }));
    if (begun.length > 0) return begun;
  }
  const running = ids(statement(db, BY_SUBTASK).all(name));
  return running.length > 0 ? running : ids(statement(db, BY_SUBTASK_OF_LATEST).all(name));
}
