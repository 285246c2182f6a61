import { closeSync, openSync, readSync, statSync } from "node:fs";
import { setImmediate as nextTurn } from "node:timers/promises";
import type Database from "better-sqlite3";
import type { BundleManifest } from "../../../shared/model/bundle";
import type { Clock } from "../clock";
import { prepare } from "./adopt";
import { integer, json, type Row } from "./columns";
import { bindingOf, connect } from "./connect";
import { type ReadableDatabase, statement } from "./database";

/** "HvBn", in the header of each bundle: told without opening it as a database. */
const APPLICATION_ID = 0x4876426e;
const HEADER_BYTES = 72;
const APPLICATION_ID_AT = 68;

/** Whether a file says that it is an incident bundle. False for one that cannot be read. */
export function isBundle(file: string): boolean {
  try {
    // To open a pipe waits for whoever writes it.
    if (!statSync(file).isFile()) return false;
    const header = Buffer.alloc(HEADER_BYTES);
    const handle = openSync(file, "r");
    try {
      return (
        readSync(handle, header, 0, HEADER_BYTES, 0) === HEADER_BYTES &&
        header.readUInt32BE(APPLICATION_ID_AT) === APPLICATION_ID
      );
    } finally {
      closeSync(handle);
    }
  } catch {
    return false;
  }
}

/** Of a log; each of its pieces but the last has this size. */
export const LOG_PIECE = 262_144;
/** Before a run's id, where another database has the path of its log. */
const LOG_IN_BUNDLE = "bundle:";

export const logInBundle = (runId: string): string => `${LOG_IN_BUNDLE}${runId}`;
export const isLogInBundle = (path: string): boolean => path.startsWith(LOG_IN_BUNDLE);

const TABLES = [
  "CREATE TABLE console_bundle (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID",
  "CREATE TABLE console_bundle_logs (run_id TEXT NOT NULL, piece INTEGER NOT NULL, bytes BLOB NOT NULL, PRIMARY KEY (run_id, piece))",
];

export interface BundleFile {
  /** Adds rows as they stand; columns that the table does not have are added to it. `rowid` keeps their places. */
  add(table: string, rows: readonly Row[]): void;
  addLog(runId: string, piece: number, bytes: Buffer): void;
  run(sql: string, ...values: readonly unknown[]): void;
  /** Nothing may be added any more. */
  finish(manifest: BundleManifest): void;
  close(): void;
}

/** Makes an empty bundle: Hive's own tables, and the bundle's. */
export async function createBundleFile(file: string, clock: Clock, nativeBinding?: string): Promise<BundleFile> {
  const db = connect(file, {
    readonly: false,
    mustExist: false,
    timeoutMs: 1_000,
    nativeBinding: bindingOf(nativeBinding),
  });
  try {
    await prepare(db, file, { clock, at: clock.monotonic() + 5_000 });
    await nextTurn();
  } catch (error) {
    db.close();
    throw error;
  }
  // Rows come as they were: triggers would make of them what they would become.
  const triggers = db
    .prepare<[], { name: string; sql: string }>("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
    .all();
  for (const { name } of triggers) db.exec(`DROP TRIGGER "${name}"`);
  db.pragma("journal_mode = DELETE");
  // Until it is whole it is nobody's: a failure deletes it.
  db.pragma("journal_mode = OFF");
  db.pragma("synchronous = OFF");
  db.pragma("foreign_keys = OFF");
  for (const sql of TABLES) db.exec(sql);
  for (const table of ["console_counts", "console_event_marks", "console_changes"]) db.exec(`DELETE FROM ${table}`);
  db.exec("BEGIN");
  const inserts = new Map<string, Database.Statement>();
  const addLog = db.prepare("INSERT INTO console_bundle_logs (run_id, piece, bytes) VALUES (?, ?, ?)");

  function insertion(table: string, columns: readonly string[]): Database.Statement {
    const key = `${table} ${columns.join()}`;
    const known = inserts.get(key);
    if (known !== undefined) return known;
    const has = new Set(
      db
        .prepare<[], { name: string }>(`SELECT name FROM pragma_table_info('${table}')`)
        .all()
        .map(({ name }) => name),
    );
    for (const column of columns) {
      if (column !== "rowid" && !has.has(column)) db.exec(`ALTER TABLE ${table} ADD COLUMN ${quoted(column)}`);
    }
    const names = columns.map((column) => (column === "rowid" ? "rowid" : quoted(column))).join(", ");
    const made = db.prepare(`INSERT OR IGNORE INTO ${table} (${names}) VALUES (${columns.map(() => "?").join(", ")})`);
    inserts.set(key, made);
    return made;
  }

  return {
    add(table, rows) {
      for (const row of rows) insertion(table, Object.keys(row)).run(...Object.values(row));
    },
    addLog: (runId, piece, bytes) => {
      addLog.run(runId, piece, bytes);
    },
    run: (sql, ...values) => {
      db.prepare(sql).run(...values);
    },
    finish(manifest) {
      db.prepare("INSERT INTO console_bundle (name, value) VALUES ('manifest', ?)").run(JSON.stringify(manifest));
      for (const { sql } of triggers) db.exec(sql);
      db.exec("COMMIT");
      db.pragma(`application_id = ${APPLICATION_ID}`);
    },
    close: () => {
      if (db.inTransaction) db.exec("ROLLBACK");
      db.close();
    },
  };
}

const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`;

const HAS_TABLE = "SELECT 1 FROM main.sqlite_master WHERE type = 'table' AND name = 'console_bundle'";

/** Null: the database is none. */
export function readManifest(db: ReadableDatabase): BundleManifest | null {
  if (statement(db, HAS_TABLE).get() === undefined) return null;
  const row = statement(db, "SELECT value FROM console_bundle WHERE name = 'manifest'").get();
  const found = json(row?.value);
  return isManifest(found) ? found : null;
}

function isManifest(value: unknown): value is BundleManifest {
  return typeof value === "object" && value !== null && "format" in value && value.format === 1 && "title" in value;
}

const LOG_SIZE = `SELECT coalesce(max(piece), -1) AS last,
  coalesce((SELECT length(bytes) FROM console_bundle_logs WHERE run_id = $runId ORDER BY piece DESC LIMIT 1), 0) AS rest
  FROM console_bundle_logs WHERE run_id = $runId`;

/** In bytes. */
export function bundledLogSize(db: ReadableDatabase, runId: string): number {
  const row = statement(db, LOG_SIZE).get({ runId });
  return Math.max(0, integer(row?.last)) * LOG_PIECE + integer(row?.rest);
}

export const LOG_PIECES = `SELECT piece, bytes FROM console_bundle_logs
  WHERE run_id = +$runId AND piece >= +$first AND piece <= +$last ORDER BY piece`;

/** Bytes of a log in a bundle. */
export function readBundledLog(db: ReadableDatabase, runId: string, start: number, length: number): Buffer {
  const first = Math.floor(start / LOG_PIECE);
  const last = Math.floor(Math.max(start, start + length - 1) / LOG_PIECE);
  const pieces = statement(db, LOG_PIECES)
    .all({ runId, first, last })
    .flatMap(({ bytes }) => (Buffer.isBuffer(bytes) ? [bytes] : []));
  const from = start - first * LOG_PIECE;
  return Buffer.concat(pieces).subarray(from, from + length);
}
