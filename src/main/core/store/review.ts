import { HiveError } from "../../../shared/errors";
import type { EventType } from "../../../shared/model/event";
import { requireLegalTaskTransition, type TaskStatus } from "../../../shared/model/task";
import { text, textOrNull } from "./columns";
import { statement, type WritableDatabase } from "./database";
import { appendTaskEvent, auditTask, settlePlan, type TaskAct } from "./task-act";
import { formatTime } from "./time";

/** What a reviewer makes of a task that waits for a review. */
export type Verdict = "approve" | "reject" | "send_back";

interface Consequence {
  readonly act: string;
  /** The states that a task of a plan of ours goes through, to the one where it stays. */
  readonly ours: readonly TaskStatus[];
  /** What comes after a foreign program's review is its own to do. */
  readonly foreign: readonly TaskStatus[];
  readonly event: EventType;
  /** For the reason of a task without a word of the reviewer's. */
  readonly word: string;
}

const CONSEQUENCES: Readonly<Record<Verdict, Consequence>> = {
  approve: {
    act: "tasks.approve",
    ours: ["completed"],
    foreign: ["approved"],
    event: "review.approved",
    word: "Approved",
  },
  reject: {
    act: "tasks.reject",
    ours: ["rejected", "failed"],
    foreign: ["rejected"],
    event: "review.rejected",
    word: "Rejected",
  },
  send_back: {
    act: "tasks.sendBack",
    ours: ["rework_needed"],
    foreign: ["rework_needed"],
    event: "review.completed",
    word: "Sent back",
  },
};

const FOLLOWING: Readonly<Partial<Record<TaskStatus, EventType>>> = {
  completed: "task.completed",
  failed: "task.failed",
};

export const TASK_TO_REVIEW = `SELECT t.status, k.plan_id, k.subtask_id, p.plan_id AS ours, p.correlation_id FROM tasks t
  LEFT JOIN console_tasks k ON k.task_id = t.id LEFT JOIN console_plans p ON p.plan_id = k.plan_id WHERE t.id = +?`;

/**
 * Decides a review, through every state on the way. Approved, a task of ours has completed and its dependents go
 * on; rejected, it has failed and they are blocked; sent back, it needs rework until it is retried. Throws
 * `not_found`, `illegal_transition`.
 */
export function decideReview(tx: WritableDatabase, act: TaskAct, verdict: Verdict): void {
  const { taskId, writer } = act;
  const task = statement(tx, TASK_TO_REVIEW).get(taskId);
  if (!task) {
    throw new HiveError("not_found", `There is no task ${taskId}. It may have been deleted.`, { taskId });
  }
  const { act: name, ours, foreign, event, word } = CONSEQUENCES[verdict];
  const steps = task.ours === null ? foreign : ours;
  const reason = `${word} by ${act.actor}${act.reason === null ? "" : `: ${act.reason}`}`;
  statement(tx, "UPDATE console_tasks SET reason = ? WHERE task_id = ?").run(reason, taskId);
  const before = text(task.status);
  let from = before;
  for (const to of steps) {
    requireLegalTaskTransition(taskId, from, to, "operator");
    statement(tx, "UPDATE tasks SET status = ?, updated_at = ? WHERE id = ?").run(to, formatTime(writer.now), taskId);
    from = to;
  }
  auditTask(tx, act, name, { status: before }, { status: from });
  appendTaskEvent(tx, act, task, event, { verdict, reviewer: act.actor, reason: act.reason, status: from });
  for (const status of steps) {
    const following = FOLLOWING[status];
    if (following) {
      appendTaskEvent(tx, act, task, following, { run_id: null, error: status === "failed" ? reason : null });
    }
  }
  settlePlan(tx, textOrNull(task.ours), writer);
}
