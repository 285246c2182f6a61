import type Database from "better-sqlite3";
import { HiveError, toErrorBody } from "../../shared/errors";
import type { ChangeCount, ChangedRow } from "../../shared/model/explorer";
import { splitStatements } from "../../shared/model/sql-text";
import { appendAudit } from "../core/store/audit";
import { backUp } from "../core/store/backup";
import { bindingOf, connect } from "../core/store/connect";
import type { WritableDatabase } from "../core/store/database";
import { translateSqliteError } from "../core/store/sqlite-errors";
import { type ChangeRecord, recordChanges } from "./change-record";
import type { ExplorerDatabase } from "./connection";
import { bound, type QueryParameters } from "./query-plan";
import { prepareChange } from "./write-guard";

export interface WriteRun extends ExplorerDatabase {
  readonly sql: string;
  readonly parameters: QueryParameters;
}

/** What statements change. */
export interface Changes {
  readonly counts: readonly ChangeCount[];
  readonly rows: readonly ChangedRow[];
  readonly isCut: boolean;
  readonly ms: number;
}

export interface CommitRun extends WriteRun {
  /** What the operator has seen: anything else is not committed. */
  readonly expected: readonly ChangeCount[];
  readonly seenRows: readonly ChangedRow[];
  /** Where the database as it is before goes. */
  readonly backupFile: string;
  readonly audit: { readonly at: number; readonly actor: string; readonly reason: string };
}

export type CommitPart =
  | { readonly kind: "backedUp" }
  | { readonly kind: "written"; readonly counts: readonly ChangeCount[] }
  | { readonly kind: "differs"; readonly changes: Changes };

const LOCK_WAIT_MS = 5_000;

/** Tries statements in a transaction that is taken back: nothing of it stays, and no lock is held behind it. */
export async function* previewWrite(run: WriteRun): AsyncGenerator<Changes> {
  const db = openToWrite(run);
  try {
    const record = recordChanges(db);
    yield inTransaction(db, run, () => ({ value: change(db, run, record), isKept: false }));
  } finally {
    db.close();
  }
}

/**
 * Backs up, then runs the statements again. They are committed, together with the row of the audit log, only when they
 * change what was seen; else they are taken back, and what they would change now is told.
 */
export async function* commitWrite(run: CommitRun): AsyncGenerator<CommitPart> {
  const db = openToWrite(run);
  try {
    await backUp(db, run.backupFile);
    yield { kind: "backedUp" };
    const record = recordChanges(db);
    yield inTransaction<CommitPart>(db, run, () => {
      const changes = change(db, run, record);
      if (!isAsSeen(changes, run)) return { value: { kind: "differs", changes }, isKept: false };
      // The transaction is this connection's: what is written in it is one with the statements.
      appendAudit(db as WritableDatabase, {
        at: run.audit.at,
        actor: run.audit.actor,
        act: "explorer.write",
        entity: "setting",
        entityId: "explorer",
        reason: run.audit.reason,
        before: null,
        after: { sql: run.sql, parameters: run.parameters, counts: changes.counts, backupFile: run.backupFile },
      });
      return { value: { kind: "written", counts: changes.counts }, isKept: true };
    });
  } finally {
    db.close();
  }
}

function openToWrite({ file, nativeBinding }: ExplorerDatabase): Database.Database {
  try {
    const db = connect(file, {
      readonly: false,
      mustExist: true,
      timeoutMs: LOCK_WAIT_MS,
      nativeBinding: bindingOf(nativeBinding ?? undefined),
    });
    db.pragma("foreign_keys = ON");
    db.pragma("synchronous = FULL");
    // As for a query: memory has a limit, a file of its own could fill the disk.
    db.pragma("temp_store = MEMORY");
    return db;
  } catch (error) {
    throw translateSqliteError(error, file);
  }
}

interface Ending<T> {
  readonly value: T;
  readonly isKept: boolean;
}

function inTransaction<T>(db: Database.Database, { file }: ExplorerDatabase, work: () => Ending<T>): T {
  try {
    db.exec("BEGIN IMMEDIATE");
    const { value, isKept } = work();
    db.exec(isKept ? "COMMIT" : "ROLLBACK");
    return value;
  } catch (error) {
    if (db.inTransaction) db.exec("ROLLBACK");
    const translated = translateSqliteError(error, file);
    if (translated instanceof HiveError) throw translated;
    throw new HiveError("invalid_input", `Nothing was changed: ${plainMessage(error)}.`);
  }
}

const plainMessage = (error: unknown): string => (error instanceof Error ? error.message : toErrorBody(error).message);

function change(db: Database.Database, { sql, parameters }: WriteRun, record: ChangeRecord): Changes {
  const begun = performance.now();
  for (const { text } of splitStatements(sql)) {
    const prepared = prepareChange(db, text);
    // One that answers rows has done its work when all of them were read.
    if (prepared.reader) for (const _row of prepared.iterate(...bound(text, parameters)));
    else prepared.run(...bound(text, parameters));
  }
  const counts = record.counts();
  const rows = record.rows();
  const total = counts.reduce((sum, count) => sum + count.rows, 0);
  return { counts, rows, isCut: total > rows.length, ms: performance.now() - begun };
}

/**
 * The same rows in the same way. What they become may hold the time of day, and what is inserted a new id: neither is
 * the same twice.
 */
function isAsSeen(changes: Changes, { expected, seenRows }: CommitRun): boolean {
  const seen = (counts: readonly ChangeCount[], rows: readonly ChangedRow[]): string =>
    JSON.stringify([
      counts.map(({ table, act, rows: many }) => [table, act, many]),
      rows.map(({ table, act, key, before }) => (act === "insert" ? [table, act] : [table, act, key, before])),
    ]);
  return seen(changes.counts, changes.rows) === seen(expected, seenRows);
}
