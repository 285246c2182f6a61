import type Database from "better-sqlite3";
import { HiveError } from "../../shared/errors";
import { firstWord } from "../../shared/model/sql-text";
import { bound } from "./query-plan";

export type Change = Database.Statement<unknown[], unknown[]>;

/**
 * Prepares one statement of the write mode: one that reads, inserts, updates or deletes rows. SQLite judges by its grammar,
 * as for a query: behind a common table expression nothing else can stand. What it changes by itself must be a table of the
 * orchestration: not the console's own, whose rows depend on each other, nor SQLite's.
 *
 * Throws HiveError: `not_allowed`, or `invalid_input` for what SQLite cannot compile.
 */
export function prepareChange(db: Database.Database, text: string): Change {
  // What begins with WITH is one of the four already, and cannot have another one before it.
  if (firstWord(text) !== "WITH") mustChangeRows(db, text);
  const prepared = compile(db, text);
  if (!prepared.readonly) mustBeOthers(db, text);
  return prepared;
}

function mustChangeRows(db: Database.Database, text: string): void {
  try {
    db.prepare(`WITH hive_change AS (SELECT 1)\n${text}`);
  } catch (error) {
    if (["SELECT", "VALUES", "INSERT", "REPLACE", "UPDATE", "DELETE"].includes(firstWord(text))) {
      throw new HiveError("invalid_input", messageOf(error));
    }
    const word = firstWord(text);
    throw new HiveError(
      "not_allowed",
      `${word === "" ? "This" : word} was refused: the write mode inserts, updates and deletes rows. The schema, other files and the connection stay as they are.`,
      { refused: word },
    );
  }
}

interface Opcode {
  readonly addr: number;
  readonly opcode: string;
  readonly p1: number;
  readonly p2: number;
  readonly p3: number;
}

const NAME_OF = "SELECT tbl_name FROM sqlite_schema WHERE rootpage = ?";
const INTERNAL = /^(console_|sqlite_)/i;
const MAIN = 0;

/** Reads the compiled program up to those of its triggers: they may write to the console's tables, that is their work. */
function mustBeOthers(db: Database.Database, text: string): void {
  const program = db.prepare<unknown[], Opcode>(`EXPLAIN ${text}`).all(...nulls(text));
  const name = db.prepare(NAME_OF).pluck();
  for (const [at, { addr, opcode, p1, p2, p3 }] of program.entries()) {
    if (addr === 0 && at > 0) return;
    if (opcode === "VUpdate") throw refusedTable("A virtual table");
    const root = opcode === "OpenWrite" && p3 === MAIN ? p2 : opcode === "Clear" && p2 === MAIN ? p1 : null;
    const table = root === null ? null : name.get(root);
    if (typeof table === "string" && INTERNAL.test(table)) throw refusedTable(table);
  }
}

/** EXPLAIN wants parameters as any statement does; their values make no difference to the program. */
const nulls = (text: string): readonly unknown[] => bound(text, {});

function refusedTable(table: string): HiveError {
  return new HiveError(
    "not_allowed",
    `${table} cannot be changed here: the console keeps its own state in it, and other rows depend on that. Use the console's acts instead.`,
    { table },
  );
}

function compile(db: Database.Database, text: string): Change {
  try {
    return db.prepare<unknown[], unknown[]>(text);
  } catch (error) {
    throw new HiveError("invalid_input", messageOf(error));
  }
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
