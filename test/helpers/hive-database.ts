import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import Database from "better-sqlite3";
import { temporaryFolder } from "./store";

const DUMP = join(import.meta.dirname, "../fixtures/databases/hive-internal.sql");

export interface HiveDatabaseOptions {
  readonly journalMode?: "wal" | "delete";
  /** SQL that makes it differ from the dump. */
  readonly changes?: string;
}

/** A file as a Python Hive of 2025 left it, and nothing of the console in it. */
export function makeHiveDatabase({ journalMode = "wal", changes = "" }: HiveDatabaseOptions = {}): string {
  const file = join(temporaryFolder(), "hive-internal.db");
  const db = new Database(file);
  db.exec(readFileSync(DUMP, "utf8"));
  db.pragma(`journal_mode = ${journalMode}`);
  db.pragma("foreign_keys = OFF");
  db.exec(changes);
  db.exec("ANALYZE");
  db.close();
  return file;
}

export function withDatabase<T>(file: string, work: (db: Database.Database) => T): T {
  const db = new Database(file, { fileMustExist: true });
  try {
    return work(db);
  } finally {
    db.close();
  }
}

/** Everything that the schema consists of, by name. */
export function schemaOf(db: Database.Database): Record<string, string | null> {
  const rows = db.prepare<[], SchemaRow>("SELECT type, name, sql FROM sqlite_master").all();
  return Object.fromEntries(rows.map(({ type, name, sql }) => [`${type} ${name}`, sql]));
}

/** Every row of every table but SQLite's and the console's own, with these columns left out. */
export function rowsOf(db: Database.Database, without: readonly string[] = []): Record<string, unknown[]> {
  const tables = db.prepare<[], string>("SELECT name FROM sqlite_master WHERE type = 'table'").pluck().all();
  const kept = tables.filter((name) => !/^(console|sqlite)_/.test(name));
  return Object.fromEntries(
    kept.map((table) => {
      const columns = db.prepare<[string], string>("SELECT name FROM pragma_table_info(?)").pluck().all(table);
      const named = columns.filter((column) => !without.includes(`${table}.${column}`));
      return [table, db.prepare(`SELECT ${named.join(", ")} FROM ${table} ORDER BY rowid`).all()];
    }),
  );
}

export function hashOf(file: string): string | null {
  return existsSync(file) ? createHash("sha256").update(readFileSync(file)).digest("hex") : null;
}

interface SchemaRow {
  readonly type: string;
  readonly name: string;
  readonly sql: string | null;
}
