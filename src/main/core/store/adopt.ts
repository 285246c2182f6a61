import { setTimeout as delay } from "node:timers/promises";
import type Database from "better-sqlite3";
import { HiveError } from "../../../shared/errors";
import { backUp, backupName } from "./backup";
import { type Deadline, untilFree } from "./connect";
import { LATEST_VERSION } from "./migrations";
import type { Origin } from "./migrations/adoption";
import { findUpstream, hasTables } from "./migrations/found";
import { migrate, schemaVersion } from "./migrations/migrate";
import { whyNotHive } from "./migrations/upstream";
import { isBusy } from "./sqlite-errors";

/** KiB of pages each connection keeps. SQLite's own 2 MB make every step of a large plan read its pages again. */
export const CACHE_KIB = 65_536;

/** What opening a database to operate on it did to it. */
export interface Preparation {
  /** Absolute path; null: it was not adopted now. */
  readonly backupFile: string | null;
}

/**
 * Makes a database ready to operate on: looks first, backs up what others made, and only then changes anything.
 * Throws `database_too_new`, `database_not_adopted`, or what SQLite says.
 */
export async function prepare(connection: Database.Database, file: string, deadline: Deadline): Promise<Preparation> {
  const version = await untilFree(deadline, () => schemaVersion(connection));
  if (version !== null && version > LATEST_VERSION) throw tooNew(file, version);
  const isForeign = await untilFree(deadline, () => version === null && hasTables(connection));
  let origin: Origin | null = null;
  if (isForeign) {
    requireHive(connection, file);
    origin = {
      journalMode: String(connection.pragma("journal_mode", { simple: true })),
      backupFile: await backUpPatiently(connection, file, deadline),
    };
  }
  try {
    await untilFree(deadline, () => setUp(connection));
    if (version !== LATEST_VERSION) {
      await untilFree(deadline, () => migrate(connection, { now: deadline.clock.now(), origin }));
    }
  } catch (error) {
    if (origin !== null && origin.journalMode !== "wal") restoreJournal(connection, origin.journalMode);
    throw error;
  }
  return { backupFile: origin?.backupFile ?? null };
}

function tooNew(file: string, version: number): HiveError {
  return new HiveError(
    "database_too_new",
    `${file} was written by a newer Hive Console (schema ${version}; this one knows ${LATEST_VERSION}). ` +
      "Update Hive Console to operate it, or open it to observe.",
    { file, version, known: LATEST_VERSION },
  );
}

/** Adding our tables to another program's database would be no help to anybody. */
export function requireHive(connection: Database.Database, file: string): void {
  const why = whyNotHive(findUpstream(connection));
  if (why === null) return;
  throw new HiveError(
    "database_not_adopted",
    `${file} is an SQLite database, but not one of Hive: ${why}. Nothing was changed. Choose another file; a database ` +
      "of The Board can be imported.",
    { file, why },
  );
}

async function backUpPatiently(connection: Database.Database, file: string, deadline: Deadline): Promise<string> {
  for (;;) {
    const target = backupName(file, deadline.clock);
    try {
      await backUp(connection, target);
      return target;
    } catch (error) {
      if (!isBusy(error) || deadline.clock.monotonic() > deadline.at) throw error;
      await delay(25);
    }
  }
}

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

/** Back to the journal of before. False: others have the database open, so it stays in WAL mode. */
export function restoreJournal(connection: Database.Database, mode: string): boolean {
  try {
    return connection.pragma(`journal_mode = ${mode}`, { simple: true }) === mode;
  } catch (error) {
    if (isBusy(error)) return false;
    throw error;
  }
}
