import { execFileSync } from "node:child_process";
import { DatabaseSync } from "node:sqlite";
import { expect, test } from "vitest";
import { createClient } from "../../../src/main/core/create-client";
import { getPlan, listPlans } from "../../../src/main/core/operations/plans";
import { startRunner } from "../../../src/main/core/runner/runner";
import { createForeignPlans } from "../../../src/main/core/store/foreign-plans";
import { openStore, type Store } from "../../../src/main/core/store/open";
import { recomputedDerivations, storedDerivations } from "../../helpers/invariants";
import { afterThisTest, openTestStore } from "../../helpers/store";
import { waitFor } from "../../helpers/wait";

function foreignConnection(store: Store): DatabaseSync {
  const foreign = new DatabaseSync(store.file);
  foreign.exec("PRAGMA busy_timeout = 5000");
  afterThisTest(() => foreign.close());
  return foreign;
}

function addPlan(foreign: DatabaseSync, id: string, status = "executing"): void {
  foreign.prepare("INSERT OR IGNORE INTO planning_queue (id, task_description) VALUES ('asked', 'Ship it')").run();
  foreign
    .prepare("INSERT INTO execution_plans (id, planning_task_id, plan_data, status) VALUES (?, 'asked', '{}', ?)")
    .run(id, status);
}

interface Given {
  readonly status?: string;
  readonly dependencies?: readonly string[];
  readonly plan?: string;
  readonly payload?: string;
}

function addTask(foreign: DatabaseSync, id: string, given: Given = {}): void {
  const { status = "queued", dependencies = [], plan = "p" } = given;
  const payload = given.payload ?? JSON.stringify({ plan_id: plan, subtask_id: `sub-${id}`, dependencies });
  foreign
    .prepare("INSERT INTO tasks (id, title, task_type, status, payload) VALUES (?, ?, 'build', ?, ?)")
    .run(id, `Task ${id}`, status, payload);
}

/** What each task waits for, by the ids of tasks. */
function edgesOf(store: Store): Record<string, string[]> {
  const rows = store.read
    .prepare<[], { task: string; on: string | null }>(
      `SELECT k.task_id AS task, d.task_id AS "on" FROM console_tasks k LEFT JOIN console_edges e ON e.task = k.seq
        LEFT JOIN console_tasks d ON d.seq = e.depends_on ORDER BY 1, 2`,
    )
    .all();
  const edges: Record<string, string[]> = {};
  for (const { task, on } of rows) edges[task] = [...(edges[task] ?? []), ...(on === null ? [] : [on])];
  return edges;
}

const agree = (store: Store) => expect(storedDerivations(store.read)).toEqual(recomputedDerivations(store.read));

test("opening takes the tasks that other programs made meanwhile into their plans, whatever their order and text", async () => {
  const first = await openTestStore();
  const foreign = foreignConnection(first);
  addPlan(foreign, "p");
  addTask(foreign, "c", { dependencies: ["sub-b", "a"] });
  addTask(foreign, "b", { dependencies: ["sub-a"], status: "in_progress" });
  addTask(foreign, "bad", { payload: '{"plan_id": "p", ' });
  addTask(foreign, "blob", { payload: "\u0000\uffff" });
  addTask(foreign, "elsewhere", { plan: "no such plan" });
  addTask(foreign, "a", { status: "completed" });
  addTask(foreign, "self", { dependencies: ["self", "nobody"] });
  addTask(foreign, "d", { dependencies: ["e"] });
  addTask(foreign, "e", { status: "failed" });
  addTask(foreign, "f", { dependencies: ["d"] });
  await first.close();

  const store = await openStore({ file: first.file });
  afterThisTest(() => store.close());
  expect(edgesOf(store)).toEqual({ a: [], b: ["a"], c: ["a", "b"], d: ["e"], e: [], f: ["d"], self: [] });
  agree(store);
  expect(listPlans(store, { limit: 10 }).rows).toEqual([
    expect.objectContaining({ id: "p", title: "Ship it", status: "executing", taskCount: 7 }),
  ]);
  expect(getPlan(store, { planId: "p" }).counts).toEqual({
    completed: 1,
    in_progress: 1,
    failed: 1,
    waiting: 2,
    blocked: 2,
  });
  expect(store.read.prepare("SELECT DISTINCT held FROM console_ready").pluck().all()).toEqual([]);
});

test("what a dependency names later is found; until then the payload is asked", async () => {
  const store = await openTestStore();
  const foreign = foreignConnection(store);
  const plans = createForeignPlans(store);
  const client = createClient(store);
  addTask(foreign, "w", { dependencies: ["late", "plain"] });
  await plans.look();
  expect(edgesOf(store)).toEqual({});
  addPlan(foreign, "p", "generated");
  await plans.look();
  expect(edgesOf(store)).toEqual({ w: [] });
  expect(await client.checkSubtaskDependencies("w")).toBe(false);

  addTask(foreign, "late", { dependencies: [] });
  await plans.look();
  expect(edgesOf(store)).toEqual({ late: [], w: ["late"] });
  agree(store);
  expect((await client.getNextPlannedSubtask("p"))?.id).toBe("late");
  foreign.exec("UPDATE tasks SET status = 'completed' WHERE id = 'late'");
  foreign.exec("INSERT INTO tasks (id, title, task_type) VALUES ('plain', 'Of no plan', 'x')");
  await plans.look();
  agree(store);
  expect(await client.getNextPlannedSubtask("p")).toBeNull();
  foreign.exec("UPDATE tasks SET status = 'completed' WHERE id = 'plain'");
  expect(await client.checkSubtaskDependencies("w")).toBe(true);
  expect(await client.checkSubtaskDependenciesBatch(["w"])).toEqual({ w: true });
  expect((await client.getNextPlannedSubtask("p"))?.id).toBe("w");
  foreign.exec("DELETE FROM tasks WHERE id = 'w'");
  expect(store.read.prepare("SELECT count(*) FROM console_awaited").pluck().get()).toBe(0);
  agree(store);
});

test("a runner shows tasks of other programs while they come, in thousands, and runs none of them", async () => {
  const store = await openTestStore();
  const foreign = foreignConnection(store);
  const runner = startRunner(store, { slots: 2, program: "cli" });
  afterThisTest(() => runner.stop({ tasks: "cancel" }));
  await waitFor("the lease", () => runner.info().dispatching);
  const size = 1_200;
  addPlan(foreign, "p");
  foreign.exec("BEGIN");
  for (let index = size - 1; index >= 0; index -= 1) {
    addTask(foreign, `t${index}`, { dependencies: index < 10 ? [] : [`sub-t${index % 10}`] });
  }
  foreign.exec("COMMIT");
  const known = () => Number(store.read.prepare("SELECT count(*) FROM console_tasks").pluck().get());
  await waitFor("all of them", () => known() === size, { timeoutMs: 30_000 });
  agree(store);
  foreign.exec("UPDATE tasks SET status = 'completed' WHERE id = 't1'");
  agree(store);
  expect(store.read.prepare("SELECT held, count(*) AS n FROM console_ready GROUP BY held").all()).toEqual([
    { held: 4, n: 9 + (size - 10) / 10 },
  ]);
  expect(store.read.prepare("SELECT count(*) FROM runs").pluck().get()).toBe(0);
});

const REPLACE = `
import sqlite3, sys
db = sqlite3.connect(sys.argv[1], timeout=10)
row = ("a", "Task a", "build", sys.argv[2], '{"plan_id": "p", "subtask_id": "sub-a"}')
db.execute("REPLACE INTO tasks (id, title, task_type, status, payload) VALUES (?, ?, ?, ?, ?)", row)
db.commit()
`;

test("INSERT OR REPLACE of Python counts a task once and moves what waits for it", async () => {
  const store = await openTestStore();
  const foreign = foreignConnection(store);
  const replace = (status: string) => execFileSync("python3", ["-c", REPLACE, store.file, status]);
  addPlan(foreign, "p");
  replace("queued");
  addTask(foreign, "b", { dependencies: ["sub-a"] });
  await createForeignPlans(store).look();
  agree(store);
  for (const status of ["queued", "in_progress", "completed", "failed", "queued", "cancelled"]) {
    replace(status);
    agree(store);
  }
  // These meet the row, too, and replace nothing.
  foreign.exec("INSERT OR IGNORE INTO tasks (id, title, task_type, status) VALUES ('a', 'Other', 'x', 'queued')");
  agree(store);
  foreign.exec(`INSERT INTO tasks (id, title, task_type, status) VALUES ('a', 'Other', 'x', 'queued')
    ON CONFLICT (id) DO UPDATE SET status = 'completed'`);
  agree(store);
  expect(() => foreign.exec("INSERT INTO tasks (id, title, task_type) VALUES ('a', 'Other', 'x')")).toThrow();
  agree(store);
  foreign.exec("DELETE FROM tasks WHERE id = 'a'");
  foreign.exec("INSERT INTO tasks (id, title, task_type, status) VALUES ('a', 'Again', 'x', 'queued')");
  agree(store);
  replace("completed");
  agree(store);
  expect(store.read.prepare("SELECT count(*) FROM console_replaced").pluck().get()).toBe(0);
});
