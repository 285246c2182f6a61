import type Database from "better-sqlite3";
import { text } from "../columns";
import { UNIFIED_REVISION } from "../unified/schema";
import { hasTables } from "./found";
import type { UpstreamAddition } from "./upstream";

/** What is known of a database from before its adoption. */
export interface Origin {
  readonly journalMode: string;
  /** Absolute path of the backup; null when there was nothing to back up. */
  readonly backupFile: string | null;
}

/** What adoption found and added, so that it can be undone. */
export interface Adoption {
  /** False: the console made the database itself. */
  readonly adopted: boolean;
  readonly journalMode: string | null;
  readonly backupFile: string | null;
  readonly tables: readonly string[];
  /** As `table.column`. */
  readonly columns: readonly string[];
  readonly indexes: readonly string[];
}

/** kind: `adopted`, `journal_mode`, `backup`, `table`, `column`, `index` or `stamp` (what alembic was told). */
const TABLE = `CREATE TABLE console_adoption (
  kind TEXT NOT NULL,
  name TEXT NOT NULL,
  PRIMARY KEY (kind, name)
) WITHOUT ROWID`;

/** Before anything is added. */
export function beginAdoption(db: Database.Database, origin: Origin | null): void {
  const adopted = hasTables(db);
  db.exec(TABLE);
  if (!adopted) return;
  note(db, "adopted", "hive");
  if (origin === null) return;
  note(db, "journal_mode", origin.journalMode);
  if (origin.backupFile !== null) note(db, "backup", origin.backupFile);
}

export function noteAddition(db: Database.Database, { kind, name }: UpstreamAddition): void {
  note(db, kind, name);
}

function note(db: Database.Database, kind: string, name: string): void {
  db.prepare("INSERT INTO console_adoption (kind, name) VALUES (?, ?)").run(kind, name);
}

/** Null when the database keeps no record of it. */
export function readAdoption(db: Database.Database): Adoption | null {
  const exists = db
    .prepare("SELECT 1 FROM main.sqlite_master WHERE type = 'table' AND name = 'console_adoption'")
    .get();
  if (!exists) return null;
  const names = new Map<string, string[]>();
  for (const row of db.prepare<[], Record<string, unknown>>("SELECT kind, name FROM console_adoption").all()) {
    const kind = text(row.kind);
    names.set(kind, [...(names.get(kind) ?? []), text(row.name)]);
  }
  const all = (kind: string) => names.get(kind) ?? [];
  return {
    adopted: names.has("adopted"),
    journalMode: all("journal_mode")[0] ?? null,
    backupFile: all("backup")[0] ?? null,
    tables: all("table"),
    columns: all("column"),
    indexes: all("index"),
  };
}

/** Tables that adoption made and that are in use by now: `undoAdditions` leaves them. */
export function keptTables(db: Database.Database): string[] {
  const adoption = readAdoption(db);
  if (!adoption?.adopted) return [];
  return adoption.tables.filter((table) => !isEmpty(db, table) && !holdsStampAlone(db, table));
}

/** What the console itself told alembic at adoption, it takes back. */
function holdsStampAlone(db: Database.Database, table: string): boolean {
  if (table !== "alembic_version") return false;
  const stamped = db.prepare("SELECT 1 FROM console_adoption WHERE kind = 'stamp'").get() !== undefined;
  const others = db.prepare("SELECT 1 FROM alembic_version WHERE version_num <> ?").get(UNIFIED_REVISION);
  return stamped && others === undefined;
}

/**
 * Takes the tables and indexes of adoption away again, but no row of anybody: a table that is in use by now
 * stays, and so do columns. A database that the console made keeps its upstream tables.
 */
export function undoAdditions(db: Database.Database): void {
  const adoption = readAdoption(db);
  if (!adoption?.adopted) return;
  for (const index of adoption.indexes) db.exec(`DROP INDEX IF EXISTS ${index}`);
  // Children of a foreign key were made after their parents.
  for (const table of adoption.tables) if (isEmpty(db, table)) db.exec(`DROP TABLE IF EXISTS ${table}`);
}

function isEmpty(db: Database.Database, table: string): boolean {
  const exists = db.prepare("SELECT 1 FROM main.sqlite_master WHERE type = 'table' AND name = ?").get(table);
  return exists === undefined || db.prepare(`SELECT 1 FROM ${table} LIMIT 1`).get() === undefined;
}
