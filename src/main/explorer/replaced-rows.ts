import type { SchemaTable } from "../../shared/model/explorer";
import { quoteName } from "../../shared/model/sql-text";
import type { UniqueKey } from "./unique-keys";

/**
 * Rows that have to give way when another one is written. SQLite takes them away by itself (`OR REPLACE`) and fires no
 * trigger for it: so those in the way are noted before, by what they have in common with the new row (`via`), and are known
 * to be gone once it is there. One that was noted for a row that was then ignored is noted anew, or never looked at again.
 */
export const REPLACED_ROWS = [
  "CREATE TEMP TABLE hive_replaced (tbl TEXT, via TEXT, ident, row_key TEXT, before TEXT, PRIMARY KEY (tbl, via, ident))",
  "CREATE INDEX temp.hive_replaced_by_row ON hive_replaced (tbl, ident)",
];

/** Pieces of the triggers of a table. */
export interface ReplacedRows {
  /** When an update may put a row in another one's place. */
  readonly movesWhen: string;
  /** Before a row is inserted, or updated. */
  readonly note: (act: "insert" | "update") => readonly string[];
  /** Whether the new row has the key of one that had to go for it, and that row. */
  readonly sameKey: string;
  readonly sameKeyBefore: string;
  /** Those that had to go and have another key: as rows of `hive_replaced`, each once. */
  readonly gone: (act: "insert" | "update") => string;
  /** Behind `gone`. */
  readonly forget: string;
  /** After a row was deleted by a statement, which is told by itself. */
  readonly deleted: string;
}

interface RowWords {
  /** What tells a row of the table from the others, of the table's columns or with `OLD.` before them. */
  readonly ident: (of: "OLD" | null) => string;
  /** The key of a row of the table, and the row, as they are told. */
  readonly key: string;
  readonly row: string;
}

export function replacedRows(
  table: SchemaTable,
  keys: readonly UniqueKey[],
  { ident, key, row }: RowWords,
): ReplacedRows {
  const name = `'${table.name.replaceAll("'", "''")}'`;
  const columns = table.columns.map((column) => quoteName(column.name));
  const newRow = `(SELECT ${columns.map((column) => `NEW.${column} AS ${column}`).join(", ")})`;
  const ofNew = (sql: string, isColumn: boolean): string =>
    isColumn ? `NEW.${sql}` : `(SELECT (${sql}) FROM ${newRow})`;
  const via = ({ terms }: UniqueKey, at: number): string =>
    `'${at}:' || ${terms.map((term) => `quote(${ofNew(term.sql, term.isColumn)})`).join(" || ',' || ")}`;
  const matches = ({ terms, where }: UniqueKey): string =>
    [
      ...terms.map(
        ({ sql, isColumn, collation }) =>
          `${isColumn ? sql : `(${sql})`} = ${ofNew(sql, isColumn)}${collation === null ? "" : ` COLLATE ${quoteName(collation)}`}`,
      ),
      ...(where === null ? [] : [`(${where})`, ofNew(where, false)]),
    ].join(" AND ");
  const vias = keys.map(via).join(", ");
  const ofThis = `tbl = ${name} AND via IN (${vias})`;
  const [first = "''"] = keys.map(via);
  const sameKey = `SELECT 1 FROM hive_replaced WHERE tbl = ${name} AND via = ${first}`;
  const forget = `DELETE FROM hive_replaced WHERE ${ofThis};`;
  // What an expression is computed from is not known.
  const moving = keys.some(({ where, terms }) => where !== null || terms.some(({ isColumn }) => !isColumn))
    ? columns
    : [...new Set(keys.flatMap(({ terms }) => terms.map(({ sql }) => sql)))];
  return {
    movesWhen: moving.map((sql) => `NEW.${sql} IS NOT OLD.${sql}`).join(" OR "),
    note: (act) => [
      forget,
      ...keys.map(
        (one, at) => `INSERT INTO hive_replaced SELECT ${name}, ${via(one, at)}, ${ident(null)}, ${key}, ${row}
          FROM ${quoteName(table.name)} WHERE ${matches(one)}${act === "update" ? ` AND ${ident(null)} <> ${ident("OLD")}` : ""};`,
      ),
    ],
    sameKey: `EXISTS (${sameKey})`,
    sameKeyBefore: `(SELECT before FROM hive_replaced WHERE tbl = ${name} AND via = ${first})`,
    gone: (act) =>
      `(SELECT ident, row_key, before FROM hive_replaced WHERE ${ofThis}${
        act === "insert"
          ? ` AND ident NOT IN (SELECT ident FROM hive_replaced WHERE tbl = ${name} AND via = ${first})`
          : ""
      } GROUP BY ident)`,
    forget,
    deleted: `DELETE FROM hive_replaced WHERE tbl = ${name} AND ident = ${ident("OLD")};`,
  };
}
