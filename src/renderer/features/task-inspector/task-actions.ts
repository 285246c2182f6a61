import { isTerminalTask } from "../../../shared/model/task";
import type { TaskRow } from "../../../shared/model/views";
import { lookOf } from "../../ui/looks";

type TaskStanding = Pick<TaskRow, "status" | "state">;

/** Why a task cannot be cancelled now; null: it can. */
export function cancelBlocker({ status, state }: TaskStanding): string | null {
  if (state === "stopping") return "It is being stopped already.";
  if (isTerminalTask(status)) return `It has ended: ${word(status)}.`;
  return null;
}

/** Why a task cannot be retried now; null: it can. */
export function retryBlocker({ status, state }: TaskStanding): string | null {
  if (["failed", "cancelled", "rework_needed"].includes(status)) return null;
  return `Only tasks that failed, were cancelled or need rework can be retried; this one is ${word(state)}.`;
}

function word(state: string): string {
  return lookOf("task", state).label.toLowerCase();
}

/** What a waiting task's box asks; null for a task that runs or has ended. */
export function whyTitle({ state }: TaskStanding): string | null {
  if (state === "failed") return "Why did it fail?";
  if (state === "blocked") return "Why can’t it start?";
  if (state === "review_pending") return "What is to be decided?";
  if (state === "rework_needed") return "What is to be done again?";
  return ["waiting", "queued", "retrying", "assigned"].includes(state) ? "Why isn’t it running?" : null;
}
