import type Database from "better-sqlite3";
import { HiveError } from "../../../../shared/errors";
import { columnsOf } from "../migrations/found";
import { UPSTREAM_TABLES } from "../migrations/upstream";

/** The only revision of upstream's alembic so far: it makes the unified tables. Before it there is none. */
export const UNIFIED_REVISION = "f97f94fd1a27";

const NAMES = ["unified_deployment_tasks", "unified_review_tasks", "unified_tasks", "unified_workflow_tasks"] as const;

/** As alembic writes them, to the letter: SQLite keeps the text. */
const TABLES: readonly string[] = NAMES.map((name) => {
  const table = UPSTREAM_TABLES.find((one) => one.name === name);
  if (!table) throw new Error(`no table ${name} in the list of upstream's`);
  const lines = [...table.columns.map(([column, definition]) => `${column} ${definition}`), ...table.constraints];
  return `CREATE TABLE ${name} (\n\t${lines.join(", \n\t")}\n)`;
});

export const UNIFIED_INDEXES: ReadonlyArray<{ readonly name: string; readonly sql: string }> = [
  ...["deployment", "review", "workflow"].map((kind) => index(`unified_${kind}_tasks`, "correlation_id")),
  ...["correlation_id", "status", "task_type"].map((column) => index("unified_tasks", column)),
];

function index(table: string, column: string) {
  const name = `ix_${table}_${column}`;
  return { name, sql: `CREATE INDEX ${name} ON ${table} (${column})` };
}

export interface SchemaStanding {
  /** All four tables are there with every column. */
  readonly present: boolean;
  /** Tables and columns (`table.column`) that are not. */
  readonly missing: readonly string[];
  /** What alembic takes the database for; null: for one before its first revision. */
  readonly revision: string | null;
}

export function schemaStanding(db: Database.Database): SchemaStanding {
  const missing = NAMES.flatMap((name) => {
    const found = new Set(columnsOf(db, name));
    if (found.size === 0) return [name];
    const wanted = UPSTREAM_TABLES.find((table) => table.name === name)?.columns ?? [];
    return wanted.flatMap(([column]) => (found.has(column) ? [] : [`${name}.${column}`]));
  });
  return { present: missing.length === 0, missing, revision: revisionOf(db) };
}

function revisionOf(db: Database.Database): string | null {
  if (columnsOf(db, "alembic_version").length === 0) return null;
  const row: unknown = db.prepare("SELECT version_num FROM alembic_version LIMIT 1").pluck().get();
  return row === undefined || row === null ? null : String(row);
}

const INDEX_NAMES = "SELECT name FROM main.sqlite_master WHERE type = 'index'";

export function missingIndexes(db: Database.Database) {
  const found = new Set(db.prepare(INDEX_NAMES).pluck().all().map(String));
  return UNIFIED_INDEXES.filter(({ name }) => !found.has(name));
}

/**
 * Makes what is missing of the unified schema and tells alembic. False: it was all there. Belongs into a transaction.
 * Throws `not_allowed` where the tables are other than upstream's, or alembic is at a revision that this does not know.
 */
export function raiseSchema(db: Database.Database): boolean {
  const { missing, revision } = schemaStanding(db);
  const columns = missing.filter((name) => name.includes("."));
  if (columns.length > 0) {
    throw new HiveError(
      "not_allowed",
      `The unified tables of this database lack ${columns.join(", ")}: another program made them otherwise. Nothing was ` +
        "changed. Rename or drop them if nobody needs them, then try again.",
      { missing: columns },
    );
  }
  requireKnown(revision);
  for (const [at, name] of NAMES.entries()) if (missing.includes(name)) db.exec(TABLES[at] ?? "");
  const indexes = missingIndexes(db);
  for (const { sql } of indexes) db.exec(sql);
  if (revision === null) stamp(db);
  return missing.length > 0 || indexes.length > 0 || revision === null;
}

/** Says that alembic's revision is done. Only where it says none. */
export function stamp(db: Database.Database): void {
  const definition = UPSTREAM_TABLES.find(({ name }) => name === "alembic_version");
  if (columnsOf(db, "alembic_version").length === 0 && definition) {
    const lines = [...definition.columns.map((column) => column.join(" ")), ...definition.constraints];
    db.exec(`CREATE TABLE alembic_version (\n\t${lines.join(", \n\t")}\n)`);
  }
  db.prepare("INSERT INTO alembic_version (version_num) VALUES (?)").run(UNIFIED_REVISION);
}

export function unstamp(db: Database.Database): void {
  if (columnsOf(db, "alembic_version").length > 0) {
    db.prepare("DELETE FROM alembic_version WHERE version_num = ?").run(UNIFIED_REVISION);
  }
}

/** Takes the unified schema away, as alembic's downgrade does. Belongs into a transaction. Throws `not_allowed`. */
export function lowerSchema(db: Database.Database): boolean {
  const { missing, revision } = schemaStanding(db);
  requireKnown(revision);
  if (missing.length === NAMES.length && revision === null) return false;
  for (const name of NAMES) db.exec(`DROP TABLE IF EXISTS ${name}`);
  unstamp(db);
  return true;
}

function requireKnown(revision: string | null): void {
  if (revision === null || revision === UNIFIED_REVISION) return;
  throw new HiveError(
    "not_allowed",
    `alembic has this database at revision ${revision}, which Hive Console does not know (it knows ${UNIFIED_REVISION}). ` +
      "Nothing was changed. Use the alembic of the Hive that made that revision.",
    { revision, known: UNIFIED_REVISION },
  );
}
