import { HiveError } from "../../../shared/errors";
import { type EventCondition, eventConditions } from "../../../shared/model/notification";
import {
  DELIVERY_OUTCOMES,
  type DeliveryRow,
  SUBSCRIPTION_STATES,
  type SubscriptionInput,
  type SubscriptionRow,
  type SubscriptionTarget,
  subscriptionTarget,
} from "../../../shared/model/subscription";
import { appendAudit } from "./audit";
import { integer, integerOrNull, json, type Row, text, textOrNull } from "./columns";
import { type ReadableDatabase, statement, type WritableDatabase } from "./database";
import { appendEvent } from "./events";
import type { Writer } from "./plan-end";
import { formatTime } from "./time";

/** A subscription that the console delivers. */
export interface StoredSubscription {
  readonly id: string;
  readonly name: string;
  readonly topic: string;
  readonly where: readonly EventCondition[];
  /** Null: what is kept for it cannot be read. */
  readonly target: SubscriptionTarget | null;
  readonly hasKeptSecret: boolean;
  readonly timeoutMs: number;
  readonly state: SubscriptionRow["state"];
  readonly reason: string | null;
  readonly position: number;
  readonly failures: number;
  readonly nextAt: number | null;
  readonly delivered: number;
  readonly lastAt: number | null;
  readonly lastError: string | null;
  readonly createdAt: number;
  readonly createdBy: string;
}

/** No list of webhooks is longer. */
const MOST = 500;

const COLUMNS = `SELECT s.*, e.event_pattern, e.subscriber_agent, e.active
  FROM console_subscriptions s CROSS JOIN event_subscriptions e ON e.subscription_id = s.subscription_id`;
const ALL = `${COLUMNS} ORDER BY e.subscriber_agent, s.subscription_id LIMIT ${MOST}`;
const ONE = `${COLUMNS} WHERE s.subscription_id = +?`;

/** By name. */
export function listSubscriptions(db: ReadableDatabase): StoredSubscription[] {
  return statement(db, ALL).all().map(decode);
}

export function readSubscription(db: ReadableDatabase, id: string): StoredSubscription | null {
  const row = statement(db, ONE).get(id);
  return row ? decode(row) : null;
}

/** Throws `not_found`. */
export function requireSubscription(db: ReadableDatabase, id: string): StoredSubscription {
  const found = readSubscription(db, id);
  if (found) return found;
  throw new HiveError("not_found", `There is no subscription ${id}. It may have been removed.`, { subscriptionId: id });
}

function decode(row: Row): StoredSubscription {
  const state = SUBSCRIPTION_STATES.find((known) => known === row.state) ?? "disabled";
  const conditions = eventConditions.safeParse(json(row.conditions));
  const target = subscriptionTarget.safeParse(json(row.target));
  return {
    id: text(row.subscription_id),
    name: text(row.subscriber_agent),
    topic: text(row.event_pattern),
    where: conditions.data ?? [],
    target: conditions.success && target.success ? target.data : null,
    hasKeptSecret: row.kept_secret === 1,
    timeoutMs: integer(row.timeout_ms),
    // The row upstream belongs to every program: one that turns it off is obeyed.
    state: state === "active" && integerOrNull(row.active) !== 1 ? "off" : state,
    reason: textOrNull(row.reason),
    position: integer(row.position),
    failures: integer(row.failures),
    nextAt: integerOrNull(row.next_at),
    delivered: integer(row.delivered),
    lastAt: integerOrNull(row.last_at),
    lastError: textOrNull(row.last_error),
    createdAt: integer(row.created_at),
    createdBy: text(row.created_by),
  };
}

export interface SubscriptionAct {
  readonly id: string;
  readonly reason: string | null;
  readonly actor: string;
  readonly now: number;
}

function audit(tx: WritableDatabase, act: SubscriptionAct, verb: string, before: unknown, after: unknown): void {
  const { id, reason, actor, now } = act;
  appendAudit(tx, {
    at: now,
    actor,
    act: `subscriptions.${verb}`,
    entity: "subscription",
    entityId: id,
    reason,
    before,
    after,
  });
}

const told = ({ name, topic, where, target, timeoutMs, state }: StoredSubscription) => ({
  name,
  topic,
  where,
  target,
  timeoutSeconds: timeoutMs / 1_000,
  state,
});

const INSERT_UPSTREAM = `INSERT INTO event_subscriptions
  (subscription_id, event_pattern, subscriber_agent, callback_info, created_at, active) VALUES (?, ?, ?, ?, ?, 1)`;
const INSERT = `INSERT INTO console_subscriptions
  (subscription_id, conditions, target, kept_secret, timeout_ms, state, position, created_at, created_by)
  VALUES ($id, $conditions, $target, $keptSecret, $timeoutMs, 'active', $position, $now, $actor)`;

export interface NewSubscription extends SubscriptionAct {
  readonly input: SubscriptionInput;
  readonly hasKeptSecret: boolean;
  readonly position: number;
}

/** Throws `not_allowed` for a name that is taken, or too many. */
export function insertSubscription(tx: WritableDatabase, given: NewSubscription): void {
  const { id, input, hasKeptSecret, position, now, actor } = given;
  requireRoom(tx);
  requireFreeName(tx, input.name, id);
  statement(tx, INSERT_UPSTREAM).run(id, input.topic, input.name, callbackInfo(input.target), formatTime(now));
  statement(tx, INSERT).run({ ...columns(input, hasKeptSecret), id, position, now, actor });
  audit(tx, given, "add", null, told(requireSubscription(tx, id)));
}

const UPDATE_UPSTREAM =
  "UPDATE event_subscriptions SET event_pattern = ?, subscriber_agent = ?, callback_info = ? WHERE subscription_id = ?";
const UPDATE = `UPDATE console_subscriptions SET conditions = $conditions, target = $target, kept_secret = $keptSecret,
  timeout_ms = $timeoutMs, next_at = NULL WHERE subscription_id = $id`;

/** Its place in the log stays. Throws `not_found`, `not_allowed` for a name that is taken. */
export function updateSubscription(tx: WritableDatabase, given: Omit<NewSubscription, "position">): void {
  const { id, input, hasKeptSecret } = given;
  const before = told(requireSubscription(tx, id));
  requireFreeName(tx, input.name, id);
  statement(tx, UPDATE_UPSTREAM).run(input.topic, input.name, callbackInfo(input.target), id);
  statement(tx, UPDATE).run({ ...columns(input, hasKeptSecret), id });
  audit(tx, given, "edit", before, told(requireSubscription(tx, id)));
}

function columns({ where, target, timeoutSeconds }: SubscriptionInput, hasKeptSecret: boolean) {
  return {
    conditions: JSON.stringify(where),
    target: JSON.stringify(target),
    keptSecret: hasKeptSecret ? 1 : 0,
    timeoutMs: timeoutSeconds * 1_000,
  };
}

/** For other programs to see whose it is. */
function callbackInfo(target: SubscriptionTarget): string {
  const where = target.kind === "webhook" ? { url: target.url } : { run: target.run };
  return JSON.stringify({ delivered_by: "hive-console", kind: target.kind, ...where });
}

function requireRoom(db: ReadableDatabase): void {
  if (integer(statement(db, "SELECT count(*) AS n FROM console_subscriptions").get()?.n) < MOST) return;
  throw new HiveError("not_allowed", `There are ${MOST} subscriptions already: remove one first.`, { most: MOST });
}

const NAMED = `${COLUMNS} WHERE e.subscriber_agent = +? AND s.subscription_id <> +?`;

function requireFreeName(db: ReadableDatabase, name: string, id: string): void {
  if (!statement(db, NAMED).get(name, id)) return;
  throw new HiveError("not_allowed", `There is a subscription "${name}" already. Choose another name.`, { name });
}

/** Its deliveries go with it. Throws `not_found`. */
export function deleteSubscription(tx: WritableDatabase, act: SubscriptionAct): void {
  const before = told(requireSubscription(tx, act.id));
  statement(tx, "DELETE FROM event_subscriptions WHERE subscription_id = ?").run(act.id);
  audit(tx, act, "remove", before, null);
}

const SET_STATE =
  "UPDATE console_subscriptions SET state = ?, reason = ?, failures = 0, next_at = NULL WHERE subscription_id = ?";
const SET_ACTIVE = "UPDATE event_subscriptions SET active = ? WHERE subscription_id = ?";
const SKIP = "UPDATE console_subscriptions SET position = max(position, ?) WHERE subscription_id = ?";

/** Throws `not_found`, `illegal_transition`. */
export function pauseSubscription(tx: WritableDatabase, act: SubscriptionAct): void {
  const before = requireSubscription(tx, act.id);
  if (before.state === "paused") throw illegal(before, "paused already");
  setState(tx, act.id, "paused", act.reason);
  audit(tx, act, "pause", { state: before.state }, { state: "paused" });
}

/** `skipTo`: events up to this place are not delivered any more. Throws `not_found`, `illegal_transition`. */
export function resumeSubscription(tx: WritableDatabase, act: SubscriptionAct, skipTo: number | null): void {
  const before = requireSubscription(tx, act.id);
  if (before.state === "active") throw illegal(before, "active already");
  setState(tx, act.id, "active", null);
  if (skipTo !== null) statement(tx, SKIP).run(skipTo, act.id);
  audit(tx, act, "resume", { state: before.state }, { state: "active", ...(skipTo !== null && { skipTo }) });
}

function setState(tx: WritableDatabase, id: string, state: "active" | "paused" | "disabled", reason: string | null) {
  statement(tx, SET_STATE).run(state, reason, id);
  statement(tx, SET_ACTIVE).run(state === "active" ? 1 : 0, id);
}

function illegal({ name, id }: StoredSubscription, what: string): HiveError {
  return new HiveError("illegal_transition", `The subscription "${name}" is ${what}.`, { subscriptionId: id });
}

/** What came of one try. */
export interface DeliveryToNote {
  readonly subscriptionId: string;
  readonly eventId: string;
  readonly eventType: string;
  readonly attempt: number;
  readonly isTest: boolean;
  readonly outcome: DeliveryRow["outcome"];
  readonly detail: string | null;
  readonly at: number;
  readonly tookMs: number;
}

const NOTE = `INSERT INTO console_deliveries
  (subscription_id, event_id, event_type, attempt, is_test, outcome, detail, at, took_ms)
  VALUES ($subscriptionId, $eventId, $eventType, $attempt, $isTest, $outcome, $detail, $at, $tookMs)`;
const TRIM = `DELETE FROM console_deliveries WHERE subscription_id = $id AND id <= (
  SELECT id FROM console_deliveries WHERE subscription_id = $id ORDER BY id DESC LIMIT 1 OFFSET $keep)`;

/** Notes a try, and forgets those beyond the latest `keep`. Gives its id. */
export function noteDelivery(tx: WritableDatabase, delivery: DeliveryToNote, keep: number): number {
  const { lastInsertRowid } = statement(tx, NOTE).run({ ...delivery, isTest: delivery.isTest ? 1 : 0 });
  statement(tx, TRIM).run({ id: delivery.subscriptionId, keep });
  return Number(lastInsertRowid);
}

const DELIVERED = `UPDATE console_subscriptions SET position = $position, failures = 0, next_at = NULL,
  delivered = delivered + 1, last_at = $at, last_error = NULL WHERE subscription_id = $id`;
const PASSED = "UPDATE console_subscriptions SET position = $position WHERE subscription_id = $id";
const HELD =
  "UPDATE console_subscriptions SET next_at = $nextAt, last_at = $at, last_error = $error WHERE subscription_id = $id";
const FAILED = `UPDATE console_subscriptions SET failures = failures + 1, next_at = $nextAt, last_at = $at,
  last_error = $error WHERE subscription_id = $id RETURNING failures`;

export function noteDelivered(tx: WritableDatabase, id: string, position: number, at: number): void {
  statement(tx, DELIVERED).run({ id, position, at });
}

/** Nothing up to this place concerns it. */
export function notePassed(tx: WritableDatabase, id: string, position: number): void {
  statement(tx, PASSED).run({ id, position });
}

export interface FailureToNote {
  readonly id: string;
  readonly at: number;
  readonly nextAt: number;
  readonly error: string;
}

/** It could not be tried, and that is not the receiver's fault. */
export function noteHeld(tx: WritableDatabase, failure: FailureToNote): void {
  statement(tx, HELD).run(failure);
}

/** Disables it after `most` failures in a row, with an event that says so. */
export function noteFailure(tx: WritableDatabase, failure: FailureToNote, most: number, writer: Writer): void {
  const failures = integer(statement(tx, FAILED).get(failure)?.failures);
  if (failures < most) return;
  const subscription = requireSubscription(tx, failure.id);
  const reason = `${failures} deliveries in a row failed. The last one: ${failure.error}`;
  statement(tx, "UPDATE console_subscriptions SET state = 'disabled', reason = ? WHERE subscription_id = ?").run(
    reason,
    failure.id,
  );
  statement(tx, SET_ACTIVE).run(0, failure.id);
  appendEvent(tx, {
    id: writer.newId(),
    type: "system.error",
    at: writer.now,
    source: writer.source,
    correlationId: failure.id,
    payload: {
      error: `The subscription "${subscription.name}" is disabled: ${reason} Resume it when that is mended; nothing was skipped.`,
      subscription_id: failure.id,
    },
  });
}

const LOG = "SELECT * FROM console_deliveries WHERE subscription_id = +? ORDER BY id DESC LIMIT ?";

/** The latest first. */
export function listDeliveries(db: ReadableDatabase, id: string, limit: number): DeliveryRow[] {
  return statement(db, LOG).all(id, limit).map(decodeDelivery);
}

const ONE_DELIVERY = "SELECT * FROM console_deliveries WHERE id = +?";

/** For the test of their plans. */
export const SUBSCRIPTION_STATEMENTS = { all: ALL, one: ONE, log: LOG, trim: TRIM, delivered: DELIVERED } as const;

export function readDelivery(db: ReadableDatabase, id: number): DeliveryRow | null {
  const row = statement(db, ONE_DELIVERY).get(id);
  return row ? decodeDelivery(row) : null;
}

function decodeDelivery(row: Row): DeliveryRow {
  return {
    id: integer(row.id),
    eventId: text(row.event_id),
    eventType: text(row.event_type),
    attempt: integer(row.attempt),
    isTest: row.is_test === 1,
    outcome: DELIVERY_OUTCOMES.find((known) => known === row.outcome) ?? "failed",
    detail: textOrNull(row.detail),
    at: integer(row.at),
    tookMs: integer(row.took_ms),
  };
}
