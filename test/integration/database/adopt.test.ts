import { readdirSync } from "node:fs";
import { hostname } from "node:os";
import { basename, dirname, join } from "node:path";
import Database from "better-sqlite3";
import { expect, test } from "vitest";
import { adoptDatabase, describeDatabase, releaseDatabase } from "../../../src/main/core/operations/database";
import { getTask } from "../../../src/main/core/operations/tasks";
import { takeLease } from "../../../src/main/core/store/lease";
import { openStore } from "../../../src/main/core/store/open";
import { readCounts } from "../../../src/main/core/store/plan-end";
import { hashOf, makeHiveDatabase, rowsOf, schemaOf, withDatabase } from "../../helpers/hive-database";
import { graphOf, launch, openTestStore, temporaryFolder } from "../../helpers/store";

const ADDED = ["summary", "generated_artifacts", "related_document_ids", "knowledge_fragments"];
const ADDED_COLUMNS = ADDED.map((name) => `tasks.${name}`);
const backupsOf = (file: string) =>
  readdirSync(dirname(file)).filter((name) => name.startsWith(`${basename(file)}.backup-`));

test("adoption keeps every row and column, adds only the console's objects, and is undone without a trace", async () => {
  const file = makeHiveDatabase();
  const before = withDatabase(file, (db) => ({ schema: schemaOf(db), rows: rowsOf(db) }));

  const adopted = await adoptDatabase({ file });
  expect(adopted).toMatchObject({ adoptedNow: true, adoption: { adopted: true, tables: [], indexes: [] } });
  expect([...(adopted.adoption?.columns ?? [])].sort()).toEqual([...ADDED_COLUMNS].sort());
  withDatabase(file, (db) => {
    const schema = schemaOf(db);
    const added = Object.keys(schema).filter((name) => !(name in before.schema));
    expect(added.filter((name) => !/^\w+ (console_|sqlite_autoindex_console_)/.test(name))).toEqual([]);
    const changed = Object.keys(before.schema).filter((name) => schema[name] !== before.schema[name]);
    expect(changed).toEqual(["table tasks"]);
    expect(rowsOf(db, ADDED_COLUMNS)).toEqual(before.rows);
  });
  const [backup] = backupsOf(file);
  expect(adopted.adoption?.backupFile).toBe(join(dirname(file), backup ?? ""));
  withDatabase(join(dirname(file), backup ?? ""), (db) => {
    expect({ schema: schemaOf(db), rows: rowsOf(db) }).toEqual(before);
  });

  const released = await releaseDatabase({ file });
  expect(released).toMatchObject({ released: true, keptTables: [], journalMode: "wal" });
  expect([...released.keptColumns].sort()).toEqual([...ADDED_COLUMNS].sort());
  withDatabase(file, (db) => {
    const schema = schemaOf(db);
    expect({ ...schema, "table tasks": null }).toEqual({ ...before.schema, "table tasks": null });
    const columns = db.prepare<[], string>("SELECT name FROM pragma_table_info('tasks')").pluck().all();
    expect(columns.filter((name) => !ADDED.includes(name))).toEqual(Object.keys(before.rows.tasks?.[0] ?? {}));
    expect(rowsOf(db, ADDED_COLUMNS)).toEqual(before.rows);
    expect(db.pragma("integrity_check", { simple: true })).toBe("ok");
  });
  expect(await releaseDatabase({ file })).toMatchObject({ released: false, backupFile: null });
  expect(await adoptDatabase({ file })).toMatchObject({ adoptedNow: true, adoption: { columns: [] } });
});

test("tasks that were there before are counted", async () => {
  const file = makeHiveDatabase();
  const store = await openTestStore({ file, create: false });
  expect(Object.fromEntries(readCounts(store.read, ""))).toEqual({ queued: 2, completed: 1 });
  expect(store.info().notice).toContain(".backup-");
});

test("what was missing is made, and taken away again unless somebody uses it by then", async () => {
  const changes = `DROP TABLE plan_execution; DROP TABLE execution_plans; DROP TABLE planning_queue;
    DROP TABLE unified_review_tasks; DROP TABLE event_subscriptions; DROP TABLE runs; DROP TABLE alembic_version`;
  const file = makeHiveDatabase({ changes, journalMode: "delete" });
  const before = withDatabase(file, schemaOf);
  await adoptDatabase({ file });
  expect(await describeDatabase({ file })).toMatchObject({ journalMode: "wal", missing: { tables: [], columns: [] } });
  withDatabase(file, (db) => db.exec("INSERT INTO event_subscriptions VALUES ('s', 'task.*', 'a', NULL, NULL, 1)"));
  expect(await releaseDatabase({ file })).toMatchObject({
    keptTables: ["event_subscriptions"],
    journalMode: "delete",
  });
  withDatabase(file, (db) => {
    const {
      "table event_subscriptions": kept,
      "index sqlite_autoindex_event_subscriptions_1": _,
      ...schema
    } = schemaOf(db);
    expect(kept).toContain("event_pattern");
    expect({ ...schema, "table tasks": null }).toEqual({ ...before, "table tasks": null });
  });
});

test("a database that the console made keeps its tasks when it is released", async () => {
  const store = await openTestStore();
  await launch(store, graphOf({ a: [], b: ["a"] }));
  await store.close();
  expect(await releaseDatabase({ file: store.file })).toMatchObject({ released: true, keptTables: [] });
  withDatabase(store.file, (db) => {
    expect(db.prepare("SELECT count(*) FROM tasks").pluck().get()).toBe(2);
    expect(Object.keys(schemaOf(db)).filter((name) => name.includes("console_"))).toEqual([]);
  });
});

test("foreign keys that nobody kept do not stand in the way", async () => {
  const changes = `INSERT INTO runs (id, task_id, worker_id, run_number) VALUES ('r', 'gone', 'gone', 1);
    UPDATE workers SET current_task_id = 'gone'`;
  const file = makeHiveDatabase({ changes });
  const store = await openTestStore({ file, create: false });
  await store.write((tx) => tx.prepare("UPDATE tasks SET status = 'failed' WHERE status = 'queued'").run());
  expect(store.read.prepare("SELECT task_id FROM runs").pluck().get()).toBe("gone");
  await store.close();
  expect(await releaseDatabase({ file })).toMatchObject({ released: true });
});

test("a payload that an index of upstream's cannot read stops neither adoption nor work on other tasks", async () => {
  const file = makeHiveDatabase();
  // Only behind the index's back can such a row come to be: SQLite itself refuses it.
  withDatabase(file, (db) => {
    db.unsafeMode(true);
    db.pragma("writable_schema = ON");
    db.exec("CREATE TABLE kept AS SELECT * FROM sqlite_master WHERE name LIKE 'idx_tasks_payload%'");
    db.exec("DELETE FROM sqlite_master WHERE name LIKE 'idx_tasks_payload%'");
    db.pragma("schema_version = 900");
  });
  withDatabase(file, (db) => {
    db.exec("INSERT INTO tasks (id, title, task_type, payload) VALUES ('bad', 'Bad', 'x', '{not json')");
    db.unsafeMode(true);
    db.pragma("writable_schema = ON");
    db.exec("INSERT INTO sqlite_master SELECT * FROM kept");
    db.pragma("schema_version = 901");
  });
  withDatabase(file, (db) => db.exec("DROP TABLE kept"));

  const store = await openTestStore({ file, create: false });
  expect(getTask(store, { taskId: "bad" }).title).toBe("Bad");
  await store.write((tx) => tx.prepare("UPDATE tasks SET status = 'failed' WHERE id = 'bad'").run());
  expect(getTask(store, { taskId: "bad" }).status).toBe("failed");
  // Upstream's index cannot say which entry to remove: the row stays, and nothing else is lost with it.
  const deletion = store.write((tx) => tx.prepare("DELETE FROM tasks WHERE id = 'bad'").run());
  const neighbour = store.write((tx) => tx.prepare("UPDATE tasks SET priority = 9 WHERE id <> 'bad'").run().changes);
  await expect(deletion).rejects.toThrow(/malformed JSON/);
  expect(await neighbour).toBe(3);
});

test.each([
  ["no table of Hive's", "CREATE TABLE cookies (name TEXT)", /none of Hive's tables/],
  ["tasks of another program", "CREATE TABLE tasks (task_id TEXT, state TEXT)", /table tasks has no column id/],
])("a database with %s is left alone", async (_what, sql, words) => {
  const file = join(temporaryFolder(), "other.db");
  const db = new Database(file);
  db.exec(sql);
  db.close();
  const hash = hashOf(file);
  for (const mode of ["operate", "observe"] as const) {
    await expect(openStore({ file, mode })).rejects.toMatchObject({
      code: "database_not_adopted",
      message: expect.stringMatching(words),
    });
  }
  expect(hashOf(file)).toBe(hash);
  expect(backupsOf(file)).toEqual([]);
});

test("a database is not released while a console runs its tasks", async () => {
  const store = await openTestStore();
  const identity = { pid: process.pid, pidStart: null, host: hostname(), bootId: null };
  const holder = { holderId: "h", ...identity, program: "window", slots: 1 };
  await store.write((tx) => takeLease(tx, { expectedEpoch: 0, expectedBeat: 0, holder }));
  await expect(releaseDatabase({ file: store.file })).rejects.toMatchObject({ code: "not_allowed" });
});
