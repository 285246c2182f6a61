import type { EventRow } from "../../../shared/model/log-views";
import type { NotificationTone } from "../../../shared/model/notification";

/** Names of what events speak of; null: not known. */
export interface Names {
  readonly plan: (planId: string) => string | null;
  readonly task: (taskId: string) => string | null;
}

/** Events of one rule that belong together, the latest last. */
export interface Burst {
  readonly rule: string;
  readonly event: EventRow;
  /** With those told of before. */
  readonly count: number;
  readonly planId: string | null;
  readonly taskId: string | null;
  readonly workerId: string | null;
}

export interface Words {
  readonly title: string;
  readonly body: string;
  readonly tone: NotificationTone;
}

const MOST = 300;

function textAt(payload: unknown, key: string): string | null {
  const value = typeof payload === "object" && payload !== null ? Reflect.get(payload, key) : undefined;
  return typeof value === "string" && value !== "" ? value : null;
}

const shown = (id: string | null, name: string | null): string => name ?? (id === null ? "" : id.slice(-8));

const OUTCOMES: Readonly<Record<string, { readonly words: string; readonly tone: NotificationTone }>> = {
  completed: { words: "completed", tone: "completed" },
  failed: { words: "failed", tone: "failed" },
  partially_completed: { words: "completed in part", tone: "failed" },
  synthesis_failed: { words: "has no final plan", tone: "failed" },
  cancelled: { words: "was cancelled", tone: "queued" },
};

const TASK_ENDS: Readonly<Record<string, { readonly words: string; readonly tone: NotificationTone }>> = {
  "task.failed": { words: "failed", tone: "failed" },
  "task.completed": { words: "completed", tone: "completed" },
  "task.cancelled": { words: "cancelled", tone: "queued" },
};

const RESCUED = "What it worked on is given to others.";
const HOLDS_NO_ATTEMPT = "No attempt that is known was in its hands.";
/** By what a worker is lost as. */
const LOSSES: Readonly<Record<string, { readonly says: string; readonly body: string }>> = {
  dead: { says: "is dead", body: HOLDS_NO_ATTEMPT },
  zombie: { says: "is dead", body: HOLDS_NO_ATTEMPT },
  stale: { says: "is silent", body: HOLDS_NO_ATTEMPT },
};

/** What a person is told of a burst of events: a sentence, and what more is known. */
export function notificationWords(burst: Burst, names: Names): Words {
  const { title, body, tone } = wordsOf(burst, names);
  return { title: cut(title), body: cut(body), tone };
}

function cut(text: string): string {
  const line = text.replace(/\s+/g, " ").trim();
  return line.length > MOST ? `${line.slice(0, MOST - 1)}…` : line;
}

function wordsOf({ rule, event, count, planId, taskId, workerId }: Burst, names: Names): Words {
  const { type, payload } = event;
  const plan = planId === null ? null : shown(planId, names.plan(planId));
  const task = taskId === null ? null : shown(taskId, names.task(taskId));
  const error = textAt(payload, "error") ?? "";
  const inPlan = plan === null ? "" : ` in ${plan}`;
  const end = TASK_ENDS[type];
  if (end !== undefined) {
    const title = count === 1 ? `${task ?? "A task"} ${end.words}${inPlan}` : `${count} tasks ${end.words}${inPlan}`;
    return { title, body: count === 1 ? error : `The latest: ${task ?? "unknown"}. ${error}`, tone: end.tone };
  }
  if (type === "plan.execution_completed") {
    const status = textAt(payload, "status") ?? "";
    const { words, tone } = OUTCOMES[status] ?? { words: `ended as ${status}`, tone: "queued" as const };
    return { title: `${plan ?? "A plan"} ${words}`, body: countWords(payload), tone };
  }
  if (type === "review.requested") {
    const isEscalated = typeof payload === "object" && payload !== null && Reflect.get(payload, "escalated") === true;
    const what = isEscalated ? "A person must decide" : "Approval waiting";
    const body = error || (textAt(payload, "instructions") ?? "");
    const title = count === 1 ? `${what}: ${task ?? "a task"}${inPlan}` : `${count} tasks wait for a person${inPlan}`;
    return { title, body, tone: isEscalated ? "escalated" : "review_pending" };
  }
  if (type === "agent.heartbeat" && workerId === null && count > 1) {
    const latest = textAt(payload, "worker_id");
    return {
      title: `${count} workers are lost`,
      body: latest === null ? "" : `The latest: ${latest}.`,
      tone: "failed",
    };
  }
  if (type === "agent.heartbeat" && workerId !== null) {
    const { says, body } = LOSSES[textAt(payload, "status") ?? ""] ?? { says: "is dead", body: RESCUED };
    const reason = textAt(payload, "reason");
    return { title: `Worker ${workerId} ${says}`, body: reason === null ? body : `${reason}. ${body}`, tone: "failed" };
  }
  if (type === "system.error" || type === "agent.error") {
    const title = count === 1 ? rule : `${rule} (${count} times)`;
    return { title, body: error, tone: "escalated" };
  }
  const tone = /(\.|^)(failed|error|rejected)$/.test(type) ? "failed" : "queued";
  return { title: `${rule}: ${count === 1 ? type : `${count} × ${type}`}${inPlan}`, body: task ?? error, tone };
}

/** `2 failed, 12 completed`: what became of the tasks. */
function countWords(payload: unknown): string {
  const counts = typeof payload === "object" && payload !== null ? Reflect.get(payload, "counts") : null;
  if (typeof counts !== "object" || counts === null) return "";
  return Object.entries(counts)
    .filter(([, n]) => typeof n === "number" && n > 0)
    .toSorted(([a], [b]) => Number(b === "failed") - Number(a === "failed"))
    .map(([state, n]) => `${n} ${state.replaceAll("_", " ")}`)
    .join(", ");
}
