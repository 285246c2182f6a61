import type { EventType } from "../../../shared/model/event";
import { requireLegalTaskTransition, type TaskStatus } from "../../../shared/model/task";
import { REVIEW_STEPS } from "../../../shared/model/task-change";
import { statement, type WritableDatabase } from "./database";
import { appendTaskEvent, auditTask, type TaskAct } from "./task-act";
import type { ScopedTask } from "./task-scope";
import { formatTime } from "./time";

/** What a reviewer makes of a task that waits for a review. */
export type Review = keyof typeof REVIEW_STEPS;

interface Consequence {
  readonly verdict: string;
  readonly event: EventType;
  /** For the reason of a task without a word of the reviewer's. */
  readonly word: string;
}

const CONSEQUENCES: Readonly<Record<Review, Consequence>> = {
  "tasks.approve": { verdict: "approve", event: "review.approved", word: "Approved" },
  "tasks.reject": { verdict: "reject", event: "review.rejected", word: "Rejected" },
  "tasks.sendBack": { verdict: "send_back", event: "review.completed", word: "Sent back" },
};

const FOLLOWING: Readonly<Partial<Record<TaskStatus, EventType>>> = {
  completed: "task.completed",
  failed: "task.failed",
};

/**
 * Decides a review, through every state on the way. Approved, a task of ours has completed and its dependents go
 * on; rejected, it has failed and they are blocked; sent back, it needs rework until it is retried. What comes after
 * the review of a foreign task is its program's to do. Throws `illegal_transition`.
 */
export function decideReview(tx: WritableDatabase, act: TaskAct, task: ScopedTask, review: Review): void {
  const { taskId, writer } = act;
  const { verdict, event, word } = CONSEQUENCES[review];
  const steps = REVIEW_STEPS[review][task.facts.plan === null ? "foreign" : "ours"];
  const reason = `${word} by ${act.actor}${act.reason === null ? "" : `: ${act.reason}`}`;
  statement(tx, "UPDATE console_tasks SET reason = ? WHERE task_id = ?").run(reason, taskId);
  const before = task.facts.status;
  let from = before;
  for (const to of steps) {
    requireLegalTaskTransition(taskId, from, to, "operator");
    statement(tx, "UPDATE tasks SET status = ?, updated_at = ? WHERE id = ?").run(to, formatTime(writer.now), taskId);
    from = to;
  }
  auditTask(tx, act, review, { status: before }, { status: from });
  appendTaskEvent(tx, act, task, event, { verdict, reviewer: act.actor, reason: act.reason, status: from });
  for (const status of steps) {
    const following = FOLLOWING[status];
    if (following) {
      appendTaskEvent(tx, act, task, following, { run_id: null, error: status === "failed" ? reason : null });
    }
  }
}
