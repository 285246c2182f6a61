import { integer, integerOrNull, type Row, text, textOrNull } from "./columns";
import { type ReadableDatabase, statement } from "./database";
import type { RunEnd } from "./finish-run";
import { parseSpec, type TaskSpec } from "./task-spec";

/** The end of an attempt as the program that began it with SQL has written it. */
export interface ReportedRun {
  readonly runId: string;
  readonly outcome: RunEnd["outcome"];
  readonly exitCode: number | null;
  readonly signal: string | null;
  readonly error: string | null;
  /** Raw text. */
  readonly result: string | null;
  readonly attempts: number;
  readonly maxAttempts: number;
  readonly spec: TaskSpec | null;
}

export const REPORTED = `SELECT cr.run_id, cr.exit_code, cr.signal, cr.stop_requested, r.status, r.result_data, r.error_message, k.attempts,
    k.max_attempts, s.spec
  FROM console_runs cr CROSS JOIN runs r ON r.id = cr.run_id
    LEFT JOIN console_tasks k ON k.task_id = cr.task_id LEFT JOIN console_specs s ON s.seq = k.seq
  WHERE cr.claimed = 2 LIMIT ?`;

/** Ends that the console has not dealt with yet. */
export function listReportedRuns(db: ReadableDatabase, limit: number): ReportedRun[] {
  return statement(db, REPORTED).all(limit).map(decode);
}

/** An attempt that was asked to stop, and did, has not failed. */
function whatItWas({ status, stop_requested }: Row): RunEnd["outcome"] | undefined {
  if (status === "failure" && stop_requested === "cancel") return "cancelled";
  if (status === "failure" && stop_requested === "timeout") return "timeout";
  return OUTCOMES.find((known) => known === status);
}

const OUTCOMES = ["success", "failure", "timeout", "cancelled"] as const;

function decode(row: Row): ReportedRun {
  const outcome = whatItWas(row);
  const exitCode = integerOrNull(row.exit_code);
  const unknown = `Its worker ended it as "${text(row.status)}", which is no outcome: use ${OUTCOMES.join(", ")}`;
  const error = outcome === undefined ? unknown : textOrNull(row.error_message);
  return {
    runId: text(row.run_id),
    outcome: outcome ?? "failure",
    exitCode,
    signal: textOrNull(row.signal),
    error:
      outcome === "success"
        ? null
        : (error ?? (exitCode === null ? "Its worker says no more" : `Exit code ${exitCode}`)),
    result: textOrNull(row.result_data),
    attempts: integer(row.attempts),
    maxAttempts: integer(row.max_attempts),
    spec: parseSpec(row.spec),
  };
}
