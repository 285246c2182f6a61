import Database from "better-sqlite3";
import { describe, expect, it } from "vitest";
import { backupName } from "../../../src/main/core/store/backup";
import type { Store } from "../../../src/main/core/store/open";
import {
  type CommitPart,
  type CommitRun,
  commitWrite,
  previewWrite,
  type WriteRun,
} from "../../../src/main/explorer/write-run";
import { afterThisTest, openTestStore } from "../../helpers/store";

async function world() {
  const store = await openTestStore();
  await store.write((tx) => {
    const task = tx.prepare(
      "INSERT INTO tasks (id, title, task_type, status, priority) VALUES (?, ?, 'x', 'queued', ?)",
    );
    for (let at = 1; at <= 5; at += 1) task.run(`t${at}`, `Task ${at}`, at);
    tx.prepare("INSERT INTO workers (id, role) VALUES ('w', 'x')").run();
    tx.prepare(
      "INSERT INTO runs (id, task_id, worker_id, run_number) VALUES ('r1', 't1', 'w', 1), ('r2', 't1', 'w', 2)",
    ).run();
  });
  const database = { file: store.file, nativeBinding: null };
  const preview = async (sql: string, parameters: WriteRun["parameters"] = {}) => {
    for await (const changes of previewWrite({ ...database, sql, parameters })) return changes;
    throw new Error("no preview");
  };
  const commit = async (run: Pick<CommitRun, "sql" | "expected" | "seenRows"> & Partial<CommitRun>) => {
    const parts: CommitPart[] = [];
    const audit = { at: store.clock.now(), actor: "ada", reason: "by hand" };
    const backupFile = backupName(store.file, store.clock);
    for await (const part of commitWrite({ ...database, parameters: {}, backupFile, audit, ...run })) parts.push(part);
    return { last: parts.at(-1), backupFile };
  };
  const rows = (sql: string): unknown[] => store.read.prepare(sql).all();
  return { store, preview, commit, rows };
}

const auditOf = (store: Store) =>
  store.read.prepare("SELECT actor, act, reason, after FROM console_audit WHERE act = 'explorer.write'").all();

describe("the write mode", () => {
  it("shows what would change, also through foreign keys, and changes nothing", async () => {
    const { preview, rows } = await world();
    const before = rows("SELECT * FROM tasks");
    const { counts, rows: changed } = await preview(
      "UPDATE tasks SET priority = priority + 10 WHERE id > 't3'; DELETE FROM tasks WHERE id = 't1'",
    );
    expect(counts).toEqual(
      expect.arrayContaining([
        { table: "runs", act: "delete", rows: 2 },
        { table: "tasks", act: "delete", rows: 1 },
        { table: "tasks", act: "update", rows: 2 },
      ]),
    );
    expect(changed).toContainEqual(
      expect.objectContaining({
        table: "tasks",
        act: "update",
        key: "t4",
        before: expect.objectContaining({ priority: 4 }),
        after: expect.objectContaining({ priority: 14 }),
      }),
    );
    expect(rows("SELECT * FROM tasks")).toEqual(before);
  });

  it("commits what was seen, after a backup, with an entry in the audit log; other programs' feed sees it", async () => {
    const { store, preview, commit, rows } = await world();
    const sql = "UPDATE tasks SET summary = datetime('now', 'subsec') WHERE id = 't2'";
    const seen = await preview(sql);
    const changes = "SELECT count(*) AS n FROM console_changes";
    const [before] = rows(changes);
    const { last, backupFile } = await commit({ sql, expected: seen.counts, seenRows: seen.rows });
    expect(last).toEqual({ kind: "written", counts: [{ table: "tasks", act: "update", rows: 1 }] });
    expect(rows("SELECT summary FROM tasks WHERE id = 't2'")).not.toEqual([{ summary: null }]);
    expect(rows(changes)).not.toEqual([before]);
    expect(auditOf(store)).toMatchObject([{ actor: "ada", act: "explorer.write", reason: "by hand" }]);
    expect(JSON.stringify(auditOf(store))).toContain("UPDATE tasks SET summary");
    const copy = new Database(backupFile, { readonly: true });
    afterThisTest(() => copy.close());
    expect(copy.prepare("SELECT summary FROM tasks WHERE id = 't2'").pluck().get()).toBeNull();
  });

  it("takes everything back and shows anew when the rows have changed meanwhile", async () => {
    const { store, preview, commit, rows } = await world();
    const sql = "DELETE FROM tasks WHERE priority >= 4";
    const seen = await preview(sql);
    await store.write((tx) => tx.prepare("UPDATE tasks SET priority = 9 WHERE id = 't2'").run());
    const first = await commit({ sql, expected: seen.counts, seenRows: seen.rows });
    expect(first.last).toMatchObject({
      kind: "differs",
      changes: { counts: [{ table: "tasks", act: "delete", rows: 3 }] },
    });
    expect(rows("SELECT id FROM tasks")).toHaveLength(5);
    expect(auditOf(store)).toEqual([]);
    if (first.last?.kind !== "differs") throw new Error("expected another look");
    const { counts, rows: seenRows } = first.last.changes;
    expect((await commit({ sql, expected: counts, seenRows })).last).toMatchObject({ kind: "written" });
    expect(rows("SELECT id FROM tasks")).toHaveLength(2);
  });

  it("tells a row that takes another one's place from one that is new", async () => {
    const { preview } = await world();
    const { counts, rows } = await preview(
      `INSERT OR REPLACE INTO tasks (id, title, task_type) VALUES ('t5', 'Other', 'x'), ('t6', 'New', 'x');
       INSERT INTO tasks (id, title, task_type) VALUES ('t4', 'x', 'x') ON CONFLICT (id) DO UPDATE SET title = 'Upserted';
       INSERT OR IGNORE INTO tasks (id, title, task_type) VALUES ('t3', 'ignored', 'x')`,
    );
    expect(counts.filter(({ table }) => table === "tasks")).toEqual([
      { table: "tasks", act: "insert", rows: 1 },
      { table: "tasks", act: "replace", rows: 1 },
      { table: "tasks", act: "update", rows: 1 },
    ]);
    expect(rows.find(({ act }) => act === "replace")).toMatchObject({
      key: "t5",
      before: { title: "Task 5" },
      after: { title: "Other" },
    });
  });

  it("counts all rows and shows the first of them", async () => {
    const { preview } = await world();
    const many = `INSERT INTO tasks (id, task_type, title) WITH RECURSIVE n(x) AS (VALUES (1) UNION ALL SELECT x + 1 FROM n LIMIT 3000)
      SELECT 'm' || x, 'x', printf('%.*c', 1000, 'y') FROM n RETURNING id`;
    const { counts, rows, isCut } = await preview(many);
    expect(counts).toEqual([{ table: "tasks", act: "insert", rows: 3_000 }]);
    expect(rows).toHaveLength(200);
    expect(isCut).toBe(true);
    expect(String(rows[0]?.after?.title)).toHaveLength(401);
  });

  it("refuses schema changes, other files, PRAGMAs, and the console's own tables", async () => {
    const { preview, rows } = await world();
    for (const sql of [
      "DROP TABLE tasks",
      "ALTER TABLE tasks ADD COLUMN x",
      "CREATE TABLE x (y)",
      "CREATE TRIGGER x AFTER INSERT ON tasks BEGIN DELETE FROM tasks; END",
      "ATTACH 'x' AS y",
      "PRAGMA writable_schema = 1",
      "PRAGMA foreign_keys = 0",
      "VACUUM INTO 'x'",
      "COMMIT",
      "ROLLBACK; DELETE FROM tasks",
      "EXPLAIN PRAGMA foreign_keys = 0",
      "DELETE FROM console_audit",
      "DELETE FROM console_changes WHERE seq > 0",
      "WITH a AS (SELECT 1) UPDATE console_meta SET value = 1",
      "DELETE FROM sqlite_schema",
      "UPDATE sqlite_schema SET sql = ''",
    ]) {
      await expect(preview(sql), sql).rejects.toMatchObject({
        code: expect.stringMatching(/^(not_allowed|invalid_input)$/),
      });
    }
    await expect(preview("DELETE FROM console_audit")).rejects.toThrow(/console_audit cannot be changed here/);
    await expect(preview("DELETE FROM tasks; DELETE FROM nowhere")).rejects.toThrow("no such table: nowhere");
    await expect(preview("UPDATE runs SET task_id = 'nobody'")).rejects.toThrow(/FOREIGN KEY/);
    expect(rows("SELECT id FROM tasks")).toHaveLength(5);
  });
});
