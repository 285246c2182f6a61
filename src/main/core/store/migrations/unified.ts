import type Database from "better-sqlite3";
import { DUAL_WRITE_PREFIX, FLAG_SETTINGS, TELLING_PREFIX } from "../unified/names";
import { missingIndexes, schemaStanding, stamp, UNIFIED_INDEXES, unstamp } from "../unified/schema";
import { noteAddition, readAdoption } from "./adoption";

/** What the way from the legacy tables to the unified ones leaves behind. Times are milliseconds since the epoch. */
export const UNIFIED: readonly string[] = [
  // Carried through by whoever has the lock: a process that dies leaves its place, and the next one goes on there.
  // step: tasks, orphans. state: running, done, aborted, failed. cursor: the last id that is done in this step.
  `CREATE TABLE console_backfills (
    id TEXT PRIMARY KEY,
    state TEXT NOT NULL,
    step TEXT NOT NULL,
    cursor TEXT NOT NULL,
    total INTEGER NOT NULL,
    seen INTEGER NOT NULL,
    written INTEGER NOT NULL,
    removed INTEGER NOT NULL,
    actor TEXT NOT NULL,
    reason TEXT,
    error TEXT,
    abort_requested_at INTEGER,
    started_at INTEGER NOT NULL,
    finished_at INTEGER,
    pid INTEGER,
    pid_start TEXT,
    host TEXT,
    boot_id TEXT
  )`,
  "CREATE INDEX console_backfills_recent ON console_backfills (started_at)",
  // One row for each check of the whole database.
  `CREATE TABLE console_parity (
    at INTEGER PRIMARY KEY,
    actor TEXT NOT NULL,
    phase TEXT NOT NULL,
    checked INTEGER NOT NULL,
    missing INTEGER NOT NULL,
    differing INTEGER NOT NULL,
    extra INTEGER NOT NULL,
    own INTEGER NOT NULL,
    took_ms INTEGER NOT NULL
  )`,
  // Has its row only within a transaction of a console's: what it writes, it tells itself.
  "CREATE TABLE console_telling (one INTEGER PRIMARY KEY)",
];

/**
 * Databases that have the tables get alembic's indexes with them, and alembic is told: else its next upgrade would
 * make them again.
 */
export function adoptUnifiedSchema(db: Database.Database): void {
  const { present, revision } = schemaStanding(db);
  if (!present) return;
  for (const { name, sql } of missingIndexes(db)) {
    db.exec(sql);
    noteAddition(db, { kind: "index", name, sql });
  }
  if (revision !== null) return;
  stamp(db);
  db.prepare("INSERT INTO console_adoption (kind, name) VALUES ('stamp', 'alembic_version')").run();
}

/** Flags are off again and their triggers gone; alembic's indexes and its row go if they came with us. */
export function leaveUnifiedSchema(db: Database.Database): void {
  for (const name of flagTriggers(db)) db.exec(`DROP TRIGGER ${name}`);
  db.prepare(`DELETE FROM console_settings WHERE name IN (${FLAG_SETTINGS.map(() => "?").join(", ")})`).run(
    ...FLAG_SETTINGS,
  );
  const stamped = db.prepare("DELETE FROM console_adoption WHERE kind = 'stamp'").run().changes > 0;
  if (stamped) unstamp(db);
  for (const name of readAdoption(db)?.indexes ?? []) {
    if (!UNIFIED_INDEXES.some((index) => index.name === name)) continue;
    db.exec(`DROP INDEX IF EXISTS ${name}`);
    db.prepare("DELETE FROM console_adoption WHERE kind = 'index' AND name = ?").run(name);
  }
}

const FLAG_TRIGGERS = `SELECT name FROM main.sqlite_master WHERE type = 'trigger'
  AND (name GLOB '${DUAL_WRITE_PREFIX}*' OR name GLOB '${TELLING_PREFIX}*') ORDER BY name`;

function flagTriggers(db: Database.Database): string[] {
  return db.prepare(FLAG_TRIGGERS).pluck().all().map(String);
}
