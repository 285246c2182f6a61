import { isRunTerminal } from "../../../shared/model/run";
import { text, textOrNull } from "./columns";
import { type ReadableDatabase, statement, type WritableDatabase } from "./database";

/** Where a run's output is. */
export interface RunLog {
  /** Absolute; null: no process of the console wrote one. */
  readonly path: string | null;
  readonly ended: boolean;
  readonly planId: string | null;
}

const RUN_LOG = `SELECT r.status, cr.log_path, k.plan_id FROM runs r LEFT JOIN console_runs cr ON cr.run_id = r.id
    LEFT JOIN console_tasks k ON k.task_id = r.task_id
  WHERE r.id = +?`;

export function readRunLog(db: ReadableDatabase, runId: string): RunLog | null {
  const row = statement(db, RUN_LOG).get(runId);
  if (!row) return null;
  return { path: textOrNull(row.log_path), ended: isRunTerminal(text(row.status)), planId: textOrNull(row.plan_id) };
}

/** Notes where a run without a process writes its log. `path`: absolute. */
export function setRunLog(tx: WritableDatabase, runId: string, path: string): void {
  statement(tx, "UPDATE console_runs SET log_path = ? WHERE run_id = ?").run(path, runId);
}

/** Whether it runs, as far as the database knows. */
export function isRunLive(db: ReadableDatabase, runId: string): boolean {
  return statement(db, "SELECT 1 FROM console_runs WHERE run_id = ? AND live IS NOT NULL").get(runId) !== undefined;
}

/** Whether its attempt was given up: it failed, and nobody knows how its process ended. */
export function wasGivenUp(db: ReadableDatabase, runId: string): boolean {
  const sql = `SELECT 1 FROM runs r CROSS JOIN console_runs cr ON cr.run_id = r.id
    WHERE r.id = ? AND r.status = 'failure' AND cr.live IS NULL AND cr.exit_code IS NULL AND cr.signal IS NULL`;
  return statement(db, sql).get(runId) !== undefined;
}

/** The output that a foreign worker stored in the row itself. */
export function readStoredLog(db: ReadableDatabase, runId: string): string {
  return text(statement(db, "SELECT output_log FROM runs WHERE id = ?").get(runId)?.output_log);
}

/** The tasks of those of these runs that exist. */
export function readTaskIdsOfRuns(db: ReadableDatabase, runIds: readonly string[]): string[] {
  const find = statement(db, "SELECT task_id FROM runs WHERE id = ?");
  return runIds.flatMap((id) => textOrNull(find.get(id)?.task_id) ?? []);
}
