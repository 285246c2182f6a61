import { existsSync, mkdirSync, statSync } from "node:fs";
import { basename, dirname, resolve } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import Database from "better-sqlite3";
import { HiveError } from "../../../shared/errors";
import type { DatabaseInfo } from "../../../shared/model/views";
import { type Clock, createIdSource, type Random, systemClock, systemRandom } from "../clock";
import { type ChangeFeed, createChangeFeed, TRIM } from "./change-feed";
import { createCommitQueue, type WriteOptions } from "./commit-queue";
import type { ReadableDatabase, WritableDatabase } from "./database";
import { checkFile } from "./file-checks";
import { hasTables, LATEST_VERSION, migrate, schemaVersion } from "./migrations";
import { isBusy, translateSqliteError } from "./sqlite-errors";

export interface OpenOptions {
  readonly file: string;
  /** Make the database when there is none; its folder too. Default false: `database_missing`. */
  readonly create?: boolean;
  readonly clock?: Clock;
  readonly random?: Random;
  /** Path of the compiled SQLite addon. Default: `HIVE_SQLITE_BINDING`, else the packaged one. */
  readonly nativeBinding?: string;
  /** How long opening, and any one write, waits for another program's lock, in milliseconds. Default 15,000. */
  readonly busyLimitMs?: number;
}

export interface Store {
  /** Absolute. */
  readonly file: string;
  /** Where logs and large results of this database are kept. */
  readonly filesFolder: string;
  readonly read: ReadableDatabase;
  /** See CommitQueue. */
  write<T>(work: (tx: WritableDatabase) => T, options?: WriteOptions): Promise<T>;
  newId(): string;
  readonly clock: Clock;
  readonly random: Random;
  readonly changes: ChangeFeed;
  info(): DatabaseInfo;
  /** Writes what is queued, then lets go of the file. */
  close(): Promise<void>;
}

/** SQLite's own busy wait blocks the thread, so it is next to nothing; the commit queue waits instead. */
const BUSY_TIMEOUT_MS = 2;
const TRIM_EVERY_COMMITS = 1_000;
const RETRY_MS = 25;
const EMPTY_GRACE_MS = 500;

/**
 * Opens a database to operate on it: creates it, brings its schema up to date, or adopts a Hive database (after
 * a backup beside it). Throws HiveError: `database_missing`, `database_empty`, `database_not_sqlite`,
 * `database_corrupt`, `database_read_only`, `database_unwritable`, `database_too_new`, `database_busy`, `disk_full`.
 */
export async function openStore(options: OpenOptions): Promise<Store> {
  const file = resolve(options.file);
  const clock = options.clock ?? systemClock;
  const random = options.random ?? systemRandom;
  const isNew = await prepareFile(file, options.create ?? false, clock);
  const nativeBinding = options.nativeBinding ?? process.env.HIVE_SQLITE_BINDING;
  const connect = (readonly: boolean) =>
    new Database(file, {
      readonly,
      fileMustExist: readonly || !isNew,
      timeout: BUSY_TIMEOUT_MS,
      ...(nativeBinding ? { nativeBinding } : {}),
    });

  const opened: Database.Database[] = [];
  try {
    const deadline = clock.monotonic() + (options.busyLimitMs ?? 15_000);
    const writer = connect(false);
    opened.push(writer);
    await prepare(writer, file, clock, deadline);
    const reader = await untilFree(deadline, clock, () => connect(true));
    opened.push(reader);
    reader.pragma(`cache_size = -${CACHE_KIB}`);
    return assemble({ file, clock, random, writer, reader, busyLimitMs: options.busyLimitMs });
  } catch (error) {
    for (const connection of opened) connection.close();
    throw translateSqliteError(error, file);
  }
}

/** Whether the database is to be made. */
async function prepareFile(file: string, create: boolean, clock: Clock): Promise<boolean> {
  const folder = dirname(file);
  if (existsSync(file)) {
    // Between its making and its first write, another process's new database is an empty file.
    const grace = clock.monotonic() + EMPTY_GRACE_MS;
    while (create && statSync(file).size === 0 && clock.monotonic() < grace) await delay(RETRY_MS);
    checkFile(file);
    return false;
  }
  if (!create) {
    throw new HiveError(
      "database_missing",
      existsSync(folder)
        ? `There is no database at ${file}. Check the path, or create a database there.`
        : `There is no database at ${file}: the folder ${folder} does not exist. Check the path.`,
      { file, folder },
    );
  }
  try {
    mkdirSync(folder, { recursive: true });
  } catch (error) {
    throw new HiveError(
      "database_unwritable",
      `The folder ${folder} for the database cannot be made. Check its permissions, or choose another folder.`,
      { file, folder, cause: error instanceof Error ? error.message : String(error) },
    );
  }
  return true;
}

/** KiB of pages each connection keeps. SQLite's own 2 MB make every step of a large plan read its pages again. */
const CACHE_KIB = 65_536;

function setUp(connection: Database.Database): void {
  connection.pragma("journal_mode = WAL");
  connection.pragma("synchronous = FULL");
  connection.pragma("foreign_keys = ON");
  connection.pragma("mmap_size = 0");
  // Savepoints and triggers keep undo pages; in memory, not in a temporary file.
  connection.pragma("temp_store = MEMORY");
  connection.pragma(`cache_size = -${CACHE_KIB}`);
  connection.pragma("journal_size_limit = 67108864");
}

/** Looks first, backs up what others made, and only then changes anything. */
async function prepare(connection: Database.Database, file: string, clock: Clock, deadline: number): Promise<void> {
  const version = await untilFree(deadline, clock, () => schemaVersion(connection));
  if (version !== null && version > LATEST_VERSION) {
    throw new HiveError(
      "database_too_new",
      `${file} was written by a newer Hive Console (schema ${version}; this one knows ${LATEST_VERSION}). ` +
        "Update Hive Console to open it.",
      { file, version, known: LATEST_VERSION },
    );
  }
  const isForeign = await untilFree(deadline, clock, () => schemaVersion(connection) === null && hasTables(connection));
  if (isForeign) await backUp(connection, file, clock);
  await untilFree(deadline, clock, () => setUp(connection));
  if (version !== LATEST_VERSION) await untilFree(deadline, clock, () => migrate(connection, clock.now()));
}

async function backUp(connection: Database.Database, file: string, clock: Clock): Promise<void> {
  const stamp = new Date(clock.now()).toISOString().replaceAll(/[-:]/g, "").replace(/\..*/, "Z");
  await connection.backup(`${file}.backup-${stamp}`);
}

/** Tries until no other program is in the way, without blocking this one meanwhile. */
async function untilFree<T>(deadline: number, clock: Clock, work: () => T): Promise<T> {
  for (;;) {
    try {
      return work();
    } catch (error) {
      if (!isBusy(error) || clock.monotonic() > deadline) throw error;
      await delay(RETRY_MS);
    }
  }
}

interface Parts {
  readonly file: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly writer: Database.Database;
  readonly reader: Database.Database;
  readonly busyLimitMs: number | undefined;
}

function assemble({ file, clock, random, writer, reader, busyLimitMs }: Parts): Store {
  const read = reader as ReadableDatabase;
  const feed = createChangeFeed(read);
  const version = schemaVersion(reader) ?? 0;
  const sqliteVersion = String(reader.prepare("SELECT sqlite_version()").pluck().get());
  let commits = 0;
  let closing: Promise<void> | null = null;
  const queue = createCommitQueue(writer, {
    file,
    clock,
    ...(busyLimitMs === undefined ? {} : { busyLimitMs }),
    onCommit: () => {
      feed.poke();
      commits += 1;
      if (commits % TRIM_EVERY_COMMITS === 0) {
        // Housekeeping: when it fails (a full disk, say), a later turn does it, and others report the trouble.
        queue.write((tx) => tx.prepare(TRIM).run()).catch(() => undefined);
      }
    },
  });

  async function shut(): Promise<void> {
    await queue.close();
    feed.stop();
    reader.close();
    writer.close();
  }

  return {
    file,
    filesFolder: `${file}.files`,
    read,
    write: queue.write,
    newId: createIdSource(clock, random),
    clock,
    random,
    changes: feed,
    info: () => ({
      file,
      name: basename(file),
      mode: "operate",
      sqliteVersion,
      schemaVersion: version,
      walBytes: statSync(`${file}-wal`, { throwIfNoEntry: false })?.size ?? 0,
    }),
    close: () => {
      closing ??= shut();
      return closing;
    },
  };
}
