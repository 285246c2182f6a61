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

  it("shows rows that give way to another by any other constraint as deleted, each once", async () => {
    const { store, preview, commit, rows } = await world();
    await store.write((tx) =>
      tx.exec(`CREATE TABLE seats (id INTEGER PRIMARY KEY, name TEXT UNIQUE COLLATE NOCASE, row TEXT, place REAL, note TEXT, UNIQUE (row, place));
        CREATE UNIQUE INDEX seats_note ON seats (lower(note)) WHERE row <> 'z, (y)';
        INSERT INTO seats VALUES (1, 'ada', 'a', 1, 'one'), (2, 'bob', 'a', 2, 'two'), (3, 'eve', 'b', 1, 'three'),
          (4, 'kim', 'z, (y)', 9, 'four');
        CREATE TABLE tags (tag TEXT, owner TEXT, code TEXT UNIQUE, PRIMARY KEY (tag, owner)) WITHOUT ROWID;
        INSERT INTO tags VALUES ('x', 'me', 'c1'), ('y', 'me', 'c2');
        CREATE TABLE loose (a UNIQUE);
        INSERT INTO loose VALUES ('k')`),
    );
    const told = async (sql: string) => {
      const { counts, rows: changed } = await preview(sql);
      return {
        counts: counts.map(({ table, act, rows: many }) => `${many} ${act} ${table}`),
        rows: changed.map(
          ({ act, key, before }) => `${act} ${before === null ? key : Object.values(before).join(" ")}`,
        ),
      };
    };
    expect(await told("INSERT OR REPLACE INTO seats (name, row, place) VALUES ('ADA', 'b', 1)")).toEqual({
      counts: ["2 delete seats", "1 insert seats"],
      rows: ["delete 1 ada a 1 one", "delete 3 eve b 1 three", "insert 5"],
    });
    expect(await told("REPLACE INTO seats VALUES (1, 'bob', 'a', 2, 'TWO')")).toEqual({
      counts: ["1 delete seats", "1 replace seats"],
      rows: ["delete 2 bob a 2 two", "replace 1 ada a 1 one"],
    });
    expect(await told("REPLACE INTO seats (row, note) VALUES ('c', 'THREE'), ('c', 'FOUR'), ('c', 'five')")).toEqual({
      counts: ["1 delete seats", "3 insert seats"],
      rows: ["delete 3 eve b 1 three", "insert 5", "insert 6", "insert 7"],
    });
    expect(await told("UPDATE OR REPLACE seats SET place = place + 1, note = note || '!' WHERE id < 3")).toEqual({
      counts: ["1 delete seats", "1 update seats"],
      rows: ["delete 2 bob a 2 two", "update 1 ada a 1 one"],
    });
    expect(
      await told(`INSERT INTO seats (name, note) VALUES ('Bob', 'x') ON CONFLICT (name) DO UPDATE SET note = excluded.note;
        INSERT OR IGNORE INTO seats (name) VALUES ('eve'); DELETE FROM seats WHERE id = 3;
        INSERT INTO seats (name) VALUES ('eve')`),
    ).toEqual({
      counts: ["1 delete seats", "1 insert seats", "1 update seats"],
      rows: ["update 2 bob a 2 two", "delete 3 eve b 1 three", "insert 5"],
    });
    expect(await told("REPLACE INTO tags VALUES ('x', 'me', 'c2'); REPLACE INTO loose VALUES ('k')")).toEqual({
      counts: ["1 delete loose", "1 insert loose", "1 delete tags", "1 replace tags"],
      rows: ["delete y me c2", "replace x me c1", "delete k", "insert 2"],
    });
    const sql = "REPLACE INTO seats (name) VALUES ('ada')";
    const seen = await preview(sql);
    const { last } = await commit({ sql, expected: seen.counts, seenRows: seen.rows });
    expect(last).toMatchObject({ kind: "written" });
    expect(rows("SELECT id FROM seats ORDER BY id")).toEqual([{ id: 2 }, { id: 3 }, { id: 4 }, { id: 5 }]);
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
