import type Database from "better-sqlite3";
import type { ChangeCount, ChangedRow, SchemaTable } from "../../shared/model/explorer";
import { quoteName } from "../../shared/model/sql-text";
import { integer, jsonObject, type Row, text, textOrNull } from "../core/store/columns";
import { REPLACED_ROWS, replacedRows } from "./replaced-rows";
import { keyOf, readSchema, rowidName } from "./schema";
import { type UniqueKey, uniqueKeys } from "./unique-keys";

/** So many changed rows are told one by one; the others are counted. */
const MOST_CHANGED_ROWS = 200;
/** Of a longer value, in bytes, the beginning is told. */
const MOST_VALUE = 400;

/** What statements of one transaction changed, also through triggers and foreign keys. */
export interface ChangeRecord {
  counts(): ChangeCount[];
  rows(): ChangedRow[];
}

const RECORDS = [
  "CREATE TEMP TABLE hive_change_counts (tbl TEXT, act TEXT, rows INTEGER, PRIMARY KEY (tbl, act)) WITHOUT ROWID",
  "CREATE TEMP TABLE hive_changed_rows (tbl TEXT, act TEXT, row_key TEXT, before TEXT, after TEXT)",
  ...REPLACED_ROWS,
];
const COUNTS = "SELECT tbl, act, rows FROM hive_change_counts WHERE rows > 0 ORDER BY tbl, act";
const ROWS = "SELECT tbl, act, row_key, before, after FROM hive_changed_rows ORDER BY rowid LIMIT ?";

/**
 * Notes every change of this connection's rows from now on, with temporary triggers: nothing of it is in the file. Its own
 * bookkeeping and the console's is left out. A row that gives way to another with its key is replaced; one that gives way
 * by another UNIQUE constraint is deleted.
 */
export function recordChanges(db: Database.Database): ChangeRecord {
  for (const sql of RECORDS) db.exec(sql);
  for (const table of readSchema(db).tables) {
    if (table.type !== "table" || table.isInternal || table.columns.length === 0) continue;
    for (const sql of triggersOf(table, uniqueKeys(db, table))) db.exec(sql);
  }
  return {
    counts: () =>
      db
        .prepare<unknown[], Row>(COUNTS)
        .all()
        .map((row) => ({ table: text(row.tbl), act: actOf(row.act), rows: integer(row.rows) })),
    rows: () =>
      db
        .prepare<unknown[], Row>(ROWS)
        .all(MOST_CHANGED_ROWS)
        .map((row) => ({
          table: text(row.tbl),
          act: actOf(row.act),
          key: text(row.row_key),
          before: textOrNull(row.before) === null ? null : jsonObject(row.before),
          after: textOrNull(row.after) === null ? null : jsonObject(row.after),
        })),
  };
}

const ACTS = ["insert", "update", "delete", "replace"] as const;
const actOf = (value: unknown): ChangedRow["act"] => ACTS.find((act) => act === value) ?? "update";

const quoted = (value: string): string => `'${value.replaceAll("'", "''")}'`;

/** A row as JSON: long values by their beginning, blobs by their length. */
function asJson(of: "NEW" | "OLD" | null, columns: readonly string[]): string {
  const parts = columns.map((column) => {
    const value = of === null ? quoteName(column) : `${of}.${quoteName(column)}`;
    const told = `CASE WHEN typeof(${value}) = 'blob' THEN octet_length(${value}) || ' bytes'
      WHEN octet_length(${value}) > ${MOST_VALUE} THEN substr(${value}, 1, ${MOST_VALUE}) || '…' ELSE ${value} END`;
    return `${quoted(column)}, ${told}`;
  });
  return `json_object(${parts.join(", ")})`;
}

function triggersOf(table: SchemaTable, keys: readonly UniqueKey[]): string[] {
  const name = quoted(table.name);
  const columns = table.columns.map((column) => column.name);
  const key = keyOf(table.columns).map(quoteName);
  const rowid = rowidName(table);
  const namedBy = key.length === 0 && rowid !== null ? [rowid] : key;
  const told = (of: "NEW." | "OLD." | ""): string => namedBy.map((column) => `${of}${column}`).join(` || ' ' || `);
  const ident = (of: "OLD" | null): string => {
    const at = of === null ? "" : "OLD.";
    return rowid === null ? key.map((column) => `quote(${at}${column})`).join(` || ',' || `) : `${at}${rowid}`;
  };
  const before = asJson("OLD", columns);
  const after = asJson("NEW", columns);
  const isTold = `(SELECT count(*) FROM hive_changed_rows) < ${MOST_CHANGED_ROWS}`;
  const count = (act: string): string =>
    `INSERT INTO hive_change_counts VALUES (${name}, ${act}, 1) ON CONFLICT (tbl, act) DO UPDATE SET rows = rows + 1;`;
  const keep = (act: string, of: "NEW." | "OLD.", was: string, is: string): string =>
    `INSERT INTO hive_changed_rows SELECT ${name}, ${act}, ${told(of)}, ${was}, ${is} WHERE ${isTold};`;
  const trigger = (id: string, when: string, body: readonly string[]): string =>
    `CREATE TEMP TRIGGER ${quoteName(`hive_${id}_${table.name}`)} ${when.replace("ON", `ON main.${quoteName(table.name)}`)}
      BEGIN ${body.join("\n")} END`;
  const replaced = replacedRows(table, keys, {
    ident,
    key: told(""),
    row: `CASE WHEN ${isTold} THEN ${asJson(null, columns)} END`,
  });
  const gaveWay = (act: "insert" | "update"): string[] => [
    `INSERT INTO hive_change_counts SELECT ${name}, 'delete', count(*) FROM ${replaced.gone(act)} WHERE true
      ON CONFLICT (tbl, act) DO UPDATE SET rows = rows + excluded.rows;`,
    `INSERT INTO hive_changed_rows SELECT ${name}, 'delete', row_key, before, NULL FROM ${replaced.gone(act)} WHERE ${isTold};`,
  ];
  const act = `CASE WHEN ${replaced.sameKey} THEN 'replace' ELSE 'insert' END`;
  const moves = `ON WHEN ${replaced.movesWhen}`;
  return [
    trigger("inserting", "BEFORE INSERT ON", replaced.note("insert")),
    trigger("inserted", "AFTER INSERT ON", [
      ...gaveWay("insert"),
      count(act),
      keep(act, "NEW.", replaced.sameKeyBefore, after),
      replaced.forget,
    ]),
    trigger("updated", "AFTER UPDATE ON", [count("'update'"), keep("'update'", "NEW.", before, after)]),
    trigger("moving", `BEFORE UPDATE ${moves}`, replaced.note("update")),
    trigger("moved", `AFTER UPDATE ${moves}`, [...gaveWay("update"), replaced.forget]),
    trigger("deleted", "AFTER DELETE ON", [
      count("'delete'"),
      keep("'delete'", "OLD.", before, "NULL"),
      replaced.deleted,
    ]),
  ];
}
