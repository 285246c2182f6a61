import { setImmediate as nextTurn } from "node:timers/promises";
import type Database from "better-sqlite3";
import { HiveError } from "../../../shared/errors";
import {
  type ExamPart,
  type Finding,
  type FindingKind,
  type FoundRow,
  MOST_FOUND,
  type RepairPreview,
  type RepairReport,
} from "../../../shared/model/doctor";
import { DOCTOR_WORDS } from "../../../shared/model/doctor-catalogue";
import { createIdSource, systemClock, systemRandom } from "../clock";
import { processesOfRun } from "../runner/process-table";
import { stopTree } from "../runner/stop-tree";
import { appendAudit } from "../store/audit";
import type { Row } from "../store/columns";
import { bindingOf, connect } from "../store/connect";
import type { ReadableDatabase, WritableDatabase } from "../store/database";
import type { Act, DoctorCheck, ExamContext } from "../store/doctor/check";
import { CHECKS, checkOf } from "../store/doctor/checks";
import { livingProcessOf } from "../store/doctor/file-checks";
import { columnsOf } from "../store/migrations/found";
import { isBusy, sqliteCode, translateSqliteError } from "../store/sqlite-errors";
import { type DatabaseTarget, withSource } from "./database";
import { SOURCE } from "./source";

/*
 * The doctor takes its time and blocks its thread: it is for the explorer process and for the command line, never for a
 * window's main process.
 */

export interface Exam extends DatabaseTarget {
  /** Whole tables are read, too. */
  readonly thorough: boolean;
  /** Where logs and results lie. Default: beside the database. */
  readonly filesFolder?: string;
}

const contextOf = (exam: DatabaseTarget & Pick<Exam, "filesFolder">, db: Database.Database): ExamContext => ({
  db: db as ReadableDatabase,
  file: exam.file,
  filesFolder: exam.filesFolder ?? `${exam.file}.files`,
  now: (exam.clock ?? systemClock).now(),
});

/** What the doctor looks for, the quick ones first. `thorough`: what reads whole tables, too. */
export function checksOf(thorough: boolean): readonly DoctorCheck[] {
  return CHECKS.filter(({ kind }) => thorough || !DOCTOR_WORDS[kind].isHeavy);
}

/** Looks at everything and changes nothing. Tells how far it is, and each finding as soon as its check is done. */
export async function* examine(exam: Exam): AsyncGenerator<ExamPart> {
  const parts: ExamPart[] = [];
  let wake: () => void = () => undefined;
  let isOver = false;
  let failure: unknown = null;
  const work = withSource(exam, async ({ connection }) => {
    for await (const part of examineOpen(contextOf(exam, connection), exam.thorough)) {
      parts.push(part);
      wake();
      await nextTurn();
    }
  });
  work
    .catch((error: unknown) => {
      failure = error;
    })
    .finally(() => {
      isOver = true;
      wake();
    });
  for (;;) {
    const part = parts.shift();
    if (part !== undefined) yield part;
    else if (isOver) break;
    else
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
  }
  if (failure !== null) throw failure;
}

async function* examineOpen(context: ExamContext, thorough: boolean): AsyncGenerator<ExamPart> {
  const checks = checksOf(thorough);
  let isDamaged = false;
  for (const [index, check] of checks.entries()) {
    const { kind } = check;
    // What is in a damaged file is no evidence.
    if (isDamaged || check.needs.some((table) => columnsOf(context.db, table).length === 0)) continue;
    const rows: FoundRow[] = [];
    let count = 0;
    let repairable = 0;
    try {
      for await (const slice of check.find(context)) {
        count += slice.rows.length;
        repairable += slice.rows.filter(({ becomes }) => becomes !== null).length;
        rows.push(...slice.rows.slice(0, MOST_FOUND - rows.length));
        const share = (index + Math.min(1, slice.share)) / checks.length;
        yield { kind: "progress", progress: { kind, share, detail: slice.detail } };
      }
      yield { kind: "finding", finding: findingOf(check, count, rows, repairable) };
    } catch (error) {
      if (sqliteCode(error) === null) throw error;
      yield { kind: "finding", finding: unreadable(check, error) };
    }
    if (kind === "damage" && count > 0) isDamaged = true;
  }
}

function findingOf(check: DoctorCheck, count: number, rows: readonly FoundRow[], repairable: number): Finding {
  const { kind, severity, fine } = check;
  if (count === 0) return { kind, severity: "ok", count: 0, rows: [], words: fine, repairable: 0 };
  const [first] = rows;
  const more = count === 1 ? "" : ` and ${(count - 1).toLocaleString("en")} more`;
  return { kind, severity, count, rows, words: `${first?.title ?? ""}${more}: ${first?.words ?? ""}`, repairable };
}

/** A check that the file itself did not let come to its end. */
function unreadable({ kind }: DoctorCheck, error: unknown): Finding {
  const why = error instanceof Error ? error.message : String(error);
  return { kind, severity: "problem", count: 1, rows: [], words: `It could not be looked at: ${why}`, repairable: 0 };
}

export interface Repair extends DatabaseTarget {
  readonly kind: FindingKind;
  readonly filesFolder?: string;
}

/** Stops a process of an attempt that is over: only what carries the attempt's own mark. */
const GRACE_MS = 5_000;
const stopProcess: Act = async (row, { db }) => {
  const pid = livingProcessOf(db, row.id);
  if (pid === null || (await processesOfRun(row.id, pid)).length === 0) return false;
  await stopTree({ runId: row.id, group: pid }, GRACE_MS);
  return true;
};

function actOf(check: DoctorCheck): Act | null {
  return check.kind === "processes_without_run" ? stopProcess : (check.act ?? null);
}

async function findRepairable(check: DoctorCheck, context: ExamContext) {
  const rows: FoundRow[] = [];
  let left = 0;
  if (check.needs.some((table) => columnsOf(context.db, table).length === 0)) return { rows, left };
  for await (const slice of check.find(context)) {
    for (const row of slice.rows) {
      if (row.becomes === null) left += 1;
      else rows.push(row);
    }
    await nextTurn();
  }
  return { rows, left };
}

/** Exactly what a repair would change if it were made now. Nothing is locked, and nothing changes. */
export function previewRepair(repair: Repair): Promise<RepairPreview> {
  const { kind } = repair;
  return withSource(repair, async ({ connection }) => {
    const { rows, left } = await findRepairable(requireRepair(kind), contextOf(repair, connection));
    return { kind, count: rows.length, rows: rows.slice(0, MOST_FOUND), left };
  });
}

function requireRepair(kind: FindingKind): DoctorCheck {
  const check = checkOf(kind);
  if (DOCTOR_WORDS[kind].repair !== null) return check;
  throw new HiveError("not_allowed", `${DOCTOR_WORDS[kind].title}: there is no repair. ${DOCTOR_WORDS[kind].action}`, {
    kind,
  });
}

export interface RepairOrder extends Repair {
  readonly reason: string | null;
  readonly actor: string;
}

const BATCH = 100;
const LOCK_WAIT_MS = 5_000;
const MOST_AUDITED = 50;

/**
 * Puts right what a check finds, in transactions of a hundred rows: each row is looked at again in its own, and one that is as
 * it should be by then is left alone. The last one writes the audit log. Tells how far it is.
 */
export async function* makeRepair(
  order: RepairOrder,
): AsyncGenerator<{ readonly share: number; readonly report: RepairReport }> {
  const { kind, file } = order;
  const check = requireRepair(kind);
  const db = openToRepair(order);
  try {
    const context = contextOf(order, db);
    if (kind === "wal") {
      yield { share: 1, report: foldIn(db, order) };
      return;
    }
    const { rows } = await findRepairable(check, context);
    const act = actOf(check);
    const done: FoundRow[] = [];
    let seen = 0;
    const report = (): RepairReport => ({ kind, repaired: done.length, left: seen - done.length });
    for (let at = 0; at < rows.length; at += BATCH) {
      const batch = rows.slice(at, at + BATCH);
      if (act !== null) for (const row of batch) (await act(row, context)) && done.push(row);
      else done.push(...inTransaction(db, file, () => batch.filter((row) => fixRow(check, db, row, order))));
      seen += batch.length;
      yield { share: seen / rows.length, report: report() };
      await nextTurn();
    }
    if (done.length > 0) inTransaction(db, file, () => note(db, order, done));
    yield { share: 1, report: report() };
  } finally {
    db.close();
  }
}

function openToRepair({ file, nativeBinding }: DatabaseTarget): Database.Database {
  try {
    const db = connect(file, {
      readonly: false,
      mustExist: true,
      timeoutMs: LOCK_WAIT_MS,
      nativeBinding: bindingOf(nativeBinding),
    });
    // As every other writer of the console's; some rows that are put right break foreign keys, and stay so.
    db.pragma("foreign_keys = OFF");
    db.pragma("synchronous = FULL");
    if (columnsOf(db, "console_audit").length > 0) return db;
    db.close();
  } catch (error) {
    throw translateSqliteError(error, file);
  }
  throw new HiveError(
    "database_not_adopted",
    `${file} was never adopted by the console: it is looked at and not changed. Adopt it with: hive db adopt`,
    { file },
  );
}

function inTransaction<T>(db: Database.Database, file: string, work: () => T): T {
  try {
    db.exec("BEGIN IMMEDIATE");
  } catch (error) {
    if (isBusy(error))
      throw new HiveError(
        "database_busy",
        `${file} is locked by another program. Nothing more was changed; try again.`,
        { file },
      );
    throw translateSqliteError(error, file);
  }
  try {
    const answer = work();
    db.exec("COMMIT");
    return answer;
  } catch (error) {
    if (db.inTransaction) db.exec("ROLLBACK");
    throw translateSqliteError(error, file);
  }
}

const writerOf = ({ clock = systemClock }: DatabaseTarget) => ({
  now: clock.now(),
  source: SOURCE,
  newId: createIdSource(clock, systemRandom),
});

function fixRow(check: DoctorCheck, db: Database.Database, row: FoundRow, order: RepairOrder): boolean {
  try {
    return check.fix?.(db as WritableDatabase, row, { ...writerOf(order), actor: order.actor }) ?? false;
  } catch (error) {
    // What the rules do not let happen to this row is left to a person.
    if (error instanceof HiveError) return false;
    throw error;
  }
}

function note(
  db: Database.Database,
  { kind, actor, reason, clock = systemClock }: RepairOrder,
  done: readonly FoundRow[],
): void {
  const shown = done.slice(0, MOST_AUDITED);
  appendAudit(db as WritableDatabase, {
    at: clock.now(),
    actor,
    act: "doctor.repair",
    entity: "setting",
    entityId: `doctor.${kind}`,
    reason,
    before: { count: done.length, rows: shown.map(({ entity, id, words }) => ({ entity, id, words })) },
    after: { rows: shown.map(({ id, becomes }) => ({ id, becomes })) },
  });
}

/** Folds the write-ahead log into the file, as far as readers let it. */
function foldIn(db: Database.Database, order: RepairOrder): RepairReport {
  const answer = db.prepare<[], Row>("PRAGMA wal_checkpoint(TRUNCATE)").get();
  if (answer?.busy !== 0) return { kind: "wal", repaired: 0, left: 1 };
  const row: FoundRow = {
    entity: "figure",
    id: "wal",
    planId: null,
    title: "",
    words: "It was large.",
    becomes: "folded in",
  };
  inTransaction(db, order.file, () => note(db, order, [row]));
  return { kind: "wal", repaired: 1, left: 0 };
}
