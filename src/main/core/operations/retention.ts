import { statfsSync, statSync } from "node:fs";
import { readdir, rm, stat } from "node:fs/promises";
import { dirname, join, resolve, sep } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import type Database from "better-sqlite3";
import { HiveError } from "../../../shared/errors";
import type { RetentionPreview, RetentionReport, RetentionRules, VacuumOffer } from "../../../shared/model/retention";
import { systemClock } from "../clock";
import { segment } from "../runner/task-files";
import { appendAudit } from "../store/audit";
import { integer } from "../store/columns";
import { bindingOf, connect } from "../store/connect";
import type { ReadableDatabase, WritableDatabase } from "../store/database";
import { columnsOf } from "../store/migrations/found";
import {
  countExpiredEvents,
  countRunsOf,
  cutOf,
  expiredLooseTasks,
  expiredPlans,
  forgetLogs,
  isAtWork,
  oldLogs,
  removeEvents,
  removeLooseTasks,
  removePlan,
  removeTasksOfPlan,
} from "../store/retention-rows";
import { settingReader } from "../store/settings";
import { isBusy, translateSqliteError } from "../store/sqlite-errors";
import { type DatabaseTarget, withSource } from "./database";

/*
 * Retention takes its time: it is for the explorer process and for the command line. Each transaction is small, so that
 * others get theirs in between; stopped at any point, it has removed what it has removed, and the next time does the rest.
 */

export interface RetentionTarget extends DatabaseTarget {
  /** Default: beside the database. */
  readonly filesFolder?: string;
}

const MOST_LISTED = 100;
const MOST_COUNTED = 1_000_000;

export function readRules(db: ReadableDatabase): RetentionRules {
  const value = settingReader(db);
  const days = (name: string): number => Number(value(`retention.${name}`) ?? 0);
  return {
    completedDays: days("completedDays"),
    failedDays: days("failedDays"),
    cancelledDays: days("cancelledDays"),
    eventsDays: days("eventsDays"),
    logsDays: days("logsDays"),
    keepPlans: days("keepPlans"),
  };
}

export const NOTHING_REMOVED: RetentionReport = { plans: 0, tasks: 0, looseTasks: 0, events: 0, logs: 0, bytes: 0 };

/** Whether any rule lets anything go. */
export const hasRules = ({ keepPlans: _keepPlans, ...rules }: RetentionRules): boolean =>
  Object.values(rules).some((days) => days > 0);

const filesOf = ({ file, filesFolder }: RetentionTarget): string => filesFolder ?? `${resolve(file)}.files`;

/** What the rules would remove now. Nothing changes. */
export function previewRetention(target: RetentionTarget): Promise<RetentionPreview> {
  return withSource(target, async ({ connection }) => {
    const db = connection as ReadableDatabase;
    requireAdopted(connection, target.file);
    const rules = readRules(db);
    const now = (target.clock ?? systemClock).now();
    const plans = expiredPlans(db, rules, now);
    const eventsCut = cutOf(rules.eventsDays, now);
    const gone = new Set(plans.map(({ id }) => id));
    const logs = await measureLogs(db, rules, now, filesOf(target), gone);
    let folderBytes = 0;
    for (const { id } of plans) folderBytes += await sizeOfFolder(join(filesOf(target), segment(id)));
    return {
      rules,
      plans: plans.slice(0, MOST_LISTED),
      planCount: plans.length,
      tasks: plans.reduce((sum, { tasks }) => sum + tasks, 0),
      runs: plans.reduce((sum, { id }) => sum + countRunsOf(db, id), 0),
      looseTasks: expiredLooseTasks(db, rules, now, MOST_COUNTED).length,
      events: eventsCut === null ? 0 : countExpiredEvents(db, eventsCut),
      ...logs,
      folderBytes,
    };
  });
}

function requireAdopted(db: Database.Database, file: string): void {
  if (columnsOf(db, "console_audit").length > 0) return;
  throw new HiveError("database_not_adopted", `${file} was never adopted by the console: nothing is removed from it.`, {
    file,
  });
}

async function measureLogs(
  db: ReadableDatabase,
  rules: RetentionRules,
  now: number,
  folder: string,
  gone: ReadonlySet<string>,
) {
  const cut = cutOf(rules.logsDays, now);
  let logs = 0;
  let logBytes = 0;
  for (let after = ""; cut !== null; ) {
    const batch = oldLogs(db, cut, after, LOGS_A_STEP);
    for (const { path } of batch) {
      // Those of plans that go are counted with their folders.
      if ([...gone].some((id) => path.startsWith(join(folder, segment(id)) + sep))) continue;
      logs += 1;
      logBytes += await sizeOf(path);
    }
    const last = batch.at(-1);
    if (last === undefined) break;
    after = last.runId;
  }
  return { logs, logBytes };
}

async function sizeOf(path: string): Promise<number> {
  return (await stat(path).catch(() => null))?.size ?? 0;
}

async function sizeOfFolder(folder: string): Promise<number> {
  const entries = await readdir(folder, { withFileTypes: true, recursive: true }).catch(() => []);
  let bytes = 0;
  for (const entry of entries) if (entry.isFile()) bytes += await sizeOf(join(entry.parentPath, entry.name));
  return bytes;
}

export interface RetentionOrder extends RetentionTarget {
  readonly reason: string | null;
  readonly actor: string;
}

const TASKS_A_STEP = 25;
const EVENTS_A_STEP = 500;
const LOGS_A_STEP = 200;
/** Between two transactions, for those who wait for the lock. */
const PAUSE_MS = 2;
const LOCK_WAIT_MS = 5_000;

/** Removes what the rules let go, in small transactions, and its files behind it. Tells how far it is. */
export async function* applyRetention(
  order: RetentionOrder,
): AsyncGenerator<{ readonly share: number; readonly report: RetentionReport }> {
  const file = resolve(order.file);
  const preview = await previewRetention(order);
  const db = openToRemove(order, file);
  const done = { ...NOTHING_REMOVED };
  const total = Math.max(1, preview.tasks + preview.planCount + preview.looseTasks + preview.events + preview.logs);
  const step = () => ({
    share: Math.min(1, (done.tasks + done.plans + done.looseTasks + done.events + done.logs) / total),
    report: { ...done },
  });
  const write = <T>(work: (tx: WritableDatabase) => T): T => inTransaction(db, file, work);
  try {
    const { rules } = preview;
    const now = (order.clock ?? systemClock).now();
    for (const plan of expiredPlans(db as ReadableDatabase, rules, now)) {
      for (let removed = TASKS_A_STEP; removed > 0; ) {
        removed = write((tx) => (isAtWork(tx, plan.id) ? 0 : removeTasksOfPlan(tx, plan.id, TASKS_A_STEP)));
        done.tasks += removed;
        yield step();
        await delay(PAUSE_MS);
      }
      // Somebody took it up again meanwhile: what is left of it stays.
      const isGone = write((tx) => {
        if (isAtWork(tx, plan.id)) return false;
        removePlan(tx, plan.id);
        return true;
      });
      if (!isGone) continue;
      done.plans += 1;
      done.bytes += await removeFolder(join(filesOf(order), segment(plan.id)));
      yield step();
    }
    for (let removed = TASKS_A_STEP; removed > 0; ) {
      removed = write((tx) => removeLooseTasks(tx, rules, now, TASKS_A_STEP));
      done.looseTasks += removed;
      yield step();
      await delay(PAUSE_MS);
    }
    const eventsCut = cutOf(rules.eventsDays, now);
    for (let removed = EVENTS_A_STEP; eventsCut !== null && removed > 0; ) {
      removed = write((tx) => removeEvents(tx, eventsCut, EVENTS_A_STEP));
      done.events += removed;
      yield step();
      await delay(PAUSE_MS);
    }
    const logsCut = cutOf(rules.logsDays, now);
    for (let after = ""; logsCut !== null; ) {
      const batch = oldLogs(db as ReadableDatabase, logsCut, after, LOGS_A_STEP);
      const last = batch.at(-1);
      if (last === undefined) break;
      after = last.runId;
      for (const { path } of batch) {
        done.bytes += await sizeOf(path);
        await rm(path, { force: true });
      }
      write((tx) =>
        forgetLogs(
          tx,
          batch.map(({ runId }) => runId),
        ),
      );
      done.logs += batch.length;
      yield step();
    }
    if (Object.values(done).some((n) => n > 0)) write((tx) => note(tx, order, rules, done));
    yield { share: 1, report: { ...done } };
  } finally {
    db.close();
  }
}

async function removeFolder(folder: string): Promise<number> {
  const bytes = await sizeOfFolder(folder);
  await rm(folder, { recursive: true, force: true });
  return bytes;
}

function openToRemove(target: RetentionTarget, file: string): Database.Database {
  try {
    const db = connect(file, {
      readonly: false,
      mustExist: true,
      timeoutMs: LOCK_WAIT_MS,
      nativeBinding: bindingOf(target.nativeBinding),
    });
    db.pragma("foreign_keys = ON");
    // Should the machine fail, what was removed last may come back: it is removed again the next time.
    db.pragma("synchronous = NORMAL");
    return db;
  } catch (error) {
    throw translateSqliteError(error, file);
  }
}

function inTransaction<T>(db: Database.Database, file: string, work: (tx: WritableDatabase) => T): T {
  try {
    // The transaction is this connection's.
    return db.transaction(() => work(db as WritableDatabase)).immediate();
  } catch (error) {
    if (isBusy(error)) {
      throw new HiveError(
        "database_busy",
        `${file} is locked by another program. What was removed stays removed; try again.`,
        { file },
      );
    }
    throw translateSqliteError(error, file);
  }
}

function note(tx: WritableDatabase, order: RetentionOrder, rules: RetentionRules, done: RetentionReport): void {
  appendAudit(tx, {
    at: (order.clock ?? systemClock).now(),
    actor: order.actor,
    act: "retention.apply",
    entity: "setting",
    entityId: "retention",
    reason: order.reason,
    before: { rules },
    after: { removed: done },
  });
}

/** What writing the file anew would give back, and the room it takes meanwhile. */
export function offerVacuum(target: DatabaseTarget): Promise<VacuumOffer> {
  return withSource(target, async ({ connection }, file) => {
    const figure = (name: string): number => integer(connection.pragma(name, { simple: true }));
    const page = figure("page_size");
    const freeBytes = figure("freelist_count") * page;
    const bytes = figure("page_count") * page;
    const { bavail, bsize } = statfsSync(dirname(file));
    const diskBytes = bavail * bsize;
    // A copy of what is in use, which then goes through the write-ahead log into the file.
    const neededBytes = 2 * (bytes - freeBytes);
    const running =
      columnsOf(connection, "console_runs").length === 0
        ? 0
        : integer(connection.prepare("SELECT count(*) FROM console_runs WHERE live IS NOT NULL").pluck().get());
    const refusal =
      running > 0
        ? `${running} ${running === 1 ? "attempt runs" : "attempts run"}, and would have to wait: do it when nothing runs.`
        : diskBytes < neededBytes
          ? "There is not enough room on the disk."
          : null;
    return { bytes, freeBytes, neededBytes, diskBytes, refusal };
  });
}

/** Writes the file anew without its free pages. Throws `not_allowed`, `database_busy`. */
export async function vacuum(order: RetentionOrder): Promise<VacuumOffer> {
  const file = resolve(order.file);
  const offer = await offerVacuum(order);
  if (offer.refusal !== null)
    throw new HiveError("not_allowed", `${file} was left as it is. ${offer.refusal}`, { file });
  const db = openToRemove(order, file);
  try {
    requireAdopted(db, file);
    const before = statSync(file).size;
    db.exec("VACUUM");
    db.pragma("wal_checkpoint(TRUNCATE)");
    inTransaction(db, file, (tx) =>
      appendAudit(tx, {
        at: (order.clock ?? systemClock).now(),
        actor: order.actor,
        act: "retention.vacuum",
        entity: "setting",
        entityId: "retention",
        reason: order.reason,
        before: { bytes: before },
        after: { bytes: statSync(file).size },
      }),
    );
  } catch (error) {
    if (isBusy(error))
      throw new HiveError("database_busy", `${file} is in use by another program. Nothing was changed; try again.`, {
        file,
      });
    throw translateSqliteError(error, file);
  } finally {
    db.close();
  }
  return offerVacuum(order);
}
