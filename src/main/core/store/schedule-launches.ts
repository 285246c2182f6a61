import { HiveError } from "../../../shared/errors";
import { type LaunchOutcome, MISSED_AFTER_MS } from "../../../shared/model/schedule";
import { latestDue, nextDue, nextDues } from "../plan/due-times";
import { integer, text } from "./columns";
import { type ReadableDatabase, statement, type WritableDatabase } from "./database";
import { appendForeignEvent } from "./events";
import type { Writer } from "./plan-end";
import { readSchedule, runningPlans, type StoredSchedule } from "./schedules";
import { formatTime } from "./time";

/** The clock may have been set back when a check lies further ahead than this; less is the clock's own care. */
const CLOCK_SLACK_MS = 1_000;
/** In one minute an every-second schedule is due so often. */
const MOST_FRESH = 61;
/** Rows of a schedule that are kept. */
const KEPT = 500;

export const DUE = `SELECT id FROM console_schedules
  WHERE paused_at IS NULL AND (next_at <= $now OR checked_until > $now + ${CLOCK_SLACK_MS}) ORDER BY next_at`;

/** Schedules of which something is to be decided. */
export function listDue(db: ReadableDatabase, now: number): string[] {
  return statement(db, DUE)
    .all({ now })
    .map((row) => text(row.id));
}

/** When the next one is due; null: none is. */
export function soonestDue(db: ReadableDatabase): number | null {
  const row = statement(db, "SELECT min(next_at) AS at FROM console_schedules WHERE paused_at IS NULL").get();
  return row?.at == null ? null : integer(row.at);
}

/**
 * Decides everything of a schedule that is due by now: a row for each due time, whose key sees to it that none is
 * decided twice, whatever the clock does. What is then to be launched is `claimed`.
 */
export function decideDue(tx: WritableDatabase, scheduleId: string, writer: Writer): void {
  const schedule = readSchedule(tx, scheduleId);
  if (schedule === null || schedule.pausedAt !== null) return;
  const { timing, checkedUntil } = schedule;
  const { now } = writer;
  if (checkedUntil <= now) {
    const missedUntil = Math.max(checkedUntil, now - MISSED_AFTER_MS);
    const fresh = nextDues(timing, missedUntil, MOST_FRESH).filter((at) => at <= now);
    const missed = missedUntil > checkedUntil ? latestDue(timing, checkedUntil, missedUntil) : null;
    if (missed !== null) decide(tx, schedule, { dueAt: missed, isMissed: true, isMadeUpFor: fresh.length > 0 }, writer);
    for (const dueAt of fresh) decide(tx, schedule, { dueAt, isMissed: false, isMadeUpFor: false }, writer);
  }
  const nextAt = nextDue(timing, now);
  statement(tx, "UPDATE console_schedules SET checked_until = ?, next_at = ? WHERE id = ?").run(
    now,
    nextAt,
    scheduleId,
  );
  trim(tx, scheduleId);
}

interface Due {
  readonly dueAt: number;
  /** The latest of those that passed while nobody was there. */
  readonly isMissed: boolean;
  /** A missed one is followed at once by another. */
  readonly isMadeUpFor: boolean;
}

interface Decision {
  readonly outcome: LaunchOutcome;
  readonly reason: string | null;
}

function decide(tx: WritableDatabase, schedule: StoredSchedule, due: Due, writer: Writer): void {
  const { dueAt } = due;
  if (isDecided(tx, schedule, dueAt)) return;
  const decision = missedDecision(schedule, due) ?? overlapDecision(tx, schedule);
  if (schedule.overlap === "replace" && decision.outcome === "waiting") skipWaiting(tx, schedule.id, writer.now);
  note(tx, schedule, dueAt, decision, writer);
}

/** A time that was taken for missed while the clock was wrong may still come; any other decision stands. */
function isDecided(db: ReadableDatabase, { id, trimmedUntil }: StoredSchedule, dueAt: number): boolean {
  if (dueAt <= trimmedUntil) return true;
  const sql = `SELECT 1 FROM console_schedule_launches
    WHERE schedule_id = ? AND due_at = ? AND cause = 'time' AND outcome <> 'missed'`;
  return statement(db, sql).get(id, dueAt) !== undefined;
}

const NOBODY = "No console was dispatching then";

/** Null: it is to be launched like any other. */
function missedDecision({ missed }: StoredSchedule, { isMissed, isMadeUpFor }: Due): Decision | null {
  if (!isMissed) return null;
  if (missed === "skip") return { outcome: "missed", reason: `${NOBODY}; earlier times may have been missed as well` };
  return isMadeUpFor ? { outcome: "missed", reason: `${NOBODY}; the next due time made up for it` } : null;
}

const CLAIMED: Decision = { outcome: "claimed", reason: null };
const WAITING: Decision = { outcome: "waiting", reason: null };

function overlapDecision(db: ReadableDatabase, { id, overlap }: StoredSchedule): Decision {
  if (overlap === "allow") return CLAIMED;
  const isQueued = countOpen(db, id, "waiting") > 0;
  if (!isQueued && !isBusy(db, id)) return CLAIMED;
  if (overlap === "skip") return { outcome: "skipped", reason: "The plan launched before still runs" };
  return overlap === "queue" && isQueued ? { outcome: "skipped", reason: "One is waiting already" } : WAITING;
}

function isBusy(db: ReadableDatabase, scheduleId: string): boolean {
  return runningPlans(db, scheduleId).length > 0 || countOpen(db, scheduleId, "claimed") > 0;
}

function countOpen(db: ReadableDatabase, scheduleId: string, outcome: "claimed" | "waiting"): number {
  const sql = `SELECT count(*) AS n FROM console_schedule_launches
    WHERE schedule_id = ? AND outcome IN ('claimed', 'waiting') AND outcome = ?`;
  return integer(statement(db, sql).get(scheduleId, outcome)?.n);
}

function skipWaiting(tx: WritableDatabase, scheduleId: string, now: number): void {
  const sql = `UPDATE console_schedule_launches SET outcome = 'skipped', reason = 'A later one took its place', decided_at = ?
    WHERE schedule_id = ? AND outcome = 'waiting'`;
  statement(tx, sql).run(now, scheduleId);
}

const NOTE = `INSERT INTO console_schedule_launches (id, schedule_id, due_at, cause, outcome, reason, decided_at)
  VALUES ($id, $scheduleId, $dueAt, 'time', $outcome, $reason, $decidedAt)
  ON CONFLICT (schedule_id, due_at, cause)
  DO UPDATE SET outcome = excluded.outcome, reason = excluded.reason, decided_at = excluded.decided_at
    WHERE outcome = 'missed' AND excluded.outcome <> 'missed'`;

function note(
  tx: WritableDatabase,
  schedule: StoredSchedule,
  dueAt: number,
  { outcome, reason }: Decision,
  writer: Writer,
): void {
  const isOpen = outcome === "claimed" || outcome === "waiting";
  const decidedAt = isOpen ? null : writer.now;
  const row = { id: writer.newId(), scheduleId: schedule.id, dueAt, outcome, reason, decidedAt };
  const written = statement(tx, NOTE).run(row).changes > 0;
  if (written && !isOpen) tellOf(tx, schedule, dueAt, { outcome, reason }, writer);
}

/** The oldest rows go; that they were decided is still known. */
function trim(tx: WritableDatabase, scheduleId: string): void {
  const sql =
    "SELECT due_at FROM console_schedule_launches WHERE schedule_id = ? ORDER BY due_at DESC LIMIT 1 OFFSET ?";
  const last = statement(tx, sql).get(scheduleId, KEPT);
  if (!last) return;
  statement(
    tx,
    `DELETE FROM console_schedule_launches WHERE schedule_id = ? AND due_at <= ? AND outcome NOT IN ('claimed', 'waiting')`,
  ).run(scheduleId, last.due_at);
  statement(tx, "UPDATE console_schedules SET trimmed_until = max(trimmed_until, ?) WHERE id = ?").run(
    last.due_at,
    scheduleId,
  );
}

/** A due time that is decided but not yet over. */
export interface OpenLaunch {
  readonly id: string;
  readonly scheduleId: string;
  readonly dueAt: number;
  readonly outcome: "claimed" | "waiting";
}

export const OPEN = `SELECT id, schedule_id, due_at, outcome FROM console_schedule_launches
  WHERE outcome IN ('claimed', 'waiting') ORDER BY schedule_id, due_at LIMIT 1000`;

export function listOpenLaunches(db: ReadableDatabase): OpenLaunch[] {
  return statement(db, OPEN)
    .all()
    .map((row) => ({
      id: text(row.id),
      scheduleId: text(row.schedule_id),
      dueAt: integer(row.due_at),
      outcome: row.outcome === "waiting" ? "waiting" : "claimed",
    }));
}

/** Lets what waits be launched when nothing of its schedule runs any more. */
export function claimWaiting(tx: WritableDatabase, { id, scheduleId }: OpenLaunch): void {
  if (isBusy(tx, scheduleId)) return;
  statement(tx, "UPDATE console_schedule_launches SET outcome = 'claimed' WHERE id = ? AND outcome = 'waiting'").run(
    id,
  );
}

const LAUNCHED = `UPDATE console_schedule_launches SET outcome = 'launched', plan_id = ?, decided_at = ?
  WHERE id = ? AND outcome = 'claimed' RETURNING schedule_id, due_at`;

/**
 * Belongs into the transaction that makes the plan execute. Throws `not_allowed`, so that the plan is not launched,
 * when the launch was decided otherwise meanwhile.
 */
export function noteLaunched(tx: WritableDatabase, launchId: string, planId: string, writer: Writer): void {
  const row = statement(tx, LAUNCHED).get(planId, writer.now, launchId);
  const schedule = row ? readSchedule(tx, text(row.schedule_id)) : null;
  if (!row || schedule === null) {
    const message = "This launch was carried out or given up by another hand: nothing was launched twice.";
    throw new HiveError("not_allowed", message, { launchId });
  }
  tellOf(tx, schedule, integer(row.due_at), { outcome: "launched", reason: null }, writer, planId);
}

const FAILED = `UPDATE console_schedule_launches SET outcome = 'failed', reason = ?, decided_at = ?
  WHERE id = ? AND outcome = 'claimed' RETURNING schedule_id, due_at`;

/** The plan cannot be launched as it is. */
export function noteFailed(tx: WritableDatabase, launchId: string, reason: string, writer: Writer): void {
  const row = statement(tx, FAILED).get(reason, writer.now, launchId);
  const schedule = row ? readSchedule(tx, text(row.schedule_id)) : null;
  if (row && schedule) tellOf(tx, schedule, integer(row.due_at), { outcome: "failed", reason }, writer);
}

/** As `noteLaunched`, for a launch that a person asks for, now. Throws `not_found` when the schedule is gone. */
export function noteLaunchedByHand(tx: WritableDatabase, scheduleId: string, planId: string, writer: Writer): void {
  const schedule = readSchedule(tx, scheduleId);
  if (schedule === null) {
    const message = `There is no schedule ${scheduleId} any more: nothing was launched.`;
    throw new HiveError("not_found", message, { scheduleId });
  }
  const { now, newId } = writer;
  const sql = `INSERT INTO console_schedule_launches (id, schedule_id, due_at, cause, outcome, plan_id, decided_at)
    VALUES (?, ?, ?, 'operator', 'launched', ?, ?) ON CONFLICT (schedule_id, due_at, cause) DO NOTHING`;
  let dueAt = now;
  while (statement(tx, sql).run(newId(), scheduleId, dueAt, planId, now).changes === 0) dueAt += 1;
  tellOf(tx, schedule, dueAt, { outcome: "launched", reason: null }, writer, planId);
}

function tellOf(
  tx: WritableDatabase,
  { id, name }: StoredSchedule,
  dueAt: number,
  { outcome, reason }: Decision,
  { now, source, newId }: Writer,
  planId: string | null = null,
): void {
  const due = formatTime(dueAt);
  appendForeignEvent(tx, {
    id: newId(),
    type: `schedule.${outcome}`,
    at: now,
    source,
    correlationId: planId,
    payload: { schedule_id: id, schedule: name, due_at: due, plan_id: planId, reason },
  });
}
