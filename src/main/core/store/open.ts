import { existsSync, statSync } from "node:fs";
import { basename, dirname, resolve } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import type Database from "better-sqlite3";
import { HiveError } from "../../../shared/errors";
import type { WriteStats } from "../../../shared/model/metrics";
import type { DatabaseInfo } from "../../../shared/model/views";
import { type Clock, createIdSource, type Random, systemClock, systemRandom } from "../clock";
import { makeFolder } from "../make-folder";
import { CACHE_KIB, prepare } from "./adopt";
import { isBundle } from "./bundle-file";
import { type ChangeFeed, createChangeFeed, createFeedTrim } from "./change-feed";
import { createCommitQueue, type WriteOptions } from "./commit-queue";
import { bindingOf, connect, untilFree } from "./connect";
import type { ReadableDatabase, WritableDatabase } from "./database";
import { checkFile, mustExist } from "./file-checks";
import { catchUpWithPlans } from "./foreign-plans";
import { schemaVersion } from "./migrations/migrate";
import { observe } from "./observe";
import { translateSqliteError } from "./sqlite-errors";
import { forgetMisleadingStatistics } from "./statistics";

/**
 * `create`: make the database when there is none, else as `operate`. `operate`: adopt it when it is a Hive
 * database that the console does not know yet (after a backup beside it), and bring its schema up to date.
 * `observe`: read only; not one byte of the file changes, and nothing is added to it.
 */
export type OpenMode = "create" | "operate" | "observe";

export interface OpenOptions {
  readonly file: string;
  /** Default `operate`. */
  readonly mode?: OpenMode;
  /** True is the same as `mode: "create"`, where no mode is given. */
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
  /** What this process wrote since it was opened. */
  writes(): WriteStats;
  /** The part of it that the database has not been told yet. */
  unkeptWrites(): WriteStats;
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
const BUSY_LIMIT_MS = 15_000;
/** Opening waits this long for tasks of other programs to be taken into their plans; the rest follows. */
const CATCH_UP_MS = 250;
const EMPTY_GRACE_MS = 500;
const EMPTY_LOOK_MS = 25;

/**
 * Opens a database. Throws HiveError: `database_missing`, `database_empty`, `database_not_sqlite`,
 * `database_not_adopted` (another program's), `database_corrupt`, `database_read_only`, `database_unwritable`,
 * `database_too_new`, `database_busy`, `file_unreadable`, `disk_full`.
 */
export async function openStore(options: OpenOptions): Promise<Store> {
  const file = resolve(options.file);
  const clock = options.clock ?? systemClock;
  const random = options.random ?? systemRandom;
  const mode = options.mode ?? (options.create ? "create" : "operate");
  const nativeBinding = bindingOf(options.nativeBinding);
  const deadline = { clock, at: clock.monotonic() + (options.busyLimitMs ?? BUSY_LIMIT_MS) };
  // A bundle is a record: whoever opens it, and however, looks at it.
  if (mode === "observe" || isBundle(file)) return observe({ file, clock, random, nativeBinding, deadline });

  const isNew = await prepareFile(file, mode === "create", clock);
  const open = (readonly: boolean) =>
    connect(file, { readonly, mustExist: readonly || !isNew, timeoutMs: BUSY_TIMEOUT_MS, nativeBinding });
  const opened: Database.Database[] = [];
  try {
    const writer = open(false);
    opened.push(writer);
    const { backupFile } = await prepare(writer, file, deadline);
    await untilFree(deadline, () => forgetMisleadingStatistics(writer));
    const reader = await untilFree(deadline, () => open(true));
    opened.push(reader);
    reader.pragma(`cache_size = -${CACHE_KIB}`);
    const store = assemble({ file, clock, random, writer, reader, backupFile, busyLimitMs: options.busyLimitMs });
    await catchUpWithPlans(store, CATCH_UP_MS);
    return store;
  } catch (error) {
    for (const connection of opened) connection.close();
    throw translateSqliteError(error, file);
  }
}

/** Whether the database is to be made. */
async function prepareFile(file: string, create: boolean, clock: Clock): Promise<boolean> {
  if (existsSync(file)) {
    // Between its making and its first write, another process's new database is an empty file.
    const grace = clock.monotonic() + EMPTY_GRACE_MS;
    while (create && statSync(file).size === 0 && clock.monotonic() < grace) await delay(EMPTY_LOOK_MS);
    checkFile(file, "write");
    return false;
  }
  if (!create) mustExist(file);
  const folder = dirname(file);
  try {
    makeFolder(folder);
  } catch (error) {
    throw new HiveError(
      "database_unwritable",
      `The folder ${folder} for the database cannot be made. Check its permissions, or choose another folder.`,
      { file, folder, cause: error instanceof Error ? error.message : String(error) },
    );
  }
  return true;
}

interface Parts {
  readonly file: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly writer: Database.Database;
  readonly reader: Database.Database;
  readonly backupFile: string | null;
  readonly busyLimitMs: number | undefined;
}

function assemble({ file, clock, random, writer, reader, backupFile, busyLimitMs }: Parts): Store {
  const read = reader as ReadableDatabase;
  const feed = createChangeFeed(
    read,
    createFeedTrim((work) => queue.write(work)),
  );
  const version = schemaVersion(reader) ?? 0;
  const sqliteVersion = String(reader.prepare("SELECT sqlite_version()").pluck().get());
  let closing: Promise<void> | null = null;
  const queue = createCommitQueue(writer, {
    file,
    clock,
    ...(busyLimitMs === undefined ? {} : { busyLimitMs }),
    onCommit: () => {
      feed.poke();
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
    writes: queue.stats,
    unkeptWrites: queue.unkept,
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
      notice: backupFile === null ? null : `${file} was adopted; as it was before, it is in ${backupFile}.`,
    }),
    close: () => {
      closing ??= shut();
      return closing;
    },
  };
}
