import { resolve } from "node:path";
import type Database from "better-sqlite3";
import { HiveError } from "../../../shared/errors";
import { BOARD_TABLES, type BoardTable } from "../../../shared/model/board-import";
import type { Clock } from "../clock";
import { integer, type Row } from "./columns";
import { bindingOf, type Deadline, untilFree } from "./connect";
import { checkFile } from "./file-checks";
import { openSource } from "./observe-source";
import { translateSqliteError } from "./sqlite-errors";

/** A Board database, read in short statements of their own: its writer never waits for us. */
export interface BoardFile {
  /** Absolute. */
  readonly file: string;
  /** Why a copy is read instead of the file; null: the file is. */
  readonly copied: string | null;
  /** Rows in the order of their making. `next`: null at the end. */
  page(table: BoardTable, after: number, limit: number): Promise<{ rows: Row[]; next: number | null }>;
  plan(planId: string): Promise<Row | null>;
  close(): Promise<void>;
}

export interface BoardFileOptions {
  readonly file: string;
  readonly clock: Clock;
  readonly nativeBinding?: string | undefined;
  /** How long one read waits for The Board's lock, in milliseconds. Default 15,000. */
  readonly busyLimitMs?: number | undefined;
}

const BUSY_LIMIT_MS = 15_000;
/** What an older Board may lack. */
const OPTIONAL: readonly BoardTable[] = ["events", "final_plans"];
const KEY_COLUMN = { plans: "plan_id", tasks: "task_id", events: "event_id", final_plans: "plan_id" } as const;

/**
 * Opens a Board database without changing a byte of it. Throws `invalid_input` for a database that is none of The
 * Board's, and what opening a file to observe throws.
 */
export async function openBoardFile(options: BoardFileOptions): Promise<BoardFile> {
  const file = resolve(options.file);
  const { clock } = options;
  const deadline = (): Deadline => ({ clock, at: clock.monotonic() + (options.busyLimitMs ?? BUSY_LIMIT_MS) });
  checkFile(file, "read");
  try {
    const source = await openSource({ file, nativeBinding: bindingOf(options.nativeBinding), deadline: deadline() });
    try {
      const tables = await untilFree(deadline(), () => foundTables(source.connection, file));
      return assemble(source, { file, tables, deadline });
    } catch (error) {
      await source.close();
      throw error;
    }
  } catch (error) {
    throw translateSqliteError(error, file);
  }
}

function foundTables(db: Database.Database, file: string): ReadonlySet<BoardTable> {
  const has = db.prepare("SELECT 1 FROM pragma_table_info(?) WHERE name = ?");
  const found = BOARD_TABLES.filter((table) => has.get(table, KEY_COLUMN[table]) !== undefined);
  const missing = BOARD_TABLES.filter((table) => !found.includes(table) && !OPTIONAL.includes(table));
  if (missing.length === 0) return new Set(found);
  throw new HiveError(
    "invalid_input",
    `${file} is no database of The Board: it has no table "${missing[0]}" with a ${KEY_COLUMN[missing[0] ?? "plans"]}. ` +
      "Give the file that The Board calls the_board_state.db.",
    { file, missing },
  );
}

interface Parts {
  readonly file: string;
  readonly tables: ReadonlySet<BoardTable>;
  readonly deadline: () => Deadline;
}

function assemble(source: Awaited<ReturnType<typeof openSource>>, { file, tables, deadline }: Parts): BoardFile {
  const db = source.connection;
  const read = async <T>(work: () => T): Promise<T> => {
    try {
      return await untilFree(deadline(), work);
    } catch (error) {
      throw translateSqliteError(error, file);
    }
  };
  return {
    file,
    copied: source.copied,
    async page(table, after, limit) {
      if (!tables.has(table)) return { rows: [], next: null };
      const sql = `SELECT rowid AS place, * FROM ${table} WHERE rowid > ? ORDER BY rowid LIMIT ?`;
      const rows = await read(() => db.prepare<unknown[], Row>(sql).all(after, limit));
      const last = rows[rows.length - 1];
      return { rows, next: last !== undefined && rows.length === limit ? integer(last.place) : null };
    },
    plan: (planId) =>
      read(() => db.prepare<unknown[], Row>("SELECT * FROM plans WHERE plan_id = ?").get(planId) ?? null),
    close: () => source.close(),
  };
}
