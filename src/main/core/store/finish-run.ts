import type { TaskStatus } from "../../../shared/model/task";
import { inBulk, type Ledger } from "./bulk";
import { beginCleanup } from "./cleanup";
import { integer, integerOrNull, type Row, text, textOrNull } from "./columns";
import { statement, type WritableDatabase } from "./database";
import { appendEvent, type NewEvent } from "./events";
import { endPlanIfOver, noteProgress, PLAN_CANCELLED, type Writer } from "./plan-end";
import { LET_END } from "./task-state";
import { formatTime } from "./time";
import { freeWorker } from "./turn";

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
  /** Not the task's doing: queued again, this one does not count among the attempts that it may have. */
  readonly uncounted?: boolean;
  readonly source: string;
  readonly newId: () => string;
}

export interface FinishedRun {
  /** False: the run had ended already, or a newer attempt has the task. The task was not touched. */
  readonly applied: boolean;
  /** The plan that ended with it. */
  readonly planEnded: string | null;
}

/** For a JSON list of runs. */
export const RUNS_TO_FINISH = `SELECT r.id, r.status, r.task_id, r.worker_id, r.run_number, t.status AS task_status,
    k.seq, k.run_id AS latest, k.plan_id, k.subtask_id, k.attempts, k.reason, k.lane, k.on_failure, p.correlation_id,
    p.cancel_requested_at, p.cancel_reason, cr.stop_requested,
    EXISTS (SELECT 1 FROM console_edges WHERE depends_on = k.seq) AS has_dependents
  FROM runs r
    LEFT JOIN tasks t ON t.id = r.task_id
    LEFT JOIN console_tasks k ON k.task_id = r.task_id
    LEFT JOIN console_plans p ON p.plan_id = k.plan_id
    LEFT JOIN console_runs cr ON cr.run_id = r.id
  WHERE r.id IN (SELECT value FROM json_each(?))`;
// FAIL: a throw undoes all that goes with it, so SQLite need not keep what it takes to undo one statement alone. It
// reaches into triggers, so where those write, only what none of them replaces may be written like this.
const END_RUN = "UPDATE OR FAIL runs SET status = ?, completed_at = ?, result_data = ?, error_message = ? WHERE id = ?";
const END_CONSOLE_RUN =
  "UPDATE console_runs SET live = NULL, claimed = NULL, exit_code = ?, signal = ? WHERE run_id = ?";
const COMPLETE_TASK = "UPDATE OR FAIL tasks SET status = 'completed', updated_at = ? WHERE id = ?";
const SET_TASK = "UPDATE tasks SET status = ?, updated_at = ? WHERE id = ?";
const NOTE_SUCCESS = "UPDATE console_tasks SET result_run_id = run_id, reason = NULL WHERE seq = ?";
const NOTE_END = `UPDATE console_tasks SET not_before = ?, reason = ?,
  result_run_id = CASE WHEN ? = 'completed' THEN run_id ELSE result_run_id END WHERE task_id = ?`;
const UNCOUNT = "UPDATE console_tasks SET attempts = max(0, attempts - 1) WHERE task_id = ?";
export const MEET = `UPDATE OR FAIL console_tasks SET unmet = unmet - 1
  WHERE seq IN (SELECT task FROM console_edges WHERE depends_on = ?) AND unmet > 0 RETURNING seq, unmet, plan_id, task_id`;

/** Records the end of one attempt: see `finishRuns`. */
export function finishRun(tx: WritableDatabase, end: RunEnd): FinishedRun {
  const [finished = { applied: false, planEnded: null }] = finishRuns(tx, [end]);
  return finished;
}

/**
 * Records the ends of attempts: run, worker, task, its dependents' readiness, the plan's progress and end, and
 * the events, all in the caller's transaction. Fenced by the run: an attempt that lost its claim ends without a
 * trace on its task. Answers in the order of the ends.
 */
export function finishRuns(tx: WritableDatabase, ends: readonly RunEnd[]): FinishedRun[] {
  const answers = new Map<RunEnd, FinishedRun>();
  const plans = new Map<string, RunEnd>();
  const others: RunEnd[] = [];
  const cancelling = new Set<string>();
  const note = (end: RunEnd, run: Row, planId: string | null): void => {
    answers.set(end, { applied: true, planEnded: null });
    if (planId === null) return;
    plans.set(planId, end);
    if (run.cancel_requested_at !== null) cancelling.add(planId);
  };
  inBulk(tx, (ledger) => {
    const runs = readRuns(tx, ends);
    for (const end of ends) {
      const run = runs.get(end.runId);
      // Another end of the same run must find what this one has made of it.
      runs.delete(end.runId);
      if (run && end.outcome === "success" && isOrdinary(run, end)) note(end, run, succeed(tx, end, run, ledger));
      else others.push(end);
    }
  });
  for (const end of others) {
    const run = readRuns(tx, [end]).get(end.runId);
    if (run && isCurrent(run, end)) note(end, run, finishOther(tx, end, run));
    else if (run) refuse(tx, end, run);
  }
  for (const [planId, end] of plans) {
    if (cancelling.has(planId)) beginCleanup(tx, planId, end);
    noteProgress(tx, planId, end.now);
    if (endPlanIfOver(tx, planId, end)) answers.set(end, { applied: true, planEnded: planId });
  }
  return ends.map((end) => answers.get(end) ?? { applied: false, planEnded: null });
}

function readRuns(tx: WritableDatabase, ends: readonly RunEnd[]): Map<string, Row> {
  const rows = statement(tx, RUNS_TO_FINISH).all(JSON.stringify(ends.map((end) => end.runId)));
  return new Map(rows.map((row) => [text(row.id), row]));
}

/**
 * Records what an attempt's own program has reported by the status of its run: task, dependents, plan, events. Nothing
 * when the task has moved on without it.
 */
export function settleReportedRun(tx: WritableDatabase, end: RunEnd): void {
  const run = readRuns(tx, [end]).get(end.runId);
  if (run === undefined) return;
  if (run.task_status === "in_progress" && run.latest === end.runId) {
    const planId = finishOther(tx, end, run);
    if (planId !== null && run.cancel_requested_at !== null) beginCleanup(tx, planId, end);
    if (planId !== null) settlePlans(tx, [planId], end);
  } else statement(tx, END_CONSOLE_RUN).run(end.exitCode, end.signal, end.runId);
}

/** Keeps the progress of plans, and ends those that are over. */
export function settlePlans(tx: WritableDatabase, planIds: Iterable<string>, writer: Writer): void {
  for (const planId of planIds) {
    noteProgress(tx, planId, writer.now);
    endPlanIfOver(tx, planId, writer);
  }
}

/** Lowers the counters of those that wait for a task; those that wait for nothing else are ready. */
export function meetDependents(tx: WritableDatabase, seq: number, ledger: Ledger): void {
  for (const dependent of statement(tx, MEET).all(seq)) {
    if (dependent.unmet !== 0) continue;
    ledger.met(integer(dependent.seq));
    ledger.counted(text(dependent.plan_id), "waiting", -1);
    ledger.changed("task", text(dependent.task_id));
  }
}

/** Whether the attempt still has its task. */
function isCurrent(run: Row, end: RunEnd): boolean {
  const latest = textOrNull(run.latest);
  return run.status === "running" && (latest === null || latest === end.runId);
}

/** Whether nobody but the attempt has touched its task. */
function isOrdinary(run: Row, end: RunEnd): boolean {
  return isCurrent(run, end) && run.task_status === "in_progress" && textOrNull(run.plan_id) !== null;
}

function succeed(tx: WritableDatabase, end: RunEnd, run: Row, ledger: Ledger): string {
  const planId = text(run.plan_id);
  const taskId = text(run.task_id);
  const seq = integer(run.seq);
  recordEnd(tx, end, run);
  const leavesNothing = end.result === null && run.reason === null && integer(run.attempts) === 1;
  if (!leavesNothing) statement(tx, NOTE_SUCCESS).run(seq);
  statement(tx, COMPLETE_TASK).run(formatTime(end.now), taskId);
  if (run.has_dependents === 1) meetDependents(tx, seq, ledger);
  ledger.moved(planId, "in_progress", "completed");
  ledger.grouped(integerOrNull(run.lane), -1);
  ledger.changed("task", taskId);
  ledger.changed("run", end.runId);
  ledger.changed("worker", text(run.worker_id));
  ledger.happened(endEvent(end, run, null));
  return planId;
}

function finishOther(tx: WritableDatabase, end: RunEnd, run: Row): string | null {
  recordEnd(tx, end, run);
  const taskId = text(run.task_id);
  const retryAt = retryTime(end, run);
  // Whatever a foreign program made of the task meanwhile stands; the run's own end is recorded all the same.
  if (run.task_status === "in_progress") {
    const status = retryAt === null ? lastStatus(end, run) : "queued";
    statement(tx, NOTE_END).run(retryAt, reasonOf(end, run), status, taskId);
    if (end.uncounted && retryAt !== null) statement(tx, UNCOUNT).run(taskId);
    statement(tx, SET_TASK).run(status, formatTime(end.now), taskId);
    appendEvent(tx, endEvent(end, run, retryAt));
    if (status === "escalated") appendEvent(tx, escalation(end, run));
  } else appendEvent(tx, leavingTask(endEvent(end, run, retryAt)));
  return textOrNull(run.plan_id);
}

/** An attempt without its task ends and leaves no trace on that. */
function refuse(tx: WritableDatabase, end: RunEnd, run: Row): void {
  if (run.status === "running") recordEnd(tx, end, run);
  appendStale(tx, end, run);
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
  const workerId = textOrNull(run.worker_id);
  if (workerId !== null) freeWorker(tx, workerId, text(run.task_id));
}

const TASK_STATUS = { success: "completed", failure: "failed", timeout: "failed", cancelled: "cancelled" } as const;
const EVENT = {
  success: "task.completed",
  failure: "task.failed",
  timeout: "task.failed",
  cancelled: "task.cancelled",
} as const;

/** `console_tasks.on_failure` of a task whose failure a person is to judge. */
const ESCALATES = 2;

/** What a task is after its last attempt. A plan that is being cancelled asks nobody any more. */
function lastStatus({ outcome }: RunEnd, run: Row): TaskStatus {
  const status = TASK_STATUS[outcome];
  return status === "failed" && run.on_failure === ESCALATES && run.cancel_requested_at === null ? "escalated" : status;
}

function escalation(end: RunEnd, run: Row): NewEvent {
  return {
    id: end.newId(),
    type: "review.requested",
    at: end.now,
    source: end.source,
    correlationId: textOrNull(run.correlation_id),
    payload: {
      task_id: text(run.task_id),
      plan_id: textOrNull(run.plan_id),
      subtask_id: textOrNull(run.subtask_id),
      run_id: end.runId,
      escalated: true,
      error: end.error,
    },
  };
}

function retryTime({ outcome, retryAt }: RunEnd, run: Row): number | null {
  if (retryAt === null || (outcome !== "failure" && outcome !== "timeout")) return null;
  const isLast = run.stop_requested === "cancel" || run.stop_requested === LET_END;
  return run.cancel_requested_at === null && !isLast ? retryAt : null;
}

function endEvent(end: RunEnd, run: Row, retryAt: number | null): NewEvent {
  return {
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
  };
}

/** The attempt ended, and its task stands where others have put it: whoever rebuilds the past must not be misled. */
function leavingTask(event: NewEvent): NewEvent {
  return { ...event, payload: { ...event.payload, left_task: true } };
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
