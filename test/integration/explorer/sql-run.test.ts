import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { openToExplore } from "../../../src/main/explorer/connection";
import { databaseWith, failuresOf, rowsOf, run } from "./world";

const SCHEMA = `CREATE TABLE tasks (id TEXT PRIMARY KEY, status TEXT, big TEXT);
  INSERT INTO tasks VALUES ('a', 'queued', NULL), ('b', 'done', NULL);
  CREATE TABLE pragma (x); CREATE TABLE attach (x); CREATE TABLE vacuum (x);
  CREATE VIRTUAL TABLE words USING fts5(body);
  CREATE VIEW tricky AS SELECT * FROM tasks;`;

const digest = (file: string): string => createHash("sha256").update(readFileSync(file)).digest("hex");

/** Everything that is no query, in the ways in which one might hope to get it past. */
const HOSTILE = [
  "DELETE FROM tasks",
  "WITH gone AS (SELECT id FROM tasks) DELETE FROM tasks WHERE id IN gone",
  "WITH a AS (SELECT 1) INSERT INTO tasks SELECT 'c', 'x', NULL",
  "UPDATE tasks SET status = 'x' RETURNING id",
  "INSERT INTO words (words) VALUES ('optimize')",
  "REPLACE INTO tasks VALUES ('a', 'x', NULL)",
  "/* SELECT */ DELETE FROM tasks",
  "-- SELECT\nDELETE FROM tasks",
  "ATTACH '/etc/passwd' AS other",
  "ATTACH x",
  "ATTACH DATABASE ':memory:' AS m",
  "DETACH main",
  "PRAGMA query_only = 0",
  "PRAGMA query_only(0)",
  "PRAGMA main.query_only = 0",
  "PRAGMA writable_schema = 1",
  "PRAGMA writable_schema = RESET",
  "PRAGMA journal_mode = DELETE",
  "PRAGMA journal_mode(OFF)",
  "PRAGMA wal_checkpoint(TRUNCATE)",
  "PRAGMA user_version = 7",
  "PRAGMA temp_store_directory = '/tmp'",
  "PRAGMA mmap_size = 1000000000",
  "PRAGMA trusted_schema = ON",
  "PRAGMA foreign_keys = 0",
  "PRAGMA optimize(0xfffe)",
  "PRAGMA shrink_memory",
  "EXPLAIN PRAGMA query_only = 0",
  "EXPLAIN QUERY PLAN PRAGMA query_only = 0",
  "EXPLAIN DELETE FROM tasks",
  "VACUUM",
  "VACUUM INTO 'OUT'",
  "REINDEX",
  "ANALYZE",
  "BEGIN IMMEDIATE",
  "SAVEPOINT a",
  "COMMIT",
  "CREATE TABLE t (x)",
  "CREATE TEMP TABLE t (x)",
  "CREATE TEMP TRIGGER t AFTER INSERT ON tasks BEGIN SELECT 1; END",
  "DROP TABLE tasks",
  "ALTER TABLE tasks RENAME TO gone",
  "SELECT 1) ; DELETE FROM tasks; --",
  "SELECT 1) SELECT (2",
  "SELECT * FROM (DELETE FROM tasks RETURNING id)",
  "\ufeffDELETE FROM tasks",
  "SELECT load_extension('/tmp/evil.so')",
  "SELECT fts3_tokenizer('simple', x'0000000000000000')",
  "SELECT writefile('/tmp/x', 'y')",
  "SELECT readfile('/etc/passwd')",
  "SELECT edit('x')",
  "SELECT * FROM pragma_wal_checkpoint",
  "SELECT * FROM pragma_query_only(0)",
  "SELECT * FROM pragma_journal_mode('delete')",
  "SELECT * FROM pragma_optimize",
];

describe("free SQL that only reads", () => {
  it("refuses everything that is no query, and changes no byte", async () => {
    const database = databaseWith(SCHEMA);
    const before = digest(database.file);
    const passed: string[] = [];
    for (const sql of HOSTILE) {
      const parts = await run(database, sql.replace("OUT", join(dirname(database.file), "out.db")));
      if (failuresOf(parts).length === 0) passed.push(sql);
    }
    expect(passed).toEqual([]);
    expect(digest(database.file)).toBe(before);
    expect(readdirSync(dirname(database.file)).filter((name) => !name.startsWith("any.db"))).toEqual([]);
  });

  it("leaves the connection as it is: none of it reaches even one that stays open", async () => {
    const db = openToExplore(databaseWith(SCHEMA));
    const { prepareQuery, explained, prepareExplained } = await import("../../../src/main/explorer/query-guard");
    for (const sql of HOSTILE) {
      const plan = explained(sql);
      try {
        if (plan === null) prepareQuery(db, sql).all();
        else prepareExplained(db, plan.words, plan.query).all();
      } catch {
        // That it fails is the other test's.
      }
    }
    expect(db.pragma("query_only", { simple: true })).toBe(1);
    expect(db.pragma("trusted_schema", { simple: true })).toBe(0);
    expect(db.pragma("writable_schema", { simple: true })).toBe(0);
    expect(db.pragma("mmap_size", { simple: true })).toBe(0);
    expect(db.pragma("database_list")).toHaveLength(1);
    expect(db.inTransaction).toBe(false);
    expect(db.prepare("SELECT count(*) FROM sqlite_temp_schema").pluck().get()).toBe(0);
    db.close();
  });

  it("names what it refused and how to write", async () => {
    const database = databaseWith(SCHEMA);
    const refusal = async (sql: string) => failuresOf(await run(database, sql))[0];
    expect(await refusal("DELETE FROM tasks")).toMatchObject({
      isRefused: true,
      message: expect.stringMatching(/^DELETE was refused.*write mode/),
    });
    expect(await refusal("WITH a AS (SELECT 1) DELETE FROM tasks")).toMatchObject({
      isRefused: true,
      message: expect.stringContaining("write mode"),
    });
    expect(await refusal("ATTACH 'x' AS y")).toMatchObject({ message: expect.stringContaining("another file") });
    expect(await refusal("PRAGMA query_only=0")).toMatchObject({ message: expect.stringContaining("pragma_NAME") });
    expect(await refusal("SELECT nope FROM tasks")).toMatchObject({
      isRefused: false,
      message: "no such column: nope",
    });
    expect(await refusal("SELEC 1")).toMatchObject({ message: expect.stringContaining("SELEC") });
  });

  it("answers every kind of query, also PRAGMAs that only tell", async () => {
    const database = databaseWith(SCHEMA);
    expect(rowsOf(await run(database, "VALUES (1), (2)"))).toEqual([[1], [2]]);
    expect(rowsOf(await run(database, "WITH a AS (SELECT 3) SELECT * FROM a -- end"))).toEqual([[3]]);
    expect(rowsOf(await run(database, "PRAGMA table_info(tasks)"))).toHaveLength(3);
    expect(rowsOf(await run(database, "PRAGMA foreign_key_list('tasks')"))).toEqual([]);
    expect(rowsOf(await run(database, "EXPLAIN QUERY PLAN SELECT * FROM tasks"))).toHaveLength(1);
    expect(rowsOf(await run(database, "SELECT id FROM tricky ORDER BY id"))).toEqual([["a"], ["b"]]);
    expect(rowsOf(await run(database, "SELECT ':no', :id, $id", {}, { id: "x" }))).toEqual([[":no", "x", "x"]]);
  });

  it("runs several statements to several results, and none after one that fails", async () => {
    const database = databaseWith(SCHEMA);
    const parts = await run(database, "SELECT 1; SELECT ';' AS semi;\n\n SELECT nope; SELECT 4");
    expect(parts.flatMap((part) => (part.kind === "begin" ? [[part.index, part.line]] : []))).toEqual([
      [0, 1],
      [1, 1],
      [2, 3],
    ]);
    expect(rowsOf(parts)).toEqual([[1], [";"]]);
    expect(failuresOf(parts)).toHaveLength(1);
  });

  it("pages through a cursor, and never reads the whole", async () => {
    const database = databaseWith(SCHEMA);
    const endless = "WITH RECURSIVE n(x) AS (VALUES (1) UNION ALL SELECT x + 1 FROM n) SELECT x FROM n; SELECT 'also'";
    const parts = await run(database, endless, { pageRows: 2, more: [{ more: 0 }, { more: 0 }, { more: 1 }] });
    expect(rowsOf(parts)).toEqual([[1], [2], ["also"], [3], [4], [5], [6]]);
    expect(parts.filter((part) => part.kind === "rows" && part.isEnd)).toHaveLength(1);
  });

  it("cuts huge values, keeps large integers exact, and pages rows of 100 MB a few at a time", async () => {
    const database = databaseWith(SCHEMA);
    const [row] = rowsOf(
      await run(
        database,
        "SELECT 9007199254740993, zeroblob(1000000), printf('%.*c', 100000, 'x'), x'00ff', NULL, 1.5",
      ),
    );
    expect(row).toEqual([
      { kind: "integer", value: "9007199254740993" },
      { kind: "blob", hex: "00".repeat(32), length: 1_000_000 },
      { kind: "text", head: "x".repeat(512), length: 100_000 },
      { kind: "blob", hex: "00ff", length: 2 },
      null,
      1.5,
    ]);
    const fat = "WITH RECURSIVE n(x) AS (VALUES (1) UNION ALL SELECT x + 1 FROM n) SELECT zeroblob(100000000) FROM n";
    expect(rowsOf(await run(database, fat)).length).toBeLessThan(5);
    expect(failuresOf(await run(database, "SELECT randomblob(1e9)"))[0]).toMatchObject({
      message: expect.stringContaining("too big"),
    });
  });

  it("tells the plan, with a mark on full scans", async () => {
    const database = databaseWith(SCHEMA);
    const parts = await run(database, "SELECT * FROM tasks; SELECT * FROM tasks WHERE id = :id", { isPlan: true });
    const scans = parts.flatMap((part) => (part.kind === "plan" ? [part.steps.map((step) => step.isFullScan)] : []));
    expect(scans).toEqual([[true], [false]]);
  });

  it("reads a database that is not there, or not one, with an error that says so", async () => {
    const missing = { file: join(dirname(databaseWith("SELECT 1").file), "no.db"), nativeBinding: null };
    await expect(run(missing, "SELECT 1")).rejects.toMatchObject({ code: "database_unwritable" });
    expect(existsSync(missing.file)).toBe(false);
  });
});
