import type Database from "better-sqlite3";
import { HiveError } from "../../shared/errors";
import type { SchemaColumn } from "../../shared/model/explorer";
import { quoteName } from "../../shared/model/sql-text";
import { integer, type Row, text, textOrNull } from "../core/store/columns";
import { keyOf, rowidName } from "./schema";

/** A table or view, and by what its rows are told apart. */
export interface TableSource {
  readonly name: string;
  readonly columns: readonly SchemaColumn[];
  /** Expressions that name a row: a row id, or the primary key; empty: nothing does, and pages are counted off. */
  readonly key: readonly string[];
}

const LISTED = "SELECT type, wr FROM pragma_table_list WHERE schema = 'main' AND name = ?";
const COLUMNS = "SELECT name, type, pk, hidden FROM pragma_table_xinfo(?, 'main')";

/** Throws `not_found`; `invalid_input` for a view that does not work. */
export function readTable(db: Database.Database, name: string): TableSource {
  const listed = db.prepare<unknown[], Row>(LISTED).get(name);
  if (listed === undefined) {
    throw new HiveError("not_found", `There is no table or view ${name} any more. Reload the tables.`, { name });
  }
  const columns = readColumns(db, name);
  const rowid = rowidName({ hasRowid: text(listed.type) === "table" && integer(listed.wr) === 0, columns });
  if (rowid !== null) return { name, columns, key: [rowid] };
  return { name, columns, key: text(listed.type) === "table" ? keyOf(columns).map(quoteName) : [] };
}

function readColumns(db: Database.Database, name: string): SchemaColumn[] {
  try {
    return db
      .prepare<unknown[], Row>(COLUMNS)
      .all(name)
      .filter(({ hidden }) => integer(hidden) !== 1)
      .map((row) => ({
        name: text(row.name),
        type: textOrNull(row.type) ?? "",
        isRequired: false,
        defaultSql: null,
        keyAt: integer(row.pk),
        isGenerated: integer(row.hidden) > 1,
      }));
  } catch (error) {
    const cause = error instanceof Error ? error.message : String(error);
    throw new HiveError("invalid_input", `${name} cannot be read: ${cause}.`, { name });
  }
}

/** Throws `not_found` for a column that is not there. */
export function columnOf({ name, columns }: TableSource, column: string): SchemaColumn {
  const found = columns.find((candidate) => candidate.name === column);
  if (found !== undefined) return found;
  throw new HiveError("not_found", `${name} has no column ${column} any more. Reload the tables.`, { name, column });
}

type KeyValue = string | number | bigint | Uint8Array | null;

/** Values that find a row again, as text for the window. */
export function encodeKey(values: readonly unknown[]): string {
  return JSON.stringify(
    values.map((value) => {
      if (typeof value === "bigint") return { i: String(value) };
      if (value instanceof Uint8Array) return { b: Buffer.from(value).toString("base64") };
      return value ?? null;
    }),
  );
}

/** Throws `invalid_input` for what `encodeKey` did not make. */
export function decodeKey(key: string): KeyValue[] {
  try {
    const values: unknown = JSON.parse(key);
    if (Array.isArray(values)) return values.map(decodeValue);
  } catch {
    // Said below.
  }
  throw new HiveError("invalid_input", "That is not the key of a row. Reload the table.", { key });
}

function decodeValue(value: unknown): KeyValue {
  if (typeof value === "string" || typeof value === "number" || value === null) return value;
  if (typeof value === "object" && "i" in value && typeof value.i === "string") return BigInt(value.i);
  if (typeof value === "object" && "b" in value && typeof value.b === "string") return Buffer.from(value.b, "base64");
  throw new TypeError("not a key");
}
