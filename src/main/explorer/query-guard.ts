import type Database from "better-sqlite3";
import { HiveError } from "../../shared/errors";
import { firstWord } from "../../shared/model/sql-text";

export type Query = Database.Statement<unknown[], unknown[]>;

const QUERY_WORDS = new Set(["SELECT", "VALUES", "WITH"]);

/**
 * Prepares one statement that reads. SQLite judges, not we: the text is first compiled as the body of a common table
 * expression, where its grammar admits nothing but a query. A PRAGMA (some act as soon as they are compiled), ATTACH, VACUUM
 * INTO or a statement that writes is a syntax error there, and never compiled by itself. See docs/adr/0027.
 *
 * Throws HiveError: `not_allowed` for what is no query, `invalid_input` for what SQLite cannot compile.
 */
export function prepareQuery(db: Database.Database, text: string): Query {
  const readable = asTableFunction(text) ?? text;
  mustBeQuery(db, readable);
  const prepared = compile(db, readable);
  // By grammar it is a query: this holds whatever the grammar becomes.
  if (!prepared.readonly || !prepared.reader) throw refused(text);
  return prepared.raw(true).safeIntegers(true);
}

/**
 * `EXPLAIN` or `EXPLAIN QUERY PLAN` and a query, where the text begins so; else null. What follows is judged as any query:
 * explaining a PRAGMA would run it.
 */
export function explained(text: string): { readonly words: string; readonly query: string } | null {
  const found = /^\s*(explain(?:\s+query\s+plan)?)\s+([\s\S]+)$/i.exec(text);
  return found?.[1] === undefined || found[2] === undefined ? null : { words: found[1], query: found[2] };
}

export function prepareExplained(db: Database.Database, words: string, query: string): Query {
  mustBeQuery(db, query);
  return compile(db, `${words} ${query}`).raw(true).safeIntegers(true);
}

/** Throws unless the text is a query by SQLite's grammar. It compiles no more than a query that nobody uses. */
function mustBeQuery(db: Database.Database, text: string): void {
  try {
    db.prepare(`WITH hive_query AS (\n${text}\n) SELECT 1`);
  } catch (error) {
    // Words of a query that does not compile are better as SQLite finds them in the query itself.
    if (QUERY_WORDS.has(firstWord(text))) {
      if (!compile(db, text).readonly) throw refused(text);
      throw new HiveError("invalid_input", `${messageOf(error)}. Is a comment or a bracket left open?`);
    }
    throw firstWord(text) === "" ? new HiveError("invalid_input", messageOf(error)) : refused(text);
  }
}

/** `PRAGMA name(argument)` as the table function that SQLite has for those without side effects. */
function asTableFunction(text: string): string | null {
  const found = /^\s*pragma\s+(?:main\.)?(\w+)\s*(?:\(\s*(?:'([^']*)'|"([^"]*)"|([\w.]+))\s*\))?\s*$/i.exec(text);
  if (found?.[1] === undefined) return null;
  const argument = found[2] ?? found[3] ?? found[4];
  const given = argument === undefined ? "" : `('${argument.replaceAll("'", "''")}')`;
  return `SELECT * FROM pragma_${found[1].toLowerCase()}${given}`;
}

function compile(db: Database.Database, text: string): Database.Statement<unknown[], unknown[]> {
  try {
    return db.prepare<unknown[], unknown[]>(text);
  } catch (error) {
    throw new HiveError("invalid_input", messageOf(error));
  }
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

const WHY: Readonly<Record<string, string>> = {
  ATTACH: "it would open another file",
  DETACH: "it changes what is attached",
  PRAGMA: "it may change the connection or the file; for those that only tell, write SELECT * FROM pragma_NAME",
  VACUUM: "it writes a file",
  EXPLAIN: "only queries are explained",
  BEGIN: "transactions are the explorer's own",
  SAVEPOINT: "transactions are the explorer's own",
  COMMIT: "transactions are the explorer's own",
  ROLLBACK: "transactions are the explorer's own",
  RELEASE: "transactions are the explorer's own",
};
const CHANGES_ROWS = new Set(["INSERT", "UPDATE", "DELETE", "REPLACE", "WITH"]);

function refused(text: string): HiveError {
  const word = firstWord(text);
  const why = WHY[word] ?? (CHANGES_ROWS.has(word) ? "it would change rows" : "it is not a query");
  const way = CHANGES_ROWS.has(word)
    ? " To change rows, turn on the write mode in the explorer of the window: it shows them before it commits."
    : "";
  return new HiveError("not_allowed", `${word} was refused: ${why}. The explorer only reads.${way}`, {
    refused: word,
  });
}
