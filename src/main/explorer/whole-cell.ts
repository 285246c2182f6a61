import { HiveError } from "../../shared/errors";
import { MOST_REFERENCES, MOST_WHOLE, type RowReference, type WholeCell } from "../../shared/model/explorer";
import { quoteName, splitStatements } from "../../shared/model/sql-text";
import { type ExplorerDatabase, withDatabase } from "./connection";
import { prepareQuery } from "./query-guard";
import { bound, type QueryParameters } from "./query-plan";
import { columnOf, decodeKey, readTable, type TableSource } from "./table-source";

/** A value of a row of a table, or of a result: then the statement runs again up to its row. */
export type CellPlace =
  | { readonly table: string; readonly key: string; readonly column: string }
  | {
      readonly sql: string;
      readonly statement: number;
      readonly parameters: QueryParameters;
      readonly row: number;
      readonly column: number;
    };

/** Reads one value as a whole. */
export const readWholeCell = ({ place, ...database }: ExplorerDatabase & { readonly place: CellPlace }): WholeCell =>
  withDatabase(database, (db) => {
    if ("table" in place) {
      const table = withKey(readTable(db, place.table));
      const where = table.key.map((part) => `${part} IS ?`).join(" AND ");
      const sql = `SELECT ${quoteName(columnOf(table, place.column).name)} FROM ${quoteName(table.name)} WHERE ${where}`;
      const row = db
        .prepare<unknown[], unknown[]>(sql)
        .raw(true)
        .safeIntegers(true)
        .get(...decodeKey(place.key));
      if (row !== undefined) return whole(row[0]);
    } else {
      const text = splitStatements(place.sql)[place.statement]?.text ?? "";
      let at = 0;
      for (const row of prepareQuery(db, text).iterate(...bound(text, place.parameters))) {
        if (at === place.row) return whole(row[place.column]);
        at += 1;
      }
    }
    throw new HiveError("not_found", "That row is not there any more. Reload, or run the query again.");
  });

function withKey(table: TableSource): TableSource {
  if (table.key.length > 0) return table;
  throw new HiveError("not_allowed", `The rows of ${table.name} have no key to find one by. Select it with SQL.`, {
    name: table.name,
  });
}

function whole(value: unknown): WholeCell {
  if (value === null || value === undefined) return { kind: "null", text: "", length: 0, isCut: false };
  if (typeof value === "bigint") return { kind: "integer", text: String(value), length: 0, isCut: false };
  if (typeof value === "number") return { kind: "real", text: String(value), length: 0, isCut: false };
  if (value instanceof Uint8Array) {
    const bytes = Buffer.from(value.buffer, value.byteOffset, Math.min(value.byteLength, MOST_WHOLE / 2));
    return {
      kind: "blob",
      text: bytes.toString("hex"),
      length: value.byteLength,
      isCut: bytes.length < value.byteLength,
    };
  }
  const text = String(value);
  return { kind: "text", text: text.slice(0, MOST_WHOLE), length: text.length, isCut: text.length > MOST_WHOLE };
}

export interface ReferencesRequest extends ExplorerDatabase {
  readonly table: string;
  readonly key: string;
}

/** The rows of other tables whose foreign keys name this one. */
export const readReferences = ({ table, key, ...database }: ReferencesRequest): RowReference[] =>
  withDatabase(database, (db) => {
    const source = withKey(readTable(db, table));
    const where = source.key.map((part) => `${part} IS ?`).join(" AND ");
    const links = db.prepare<unknown[], { child: string; column: string; target: string | null }>(LINKS).all(table);
    const values = decodeKey(key);
    return links.flatMap(({ child, column, target }) => {
      const named = target ?? source.columns.find(({ keyAt }) => keyAt === 1)?.name;
      if (named === undefined) return [];
      const sql = `SELECT ${quoteName(named)} FROM ${quoteName(table)} WHERE ${where}`;
      const value: unknown = db
        .prepare(sql)
        .pluck()
        .get(...values);
      if (value === null || value === undefined || value instanceof Uint8Array) return [];
      const counted = `SELECT count(*) FROM (SELECT 1 FROM ${quoteName(child)} WHERE ${quoteName(column)} = ? LIMIT ?)`;
      const rows = Number(db.prepare(counted).pluck().get(value, MOST_REFERENCES));
      return [{ table: child, column, value: String(value), rows }];
    });
  });

/** Foreign keys of one column; those of several are rare and name their row in several columns. */
const LINKS = `SELECT l.name AS child, min(f."from") AS "column", min(f."to") AS target
  FROM pragma_table_list AS l JOIN pragma_foreign_key_list(l.name, 'main') AS f
  WHERE l.schema = 'main' AND l.type = 'table' AND f."table" = ? COLLATE NOCASE
  GROUP BY l.name, f.id HAVING count(*) = 1 ORDER BY l.name`;
