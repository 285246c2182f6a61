import { NOTIFICATION_TONES, type NotificationList, type NotificationRow } from "../../../shared/model/notification";
import { integer, integerOrNull, type Row, text, textOrNull } from "./columns";
import { type ReadableDatabase, statement, type WritableDatabase } from "./database";

/** Something to tell: a new row, or more of one that nobody has seen yet. */
export type FoundNotification = Omit<NotificationRow, "id" | "seenAt">;

/** So many are kept. */
const KEPT = 1_000;

/** Null: nobody has looked yet. */
export function notifierPosition(db: ReadableDatabase): number | null {
  return integerOrNull(statement(db, "SELECT position FROM console_notifier WHERE one = 1").get()?.position);
}

const MOVE = `INSERT INTO console_notifier (one, position) VALUES (1, ?)
  ON CONFLICT (one) DO UPDATE SET position = excluded.position`;

/** Moves it from a place to the next. False: another window was quicker. */
export function moveNotifier(tx: WritableDatabase, from: number | null, to: number): boolean {
  if (notifierPosition(tx) !== from) return false;
  statement(tx, MOVE).run(to);
  return true;
}

const ALIKE = `SELECT id, count FROM console_notifications
  WHERE seen_at IS NULL AND at >= $since AND rule = $rule AND plan_id IS $planId AND worker_id IS $workerId
    AND (plan_id IS NOT NULL OR task_id IS $taskId) AND event_type = $eventType ORDER BY id DESC LIMIT 1`;
const INSERT = `INSERT INTO console_notifications
  (rule, title, body, tone, count, plan_id, task_id, worker_id, event_type, at)
  VALUES ($rule, $title, $body, $tone, $count, $planId, $taskId, $workerId, $eventType, $at)`;
const MERGE = `UPDATE console_notifications SET title = $title, body = $body, tone = $tone, count = $count,
  task_id = $taskId, at = $at WHERE id = $id`;
const TRIM = `DELETE FROM console_notifications
  WHERE id <= (SELECT max(id) FROM console_notifications) - ${KEPT}`;

/** How many of the same are unseen and younger than `since`: they become one with what is found now. */
export function countAlike(db: ReadableDatabase, found: FoundNotification, since: number): number {
  const { rule, planId, taskId, workerId, eventType } = found;
  return integer(statement(db, ALIKE).get({ since, rule, planId, taskId, workerId, eventType })?.count ?? 0);
}

/** Writes them, each into the unseen one of its kind if there is one since then. Answers the rows. */
export function putNotifications(
  tx: WritableDatabase,
  found: readonly FoundNotification[],
  since: number,
): NotificationRow[] {
  const rows = found.map((one) => {
    const { rule, planId, taskId, workerId, eventType } = one;
    const alike = statement(tx, ALIKE).get({ since, rule, planId, taskId, workerId, eventType });
    if (alike === undefined)
      return { ...one, id: Number(statement(tx, INSERT).run(one).lastInsertRowid), seenAt: null };
    const id = integer(alike.id);
    const { title, body, tone, count, at } = one;
    statement(tx, MERGE).run({ id, title, body, tone, count, taskId, at });
    return { ...one, id, seenAt: null };
  });
  statement(tx, TRIM).run();
  return rows;
}

const LIST = "SELECT * FROM console_notifications ORDER BY id DESC LIMIT ?";
const UNSEEN = "SELECT count(*) AS n FROM console_notifications WHERE seen_at IS NULL";

export function listNotifications(db: ReadableDatabase, limit: number): NotificationList {
  return {
    rows: statement(db, LIST).all(limit).map(decode),
    unseen: integer(statement(db, UNSEEN).get()?.n),
  };
}

const SEEN = "UPDATE console_notifications SET seen_at = ? WHERE id = ? AND seen_at IS NULL";
const ALL_SEEN = "UPDATE console_notifications SET seen_at = ? WHERE seen_at IS NULL";

/** For the test of their plans. */
export const NOTIFICATION_STATEMENTS = { alike: ALIKE, list: LIST, unseen: UNSEEN, seen: SEEN, trim: TRIM } as const;

/** `ids` undefined: all. */
export function markNotificationsSeen(tx: WritableDatabase, ids: readonly number[] | undefined, now: number): void {
  if (ids === undefined) statement(tx, ALL_SEEN).run(now);
  else for (const id of ids) statement(tx, SEEN).run(now, id);
}

function decode(row: Row): NotificationRow {
  return {
    id: integer(row.id),
    rule: text(row.rule),
    title: text(row.title),
    body: text(row.body),
    tone: NOTIFICATION_TONES.find((known) => known === row.tone) ?? "queued",
    count: integer(row.count),
    planId: textOrNull(row.plan_id),
    taskId: textOrNull(row.task_id),
    workerId: textOrNull(row.worker_id),
    eventType: text(row.event_type),
    at: integer(row.at),
    seenAt: integerOrNull(row.seen_at),
  };
}

/** Null: the console does not know it. */
export function planTitle(db: ReadableDatabase, planId: string): string | null {
  return textOrNull(statement(db, "SELECT title FROM console_plans WHERE plan_id = +?").get(planId)?.title);
}

export function taskTitle(db: ReadableDatabase, taskId: string): string | null {
  return textOrNull(statement(db, "SELECT title FROM tasks WHERE id = +?").get(taskId)?.title);
}
