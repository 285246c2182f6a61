import { existsSync, statSync } from "node:fs";
import { dirname, resolve } from "node:path";
import type Database from "better-sqlite3";
import { type ErrorBody, HiveError, toErrorBody } from "../../../shared/errors";
import { type Clock, systemClock } from "../clock";
import { isAlive } from "../process-identity";
import { requireHive, restoreJournal } from "../store/adopt";
import { backUp, backupName } from "../store/backup";
import { integer, text } from "../store/columns";
import { bindingOf, connect, type Deadline } from "../store/connect";
import type { ReadableDatabase } from "../store/database";
import { checkFile, mustAllowWriting } from "../store/file-checks";
import { type LeaseHolder, readLease } from "../store/lease";
import { LATEST_VERSION } from "../store/migrations";
import { type Adoption, keptTables, readAdoption } from "../store/migrations/adoption";
import { columnsOf, findUpstream, hasTables } from "../store/migrations/found";
import { migrate, schemaVersion, unmigrate } from "../store/migrations/migrate";
import { upstreamAdditions } from "../store/migrations/upstream";
import { type ObserveSource, openSource } from "../store/observe-source";
import { openStore } from "../store/open";
import { translateSqliteError } from "../store/sqlite-errors";

/** A database file to work on as a whole. */
export interface DatabaseTarget {
  readonly file: string;
  readonly clock?: Clock;
  readonly nativeBinding?: string;
  /** How long to wait for another program's lock, in milliseconds. Default 15,000. */
  readonly busyLimitMs?: number;
}

/** What a database file is, without a byte of it changed. */
export interface DatabaseReport {
  readonly file: string;
  readonly bytes: number;
  readonly walBytes: number;
  readonly pageBytes: number;
  readonly journalMode: string;
  readonly sqliteVersion: string;
  /** Null: the console has added nothing to it. */
  readonly schemaVersion: number | null;
  readonly latestVersion: number;
  readonly adoption: Adoption | null;
  /** What adopting it would add, or, adopted, what somebody took away. Columns as `table.column`. */
  readonly missing: { readonly tables: readonly string[]; readonly columns: readonly string[] };
  /** Rows by table, of those tables that there are. */
  readonly rows: Readonly<Record<string, number>>;
  /** Why it cannot be opened to operate; null: it can. */
  readonly operate: ErrorBody | null;
  /** Who starts its tasks. */
  readonly dispatcher: (LeaseHolder & { readonly alive: boolean | null }) | null;
  /** It was read from a copy, and why; null: from the file itself. */
  readonly copied: string | null;
}

const COUNTED = ["tasks", "runs", "workers", "planning_queue", "execution_plans", "events"] as const;

/** Throws what opening a database to observe it throws. */
export function describeDatabase(target: DatabaseTarget): Promise<DatabaseReport> {
  return withSource(target, async ({ connection, copied }, file) => describe(connection, file, copied));
}

export function describe(connection: Database.Database, file: string, copied: string | null): DatabaseReport {
  const found = findUpstream(connection);
  const additions = hasTables(connection) ? upstreamAdditions(found) : [];
  const named = (kind: "table" | "column") => additions.filter((one) => one.kind === kind).map(({ name }) => name);
  const count = (table: string) => integer(connection.prepare(`SELECT count(*) FROM ${table}`).pluck().get());
  return {
    file,
    bytes: statSync(file).size,
    walBytes: statSync(`${file}-wal`, { throwIfNoEntry: false })?.size ?? 0,
    pageBytes: integer(connection.pragma("page_size", { simple: true })),
    journalMode: text(connection.pragma("journal_mode", { simple: true })),
    sqliteVersion: text(connection.prepare("SELECT sqlite_version()").pluck().get()),
    schemaVersion: schemaVersion(connection),
    latestVersion: LATEST_VERSION,
    adoption: readAdoption(connection),
    missing: { tables: named("table"), columns: named("column") },
    rows: Object.fromEntries(COUNTED.filter((name) => found.columns.has(name)).map((name) => [name, count(name)])),
    operate: whyNotOperate(connection, file),
    dispatcher: dispatcherOf(connection),
    copied,
  };
}

function whyNotOperate(connection: Database.Database, file: string): ErrorBody | null {
  try {
    const version = schemaVersion(connection);
    if (version === null) requireHive(connection, file);
    else requireKnown(file, version);
    mustAllowWriting(file);
    return null;
  } catch (error) {
    return toErrorBody(error);
  }
}

function requireKnown(file: string, version: number): void {
  if (version <= LATEST_VERSION) return;
  throw new HiveError(
    "database_too_new",
    `${file} was written by a newer Hive Console (schema ${version}; this one knows ${LATEST_VERSION}). Update it.`,
    { file, version, known: LATEST_VERSION },
  );
}

function dispatcherOf(connection: Database.Database): DatabaseReport["dispatcher"] {
  if (columnsOf(connection, "console_lease").length === 0) return null;
  const holder = readLease(connection as ReadableDatabase)?.holder ?? null;
  return holder && { ...holder, alive: isAlive(holder) };
}

export interface AdoptedDatabase {
  readonly file: string;
  /** False: it was adopted, or made by the console, before. */
  readonly adoptedNow: boolean;
  readonly schemaVersion: number;
  readonly adoption: Adoption | null;
}

/** Opens a Hive database to operate, which adopts it and brings its schema up to date, and closes it again. */
export async function adoptDatabase(target: DatabaseTarget): Promise<AdoptedDatabase> {
  const store = await openStore({ ...target, mode: "operate" });
  try {
    const { notice, schemaVersion: version } = store.info();
    return {
      file: store.file,
      adoptedNow: notice !== null,
      schemaVersion: version,
      adoption: readAdoption(store.read),
    };
  } finally {
    await store.close();
  }
}

export interface ReleasedDatabase {
  readonly file: string;
  /** False: there was nothing of the console's in it. */
  readonly released: boolean;
  /** As it was before, with the console's tables. */
  readonly backupFile: string | null;
  /** Upstream tables that adoption made and that stay because they have rows. */
  readonly keptTables: readonly string[];
  /** Upstream columns that adoption added and that stay. */
  readonly keptColumns: readonly string[];
  readonly journalMode: string;
}

/**
 * Takes everything of the console's out of a database, after a backup: afterwards it is as before its adoption,
 * but for the upstream columns that were added. Throws `not_allowed` while a console runs its tasks.
 */
export function releaseDatabase(target: DatabaseTarget): Promise<ReleasedDatabase> {
  return withWriter(target, async (connection, file, clock) => {
    const journalMode = () => text(connection.pragma("journal_mode", { simple: true }));
    const nothing = { file, released: false, backupFile: null, keptTables: [], keptColumns: [] };
    if (schemaVersion(connection) === null) return { ...nothing, journalMode: journalMode() };
    requireIdle(connection, file);
    const adoption = readAdoption(connection);
    const kept = keptTables(connection);
    const backupFile = backupName(file, clock);
    await backUp(connection, backupFile);
    connection.pragma("foreign_keys = OFF");
    unmigrate(connection);
    if (adoption?.journalMode && adoption.journalMode !== journalMode()) {
      restoreJournal(connection, adoption.journalMode);
    }
    const keptColumns = adoption?.columns ?? [];
    return { file, released: true, backupFile, keptTables: kept, keptColumns, journalMode: journalMode() };
  });
}

export interface MigratedDatabase {
  readonly file: string;
  readonly from: number;
  readonly to: number;
  /** Null: nothing changed, so nothing was backed up. */
  readonly backupFile: string | null;
}

/**
 * Brings the console's schema forward or back, after a backup. Default: to the latest. Throws
 * `database_not_adopted`, `invalid_input` for a schema that does not exist, `not_allowed` while a console runs
 * its tasks.
 */
export function migrateDatabase(target: DatabaseTarget, to: number = LATEST_VERSION): Promise<MigratedDatabase> {
  return withWriter(target, async (connection, file, clock) => {
    const from = schemaVersion(connection);
    if (from === null) {
      throw new HiveError(
        "database_not_adopted",
        `${file} was never adopted by the console: there is nothing to migrate. Adopt it with: hive db adopt`,
        { file },
      );
    }
    requireKnown(file, from);
    if (from === to) return { file, from, to, backupFile: null };
    requireIdle(connection, file);
    const backupFile = backupName(file, clock);
    await backUp(connection, backupFile);
    connection.pragma("foreign_keys = OFF");
    migrate(connection, { now: clock.now(), target: to });
    return { file, from, to, backupFile };
  });
}

export interface BackedUpDatabase {
  readonly file: string;
  readonly backupFile: string;
  readonly bytes: number;
}

/** Copies a database as of one moment, while others use it. Default: beside it. Never over another file. */
export function backUpDatabase(target: DatabaseTarget, to?: string): Promise<BackedUpDatabase> {
  return withSource(target, async ({ connection }, file) => {
    const backupFile = to === undefined ? backupName(file, target.clock ?? systemClock) : resolve(to);
    const refuse = (why: string) =>
      new HiveError("file_unwritable", `The backup ${backupFile} cannot be written: ${why}. Choose another name.`, {
        file: backupFile,
      });
    if (existsSync(backupFile)) throw refuse("there is a file of this name, which stays as it is");
    if (!existsSync(dirname(backupFile))) throw refuse("its folder does not exist");
    try {
      await backUp(connection, backupFile);
    } catch (error) {
      const translated = translateSqliteError(error, backupFile);
      if (!(translated instanceof HiveError) || translated.code === "disk_full") throw translated;
      throw refuse(error instanceof Error ? error.message : String(error));
    }
    return { file, backupFile, bytes: statSync(backupFile).size };
  });
}

/** Another console's work must not lose the tables that it stands on. */
function requireIdle(connection: Database.Database, file: string): void {
  const dispatcher = dispatcherOf(connection);
  if (dispatcher !== null && dispatcher.alive !== false) {
    const { program, pid, host } = dispatcher;
    throw new HiveError(
      "not_allowed",
      `${file} is in use: ${program} (process ${pid} on ${host}) starts its tasks. Close it, then try again.`,
      { file, pid, host, program },
    );
  }
  const running =
    columnsOf(connection, "console_runs").length === 0
      ? 0
      : integer(connection.prepare("SELECT count(*) FROM console_runs WHERE live IS NOT NULL").pluck().get());
  if (running === 0) return;
  throw new HiveError(
    "not_allowed",
    `${running} ${running === 1 ? "attempt" : "attempts"} of ${file} still ${running === 1 ? "runs" : "run"}. Open it ` +
      "with the console and let them end, or cancel them; then try again.",
    { file, running },
  );
}

function deadlineOf({ clock = systemClock, busyLimitMs = 15_000 }: DatabaseTarget): Deadline {
  return { clock, at: clock.monotonic() + busyLimitMs };
}

/** With a connection that only reads. */
export async function withSource<T>(
  target: DatabaseTarget,
  work: (source: ObserveSource, file: string) => Promise<T>,
): Promise<T> {
  const file = resolve(target.file);
  checkFile(file, "read");
  try {
    const source = await openSource({
      file,
      nativeBinding: bindingOf(target.nativeBinding),
      deadline: deadlineOf(target),
    });
    try {
      return await work(source, file);
    } finally {
      await source.close();
    }
  } catch (error) {
    throw translateSqliteError(error, file);
  }
}

/** In a process of its own that has nothing else to do: SQLite may wait for locks. */
async function withWriter<T>(
  target: DatabaseTarget,
  work: (connection: Database.Database, file: string, clock: Clock) => Promise<T>,
): Promise<T> {
  const file = resolve(target.file);
  checkFile(file, "write");
  try {
    const connection = connect(file, {
      readonly: false,
      mustExist: true,
      timeoutMs: target.busyLimitMs ?? 15_000,
      nativeBinding: bindingOf(target.nativeBinding),
    });
    try {
      return await work(connection, file, target.clock ?? systemClock);
    } finally {
      connection.close();
    }
  } catch (error) {
    throw translateSqliteError(error, file);
  }
}
