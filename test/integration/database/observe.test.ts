import { chmodSync, copyFileSync, existsSync, mkdirSync, readdirSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { describeDatabase } from "../../../src/main/core/operations/database";
import { checkDatabase } from "../../../src/main/core/operations/database-check";
import { cancelPlan, getPlan, listPlans } from "../../../src/main/core/operations/plans";
import { cancelTask, getTask, getTaskRows, listTasks, retryTask } from "../../../src/main/core/operations/tasks";
import { listWorkers } from "../../../src/main/core/operations/workers";
import type { ChangeBatch } from "../../../src/main/core/store/change-feed";
import { openStore } from "../../../src/main/core/store/open";
import { readCounts } from "../../../src/main/core/store/plan-end";
import { startForeignProgram } from "../../helpers/foreign";
import { hashOf, makeHiveDatabase, withDatabase } from "../../helpers/hive-database";
import { mountOrSkip } from "../../helpers/mount";
import { afterThisTest, graphOf, launch, openTestStore, temporaryFolder } from "../../helpers/store";
import { waitFor } from "../../helpers/wait";

const PLAN = `
  INSERT INTO planning_queue (id, task_description) VALUES ('q', 'Ship the release' || char(10) || 'and more');
  INSERT INTO execution_plans (id, planning_task_id, plan_data, status) VALUES ('p', 'q', '{broken', 'executing');
  INSERT INTO tasks (id, title, task_type, status, payload) VALUES
    ('t1', 'Build', 'planned', 'completed', '{"plan_id":"p","subtask_id":"build","dependencies":[]}'),
    ('t2', 'Test', 'planned', 'queued', '{"parent_plan_id":"p","subtask_id":"test","dependencies":["build"]}'),
    ('t3', 'Lint', 'planned', 'failed', '{"plan_id":"p","subtask_id":"lint","dependencies":[]}'),
    ('t4', 'Ship', 'planned', 'queued', '{"plan_id":"p","subtask_id":"ship","dependencies":["t2","lint"]}');
  INSERT INTO runs (id, task_id, worker_id, run_number, status, error_message) VALUES
    ('r', 't3', 'queen-orchestrator', 1, 'failure', 'two warnings');`;

const observe = async (file: string) => {
  const store = await openStore({ file, mode: "observe" });
  afterThisTest(() => store.close());
  return store;
};

test.each(["wal", "delete"] as const)(
  "observing a Hive database (%s) shows plans, tasks and workers, and changes not one byte",
  async (journalMode) => {
    const file = makeHiveDatabase({ journalMode, changes: PLAN });
    const before = { hash: hashOf(file), files: readdirSync(dirname(file)) };
    const store = await observe(file);
    expect(store.info()).toMatchObject({ mode: "observe", schemaVersion: 0, notice: null });

    expect(listPlans(store, { limit: 10 }).rows).toMatchObject([
      { id: "p", title: "Ship the release", status: "executing", taskCount: 4 },
    ]);
    expect(getPlan(store, { planId: "p" }).counts).toEqual({ completed: 1, failed: 1, queued: 1, blocked: 1 });
    expect(listTasks(store, { planId: "p", limit: 10 }).rows).toMatchObject([
      { id: "t1", subtaskId: "build", ordinal: 0, state: "completed", agent: "planned" },
      { id: "t2", subtaskId: "test", ordinal: 1, state: "queued" },
      { id: "t3", subtaskId: "lint", ordinal: 2, state: "failed", runId: "r", attempts: 1, reason: "two warnings" },
      { id: "t4", subtaskId: "ship", ordinal: 3, state: "blocked", reason: "Blocked: Lint failed" },
    ]);
    expect(listTasks(store, { planId: "p", after: 1, limit: 1 })).toMatchObject({ rows: [{ id: "t3" }], next: "2" });
    const detail = getTask(store, { taskId: "t4" });
    expect(detail.dependencies.map(({ id }) => id).sort()).toEqual(["t2", "t3"]);
    expect(getTask(store, { taskId: "t2" }).dependents.map(({ id }) => id)).toEqual(["t4"]);
    expect(getTaskRows(store, ["live-demo-c8f27cd1"])).toMatchObject([{ planId: null, status: "completed" }]);
    expect(listWorkers(store)).toMatchObject([{ id: "queen-orchestrator", role: "orchestrator" }]);
    expect(Object.fromEntries(readCounts(store.read, ""))).toEqual({ completed: 2, failed: 1, queued: 4 });

    await store.close();
    await describeDatabase({ file });
    await checkDatabase({ file });
    expect({ hash: hashOf(file), files: readdirSync(dirname(file)) }).toEqual(before);
  },
);

test("a large plan is put together also where tasks come before what they depend on", async () => {
  const file = makeHiveDatabase({
    changes: `${PLAN} WITH RECURSIVE n (i) AS (SELECT 5000 UNION ALL SELECT i - 1 FROM n WHERE i > 1)
      INSERT INTO tasks (id, title, task_type, payload) SELECT 'n' || i, 'Task ' || i, 'x',
        json_object('plan_id', 'p', 'subtask_id', 's' || i, 'dependencies', json_array('s' || (i - 1), 'n' || (i - 1))) FROM n`,
  });
  const store = await observe(file);
  expect(getPlan(store, { planId: "p" })).toMatchObject({ taskCount: 5_004, counts: { queued: 2, waiting: 4_999 } });
  expect(getTask(store, { taskId: "n7" })).toMatchObject({
    state: "waiting",
    dependencies: [{ id: "n6" }],
    dependents: [{ id: "n8" }],
  });
});

test("nothing can be written, and the refusal says how it could", async () => {
  const file = makeHiveDatabase({ changes: PLAN });
  const hash = hashOf(file);
  const store = await observe(file);
  const refused = { code: "not_allowed", message: expect.stringMatching(/open to observe.*open it to operate/) };
  const act = { actor: "me" };
  await expect(launch(store, graphOf({ a: [] }))).rejects.toMatchObject(refused);
  await expect(cancelTask(store, { taskId: "t2", ...act })).rejects.toMatchObject(refused);
  await expect(retryTask(store, { taskId: "t3", ...act })).rejects.toMatchObject(refused);
  await expect(cancelPlan(store, { planId: "p", ...act })).rejects.toMatchObject(refused);
  expect(() => store.read.exec("DELETE FROM main.tasks")).toThrow(/readonly/);
  await store.close();
  expect(hashOf(file)).toBe(hash);
});

test.each([
  ["no planning tables", "DROP TABLE plan_execution; DROP TABLE execution_plans; DROP TABLE planning_queue"],
  ["no runs, workers or events", "DROP TABLE runs; DROP TABLE workers; DROP TABLE events"],
  [
    "few columns in its tasks",
    `DROP INDEX idx_tasks_priority; DROP INDEX idx_tasks_status_priority; ALTER TABLE tasks DROP COLUMN priority;
      ALTER TABLE tasks DROP COLUMN max_retries; ALTER TABLE tasks DROP COLUMN assigned_worker`,
  ],
])("a database with %s is shown as far as it goes", async (_what, changes) => {
  const store = await observe(makeHiveDatabase({ changes }));
  expect(listPlans(store, { limit: 10 }).rows).toEqual([]);
  expect(getTaskRows(store, ["live-demo-c8f27cd1"])).toMatchObject([{ maxAttempts: 4, workerId: null }]);
  expect(getTask(store, { taskId: "live-demo-c8f27cd1" }).runs).toEqual([]);
  expect(listWorkers(store).length).toBeLessThanOrEqual(1);
});

test("what another process writes is told within a second, whatever its journal", async () => {
  for (const journalMode of ["wal", "delete"] as const) {
    const file = makeHiveDatabase({ journalMode, changes: PLAN });
    const foreign = await startForeignProgram(file);
    const store = await observe(file);
    const seen: ChangeBatch[] = [];
    store.changes.subscribe((batch) => seen.push(batch));
    const told = (what: string, look: (batch: ChangeBatch) => boolean) =>
      waitFor(what, () => seen.some(look), { timeoutMs: 1_000 });

    await foreign.exec("UPDATE tasks SET status = 'completed', updated_at = CURRENT_TIMESTAMP WHERE id = 't2'");
    await told("the task and its plan", ({ tasks, plans }) => tasks.has("t2") && plans.has("p"));
    expect(getTaskRows(store, ["t2"])).toMatchObject([{ state: "completed" }]);

    await foreign.exec(`INSERT INTO tasks (id, title, task_type, payload)
      VALUES ('t5', 'More', 'planned', '{"plan_id":"p","subtask_id":"more","dependencies":["ship"]}')`);
    await told("a new task of the plan", ({ tasks, plans }) => tasks.has("t5") && plans.has("p"));
    expect(listTasks(store, { planId: "p", limit: 10 }).rows.at(-1)).toMatchObject({ id: "t5", state: "waiting" });

    await foreign.exec("UPDATE workers SET last_heartbeat = '2031-01-01 00:00:00'; DELETE FROM tasks WHERE id = 't5'");
    await told("a beat", ({ workers }) => workers.has("queen-orchestrator"));
    await told("the end of a task", ({ tasks }) => tasks.has("t5"));
    await store.close();
    await foreign.end();
  }
});

test("a large database says only that something changed", async () => {
  const file = makeHiveDatabase({
    changes: `WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 6000)
      INSERT INTO tasks (id, title, task_type) SELECT 'n' || i, 'Task', 'x' FROM n`,
  });
  const foreign = await startForeignProgram(file);
  const store = await observe(file);
  const seen: ChangeBatch[] = [];
  store.changes.subscribe((batch) => seen.push(batch));
  await foreign.exec("UPDATE tasks SET status = 'failed' WHERE id = 'n1'");
  await waitFor("a reset", () => seen.some(({ reset }) => reset), { timeoutMs: 1_500 });
});

test("a database that a console operates is observed live, plan and all", async () => {
  const operated = await openTestStore();
  const planId = await launch(operated, graphOf({ a: [], b: ["a"] }));
  const store = await observe(operated.file);
  expect(store.info()).toMatchObject({ mode: "observe", notice: null });
  const seen = new Set<string>();
  store.changes.subscribe(({ tasks }) => {
    for (const id of tasks) seen.add(id);
  });
  const [first] = listTasks(store, { planId, limit: 1 }).rows;
  await cancelTask(operated, { taskId: first?.id ?? "", actor: "me" });
  await waitFor("the change", () => seen.has(first?.id ?? ""), { timeoutMs: 1_000 });
  expect(listTasks(store, { planId, limit: 9 }).rows.map(({ state }) => state)).toEqual(["cancelled", "blocked"]);
});

test("a newer console's database is refused to operate, and observed as far as this one knows it", async () => {
  const operated = await openTestStore();
  const planId = await launch(operated, graphOf({ a: [], b: ["a"] }));
  await operated.close();
  const { file } = operated;
  withDatabase(file, (db) =>
    db.exec(`ALTER TABLE console_tasks ADD COLUMN mood TEXT; ALTER TABLE console_plans DROP COLUMN description;
      DROP TABLE console_workers; INSERT INTO console_migrations VALUES (999, 'a later one', 0)`),
  );
  const hash = hashOf(file);
  await expect(openStore({ file })).rejects.toMatchObject({
    code: "database_too_new",
    message: expect.stringMatching(/newer.*Update.*observe/),
  });
  const store = await observe(file);
  expect(store.info()).toMatchObject({ schemaVersion: 999 });
  expect(listTasks(store, { planId, limit: 9 }).rows.map(({ state }) => state)).toEqual(["queued", "waiting"]);
  expect(getPlan(store, { planId })).toMatchObject({ title: "A plan", taskCount: 2 });
  expect(listWorkers(store)).toEqual([]);
  await store.close();
  expect(hashOf(file)).toBe(hash);
});

test("on a read-only medium a copy is observed, and said to be one", async (context) => {
  const place = temporaryFolder();
  const remount = mountOrSkip(context, place, "4m");
  const file = join(place, "hive-internal.db");
  copyFileSync(makeHiveDatabase({ changes: PLAN }), file);
  remount("ro");
  const copies = temporaryFolder();
  const { TMPDIR } = process.env;
  process.env.TMPDIR = copies;
  afterThisTest(() => {
    if (TMPDIR === undefined) delete process.env.TMPDIR;
    else process.env.TMPDIR = TMPDIR;
  });
  const before = hashOf(file);
  await expect(openStore({ file })).rejects.toMatchObject({
    code: "database_read_only",
    message: expect.stringMatching(/cannot be written.*observe/),
  });
  const store = await observe(file);
  expect(store.info()).toMatchObject({ mode: "observe", notice: expect.stringMatching(/copy of .*read-only/) });
  expect(readdirSync(copies)).toHaveLength(1);
  expect(listTasks(store, { planId: "p", limit: 9 }).rows).toHaveLength(4);
  await store.close();
  expect(hashOf(file)).toBe(before);
  expect(readdirSync(copies)).toEqual([]);
});

test("what marks a file and folder read-only binds everybody, root too", async () => {
  const file = makeHiveDatabase({ changes: PLAN });
  chmodSync(file, 0o444);
  chmodSync(dirname(file), 0o555);
  afterThisTest(() => chmodSync(dirname(file), 0o755));
  const before = { hash: hashOf(file), files: readdirSync(dirname(file)) };
  await expect(openStore({ file })).rejects.toMatchObject({ code: "database_read_only" });
  const store = await observe(file);
  expect(store.info().notice).toContain("copy");
  expect(listPlans(store, { limit: 9 }).rows).toHaveLength(1);
  await store.close();
  expect({ hash: hashOf(file), files: readdirSync(dirname(file)) }).toEqual(before);
});

test("what a killed program left in its journal is seen, in place or in a copy, and left to it", async () => {
  for (const journalMode of ["wal", "delete"] as const) {
    const file = makeHiveDatabase({ journalMode });
    const foreign = await startForeignProgram(file);
    await foreign.exec("UPDATE tasks SET status = 'failed' WHERE id = 'live-demo-c8f27cd1'; PRAGMA cache_size = 1");
    // Uncommitted work that has reached the file, as a full cache makes it do.
    await foreign.exec("BEGIN IMMEDIATE; UPDATE tasks SET status = 'odd', description = hex(randomblob(200000))");
    const left = join(temporaryFolder(), "copy");
    mkdirSync(left);
    for (const end of ["", "-wal", "-journal"]) {
      if (existsSync(`${file}${end}`)) copyFileSync(`${file}${end}`, join(left, `hive.db${end}`));
    }
    const copy = join(left, "hive.db");
    const before = ["", "-wal", "-journal"].map((end) => hashOf(`${copy}${end}`));
    const store = await observe(copy);
    expect(getTaskRows(store, ["live-demo-c8f27cd1"])).toMatchObject([{ status: "failed" }]);
    await store.close();
    expect(["", "-wal", "-journal"].map((end) => hashOf(`${copy}${end}`))).toEqual(before);
    await foreign.exec("ROLLBACK");
    await foreign.end();
    rmSync(left, { recursive: true });
  }
});
