import {
  ATTENTION_KINDS,
  type AttentionItem,
  type AttentionKind,
  MOST_OF_A_KIND,
} from "../../../shared/model/overview";
import { formatAge, formatCount, plural } from "../../ui/format";
import type { StateKind } from "../../ui/looks";

interface Words {
  /** The state whose glyph and hue stand for it. */
  readonly kind: StateKind;
  readonly state: string;
  readonly label: string;
}

export const ATTENTION_LOOKS: Readonly<Record<AttentionKind, Words>> = {
  escalated: { kind: "task", state: "escalated", label: "Escalated" },
  review: { kind: "task", state: "review_pending", label: "Review" },
  failed: { kind: "task", state: "failed", label: "Failed" },
  stuck: { kind: "task", state: "stuck", label: "Stuck" },
  rework: { kind: "task", state: "rework_needed", label: "Rework" },
  worker: { kind: "worker", state: "stale", label: "Workers" },
};

export function idOf(item: AttentionItem): string {
  return item.kind === "worker" ? `worker ${item.worker.id}` : item.task.id;
}

/** The glyph of one item: a worker's own state says more than that it is listed. */
export function stateOf(item: AttentionItem): Pick<Words, "kind" | "state"> {
  return item.kind === "worker" ? { kind: "worker", state: item.worker.state } : ATTENTION_LOOKS[item.kind];
}

const STOP = /[.!?]$/;
const sentence = (text: string): string => (STOP.test(text) ? text : `${text}.`);

/** One line: why it is listed, and what hangs on it. */
export function whyOf(item: AttentionItem, now: number): string {
  if (item.kind === "worker") {
    const { state, pid, lastHeartbeat } = item.worker;
    const heard = lastHeartbeat === null ? "no heartbeat ever" : `last heartbeat ${formatAge(now - lastHeartbeat)} ago`;
    if (state === "dead") return `Process ${pid ?? ""} is gone, ${heard}.`.replace("  ", " ");
    if (state === "zombie")
      return `Process ${pid ?? ""} has ended and its parent has not noticed, ${heard}.`.replace("  ", " ");
    return state === "error" ? `It reports an error, ${heard}.` : `It does not report any more: ${heard}.`;
  }
  const { task, blocks } = item;
  const behind = blocks === 0 ? "" : ` Blocks ${blocks === 1_000 ? "1,000 tasks or more" : plural(blocks, "task")}.`;
  return `${cause(item, now)}${task.status === "completed" ? "" : behind}`;
}

function cause({ kind, task, worker }: Exclude<AttentionItem, { kind: "worker" }>, now: number): string {
  switch (kind) {
    case "escalated":
      return sentence(task.reason ?? "A person must decide how it goes on");
    case "review":
      return sentence(task.reason ?? "It waits for a review");
    case "failed": {
      const spent = `${formatCount(task.attempts)}/${formatCount(task.maxAttempts)} attempts spent`;
      return task.reason === null ? `${spent}.` : `${spent}. ${sentence(task.reason)}`;
    }
    case "rework":
      return sentence(task.reason ?? "Sent back: it is done again when it is retried");
    case "stuck": {
      if (worker === null) {
        return task.workerId === null
          ? "In progress, and nobody works on it."
          : `Given to ${task.workerId}, which is not registered.`;
      }
      const heard =
        worker.lastHeartbeat === null ? "" : `, last heartbeat ${formatAge(now - worker.lastHeartbeat)} ago`;
      const what = worker.state === "dead" || worker.state === "zombie" ? "process is gone" : `is ${worker.state}`;
      return `${worker.id} ${what}${heard}. The task is still marked in progress.`;
    }
  }
}

/** Of each kind only so many are read: there may be more. */
export function isCapped(items: readonly AttentionItem[]): boolean {
  return ATTENTION_KINDS.some((kind) => items.filter((item) => item.kind === kind).length >= MOST_OF_A_KIND);
}
