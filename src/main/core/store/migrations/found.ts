import type Database from "better-sqlite3";
import { type FoundUpstream, UPSTREAM_TABLES } from "./upstream";

/** Columns of a table in the file itself; none when there is no such table. */
export function columnsOf(db: Database.Database, table: string): string[] {
  return db.prepare("SELECT name FROM pragma_table_info(?, 'main')").pluck().all(table).map(String);
}

/** What this database has of upstream's tables and indexes. */
export function findUpstream(db: Database.Database): FoundUpstream {
  const columns = new Map<string, ReadonlySet<string>>();
  for (const { name } of UPSTREAM_TABLES) {
    const names = columnsOf(db, name);
    if (names.length > 0) columns.set(name, new Set(names));
  }
  const indexes = db.prepare("SELECT name FROM main.sqlite_master WHERE type = 'index'").pluck().all();
  return { columns, indexes: new Set(indexes.map(String)) };
}

/** Whether anybody keeps anything in this database. */
export function hasTables(db: Database.Database): boolean {
  return db.prepare("SELECT 1 FROM main.sqlite_master WHERE type = 'table' LIMIT 1").get() !== undefined;
}
