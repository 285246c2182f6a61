import type Database from "better-sqlite3";
import { HiveError } from "../../shared/errors";
import {
  BLOB_HEAD,
  CELL_HEAD,
  type Cell,
  type ColumnFilter,
  MOST_CELL_TEXT,
  type TableOrder,
  type TablePage,
  type TableRowCells,
} from "../../shared/model/explorer";
import { quoteName } from "../../shared/model/sql-text";
import { toCell } from "./cells";
import { type ExplorerDatabase, withDatabase } from "./connection";
import { isFullScan } from "./query-plan";
import { conditionsOf } from "./table-filter";
import { columnOf, decodeKey, encodeKey, readTable, type TableSource } from "./table-source";

export interface TablePageRequest extends ExplorerDatabase {
  readonly table: string;
  readonly filters: readonly ColumnFilter[];
  readonly order: TableOrder | null;
  /** What the page before handed out. */
  readonly after: string | null;
  readonly limit: number;
}

/** Of values longer than this, in bytes, not even the beginning is read for a page. */
const MOST_READ = 1_000_000;
/** Where rows have no key, pages are counted off, and no further than this. */
const MOST_SKIPPED = 1_000_000;
/** In a place longer than this the value that is sorted by is left out: it is read again by the key. */
const MOST_PLACE = 20_000;

export const readTablePage = (request: TablePageRequest): TablePage =>
  withDatabase(request, (db) => readPage(db, request));

function readPage(db: Database.Database, request: TablePageRequest): TablePage {
  const begun = performance.now();
  const table = readTable(db, request.table);
  const { rows, next, isScan } =
    table.key.length === 0 ? readCounted(db, table, request) : readKeyed(db, table, request);
  return {
    table: table.name,
    columns: table.columns.map(({ name, type }) => ({ name, type, table: table.name, column: name })),
    rows,
    next,
    ms: performance.now() - begun,
    isFullScan: isScan,
  };
}

interface Found {
  readonly rows: readonly TableRowCells[];
  readonly next: string | null;
  readonly isScan: boolean;
}

/** A value, or its beginning; and behind it, for one that is cut, its type and length. */
function selected(column: string): string {
  const name = quoteName(column);
  const bytes = `octet_length(${name})`;
  return `CASE WHEN ${bytes} > ${MOST_READ} THEN NULL
      WHEN typeof(${name}) = 'blob' AND ${bytes} > ${BLOB_HEAD} THEN substr(${name}, 1, ${BLOB_HEAD})
      WHEN ${bytes} > ${MOST_CELL_TEXT} THEN substr(${name}, 1, ${CELL_HEAD}) ELSE ${name} END,
    CASE WHEN ${bytes} > ${BLOB_HEAD} AND (${bytes} > ${MOST_CELL_TEXT} OR typeof(${name}) = 'blob')
      THEN typeof(${name}) || ' ' || length(${name}) END`;
}

function cellOf(value: unknown, cut: unknown): Cell {
  if (typeof cut !== "string") return toCell(value);
  const [type = "text", length = "0"] = cut.split(" ");
  if (type === "blob") {
    const hex = value instanceof Uint8Array ? Buffer.from(value).toString("hex") : "";
    return { kind: "blob", hex, length: Number(length) };
  }
  return { kind: "text", head: typeof value === "string" ? value : "", length: Number(length) };
}

/** One part of a page: rows in order that one index can serve. */
interface Stage {
  readonly where: readonly string[];
  readonly values: readonly unknown[];
}

/** Pages by key: each goes on behind the last row of the one before, wherever that is by then. */
function readKeyed(db: Database.Database, table: TableSource, request: TablePageRequest): Found {
  const { order, limit } = request;
  const column = order === null ? null : quoteName(columnOf(table, order.column).name);
  const way = order?.isDescending === true ? "DESC" : "ASC";
  const beyond = way === "ASC" ? ">" : "<";
  const keyTuple = table.key.length === 1 ? table.key[0] : `(${table.key.join(", ")})`;
  const marks = table.key.length === 1 ? "?" : `(${table.key.map(() => "?").join(", ")})`;
  const after = request.after === null ? null : placeOf(db, table, column, decodeKey(request.after));
  const behindKey = `${keyTuple} ${beyond} ${marks}`;
  const orderSql = [...(column === null ? [] : [column]), ...table.key].map((part) => `${part} ${way}`).join(", ");
  const filters = conditionsOf(table, request.filters);
  const columns = table.columns.map(({ name }) => selected(name)).join(",\n    ");
  const place = column === null ? "" : `, ${column}`;
  const rows: TableRowCells[] = [];
  let last: readonly unknown[] = [];
  let isScan = false;
  for (const { where, values } of stagesOf(column, way, behindKey, beyond, after)) {
    const all = [...where, ...filters.map(({ sql }) => sql)];
    const sql = `SELECT ${table.key.join(", ")}${place}, ${columns}
      FROM ${quoteName(table.name)}${all.length === 0 ? "" : ` WHERE ${all.join(" AND ")}`}
      ORDER BY ${orderSql} LIMIT ?`;
    const given = [...values, ...filters.flatMap((filter) => filter.values), limit + 1 - rows.length];
    isScan ||= scans(db, sql, given, filters.length > 0);
    for (const row of db
      .prepare<unknown[], unknown[]>(sql)
      .raw(true)
      .safeIntegers(true)
      .all(...given)) {
      if (rows.length === limit) return { rows, next: formatPlace(last, table.key.length), isScan };
      const head = table.key.length + (column === null ? 0 : 1);
      last = row.slice(0, head);
      rows.push({ key: encodeKey(row.slice(0, table.key.length)), cells: pairs(row, head) });
    }
  }
  return { rows, next: null, isScan };
}

/** Without values before the others when ascending, behind them when descending: each part is one range of an index. */
function stagesOf(
  column: string | null,
  way: "ASC" | "DESC",
  behindKey: string,
  beyond: string,
  after: readonly unknown[] | null,
): Stage[] {
  if (column === null) return [after === null ? { where: [], values: [] } : { where: [behindKey], values: after }];
  const missing: Stage = { where: [`${column} IS NULL`], values: [] };
  const present: Stage = { where: [`${column} IS NOT NULL`], values: [] };
  const inOrder = (stages: Stage[]): Stage[] => (way === "ASC" ? stages : [...stages].reverse());
  if (after === null) return inOrder([missing, present]);
  const value = after.at(-1);
  const key = after.slice(0, -1);
  if (value === null) {
    const rest = { where: [`${column} IS NULL`, behindKey], values: key };
    return way === "ASC" ? [rest, present] : [rest];
  }
  const rest = {
    where: [`${column} ${beyond}= ?`, `(${column} ${beyond} ? OR ${behindKey})`],
    values: [value, value, ...key],
  };
  return way === "ASC" ? [rest] : [rest, missing];
}

function formatPlace(last: readonly unknown[], keyLength: number): string {
  const place = encodeKey(last);
  return place.length > MOST_PLACE ? encodeKey(last.slice(0, keyLength)) : place;
}

/** The key of the row to go on from and the value that is sorted by, which may have been too long to be handed out. */
function placeOf(
  db: Database.Database,
  { name, key }: TableSource,
  column: string | null,
  place: readonly unknown[],
): readonly unknown[] {
  if (column === null || place.length !== key.length) return place;
  const row = db
    .prepare<unknown[], unknown[]>(
      `SELECT ${column} FROM ${quoteName(name)} WHERE ${key.map((part) => `${part} = ?`).join(" AND ")}`,
    )
    .raw(true)
    .safeIntegers(true)
    .get(...place);
  if (row === undefined) {
    const message = `The row that the list of ${name} goes on from was deleted meanwhile. Reload the table.`;
    throw new HiveError("not_found", message, { name });
  }
  return [...place, ...row];
}

/** Rows without a key: views, virtual tables. Pages are counted off from the beginning. */
function readCounted(db: Database.Database, table: TableSource, request: TablePageRequest): Found {
  const skipped = request.after === null ? 0 : Math.min(Number(decodeKey(request.after)[0]) || 0, MOST_SKIPPED);
  const filters = conditionsOf(table, request.filters);
  const order =
    request.order === null
      ? ""
      : ` ORDER BY ${quoteName(columnOf(table, request.order.column).name)} ${request.order.isDescending ? "DESC" : "ASC"}`;
  const sql = `SELECT ${table.columns.map(({ name }) => selected(name)).join(",\n    ")}
    FROM ${quoteName(table.name)}${filters.length === 0 ? "" : ` WHERE ${filters.map((one) => one.sql).join(" AND ")}`}
    ${order} LIMIT ? OFFSET ?`;
  const given = [...filters.flatMap(({ values }) => values), request.limit + 1, skipped];
  const isScan = scans(db, sql, given, filters.length > 0 || order !== "");
  const found = db
    .prepare<unknown[], unknown[]>(sql)
    .raw(true)
    .safeIntegers(true)
    .all(...given);
  const rows = found.slice(0, request.limit).map((row) => ({ key: null, cells: pairs(row, 0) }));
  const hasMore = found.length > request.limit && skipped + request.limit < MOST_SKIPPED;
  return { rows, next: hasMore ? encodeKey([skipped + request.limit]) : null, isScan };
}

function pairs(row: readonly unknown[], from: number): Cell[] {
  const cells: Cell[] = [];
  for (let at = from; at < row.length; at += 2) cells.push(cellOf(row[at], row[at + 1]));
  return cells;
}

/** Whether a page needs more than its own rows: all are sorted, or looked through for those that match. */
function scans(db: Database.Database, sql: string, given: readonly unknown[], isFiltered: boolean): boolean {
  const steps = db.prepare<unknown[], { readonly detail: unknown }>(`EXPLAIN QUERY PLAN ${sql}`).all(...given);
  return steps.some(({ detail }) => {
    const words = String(detail);
    return words.startsWith("USE TEMP B-TREE") || (isFiltered && isFullScan(words));
  });
}
