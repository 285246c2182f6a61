import { statement, type WritableDatabase } from "./database";
import { formatTime } from "./time";

const FORSAKE = `UPDATE runs SET status = 'failure', completed_at = $at, error_message = coalesce(error_message, $error)
  WHERE id = $runId AND worker_id = $workerId AND status IN ('pending', 'running')`;

/** Ends an attempt of another program that nobody works on any more. */
export function forsakeRun(
  tx: WritableDatabase,
  run: { readonly runId: string; readonly workerId: string; readonly error: string; readonly now: number },
): void {
  const { runId, workerId, error, now } = run;
  statement(tx, FORSAKE).run({ runId, workerId, error, at: formatTime(now) });
}
