import type Database from "better-sqlite3";
import type {
  RowCount,
  Schema,
  SchemaColumn,
  SchemaForeignKey,
  SchemaIndex,
  SchemaTable,
  SchemaTrigger,
} from "../../shared/model/explorer";
import { quoteName } from "../../shared/model/sql-text";
import { integer, type Row, text, textOrNull } from "../core/store/columns";
import { type ExplorerDatabase, openToExplore, withDatabase } from "./connection";

const TABLES = `SELECT l.name, l.type, l.wr, m.sql FROM pragma_table_list AS l
  LEFT JOIN sqlite_schema AS m ON m.name = l.name AND m.type IN ('table', 'view')
  WHERE l.schema = 'main' ORDER BY l.name`;
const COLUMNS = "SELECT name, type, \"notnull\", dflt_value, pk, hidden FROM pragma_table_xinfo(?, 'main')";
const FOREIGN_KEYS = `SELECT id, "table", "from", "to", on_update, on_delete FROM pragma_foreign_key_list(?, 'main')
  ORDER BY id, seq`;
const INDEXES = "SELECT name, \"unique\", origin FROM pragma_index_list(?, 'main')";
const INDEX_COLUMNS = "SELECT name FROM pragma_index_info(?, 'main') ORDER BY seqno";
const TRIGGERS = "SELECT name, sql FROM sqlite_schema WHERE type = 'trigger' AND tbl_name = ? ORDER BY name";
const INDEX_SQL = "SELECT sql FROM sqlite_schema WHERE type = 'index' AND name = ?";

/** Columns of a virtual table that no `*` shows. */
const HIDDEN = 1;
const INTERNAL = /^(console_|sqlite_)/;

/** Everything that a database holds, without its rows. */
export function readSchema(db: Database.Database): Schema {
  const rows = (sql: string, ...given: string[]): Row[] => db.prepare<unknown[], Row>(sql).all(...given);
  const names = rows(TABLES);
  const primaryKeys = new Map<string, readonly string[]>();
  const tables = names.map((row): SchemaTable => {
    const name = text(row.name);
    const type = tableType(text(row.type));
    const shell = { name, type, isInternal: INTERNAL.test(name), sql: textOrNull(row.sql) };
    try {
      const columns = rows(COLUMNS, name)
        .filter(({ hidden }) => integer(hidden) !== HIDDEN)
        .map(columnOf);
      primaryKeys.set(name.toLowerCase(), keyOf(columns));
      return {
        ...shell,
        hasRowid: type === "table" && integer(row.wr) === 0,
        columns,
        foreignKeys: foreignKeysOf(rows(FOREIGN_KEYS, name)),
        indexes: type === "view" ? [] : rows(INDEXES, name).map((index) => indexOf(index, rows)),
        triggers: rows(TRIGGERS, name).map(
          (trigger): SchemaTrigger => ({
            name: text(trigger.name),
            sql: text(trigger.sql),
          }),
        ),
        trouble: null,
      };
    } catch (error) {
      const trouble = error instanceof Error ? error.message : String(error);
      return { ...shell, hasRowid: false, columns: [], foreignKeys: [], indexes: [], triggers: [], trouble };
    }
  });
  return { tables: tables.map((table) => withTargets(table, primaryKeys)), sqliteVersion: versionOf(db) };
}

export const readSchemaOf = (database: ExplorerDatabase): Schema => withDatabase(database, readSchema);

function versionOf(db: Database.Database): string {
  return String(db.prepare("SELECT sqlite_version()").pluck().get());
}

function tableType(type: string): SchemaTable["type"] {
  return type === "view" || type === "virtual" || type === "shadow" ? type : "table";
}

const GENERATED = new Set([2, 3]);

function columnOf(row: Row): SchemaColumn {
  return {
    name: text(row.name),
    type: text(row.type),
    isRequired: integer(row.notnull) === 1,
    defaultSql: textOrNull(row.dflt_value),
    keyAt: integer(row.pk),
    isGenerated: GENERATED.has(integer(row.hidden)),
  };
}

/** The columns of a table's primary key, in its order. */
export function keyOf(columns: readonly SchemaColumn[]): string[] {
  return columns
    .filter(({ keyAt }) => keyAt > 0)
    .sort((one, other) => one.keyAt - other.keyAt)
    .map(({ name }) => name);
}

/** Names of the row id; a column may have taken one of them. */
const ROWID_NAMES = ["rowid", "_rowid_", "oid"];

/** By what a statement may name the row id; null: the table has none, or its columns took every name. */
export function rowidName({ hasRowid, columns }: Pick<SchemaTable, "hasRowid" | "columns">): string | null {
  const taken = new Set(columns.map(({ name }) => name.toLowerCase()));
  return hasRowid ? (ROWID_NAMES.find((name) => !taken.has(name)) ?? null) : null;
}

function foreignKeysOf(rows: readonly Row[]): SchemaForeignKey[] {
  const keys = new Map<number, SchemaForeignKey>();
  for (const row of rows) {
    const id = integer(row.id);
    const known = keys.get(id);
    const to = textOrNull(row.to);
    keys.set(id, {
      table: text(row.table),
      columns: [...(known?.columns ?? []), text(row.from)],
      to: [...(known?.to ?? []), ...(to === null ? [] : [to])],
      onDelete: text(row.on_delete),
      onUpdate: text(row.on_update),
    });
  }
  return [...keys.values()].reverse();
}

/** A foreign key that names no columns means the other table's primary key. */
function withTargets(table: SchemaTable, primaryKeys: ReadonlyMap<string, readonly string[]>): SchemaTable {
  const foreignKeys = table.foreignKeys.map((key) =>
    key.to.length > 0 ? key : { ...key, to: primaryKeys.get(key.table.toLowerCase()) ?? [] },
  );
  return { ...table, foreignKeys };
}

function indexOf(row: Row, rows: (sql: string, ...given: string[]) => Row[]): SchemaIndex {
  const name = text(row.name);
  return {
    name,
    isUnique: integer(row.unique) === 1,
    origin: text(row.origin),
    columns: rows(INDEX_COLUMNS, name).map((column) => textOrNull(column.name)),
    sql: textOrNull(rows(INDEX_SQL, name)[0]?.sql),
  };
}

/** Counting goes no further: a table of millions is estimated. */
const MOST_COUNTED = 500_000;

/** How many rows tables have, one after the other: whoever waits stops it when it takes too long. */
export async function* countRows(
  input: ExplorerDatabase & { readonly tables: readonly string[] },
): AsyncGenerator<RowCount> {
  const db = openToExplore(input);
  try {
    for (const table of input.tables) yield countOf(db, table);
  } finally {
    db.close();
  }
}

function countOf(db: Database.Database, table: string): RowCount {
  const name = quoteName(table);
  const counted = `SELECT count(*) FROM (SELECT 1 FROM ${name} LIMIT ${MOST_COUNTED + 1})`;
  const rows = Number(db.prepare(counted).pluck().get());
  if (rows <= MOST_COUNTED) return { table, rows, exactness: "exact" };
  const highest = highestRowid(db, name);
  return highest === null || highest < rows
    ? { table, rows: MOST_COUNTED, exactness: "atLeast" }
    : { table, rows: highest, exactness: "about" };
}

/** Null: it has none. */
function highestRowid(db: Database.Database, name: string): number | null {
  try {
    return Number(db.prepare(`SELECT max(rowid) FROM ${name}`).pluck().get());
  } catch {
    return null;
  }
}
