import { text, textOrNull } from "./columns";
import { type ReadableDatabase, statement } from "./database";

const MOST = 10;

export const BY_ID = "SELECT id FROM tasks WHERE id = +?";
// A range, so that the index on the id serves a beginning of one.
export const BY_BEGINNING = `SELECT id FROM tasks WHERE id >= $from AND id < $to LIMIT ${MOST}`;
export const BY_SUBTASK = `SELECT k.task_id AS id FROM execution_plans e CROSS JOIN console_tasks k
  WHERE e.status = 'executing' AND k.plan_id = e.id AND k.subtask_id = +? LIMIT ${MOST}`;
const BY_SUBTASK_OF_LATEST = `SELECT k.task_id AS id FROM (
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

const PLAN_BY_ID = "SELECT id FROM execution_plans WHERE id = +?";
const PLAN_BY_BEGINNING = `SELECT id FROM execution_plans WHERE id >= $from AND id < $to LIMIT ${MOST}`;

/** Plans that a person may mean: by id, else by its beginning. */
export function findPlanIds(db: ReadableDatabase, name: string): string[] {
  const ids = (rows: readonly Readonly<Record<string, unknown>>[]) => rows.map((row) => text(row.id));
  const exact = ids(statement(db, PLAN_BY_ID).all(name));
  if (exact.length > 0 || name.length < 4) return exact;
  return ids(statement(db, PLAN_BY_BEGINNING).all({ from: name, to: `${name}\u{10ffff}` }));
}

export const RUN_BY_ID = "SELECT id FROM runs WHERE id = +?";
export const LATEST_RUN = "SELECT id FROM runs WHERE task_id = +? ORDER BY run_number DESC LIMIT 1";

/** An attempt by its id. */
export function hasRun(db: ReadableDatabase, runId: string): boolean {
  return statement(db, RUN_BY_ID).get(runId) !== undefined;
}

/** A task's latest attempt; null: it has none. */
export function latestRunOf(db: ReadableDatabase, taskId: string): string | null {
  return textOrNull(statement(db, LATEST_RUN).get(taskId)?.id);
}
