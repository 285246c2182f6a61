import { z } from "zod";
import { topicMatcher } from "./topic";

/** One condition on an event's payload: the value at a path is one of these. */
const condition = z.strictObject({
  /** Keys with dots between them, as in `payload`. */
  path: z.string().min(1).max(200),
  is: z
    .array(z.union([z.string().max(500), z.number(), z.boolean(), z.null()]))
    .min(1)
    .max(50),
});
export type EventCondition = z.output<typeof condition>;

/** All of them must hold. */
export const eventConditions = z.array(condition).max(10);

export const topicPattern = z.string().min(1).max(200);

const notificationRule = z.strictObject({
  name: z.string().trim().min(1, "a rule needs a name").max(80),
  topic: topicPattern,
  where: eventConditions.default([]),
  on: z.boolean().default(true),
});
export type NotificationRule = z.output<typeof notificationRule>;

export const notificationRules = z
  .array(notificationRule)
  .max(50)
  .refine((rules) => new Set(rules.map(({ name }) => name)).size === rules.length, "two rules have the same name");

/** What most operators want to know at once. */
export const DEFAULT_RULES: readonly NotificationRule[] = [
  {
    name: "Plan failed",
    topic: "plan.execution_completed",
    where: [{ path: "status", is: ["failed", "partially_completed", "synthesis_failed"] }],
    on: true,
  },
  { name: "Approval waiting", topic: "review.requested", where: [], on: true },
  {
    name: "Worker dead",
    topic: "agent.heartbeat",
    where: [{ path: "lost", is: [true] }],
    on: true,
  },
  { name: "Trouble of the console", topic: "system.error", where: [], on: true },
  { name: "Task failed", topic: "task.failed", where: [{ path: "will_retry", is: [false] }], on: false },
];

/** What a rule looks at. */
export interface JudgedEvent {
  readonly type: string;
  readonly payload: unknown;
}

/** Compiles topic and conditions once, for many events. */
export function eventMatcher(topic: string, where: readonly EventCondition[]): (event: JudgedEvent) => boolean {
  const isTopic = topicMatcher(topic);
  const conditions = where.map(({ path, is }) => ({ keys: path.split("."), is }));
  return ({ type, payload }) =>
    isTopic(type) && conditions.every(({ keys, is }) => is.some((wanted) => wanted === valueAt(payload, keys)));
}

function valueAt(payload: unknown, keys: readonly string[]): unknown {
  let value: unknown = payload;
  for (const key of keys) {
    if (typeof value !== "object" || value === null || !Object.hasOwn(value, key)) return null;
    value = Reflect.get(value, key);
  }
  return value;
}

const TEXT = /^\s*([^=\s]+)\s*=\s*(.+?)\s*$/;

/** `status=failed|cancelled, lost=true` as conditions; null: it cannot be read. Empty: none. */
export function parseConditions(text: string): EventCondition[] | null {
  const parts = text.split(",").filter((part) => part.trim() !== "");
  const read = parts.map((part): EventCondition | null => {
    const [, path, values] = TEXT.exec(part) ?? [];
    return path === undefined || values === undefined ? null : { path, is: values.split("|").map(readValue) };
  });
  const conditions = read.filter((one) => one !== null);
  return conditions.length === read.length && eventConditions.safeParse(conditions).success ? conditions : null;
}

function readValue(text: string): EventCondition["is"][number] {
  const word = text.trim();
  if (word === "true" || word === "false") return word === "true";
  if (word === "null") return null;
  return word !== "" && String(Number(word)) === word ? Number(word) : word;
}

export function conditionsText(where: readonly EventCondition[]): string {
  return where.map(({ path, is }) => `${path}=${is.map(String).join("|")}`).join(", ");
}

export const NOTIFICATION_TONES = ["failed", "escalated", "review_pending", "completed", "queued"] as const;
export type NotificationTone = (typeof NOTIFICATION_TONES)[number];

/** Something that a rule found, or several of the same at once. */
export interface NotificationRow {
  readonly id: number;
  readonly rule: string;
  /** In a sentence: "37 tasks failed in Release". */
  readonly title: string;
  readonly body: string;
  readonly tone: NotificationTone;
  /** Events that it stands for. */
  readonly count: number;
  readonly planId: string | null;
  readonly taskId: string | null;
  readonly workerId: string | null;
  /** Of the latest of its events. */
  readonly eventType: string;
  readonly at: number;
  readonly seenAt: number | null;
}

export interface NotificationList {
  /** The latest first. */
  readonly rows: readonly NotificationRow[];
  readonly unseen: number;
}

/** Where a notification leads, as the window's address says it. */
export function notificationPlace(
  row: Pick<NotificationRow, "planId" | "taskId" | "workerId" | "eventType" | "count">,
): string {
  const { planId, taskId, workerId, eventType, count } = row;
  const task = taskId === null || count > 1 ? "" : `/tasks/${encodeURIComponent(taskId)}`;
  if (planId !== null) return `#/plans/${encodeURIComponent(planId)}${task}`;
  if (taskId !== null) return `#${task === "" ? "/tasks" : task}`;
  if (workerId !== null) return `#/workers/${encodeURIComponent(workerId)}`;
  if (eventType === "agent.heartbeat") return "#/workers";
  return eventType === "system.error" ? "#/settings/notifications" : "#/events";
}
