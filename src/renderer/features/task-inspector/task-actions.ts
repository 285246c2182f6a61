import { isTerminalTask } from "../../../shared/model/task";
import { RETRYABLE } from "../../../shared/model/task-change";
import type { TaskRow } from "../../../shared/model/views";
import { lookOf } from "../../ui/looks";

type TaskStanding = Pick<TaskRow, "status" | "state">;

const isRetryable = (status: string): boolean => RETRYABLE.some((known) => known === status);

/** Why a task cannot be cancelled now; null: it can. */
export function cancelBlocker({ status, state }: TaskStanding): string | null {
  if (state === "stopping") return "It is being stopped already.";
  if (isTerminalTask(status)) return `It has ended: ${word(status)}.`;
  return null;
}

/** Why a task cannot be retried now; null: it can. */
export function retryBlocker({ status, state }: TaskStanding): string | null {
  if (isRetryable(status)) return null;
  return `Only tasks that failed, were cancelled or escalated, or need rework can be retried; this one is ${word(state)}.`;
}

/** Why what a task runs cannot be edited now; null: it can. */
export function editBlocker({ status, state }: TaskStanding): string | null {
  if (isRetryable(status) || status === "queued") return null;
  if (status === "in_progress" || status === "assigned") {
    return "It is being worked on: cancel it first, or wait until it has ended.";
  }
  return `What runs next can be edited of a task that is queued or can be retried; this one is ${word(state)}.`;
}

/** Why the priority of a task cannot be changed; null: it can. */
export function priorityBlocker({ status }: TaskStanding): string | null {
  return isTerminalTask(status) ? `It has ended: ${word(status)}. Its priority is history.` : null;
}

function word(state: string): string {
  return lookOf("task", state).label.toLowerCase();
}

/** What a task's box asks; null for a task that runs as it should or has completed. */
export function whyTitle({ state }: TaskStanding): string | null {
  if (state === "failed") return "Why did it fail?";
  if (state === "cancelled") return "Why was it cancelled?";
  if (state === "blocked") return "Why can’t it start?";
  if (state === "review_pending" || state === "escalated") return "What is to be decided?";
  if (state === "rework_needed") return "What is to be done again?";
  return ["waiting", "queued", "retrying", "assigned", "rejected", "approved"].includes(state)
    ? "Why isn’t it running?"
    : null;
}
