import { isLegalTaskTransition, legalTaskTargets, type TaskStatus } from "../../../shared/model/task";
import { planInTheWay, type Verdict } from "../../../shared/model/task-change";
import { statement, type WritableDatabase } from "./database";
import { appendTaskEvent, auditTask, type TaskAct } from "./task-act";
import { queueAgain, reopenPlanOf } from "./task-control";
import type { ScopedTask } from "./task-scope";
import { formatTime } from "./time";

/** Whether a task is queued again when everything from some task on is to run again, whatever came of it. */
export function judgeRunAgain({ facts }: ScopedTask): Verdict {
  const { status, live, isHeld } = facts;
  if (status === "queued" && !live) return { touch: false, reason: "already", message: "It is queued already." };
  if (live || isHeld) {
    const message = "A process works on it: cancel it or wait for its end, then try again.";
    return { touch: false, reason: "running", message };
  }
  const way = wayToQueue(status);
  if (way === null) {
    const message = `Nobody here knows the status ${status}: force it to another one first.`;
    return { touch: false, reason: "wrong_state", message };
  }
  return planInTheWay(facts) ?? { touch: true, becomes: "queued" };
}

/**
 * Queues a task as if it had never run. Its attempts and their results stay readable; none of them counts as its result
 * any more. Answers as `judgeRunAgain`.
 */
export function runAgain(tx: WritableDatabase, act: TaskAct, task: ScopedTask, from: string): Verdict {
  const verdict = judgeRunAgain(task);
  if (!verdict.touch) return verdict;
  const { status } = task.facts;
  reopenPlanOf(tx, act, task);
  for (const step of wayToQueue(status)?.slice(0, -1) ?? []) {
    const sql = "UPDATE tasks SET status = ?, updated_at = ? WHERE id = ?";
    statement(tx, sql).run(step, formatTime(act.writer.now), act.taskId);
  }
  statement(tx, "UPDATE console_tasks SET result_run_id = NULL WHERE task_id = ?").run(act.taskId);
  queueAgain(tx, act, task);
  auditTask(tx, act, "tasks.retryFrom", { status }, { status: "queued", from });
  appendTaskEvent(tx, act, task, "task.progress", {
    status: "queued",
    was: status,
    retried_by: act.actor,
    retried_from: from,
    reason: act.reason,
  });
  return verdict;
}

/** The shortest way to `queued` that an operator may go, without its beginning; null: there is none. */
function wayToQueue(status: string): readonly TaskStatus[] | null {
  if (isLegalTaskTransition(status, "queued", "operator")) return ["queued"];
  const between = legalTaskTargets(status).find(
    (step) => isLegalTaskTransition(status, step, "operator") && isLegalTaskTransition(step, "queued", "operator"),
  );
  return between === undefined ? null : [between, "queued"];
}
