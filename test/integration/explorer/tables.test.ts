import Database from "better-sqlite3";
import { describe, expect, it } from "vitest";
import type { ExplorerDatabase } from "../../../src/main/explorer/connection";
import { countRows, readSchemaOf } from "../../../src/main/explorer/schema";
import { readTablePage, type TablePageRequest } from "../../../src/main/explorer/table-page";
import { readReferences, readWholeCell } from "../../../src/main/explorer/whole-cell";
import type { TablePage } from "../../../src/shared/model/explorer";
import { databaseWith } from "./world";

const page = (database: ExplorerDatabase, table: string, given: Partial<TablePageRequest> = {}): TablePage =>
  readTablePage({ ...database, table, filters: [], order: null, after: null, limit: 3, ...given });

/** The first cells of all rows, page by page. */
function walk(database: ExplorerDatabase, table: string, given: Partial<TablePageRequest> = {}): unknown[] {
  const found: unknown[] = [];
  for (let after: string | null = null; ; ) {
    const { rows, next } = page(database, table, { ...given, after });
    found.push(...rows.map(({ cells }) => cells[0]));
    if (next === null) return found;
    after = next;
  }
}

const ROWS = `CREATE TABLE rows (id INTEGER PRIMARY KEY, label TEXT, size, note BLOB);
  CREATE INDEX rows_label ON rows (label);
  INSERT INTO rows (id, label, size) VALUES (1, 'c', 5), (2, NULL, '5'), (3, 'a', 'x'), (4, 'a', NULL), (5, 'b', 7.5),
    (6, NULL, 9), (7, 'a_b%', x'01'), (9007199254740993, 'big', 1);`;

describe("a table, page by page", () => {
  it("goes through every row once, in either direction, with missing values at their end", () => {
    const database = databaseWith(ROWS);
    const all = walk(database, "rows");
    expect(all).toEqual([1, 2, 3, 4, 5, 6, 7, { kind: "integer", value: "9007199254740993" }]);
    const up = walk(database, "rows", { order: { column: "label", isDescending: false } });
    expect(up.slice(0, -2)).toEqual([2, 6, 3, 4, 7, 5]);
    const down = walk(database, "rows", { order: { column: "label", isDescending: true } });
    expect(down).toEqual([...up].reverse());
    for (const column of ["id", "size", "note"]) {
      expect(walk(database, "rows", { order: { column, isDescending: true } })).toHaveLength(8);
    }
  });

  it("goes on behind values of any length", () => {
    const long = "CREATE TABLE long (id INTEGER PRIMARY KEY, label TEXT);";
    const rows = Array.from(
      { length: 9 },
      (_, at) => `INSERT INTO long VALUES (${at}, hex(zeroblob(20000)) || ${9 - at});`,
    );
    const database = databaseWith(long + rows.join(""));
    const order = { column: "label", isDescending: false };
    expect(walk(database, "long", { order })).toEqual([8, 7, 6, 5, 4, 3, 2, 1, 0]);
    const { next } = page(database, "long", { order });
    new Database(database.file).exec("DELETE FROM long WHERE id = 6").close();
    expect(() => page(database, "long", { order, after: next })).toThrow(/deleted meanwhile/);
  });

  it("goes on behind a row that is gone by then", () => {
    const database = databaseWith(ROWS);
    const first = page(database, "rows");
    expect(first.next).not.toBeNull();
    const rest = page(database, "rows", { after: first.next, limit: 2 });
    expect(rest.rows.map(({ cells }) => cells[0])).toEqual([4, 5]);
  });

  it("filters by column, with the types of the column", () => {
    const database = databaseWith(ROWS);
    const where = (column: string, operator: "=" | "!=" | ">" | "contains" | "null" | "notNull" | "glob", value = "") =>
      walk(database, "rows", { filters: [{ column, operator, value }] });
    expect(where("id", "=", "5")).toEqual([5]);
    expect(where("size", "=", "5")).toEqual([1, 2]);
    expect(where("size", ">", "6")).toContain(5);
    expect(where("label", "contains", "_b%")).toEqual([7]);
    expect(where("label", "contains", "A")).toEqual([3, 4, 7]);
    expect(where("label", "null")).toEqual([2, 6]);
    expect(where("size", "notNull")).toHaveLength(7);
    expect(where("label", "glob", "a*")).toEqual([3, 4, 7]);
  });

  it("says when no index serves the order or the filter", () => {
    const database = databaseWith(ROWS);
    expect(page(database, "rows").isFullScan).toBe(false);
    expect(page(database, "rows", { order: { column: "label", isDescending: false } }).isFullScan).toBe(false);
    expect(page(database, "rows", { order: { column: "size", isDescending: false } }).isFullScan).toBe(true);
    const filters = [{ column: "label", operator: "=", value: "a" }] as const;
    expect(page(database, "rows", { filters }).isFullScan).toBe(false);
    expect(page(database, "rows", { filters: [{ column: "size", operator: "=", value: "5" }] }).isFullScan).toBe(true);
  });

  it("serves tables without row ids, views, tables whose columns take the row id's names, and names full of quotes", () => {
    const database = databaseWith(`CREATE TABLE pairs (a TEXT, b INTEGER, c, PRIMARY KEY (a, b)) WITHOUT ROWID;
      INSERT INTO pairs VALUES ('x', 2, 1), ('x', 1, 2), ('y', 1, 3), ('z', 1, 4), ('z', 2, 5);
      CREATE VIEW looks AS SELECT b, a FROM pairs ORDER BY b, a;
      CREATE TABLE taken (rowid TEXT, _rowid_ TEXT, oid TEXT, PRIMARY KEY (oid));
      INSERT INTO taken VALUES ('r', 's', 'o'), ('r2', 's2', 'o2'), ('r3', 's3', 'o3'), ('r4', 's4', 'o4');
      CREATE TABLE "it's ""odd""" ("a ""b""; DROP" INTEGER); INSERT INTO "it's ""odd""" VALUES (1);
      CREATE VIEW broken AS SELECT * FROM nowhere;`);
    expect(walk(database, "pairs")).toEqual(["x", "x", "y", "z", "z"]);
    expect(walk(database, "pairs", { order: { column: "b", isDescending: true } })).toHaveLength(5);
    expect(walk(database, "looks")).toEqual([1, 1, 1, 2, 2]);
    expect(page(database, "looks").rows[0]?.key).toBeNull();
    expect(walk(database, "taken")).toHaveLength(4);
    expect(walk(database, `it's "odd"`, { order: { column: 'a "b"; DROP', isDescending: true } })).toEqual([1]);
    expect(() => page(database, "broken")).toThrow(/broken cannot be read: .*nowhere/);
    expect(() => page(database, "gone")).toThrow(/no table or view gone/);
    expect(() => page(database, "pairs", { order: { column: "gone", isDescending: true } })).toThrow(/no column gone/);
    expect(() => page(database, "pairs", { after: "{}" })).toThrow(/not the key of a row/);
  });

  it("cuts huge values without reading them, and loads one whole", () => {
    const database = databaseWith(`CREATE TABLE fat (id INTEGER PRIMARY KEY, t TEXT, b BLOB);
      INSERT INTO fat VALUES (1, printf('%.*c', 5000, 'x'), zeroblob(3000000)), (2, '{"a":1}', x'0a');`);
    const { rows } = page(database, "fat");
    expect(rows[0]?.cells.slice(1)).toEqual([
      { kind: "text", head: "x".repeat(512), length: 5_000 },
      { kind: "blob", hex: "", length: 3_000_000 },
    ]);
    expect(rows[1]?.cells.slice(1)).toEqual(['{"a":1}', { kind: "blob", hex: "0a", length: 1 }]);
    const key = rows[0]?.key ?? "";
    expect(readWholeCell({ ...database, place: { table: "fat", key, column: "t" } })).toEqual({
      kind: "text",
      text: "x".repeat(5_000),
      length: 5_000,
      isCut: false,
    });
    const sql = "SELECT 1; SELECT t, b FROM fat ORDER BY id";
    const place = { sql, statement: 1, parameters: {}, row: 0, column: 1 };
    expect(readWholeCell({ ...database, place })).toMatchObject({ kind: "blob", length: 3_000_000, isCut: false });
    expect(() => readWholeCell({ ...database, place: { ...place, row: 9 } })).toThrow(/not there any more/);
  });
});

describe("the schema", () => {
  it("tells tables, views, keys, indexes and triggers, and what does not work", async () => {
    const database = databaseWith(`CREATE TABLE tasks (id TEXT PRIMARY KEY, title TEXT NOT NULL DEFAULT 'x',
        twice INTEGER GENERATED ALWAYS AS (2) VIRTUAL);
      CREATE TABLE runs (id INTEGER PRIMARY KEY, task_id TEXT REFERENCES tasks ON DELETE CASCADE, n INTEGER, UNIQUE (task_id, n));
      CREATE INDEX runs_upper ON runs (upper(task_id), n DESC);
      CREATE TRIGGER runs_new AFTER INSERT ON runs BEGIN SELECT 1; END;
      CREATE VIEW broken AS SELECT * FROM nowhere;
      CREATE TABLE console_x (a); CREATE VIRTUAL TABLE words USING fts5(body);
      INSERT INTO tasks (id) VALUES ('a'); INSERT INTO runs VALUES (1, 'a', 1), (2, 'a', 2);`);
    const { tables } = readSchemaOf(database);
    const table = (name: string) => tables.find((one) => one.name === name);
    expect(table("runs")).toMatchObject({
      type: "table",
      hasRowid: true,
      isInternal: false,
      foreignKeys: [{ table: "tasks", columns: ["task_id"], to: ["id"], onDelete: "CASCADE" }],
      triggers: [{ name: "runs_new" }],
    });
    expect(table("runs")?.indexes).toContainEqual(
      expect.objectContaining({ name: "runs_upper", isUnique: false, columns: [null, "n"] }),
    );
    expect(table("tasks")?.columns).toMatchObject([
      { name: "id", keyAt: 1 },
      { name: "title", isRequired: true, defaultSql: "'x'" },
      { name: "twice", isGenerated: true },
    ]);
    expect(table("broken")).toMatchObject({ type: "view", trouble: expect.stringContaining("nowhere") });
    expect(table("console_x")?.isInternal).toBe(true);
    expect(table("words")?.type).toBe("virtual");
    expect(table("words_data")?.type).toBe("shadow");
    const counts = [];
    for await (const count of countRows({ ...database, tables: ["tasks", "runs"] })) counts.push(count);
    expect(counts).toEqual([
      { table: "tasks", rows: 1, exactness: "exact" },
      { table: "runs", rows: 2, exactness: "exact" },
    ]);
    const key = page(database, "tasks").rows[0]?.key ?? "";
    expect(readReferences({ ...database, table: "tasks", key })).toEqual([
      { table: "runs", column: "task_id", value: "a", rows: 2 },
    ]);
  });

  it("says that it estimates where counting takes long", async () => {
    const database = databaseWith(`CREATE TABLE many (id INTEGER PRIMARY KEY);
      WITH RECURSIVE n(x) AS (VALUES (1) UNION ALL SELECT x + 1 FROM n LIMIT 600000) INSERT INTO many SELECT x FROM n;`);
    for await (const count of countRows({ ...database, tables: ["many"] })) {
      expect(count).toEqual({ table: "many", rows: 600_000, exactness: "about" });
    }
  });
});
