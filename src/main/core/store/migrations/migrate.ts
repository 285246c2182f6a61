import type Database from "better-sqlite3";
import { HiveError } from "../../../../shared/errors";
import { integer } from "../columns";
import { beginAdoption, type Origin } from "./adoption";
import { LATEST_VERSION, MIGRATIONS, type Migration } from "./index";

const BOOKKEEPING =
  "CREATE TABLE console_migrations (version INTEGER PRIMARY KEY, name TEXT NOT NULL, applied_at INTEGER NOT NULL)";

/** The console's schema version in this database; null when it was never adopted. */
export function schemaVersion(db: Database.Database): number | null {
  const exists = db
    .prepare("SELECT 1 FROM main.sqlite_master WHERE type = 'table' AND name = 'console_migrations'")
    .get();
  if (!exists) return null;
  return integer(db.prepare("SELECT max(version) FROM main.console_migrations").pluck().get());
}

export interface MigrateOptions {
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** Where to stop. Default: the latest. */
  readonly target?: number;
  /** For a database that is adopted now. */
  readonly origin?: Origin | null;
}

/**
 * Brings the schema forward or back to `target`. The first time all steps are one transaction, so that a database
 * is adopted as a whole or not at all; later each step is one. Throws `database_corrupt` when the steps recorded
 * have a hole, `invalid_input` for a target that does not exist.
 */
export function migrate(db: Database.Database, options: MigrateOptions): void {
  const target = options.target ?? LATEST_VERSION;
  if (!Number.isInteger(target) || target < 1 || target > LATEST_VERSION) {
    throw new HiveError("invalid_input", `There is no schema ${target}: choose one from 1 to ${LATEST_VERSION}.`, {
      target,
      latest: LATEST_VERSION,
    });
  }
  if (schemaVersion(db) === null) {
    db.transaction(() => {
      // Another process may have done it while this one waited for the lock.
      if (schemaVersion(db) !== null) return;
      beginAdoption(db, options.origin ?? null);
      db.exec(BOOKKEEPING);
      for (const migration of stepsTo(target)) apply(db, migration, options.now);
    }).immediate();
  }
  requireOrder(db);
  for (const migration of stepsTo(target)) {
    db.transaction(() => {
      if (migration.version > (schemaVersion(db) ?? 0)) apply(db, migration, options.now);
    }).immediate();
  }
  for (const migration of MIGRATIONS.toReversed().filter(({ version }) => version > target)) {
    db.transaction(() => {
      if (migration.version === schemaVersion(db)) revert(db, migration);
    }).immediate();
  }
}

/** Takes everything of the console's out of the database again, in one transaction. */
export function unmigrate(db: Database.Database): void {
  db.transaction(() => {
    if (schemaVersion(db) === null) return;
    requireOrder(db);
    for (const migration of MIGRATIONS.toReversed()) {
      if (migration.version === schemaVersion(db)) revert(db, migration);
    }
    db.exec("DROP TABLE IF EXISTS console_adoption; DROP TABLE console_migrations");
  }).immediate();
}

function stepsTo(target: number): Migration[] {
  return MIGRATIONS.filter(({ version }) => version <= target);
}

function apply(db: Database.Database, { version, name, up }: Migration, now: number): void {
  up(db);
  db.prepare("INSERT INTO console_migrations (version, name, applied_at) VALUES (?, ?, ?)").run(version, name, now);
}

function revert(db: Database.Database, { version, down }: Migration): void {
  down(db);
  db.prepare("DELETE FROM console_migrations WHERE version = ?").run(version);
}

/** A hole means that somebody edited the table: nothing can be said of what such a database holds. */
function requireOrder(db: Database.Database): void {
  const versions = db.prepare("SELECT version FROM console_migrations ORDER BY version").pluck().all();
  if (versions.every((version, index) => version === index + 1)) return;
  throw new HiveError(
    "database_corrupt",
    `The list of the database's schema steps has a hole (${versions.join(", ")}): it was changed by hand. Restore a ` +
      "backup, or open the database to observe it.",
    { versions },
  );
}
