import type { TaskStatus } from "../../../shared/model/task";
import { integer, type Row, text, textOrNull } from "./columns";
import { statement, type WritableDatabase } from "./database";
import { appendEvent } from "./events";
import { PLAN_CANCELLED } from "./plan-control";
import { endPlanIfOver, noteProgress } from "./plan-end";
import { formatTime } from "./time";

/** How an attempt ended. */
export interface RunEnd {
  readonly runId: string;
  readonly now: number;
  readonly outcome: "success" | "failure" | "timeout" | "cancelled";
  readonly exitCode: number | null;
  readonly signal: string | null;
  /** One line for people: why it failed. */
  readonly error: string | null;
  /** Raw JSON text. */
  readonly result: string | null;
  /**
   * For a failure or timeout with attempts left: the task is queued again, not before this time. Ignored when
   * somebody asked to cancel the task or its plan.
   */
  readonly retryAt: number | null;
  readonly source: string;
  readonly newId: () => string;
}

export interface FinishedRun {
  /** False: the run had ended already, or a newer attempt has the task. The task was not touched. */
  readonly applied: boolean;
  /** The plan that ended with it. */
  readonly planEnded: string | null;
}

export const RUN_TO_FINISH = `SELECT r.status, r.task_id, r.worker_id, r.run_number, t.status AS task_status,
    k.run_id AS latest, k.plan_id, k.subtask_id, k.attempts, k.reason, p.correlation_id, p.cancel_requested_at,
    p.cancel_reason, cr.stop_requested
  FROM runs r
    LEFT JOIN tasks t ON t.id = r.task_id
    LEFT JOIN console_tasks k ON k.task_id = r.task_id
    LEFT JOIN console_plans p ON p.plan_id = k.plan_id
    LEFT JOIN console_runs cr ON cr.run_id = r.id
  WHERE r.id = +?`;
const END_RUN = `UPDATE runs SET status = ?, completed_at = ?, result_data = ?, error_message = ? WHERE id = ?`;
const END_CONSOLE_RUN = "UPDATE console_runs SET exit_code = ?, signal = ? WHERE run_id = ?";
const FREE_WORKER = "UPDATE workers SET status = 'idle', current_task_id = NULL WHERE id = ? AND current_task_id = ?";
const SET_TASK = "UPDATE tasks SET status = ?, updated_at = ? WHERE id = ?";

/**
 * Records the end of an attempt: run, worker, task, its dependents' readiness, the plan's progress and end, and
 * the events, all in the caller's transaction. Fenced by the run: an attempt that lost its claim ends without a
 * trace on its task.
 */
export function finishRun(tx: WritableDatabase, end: RunEnd): FinishedRun {
  const run = statement(tx, RUN_TO_FINISH).get(end.runId);
  if (!run) return { applied: false, planEnded: null };
  const latest = textOrNull(run.latest);
  const isLatest = latest === null || latest === end.runId;
  if (run.status === "running") recordEnd(tx, end, run);
  if (run.status !== "running" || !isLatest) {
    appendStale(tx, end, run);
    return { applied: false, planEnded: null };
  }
  const at = formatTime(end.now);
  const taskId = text(run.task_id);

  // Whatever a foreign program made of the task meanwhile stands; the run's own end is recorded all the same.
  const moves = run.task_status === "in_progress";
  const retryAt = retryTime(end, run);
  if (moves) {
    const status: TaskStatus = retryAt === null ? TASK_STATUS[end.outcome] : "queued";
    const note = `UPDATE console_tasks SET not_before = ?, reason = ?,
      result_run_id = CASE WHEN ? = 'completed' THEN run_id ELSE result_run_id END WHERE task_id = ?`;
    statement(tx, note).run(retryAt, reasonOf(end, run), status, taskId);
    statement(tx, SET_TASK).run(status, at, taskId);
  }
  appendEnd(tx, end, run, retryAt);

  const planId = textOrNull(run.plan_id);
  if (planId === null) return { applied: true, planEnded: null };
  noteProgress(tx, planId, end.now);
  return { applied: true, planEnded: endPlanIfOver(tx, planId, end) ? planId : null };
}

/** Why the task stands where it does: an operator's reason says more than that the attempt was stopped. */
function reasonOf({ outcome, error }: RunEnd, run: Row): string | null {
  if (outcome === "success") return null;
  if (outcome !== "cancelled") return error;
  const ofPlan = run.cancel_requested_at === null ? null : (textOrNull(run.cancel_reason) ?? PLAN_CANCELLED);
  return textOrNull(run.reason) ?? ofPlan ?? error;
}

/** The attempt's own rows: they tell how it ended even when its task has moved on without it. */
function recordEnd(tx: WritableDatabase, end: RunEnd, run: Row): void {
  const { runId, outcome, result, error, exitCode, signal } = end;
  statement(tx, END_RUN).run(outcome, formatTime(end.now), result, error, runId);
  statement(tx, END_CONSOLE_RUN).run(exitCode, signal, runId);
  statement(tx, FREE_WORKER).run(run.worker_id, run.task_id);
}

const TASK_STATUS = { success: "completed", failure: "failed", timeout: "failed", cancelled: "cancelled" } as const;
const EVENT = {
  success: "task.completed",
  failure: "task.failed",
  timeout: "task.failed",
  cancelled: "task.cancelled",
} as const;

function retryTime({ outcome, retryAt }: RunEnd, run: Row): number | null {
  if (retryAt === null || (outcome !== "failure" && outcome !== "timeout")) return null;
  return run.cancel_requested_at === null && run.stop_requested !== "cancel" ? retryAt : null;
}

function appendEnd(tx: WritableDatabase, end: RunEnd, run: Row, retryAt: number | null): void {
  appendEvent(tx, {
    id: end.newId(),
    type: EVENT[end.outcome],
    at: end.now,
    source: end.source,
    correlationId: textOrNull(run.correlation_id),
    payload: {
      task_id: text(run.task_id),
      plan_id: textOrNull(run.plan_id),
      subtask_id: textOrNull(run.subtask_id),
      run_id: end.runId,
      run_number: integer(run.run_number),
      outcome: end.outcome,
      exit_code: end.exitCode,
      signal: end.signal,
      error: end.error,
      will_retry: retryAt !== null,
      retry_at: retryAt === null ? null : formatTime(retryAt),
    },
  });
}

function appendStale(tx: WritableDatabase, end: RunEnd, run: Row): void {
  appendEvent(tx, {
    id: end.newId(),
    type: "system.error",
    at: end.now,
    source: end.source,
    correlationId: textOrNull(run.correlation_id),
    payload: {
      error: "An attempt reported its end after it had lost its claim; the report was ignored.",
      task_id: text(run.task_id),
      run_id: end.runId,
      run_status: text(run.status),
      latest_run_id: textOrNull(run.latest),
      outcome: end.outcome,
    },
  });
}
