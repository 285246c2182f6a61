import type Database from "better-sqlite3";
import { bindingOf, connect } from "../core/store/connect";
import { translateSqliteError } from "../core/store/sqlite-errors";

/** A database as the explorer opens it. */
export interface ExplorerDatabase {
  readonly file: string;
  /** Path of the compiled SQLite addon; null: the packaged one, or what `HIVE_SQLITE_BINDING` names. */
  readonly nativeBinding: string | null;
}

/** Another program may hold the lock for so long: this process may block meanwhile, nobody else does. */
const BUSY_MS = 5_000;

/**
 * Opens a database for reading, and for nothing else: the file is open without the right to write, statements that write
 * are refused, and what stands in its schema is not trusted. better-sqlite3 has switched on the defensive mode already.
 */
export function openToExplore({ file, nativeBinding }: ExplorerDatabase): Database.Database {
  try {
    const db = connect(file, {
      readonly: true,
      mustExist: true,
      timeoutMs: BUSY_MS,
      nativeBinding: bindingOf(nativeBinding ?? undefined),
    });
    db.pragma("query_only = ON");
    db.pragma("trusted_schema = OFF");
    db.pragma("cell_size_check = ON");
    // What is sorted stays in memory, which has a limit; a file of its own could fill the disk.
    db.pragma("temp_store = MEMORY");
    return db;
  } catch (error) {
    throw translateSqliteError(error, file);
  }
}

/** Opens a database for reading, and closes it when the work is done. */
export function withDatabase<T>(database: ExplorerDatabase, work: (db: Database.Database) => T): T {
  const db = openToExplore(database);
  try {
    return work(db);
  } finally {
    db.close();
  }
}
