import { HiveError } from "../../../shared/errors";
import { isLegalTaskTransition, legalTaskTargets } from "../../../shared/model/task";
import { type Row, text, textOrNull } from "./columns";
import { statement, type WritableDatabase } from "./database";
import { cancelTaskRow, legalWords, noteStopReason, reopenPlan } from "./plan-control";
import { requestStop } from "./queue";
import { appendTaskEvent, auditTask, settlePlan, type TaskAct } from "./task-act";
import { parseSpec } from "./task-spec";
import { formatTime } from "./time";

export const TASK_TO_CONTROL = `SELECT t.status, t.title, k.seq, k.plan_id, k.subtask_id, k.run_id, p.correlation_id, cr.live
  FROM tasks t
    LEFT JOIN console_tasks k ON k.task_id = t.id
    LEFT JOIN console_plans p ON p.plan_id = k.plan_id
    LEFT JOIN console_runs cr ON cr.run_id = k.run_id
  WHERE t.id = +?`;

/**
 * Cancels a task: at once when no process works on it; else its run is asked to stop and the task is cancelled
 * when that has. Asking twice is no mistake. Throws `not_found`, `illegal_transition`.
 */
export function cancelTask(tx: WritableDatabase, act: TaskAct): void {
  const task = taskToControl(tx, act.taskId);
  const from = text(task.status);
  if (!isLegalTaskTransition(from, "cancelled", "operator")) throw illegalTask(act.taskId, task, "cancelled");
  const stops = task.live !== null && requestStop(tx, text(task.run_id), "cancel");
  const reason = act.reason ?? `Cancelled by ${act.actor}`;
  auditTask(
    tx,
    act,
    "tasks.cancel",
    { status: from },
    stops ? { status: from, stopping: true } : { status: "cancelled" },
  );
  if (stops) {
    noteStopReason(tx, act.taskId, reason);
    return;
  }
  cancelTaskRow(tx, act.taskId, reason, act.writer);
  appendTaskEvent(tx, act, task, "task.cancelled", { run_id: null, reason });
  settlePlan(tx, textOrNull(task.plan_id), act.writer);
}

const RETRIED: readonly string[] = ["failed", "cancelled", "rework_needed"];

/**
 * Queues a failed or cancelled task, or one that needs rework, again, with as many attempts as at first, and takes
 * its plan up again if that has ended. Throws `not_found`, `illegal_transition`, `not_allowed`.
 */
export function retryTask(tx: WritableDatabase, act: TaskAct): void {
  const task = taskToControl(tx, act.taskId);
  const from = text(task.status);
  // The table also lets an operator requeue work in progress; two processes at one task are no retry.
  if (!RETRIED.includes(from)) throw illegalTask(act.taskId, task, "queued");
  const planId = textOrNull(task.plan_id);
  if (planId !== null) {
    reopenPlan(tx, planId, act.writer);
    const spec = parseSpec(statement(tx, "SELECT spec FROM console_specs WHERE seq = ?").get(task.seq)?.spec);
    statement(
      tx,
      "UPDATE console_tasks SET max_attempts = attempts + 1 + ?, reason = NULL, not_before = NULL WHERE task_id = ?",
    ).run(spec?.retries.count ?? 0, act.taskId);
  }
  statement(tx, "UPDATE tasks SET status = 'queued', assigned_worker = NULL, updated_at = ? WHERE id = ?").run(
    formatTime(act.writer.now),
    act.taskId,
  );
  auditTask(tx, act, "tasks.retry", { status: from }, { status: "queued" });
  appendTaskEvent(tx, act, task, "task.progress", { status: "queued", retried_by: act.actor, reason: act.reason });
  settlePlan(tx, textOrNull(task.plan_id), act.writer);
}

function taskToControl(tx: WritableDatabase, taskId: string): Row {
  const task = statement(tx, TASK_TO_CONTROL).get(taskId);
  if (task) return task;
  throw new HiveError("not_found", `There is no task ${taskId}. It may have been deleted.`, { taskId });
}

function illegalTask(taskId: string, task: Row, to: "queued" | "cancelled"): HiveError {
  const from = text(task.status);
  const legal = legalTaskTargets(from);
  const words =
    to === "queued"
      ? `cannot be retried: it would go from ${from} to queued, and only a failed or cancelled task, or one that needs rework, is retried.`
      : `cannot go from ${from} to ${to}.`;
  return new HiveError("illegal_transition", `Task "${text(task.title)}" ${words} ${legalWords(from, legal)}`, {
    taskId,
    from,
    to,
    legal,
  });
}
