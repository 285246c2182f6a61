import { HiveError } from "../../../shared/errors";
import type { EventType } from "../../../shared/model/event";
import { legalTaskTargets, type TaskStatus } from "../../../shared/model/task";
import { judge, type Skip, type TaskChange, type Verdict } from "../../../shared/model/task-change";
import { statement, type WritableDatabase } from "./database";
import { cancelTaskRow, legalWords, noteStopReason, reopenPlan } from "./plan-control";
import type { Writer } from "./plan-end";
import { requestStop } from "./queue";
import { decidedBy, tellQueuedAgain } from "./queued-behind";
import { decideReview } from "./review";
import { appendTaskEvent, auditTask, settlePlan, type TaskAct } from "./task-act";
import { readScopedTask, type ScopedTask } from "./task-scope";
import { parseSpec } from "./task-spec";
import { LET_END } from "./task-state";
import { formatTime } from "./time";

/**
 * Does what an operator wants with one task, after a look at it in this transaction. What is so already is no
 * mistake. Throws `not_found`, `illegal_transition`, `not_allowed`.
 */
export function changeTask(tx: WritableDatabase, act: TaskAct, change: TaskChange): void {
  const task = readScopedTask(tx, act.taskId, act.writer.now);
  if (!task) throw noSuchTask(act.taskId);
  const verdict = judge(change, task.facts);
  if (!verdict.touch) {
    if (verdict.reason === "already") return;
    throw refusal(task, change, verdict);
  }
  perform(tx, act, change, task);
  settlePlan(tx, planOfOurs(task), act.writer);
}

/** The same to a task as it was found in this transaction. Its plan's end is the caller's to check. */
export function changeScopedTask(tx: WritableDatabase, act: TaskAct, change: TaskChange, task: ScopedTask): Verdict {
  const verdict = judge(change, task.facts);
  if (verdict.touch) perform(tx, act, change, task);
  return verdict;
}

/** The plan whose progress and end the console looks after. */
export function planOfOurs({ planId, facts }: ScopedTask): string | null {
  return facts.plan === null ? null : planId;
}

export function noSuchTask(taskId: string): HiveError {
  return new HiveError("not_found", `There is no task ${taskId}. It may have been deleted.`, { taskId });
}

/** What an operator is told who wanted the one task. */
export function refusal(task: ScopedTask, change: TaskChange, { reason, message }: Skip): HiveError {
  const from = task.facts.status;
  const what = `Task "${task.title}" was left as it is. ${message}`;
  if (reason === "plan_closed") return new HiveError("illegal_transition", what, { taskId: task.taskId, from });
  if (reason !== "wrong_state" || change.act === "tasks.setPriority") {
    return new HiveError("not_allowed", what, { taskId: task.taskId, from, reason });
  }
  const legal = legalTaskTargets(from);
  const to = targetOf(change);
  const why = change.act === "tasks.retry" ? message : `It cannot go from ${from} to ${to}.`;
  return new HiveError("illegal_transition", `Task "${task.title}": ${why} ${legalWords(from, legal)}`, {
    taskId: task.taskId,
    from,
    to,
    legal,
  });
}

function targetOf(change: TaskChange): TaskStatus {
  switch (change.act) {
    case "tasks.retry":
    case "tasks.setPriority":
      return "queued";
    case "tasks.cancel":
      return "cancelled";
    case "tasks.approve":
      return "approved";
    case "tasks.reject":
      return "rejected";
    case "tasks.sendBack":
      return "rework_needed";
    case "tasks.forceState":
      return change.status;
  }
}

function perform(tx: WritableDatabase, act: TaskAct, change: TaskChange, task: ScopedTask): void {
  if (change.act === "tasks.retry") retry(tx, act, task);
  else if (change.act === "tasks.cancel") cancel(tx, act, task, change.mode === "let_end");
  else if (change.act === "tasks.setPriority") setPriority(tx, act, task, change.priority);
  else if (change.act === "tasks.forceState") forceState(tx, act, task, change.status);
  else decideReview(tx, act, task, change.act);
}

function cancel(tx: WritableDatabase, act: TaskAct, task: ScopedTask, letsEnd: boolean): void {
  const { status } = task.facts;
  const asked = task.facts.live && (letsEnd ? askForLastEnd : askToStop)(tx, task.runId ?? "");
  const reason = act.reason ?? `Cancelled by ${act.actor}`;
  const after = letsEnd ? { status, last_attempt: true } : { status, stopping: true };
  auditTask(tx, act, "tasks.cancel", { status }, asked ? after : { status: "cancelled" });
  if (asked) {
    noteStopReason(tx, act.taskId, letsEnd ? `Not retried: ${reason}` : reason);
    appendTaskEvent(tx, act, task, "task.progress", { ...after, reason });
    return;
  }
  cancelTaskRow(tx, act.taskId, reason, act.writer);
  appendTaskEvent(tx, act, task, "task.cancelled", { run_id: null, reason });
}

function askToStop(tx: WritableDatabase, runId: string): boolean {
  return requestStop(tx, runId, "cancel");
}

/** Lets the run go on to its end, which is then not retried. False: it does not run any more. */
function askForLastEnd(tx: WritableDatabase, runId: string): boolean {
  const sql = `UPDATE console_runs SET stop_requested = coalesce(stop_requested, '${LET_END}')
    WHERE run_id = ? AND live IS NOT NULL`;
  return statement(tx, sql).run(runId).changes > 0;
}

function retry(tx: WritableDatabase, act: TaskAct, task: ScopedTask): void {
  const { status } = task.facts;
  reopenPlanOf(tx, act, task);
  queueAgain(tx, act, task);
  auditTask(tx, act, "tasks.retry", { status }, { status: "queued" });
  appendTaskEvent(tx, act, task, "task.progress", { status: "queued", retried_by: act.actor, reason: act.reason });
}

export function reopenPlanOf(tx: WritableDatabase, act: TaskAct, task: ScopedTask): void {
  if (task.facts.plan !== null && task.planId !== null) reopenPlan(tx, task.planId, act.writer);
}

/**
 * A task's row as if it had never run, with as many attempts ahead as at first, and the same for what ran, or was not
 * needed, because of how it had ended. Attempts so far stay counted.
 */
export function queueAgain(tx: WritableDatabase, { taskId, writer }: TaskAct, { seq, planId }: ScopedTask): void {
  queueRowAgain(tx, taskId, seq, writer);
  if (seq === null || planId === null) return;
  for (const behind of decidedBy(tx, seq, planId)) {
    queueRowAgain(tx, behind.taskId, behind.seq, writer);
    tellQueuedAgain(tx, behind, { planId, because: taskId }, writer);
  }
}

function queueRowAgain(tx: WritableDatabase, taskId: string, seq: number | null, writer: Writer): void {
  if (seq !== null) allowAttempts(tx, seq, null);
  statement(tx, "UPDATE tasks SET status = 'queued', assigned_worker = NULL, updated_at = ? WHERE id = ?").run(
    formatTime(writer.now),
    taskId,
  );
}

function allowAttempts(tx: WritableDatabase, seq: number, reason: string | null): void {
  const spec = parseSpec(statement(tx, "SELECT spec FROM console_specs WHERE seq = ?").get(seq)?.spec);
  statement(
    tx,
    "UPDATE console_tasks SET max_attempts = attempts + 1 + ?, reason = ?, not_before = NULL WHERE seq = ?",
  ).run(spec?.retries.count ?? 0, reason, seq);
}

function setPriority(tx: WritableDatabase, act: TaskAct, task: ScopedTask, priority: number): void {
  const at = formatTime(act.writer.now);
  statement(tx, "UPDATE tasks SET priority = ?, updated_at = ? WHERE id = ?").run(priority, at, act.taskId);
  auditTask(tx, act, "tasks.setPriority", { priority: task.facts.priority }, { priority });
  const { status } = task.facts;
  appendTaskEvent(tx, act, task, "task.progress", { status, priority, was: task.facts.priority, reason: act.reason });
}

/** Everything else is progress. */
const FORCED_EVENT: Readonly<Partial<Record<TaskStatus, EventType>>> = {
  completed: "task.completed",
  failed: "task.failed",
  cancelled: "task.cancelled",
  review_pending: "review.requested",
};

function forceState(tx: WritableDatabase, act: TaskAct, task: ScopedTask, to: TaskStatus): void {
  const from = task.facts.status;
  const reason = `Forced to ${to} by ${act.actor}${act.reason === null ? "" : `: ${act.reason}`}`;
  // Its plan's outcome follows from its tasks: an ended one is taken up again, and ends anew at once or later.
  reopenPlanOf(tx, act, task);
  if (task.seq !== null) allowAttempts(tx, task.seq, to === "completed" ? null : reason);
  const worker = to === "queued" ? ", assigned_worker = NULL" : "";
  statement(tx, `UPDATE tasks SET status = ?${worker}, updated_at = ? WHERE id = ?`).run(
    to,
    formatTime(act.writer.now),
    act.taskId,
  );
  auditTask(tx, act, "tasks.forceState", { status: from }, { status: to });
  const type = FORCED_EVENT[to] ?? "task.progress";
  appendTaskEvent(tx, act, task, type, {
    run_id: null,
    status: to,
    was: from,
    forced_by: act.actor,
    reason: act.reason,
  });
}
