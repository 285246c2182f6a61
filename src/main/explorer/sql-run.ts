import type Database from "better-sqlite3";
import { toErrorBody } from "../../shared/errors";
import type { Cell, ResultColumn, SqlPart } from "../../shared/model/explorer";
import { splitStatements } from "../../shared/model/sql-text";
import { toCell, weightOf } from "./cells";
import { type ExplorerDatabase, openToExplore } from "./connection";
import type { Inbox } from "./protocol";
import { explained, prepareExplained, prepareQuery, type Query } from "./query-guard";
import { bound, planOf, type QueryParameters } from "./query-plan";

export interface SqlRun extends ExplorerDatabase {
  readonly sql: string;
  readonly parameters: QueryParameters;
  /** Rows of a page. */
  readonly pageRows: number;
  /** Only how each statement would be answered. */
  readonly isPlan: boolean;
}

/** Ask for a page more of a statement, or say that nobody needs the results any more. */
export type SqlAsk = { readonly more: number } | { readonly end: true };

/** A page ends when reading it took this much memory, in bytes: rows of 100 MB come a few at a time. */
const PAGE_WEIGHT = 128 * 1024 * 1024;

/** A statement that has more rows, and what computing it took. */
interface OpenCursor {
  readonly rows: IterableIterator<unknown[]>;
  ms: number;
}

/**
 * Runs the statements of a text one after the other and tells the first page of each; then it waits to be asked for more.
 * What fails ends it: the statements after it are not run.
 */
export async function* runSql(run: SqlRun, inbox: Inbox<SqlAsk>): AsyncGenerator<SqlPart> {
  const db = openToExplore(run);
  const begun = performance.now();
  const cursors = new Map<number, OpenCursor>();
  try {
    for (const [index, { text, line }] of splitStatements(run.sql).entries()) {
      yield { kind: "begin", index, text, line };
      try {
        if (run.isPlan) {
          yield { kind: "plan", index, steps: planOf(db, explained(text)?.query ?? text, run.parameters) };
          continue;
        }
        const query = prepare(db, text);
        yield { kind: "columns", index, columns: columnsOf(query) };
        const rows = query.iterate(...bound(text, run.parameters));
        cursors.set(index, { rows, ms: 0 });
        yield readPage(cursors, index, run.pageRows);
      } catch (error) {
        const { code, message } = toErrorBody(error);
        yield { kind: "failed", index, message: plainMessage(error, message), isRefused: code === "not_allowed" };
        break;
      }
    }
    yield { kind: "ready", ms: performance.now() - begun };
    while (cursors.size > 0) {
      const ask = await inbox.next();
      if ("end" in ask) return;
      if (cursors.has(ask.more)) yield readPage(cursors, ask.more, run.pageRows);
    }
  } finally {
    for (const { rows } of cursors.values()) rows.return?.();
    db.close();
  }
}

function prepare(db: Database.Database, text: string): Query {
  const plan = explained(text);
  return plan === null ? prepareQuery(db, text) : prepareExplained(db, plan.words, plan.query);
}

function columnsOf(query: Query): ResultColumn[] {
  return query.columns().map(({ name, type, table, column }) => ({ name, type, table, column }));
}

function readPage(cursors: Map<number, OpenCursor>, index: number, pageRows: number): SqlPart {
  const cursor = cursors.get(index);
  const page: Cell[][] = [];
  let isEnd = cursor === undefined;
  const begun = performance.now();
  for (let weight = 0; cursor !== undefined && page.length < pageRows && weight < PAGE_WEIGHT; ) {
    const next = cursor.rows.next();
    if (next.done === true) {
      isEnd = true;
      break;
    }
    for (const value of next.value) weight += weightOf(value);
    page.push(next.value.map(toCell));
  }
  if (cursor !== undefined) cursor.ms += performance.now() - begun;
  if (isEnd) cursors.delete(index);
  return { kind: "rows", index, rows: page, isEnd, ms: cursor?.ms ?? 0 };
}

/** SQLite's own words, without ours around them. */
function plainMessage(error: unknown, message: string): string {
  return error instanceof Error ? error.message : message;
}
