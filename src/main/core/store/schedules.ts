import { HiveError } from "../../../shared/errors";
import type { ParameterValue } from "../../../shared/model/plan-definition";
import type { MissedPolicy, OverlapPolicy, ScheduleLaunch, ScheduleRow, Timing } from "../../../shared/model/schedule";
import { MISSED_POLICIES, MOST_SCHEDULES, OVERLAP_POLICIES } from "../../../shared/model/schedule";
import { appendAudit } from "./audit";
import { CLEANUP, isCleaning } from "./cleanup";
import { integer, integerOrNull, jsonObject, type Row, text, textOrNull } from "./columns";
import { type ReadableDatabase, statement, type WritableDatabase } from "./database";

/** A schedule as it is stored. */
export interface StoredSchedule {
  readonly id: string;
  readonly name: string;
  readonly timing: Timing;
  readonly planFile: string;
  readonly parameters: Readonly<Record<string, ParameterValue>>;
  readonly overlap: OverlapPolicy;
  readonly missed: MissedPolicy;
  readonly pausedAt: number | null;
  readonly pauseReason: string | null;
  readonly nextAt: number | null;
  readonly checkedUntil: number;
  readonly trimmedUntil: number;
  readonly createdAt: number;
  readonly createdBy: string;
}

/** Who acts on a schedule, for the audit log. */
export interface ScheduleAct {
  readonly scheduleId: string;
  readonly actor: string;
  readonly reason: string | null;
  readonly now: number;
}

const BY_ID = "SELECT * FROM console_schedules WHERE id = ?";
const BY_NAME = "SELECT * FROM console_schedules WHERE name = ?";
const PAGE = "SELECT * FROM console_schedules WHERE name > ? ORDER BY name LIMIT ?";
const INSERT = `INSERT INTO console_schedules (id, name, cron, timezone, every_ms, starts_at, plan_file, parameters, overlap, missed,
    paused_at, next_at, checked_until, created_at, created_by)
  VALUES ($id, $name, $cron, $timezone, $everyMs, $startsAt, $planFile, $parameters, $overlap, $missed,
    $pausedAt, $nextAt, $createdAt, $createdAt, $createdBy)`;

/** Null: there is none. */
export function readSchedule(db: ReadableDatabase, id: string): StoredSchedule | null {
  const row = statement(db, BY_ID).get(id);
  return row ? decode(row) : null;
}

export function findScheduleByName(db: ReadableDatabase, name: string): StoredSchedule | null {
  const row = statement(db, BY_NAME).get(name);
  return row ? decode(row) : null;
}

/** By name, those after `after`. */
export function pageSchedules(db: ReadableDatabase, after: string, limit: number): StoredSchedule[] {
  return statement(db, PAGE).all(after, limit).map(decode);
}

export type NewSchedule = Omit<StoredSchedule, "checkedUntil" | "trimmedUntil" | "pauseReason">;

/** Throws `invalid_input` for a name that is taken, and `not_allowed` for one schedule too many. */
export function insertSchedule(tx: WritableDatabase, schedule: NewSchedule, actor: string): void {
  const { id, name, timing, planFile, parameters, overlap, missed, pausedAt, nextAt, createdAt, createdBy } = schedule;
  if (findScheduleByName(tx, name)) {
    throw new HiveError("invalid_input", `There is a schedule "${name}" already: choose another name.`, { name });
  }
  const count = integer(statement(tx, "SELECT count(*) AS n FROM console_schedules").get()?.n);
  if (count >= MOST_SCHEDULES) {
    throw new HiveError("not_allowed", `There are ${count} schedules, and more are not possible: delete some.`, {});
  }
  statement(tx, INSERT).run({
    id,
    name,
    ...timingColumns(timing),
    planFile,
    parameters: JSON.stringify(parameters),
    overlap,
    missed,
    pausedAt,
    nextAt,
    createdAt,
    createdBy,
  });
  const after = { name, timing, plan_file: planFile, parameters, overlap, missed, paused: pausedAt !== null };
  auditSchedule(tx, { scheduleId: id, actor, reason: null, now: createdAt }, "create", null, after);
}

function timingColumns(timing: Timing): Readonly<Record<string, string | number | null>> {
  if (timing.kind === "cron") {
    return { cron: timing.expression, timezone: timing.timezone, everyMs: null, startsAt: null };
  }
  return { cron: null, timezone: null, everyMs: timing.everyMs, startsAt: timing.from };
}

/** What can be changed of a schedule. */
export type ScheduleChange = Pick<StoredSchedule, "name" | "timing" | "parameters" | "overlap" | "missed">;

const UPDATE = `UPDATE console_schedules SET name = $name, cron = $cron, timezone = $timezone, every_ms = $everyMs,
    starts_at = $startsAt, parameters = $parameters, overlap = $overlap, missed = $missed WHERE id = $id`;

/** `dues`: it is due by another timing from now on. Throws `not_found`, and `invalid_input` for a name that is taken. */
export function updateSchedule(
  tx: WritableDatabase,
  act: ScheduleAct,
  change: ScheduleChange,
  dues: { readonly nextAt: number | null } | null,
): void {
  const before = existing(tx, act.scheduleId);
  const { name, timing, parameters, overlap, missed } = change;
  const namesake = findScheduleByName(tx, name);
  if (namesake !== null && namesake.id !== act.scheduleId) {
    throw new HiveError("invalid_input", `There is a schedule "${name}" already: choose another name.`, { name });
  }
  const columns = { name, ...timingColumns(timing), parameters: JSON.stringify(parameters), overlap, missed };
  statement(tx, UPDATE).run({ id: act.scheduleId, ...columns });
  if (dues !== null) {
    statement(tx, "UPDATE console_schedules SET checked_until = ?, next_at = ? WHERE id = ?").run(
      act.now,
      dues.nextAt,
      act.scheduleId,
    );
  }
  const told = (of: ScheduleChange): unknown => ({
    name: of.name,
    timing: of.timing,
    parameters: of.parameters,
    overlap: of.overlap,
    missed: of.missed,
  });
  auditSchedule(tx, act, "update", told(before), told(change));
}

/** What waits for a plan to end is given up: nothing begins behind a pause. Throws `not_found`, `illegal_transition`. */
export function pauseSchedule(tx: WritableDatabase, act: ScheduleAct): void {
  const schedule = existing(tx, act.scheduleId);
  if (schedule.pausedAt !== null) throw already(schedule, "paused");
  statement(tx, "UPDATE console_schedules SET paused_at = ?, pause_reason = ?, next_at = NULL WHERE id = ?").run(
    act.now,
    act.reason,
    act.scheduleId,
  );
  statement(
    tx,
    `UPDATE console_schedule_launches SET outcome = 'skipped', reason = 'The schedule was paused', decided_at = ?
      WHERE schedule_id = ? AND outcome = 'waiting'`,
  ).run(act.now, act.scheduleId);
  auditSchedule(tx, act, "pause", { paused: false }, { paused: true });
}

/** What was due meanwhile is not made up for. Throws `not_found`, `illegal_transition`. */
export function resumeSchedule(tx: WritableDatabase, act: ScheduleAct, nextAt: number | null): void {
  const schedule = existing(tx, act.scheduleId);
  if (schedule.pausedAt === null) throw already(schedule, "not paused");
  statement(
    tx,
    `UPDATE console_schedules SET paused_at = NULL, pause_reason = NULL, checked_until = ?, next_at = ? WHERE id = ?`,
  ).run(act.now, nextAt, act.scheduleId);
  auditSchedule(tx, act, "resume", { paused: true }, { paused: false });
}

/** Its launches are forgotten with it; plans that it has launched stay. Throws `not_found`. */
export function deleteSchedule(tx: WritableDatabase, act: ScheduleAct): void {
  const { name, timing, planFile } = existing(tx, act.scheduleId);
  statement(tx, "DELETE FROM console_schedule_launches WHERE schedule_id = ?").run(act.scheduleId);
  statement(tx, "DELETE FROM console_schedules WHERE id = ?").run(act.scheduleId);
  auditSchedule(tx, act, "delete", { name, timing, plan_file: planFile }, null);
}

function existing(tx: WritableDatabase, id: string): StoredSchedule {
  const schedule = readSchedule(tx, id);
  if (schedule) return schedule;
  throw new HiveError("not_found", `There is no schedule ${id}. It may have been deleted.`, { scheduleId: id });
}

function already({ id, name }: StoredSchedule, state: string): HiveError {
  return new HiveError("illegal_transition", `The schedule "${name}" is ${state} already.`, { scheduleId: id, state });
}

function auditSchedule(tx: WritableDatabase, act: ScheduleAct, verb: string, before: unknown, after: unknown): void {
  appendAudit(tx, {
    at: act.now,
    actor: act.actor,
    act: `schedules.${verb}`,
    entity: "schedule",
    entityId: act.scheduleId,
    reason: act.reason,
    before,
    after,
  });
}

export const LAUNCHES = `SELECT l.id, l.due_at, l.cause, l.outcome, l.plan_id, l.reason, l.decided_at, e.status AS plan_status
  FROM console_schedule_launches l LEFT JOIN execution_plans e ON e.id = l.plan_id
  WHERE l.schedule_id = ? ORDER BY l.due_at DESC, l.cause LIMIT ?`;
/** Of so many launches one that still runs is looked for. */
const LOOKED_BACK = 100;
export const RUNNING = `SELECT l.plan_id, p.cancel_requested_at, ${CLEANUP} AS cleanup FROM (SELECT plan_id FROM console_schedule_launches
    WHERE schedule_id = ? AND outcome = 'launched' ORDER BY due_at DESC LIMIT ${LOOKED_BACK}) l
  CROSS JOIN execution_plans e ON e.id = l.plan_id
    LEFT JOIN console_plans p ON p.plan_id = l.plan_id
  WHERE e.status = 'executing'`;

/** What became of its due times, the latest first. */
export function readLaunches(db: ReadableDatabase, scheduleId: string, limit: number): ScheduleLaunch[] {
  return statement(db, LAUNCHES)
    .all(scheduleId, limit)
    .map((row) => ({
      id: text(row.id),
      dueAt: integer(row.due_at),
      cause: row.cause === "operator" ? "operator" : "time",
      outcome: text(row.outcome),
      planId: textOrNull(row.plan_id),
      planStatus: textOrNull(row.plan_status),
      reason: textOrNull(row.reason),
      decidedAt: integerOrNull(row.decided_at),
    }));
}

/** A plan that runs, and whether it was asked to end. */
export interface RunningPlan {
  readonly planId: string;
  readonly isCancelling: boolean;
}

/** Plans of it that run now. */
export function runningPlans(db: ReadableDatabase, scheduleId: string): RunningPlan[] {
  return statement(db, RUNNING)
    .all(scheduleId)
    .map((row) => ({
      planId: text(row.plan_id),
      isCancelling: row.cancel_requested_at !== null || isCleaning(row.cleanup),
    }));
}

export function scheduleRow(db: ReadableDatabase, schedule: StoredSchedule): ScheduleRow {
  const { id, name, timing, planFile, overlap, missed, pausedAt, pauseReason, nextAt, createdAt, createdBy } = schedule;
  const [last = null] = readLaunches(db, id, 1);
  const running = runningPlans(db, id).length;
  return {
    id,
    name,
    timing,
    planFile,
    overlap,
    missed,
    pausedAt,
    pauseReason,
    nextAt,
    last,
    running,
    createdAt,
    createdBy,
  };
}

function decode(row: Row): StoredSchedule {
  return {
    id: text(row.id),
    name: text(row.name),
    timing: timingOf(row),
    planFile: text(row.plan_file),
    parameters: parametersOf(row.parameters),
    overlap: OVERLAP_POLICIES.find((policy) => policy === row.overlap) ?? "skip",
    missed: MISSED_POLICIES.find((policy) => policy === row.missed) ?? "skip",
    pausedAt: integerOrNull(row.paused_at),
    pauseReason: textOrNull(row.pause_reason),
    nextAt: integerOrNull(row.next_at),
    checkedUntil: integer(row.checked_until),
    trimmedUntil: integer(row.trimmed_until),
    createdAt: integer(row.created_at),
    createdBy: text(row.created_by),
  };
}

function timingOf(row: Row): Timing {
  const expression = textOrNull(row.cron);
  if (expression !== null) return { kind: "cron", expression, timezone: textOrNull(row.timezone) ?? "UTC" };
  return { kind: "interval", everyMs: integer(row.every_ms), from: integer(row.starts_at) };
}

function parametersOf(raw: unknown): Record<string, ParameterValue> {
  const entries = Object.entries(jsonObject(raw)).filter((entry): entry is [string, ParameterValue] =>
    ["string", "number", "boolean"].includes(typeof entry[1]),
  );
  return Object.fromEntries(entries);
}
