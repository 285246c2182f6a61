import { integer, integerOrNull, type Row, text, textOrNull } from "./columns";
import { type ReadableDatabase, statement, type WritableDatabase } from "./database";
import { recordedProcess } from "./process-rows";
import { parseSpec, type TaskSpec } from "./task-spec";

export { type Claim, type ClaimRequest, claimReady, type Skills } from "./claim-ready";
export { type CompletionRequest, completeReady, hasReadyWithoutWork } from "./complete-ready";
export { type FinishedRun, finishRun, finishRuns, type RunEnd } from "./finish-run";
export type { TaskSpec } from "./task-spec";
export { inTurn, occupyWorker } from "./turn";

export interface RunProcess {
  readonly runId: string;
  readonly pid: number;
  readonly pidStart: string | null;
  readonly host: string;
  readonly bootId: string | null;
  /** Absolute. */
  readonly logPath: string;
}

/** Records which process carries out the run, so that any console can find it again. */
export function setRunProcess(tx: WritableDatabase, process: RunProcess): void {
  const sql = `UPDATE console_runs SET pid = $pid, pid_start = $pidStart, host = $host, boot_id = $bootId,
    log_path = $logPath WHERE run_id = $runId`;
  statement(tx, sql).run({ ...process });
}

export type StopReason = "cancel" | "timeout" | "restart";

/** A run that the database holds for running, whoever started it from a console. */
export interface LiveRun {
  readonly runId: string;
  readonly taskId: string;
  /** Null when a foreign hand took the task out of its plan. */
  readonly planId: string | null;
  readonly subtaskId: string | null;
  readonly title: string;
  readonly runNumber: number;
  readonly workerId: string;
  readonly startedAt: number;
  readonly pid: number | null;
  readonly pidStart: string | null;
  readonly host: string | null;
  readonly bootId: string | null;
  readonly logPath: string | null;
  readonly stopRequested: StopReason | null;
  readonly correlationId: string | null;
  /** Null when it does not parse. */
  readonly spec: TaskSpec | null;
  readonly attempts: number;
  readonly maxAttempts: number;
  /** Another program began it, with SQL of its own. */
  readonly bySql: boolean;
}

const LIVE_COLUMNS = `SELECT r.id, r.task_id, r.run_number, r.worker_id, t.title, cr.started_at, cr.pid, cr.pid_start,
    cr.host, cr.boot_id, cr.log_path, cr.stop_requested, cr.claimed, k.plan_id, k.subtask_id, k.attempts, k.max_attempts,
    s.spec, p.correlation_id
  FROM console_runs cr CROSS JOIN runs r ON r.id = cr.run_id
    LEFT JOIN tasks t ON t.id = cr.task_id
    LEFT JOIN console_tasks k ON k.task_id = cr.task_id
    LEFT JOIN console_specs s ON s.seq = k.seq
    LEFT JOIN console_plans p ON p.plan_id = k.plan_id`;
export const LIVE_RUNS = `${LIVE_COLUMNS} WHERE cr.live IS NOT NULL`;
export const LIVE_RUN = `${LIVE_COLUMNS} WHERE cr.run_id = ? AND cr.live IS NOT NULL`;
export const LIVE_RUN_IDS = `SELECT cr.run_id, r.worker_id
  FROM console_runs cr CROSS JOIN runs r ON r.id = cr.run_id WHERE cr.live IS NOT NULL`;
export const STOP_REQUESTS = `SELECT cr.run_id, cr.stop_requested
  FROM console_runs cr CROSS JOIN runs r ON r.id = cr.run_id
  WHERE cr.live IS NOT NULL AND cr.stop_requested IS NOT NULL`;

/** Whole rows, with what each runs: for thousands of them {@link listLiveRunIds} takes a tenth of the time. */
export function listLiveRuns(db: ReadableDatabase): LiveRun[] {
  return statement(db, LIVE_RUNS).all().map(decodeLiveRun);
}

/** Null: it does not run any more. */
export function readLiveRun(db: ReadableDatabase, runId: string): LiveRun | null {
  const row = statement(db, LIVE_RUN).get(runId);
  return row === undefined ? null : decodeLiveRun(row);
}

export interface LiveRunId {
  readonly runId: string;
  readonly workerId: string;
}

export function listLiveRunIds(db: ReadableDatabase): LiveRunId[] {
  const rows = statement(db, LIVE_RUN_IDS).all();
  return rows.map((row) => ({ runId: text(row.run_id), workerId: text(row.worker_id) }));
}

export interface StopRequest {
  readonly runId: string;
  readonly reason: StopReason;
}

/** Live runs that somebody, perhaps another process, asked to stop. */
export function listStopRequests(db: ReadableDatabase): StopRequest[] {
  return statement(db, STOP_REQUESTS)
    .all()
    .flatMap((row) => {
      const reason = stopReason(row.stop_requested);
      return reason === null ? [] : [{ runId: text(row.run_id), reason }];
    });
}

/**
 * Asks whoever owns the run's process to end it. The first reason stands, but for a restart, which an end for good
 * overrides. False: it does not run any more.
 */
export function requestStop(tx: WritableDatabase, runId: string, reason: StopReason): boolean {
  const sql = `UPDATE console_runs SET stop_requested = coalesce(nullif(nullif(stop_requested, 'let_end'), 'restart'), ?)
    WHERE run_id = ? AND live IS NOT NULL`;
  return statement(tx, sql).run(reason, runId).changes > 0;
}

/** When the next task that waits for its retry time may start, in milliseconds since the epoch. */
export const NEXT_NOT_BEFORE = `SELECT not_before FROM console_ready INDEXED BY console_ready_later
  WHERE held = 2 ORDER BY not_before LIMIT 1`;

export function nextNotBefore(db: ReadableDatabase): number | null {
  return integerOrNull(statement(db, NEXT_NOT_BEFORE).get()?.not_before);
}

function stopReason(value: Row[string]): StopReason | null {
  return value === "cancel" || value === "timeout" || value === "restart" ? value : null;
}

function decodeLiveRun(row: Row): LiveRun {
  return {
    runId: text(row.id),
    taskId: text(row.task_id),
    planId: textOrNull(row.plan_id),
    subtaskId: textOrNull(row.subtask_id),
    title: text(row.title),
    runNumber: integer(row.run_number),
    workerId: text(row.worker_id),
    startedAt: integer(row.started_at),
    ...recordedProcess(row),
    logPath: textOrNull(row.log_path),
    stopRequested: stopReason(row.stop_requested),
    correlationId: textOrNull(row.correlation_id),
    spec: parseSpec(row.spec),
    attempts: integer(row.attempts),
    maxAttempts: integer(row.max_attempts),
    bySql: row.claimed !== null,
  };
}
