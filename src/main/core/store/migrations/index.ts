import type Database from "better-sqlite3";
import { CONSOLE_TABLES } from "./console-tables";
import { CONSOLE_TRIGGERS } from "./console-triggers";
import { OPERATION_INDEXES } from "./hive-operations";
import { UPSTREAM_TABLES, upstreamStatements } from "./upstream";

export interface Migration {
  /** 1, 2, 3 and so on without a gap. A published one never changes. */
  readonly version: number;
  readonly name: string;
  readonly up: (db: Database.Database) => void;
}

export const MIGRATIONS: readonly Migration[] = [
  {
    version: 1,
    name: "upstream tables",
    up: (db) => {
      for (const sql of upstreamStatements(existingColumns(db))) db.exec(sql);
    },
  },
  {
    version: 2,
    name: "console tables and triggers",
    up: (db) => {
      for (const sql of CONSOLE_TABLES) db.exec(sql);
      db.exec("INSERT INTO console_counts (scope, status, n) SELECT '', status, count(*) FROM tasks GROUP BY status");
      for (const sql of CONSOLE_TRIGGERS) db.exec(sql);
    },
  },
  {
    version: 3,
    name: "indexes of the operations",
    up: (db) => {
      for (const sql of OPERATION_INDEXES) db.exec(sql);
    },
  },
];

export const LATEST_VERSION = MIGRATIONS.length;

/** The console's schema version in this database; null when it was never adopted. */
export function schemaVersion(db: Database.Database): number | null {
  const table = db.prepare("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'console_migrations'").get();
  if (!table) return null;
  const version = db.prepare("SELECT max(version) FROM console_migrations").pluck().get();
  return typeof version === "number" ? version : 0;
}

/** Whether anybody keeps anything in this database. */
export function hasTables(db: Database.Database): boolean {
  return db.prepare("SELECT 1 FROM sqlite_master WHERE type = 'table' LIMIT 1").get() !== undefined;
}

/**
 * Brings the schema up to date. The first time all steps are one transaction, so that a database is adopted
 * as a whole or not at all; later each step is one.
 */
export function migrate(db: Database.Database, now: number): void {
  const first = schemaVersion(db) === null;
  if (first) {
    db.transaction(() => {
      // Another process may have done it while this one waited for the lock.
      if (schemaVersion(db) !== null) return;
      db.exec(
        "CREATE TABLE console_migrations (version INTEGER PRIMARY KEY, name TEXT NOT NULL, applied_at INTEGER NOT NULL)",
      );
      for (const migration of MIGRATIONS) apply(db, migration, now);
    }).immediate();
    return;
  }
  for (const migration of MIGRATIONS) {
    if (migration.version <= (schemaVersion(db) ?? 0)) continue;
    db.transaction(() => {
      if (migration.version > (schemaVersion(db) ?? 0)) apply(db, migration, now);
    }).immediate();
  }
}

function apply(db: Database.Database, migration: Migration, now: number): void {
  migration.up(db);
  db.prepare("INSERT INTO console_migrations (version, name, applied_at) VALUES (?, ?, ?)").run(
    migration.version,
    migration.name,
    now,
  );
}

function existingColumns(db: Database.Database): Map<string, ReadonlySet<string>> {
  const columns = db.prepare("SELECT name FROM pragma_table_info(?)").pluck();
  const existing = new Map<string, ReadonlySet<string>>();
  for (const { name } of UPSTREAM_TABLES) {
    const names = columns.all(name).map(String);
    if (names.length > 0) existing.set(name, new Set(names));
  }
  return existing;
}
