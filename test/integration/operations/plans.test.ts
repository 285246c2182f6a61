import { expect, test } from "vitest";
import { openCore } from "../../../src/main/core/client";
import { resumePlan } from "../../../src/main/core/operations/control";
import {
  cancelPlan,
  cancelRest,
  getPlan,
  getPlanSummaries,
  launchPlan,
  listPlans,
} from "../../../src/main/core/operations/plans";
import { cancelTask, getTask, listTasks, retryTask } from "../../../src/main/core/operations/tasks";
import type { Store } from "../../../src/main/core/store/open";
import { beginPlanCancel, listCancellingPlans } from "../../../src/main/core/store/plan-control";
import { startForeignProgram } from "../../helpers/foreign";
import {
  addWorkers,
  afterThisTest,
  claim,
  finish,
  graphOf,
  launch,
  openTestStore,
  planOf,
  subtask,
} from "../../helpers/store";

/** As a plan file says it. */
const WHO = `\${{ params.who }}`;

/** What was done to a plan after its launch. */
function audit(store: Store): unknown[] {
  return store.read
    .prepare(
      "SELECT actor, act, entity_id, reason, before, after FROM console_audit WHERE act <> 'plans.launch' ORDER BY seq",
    )
    .all();
}

function jsonColumn(store: Store, sql: string): unknown {
  return JSON.parse(String(store.read.prepare(sql).pluck().get()));
}

test("a launch fills in parameters and writes what the Python programs read", async () => {
  const store = await openTestStore();
  const name = {
    name: "who",
    type: "string",
    description: "",
    required: true,
    default: null,
    choices: [],
    pattern: null,
  } as const;
  const { planId } = await launchPlan(store, {
    definition: planOf(
      [
        subtask("hello", { title: `Greet ${WHO}`, agent: "command", run: ["echo", WHO] }),
        subtask("after", { dependencies: ["hello"], priority: 7, cwd: "/var" }),
      ],
      { title: `For ${WHO}`, description: "Says hello", parameters: [name], concurrency: 3 },
    ),
    parameters: { who: "Ada" },
    sourceName: "hello.yaml",
    sourceText: "title: For ...",
    folder: "/srv/plans",
    launchedBy: "ada",
  });
  expect(getPlan(store, { planId })).toMatchObject({
    title: "For Ada",
    description: "Says hello",
    status: "executing",
    sourceName: "hello.yaml",
    launchedBy: "ada",
    startedAt: null,
    finishedAt: null,
    taskCount: 2,
    counts: { queued: 1, waiting: 1 },
    cancelRequested: false,
    cleaning: false,
    paused: false,
    correlationId: planId,
    parameters: { who: "Ada" },
    definitionText: "title: For ...",
    folder: "/srv/plans",
  });
  const [hello, after] = listTasks(store, { planId, limit: 10 }).rows;
  expect(getTask(store, { taskId: hello?.id ?? "" })).toMatchObject({
    title: "Greet Ada",
    command: "echo Ada",
    cwd: "/srv/plans",
    dependencies: [],
    dependents: [{ id: after?.id, subtaskId: "after", title: "Task after", state: "waiting" }],
    runs: [],
    result: null,
  });
  expect(after).toMatchObject({ reason: "Waits for Greet Ada", priority: 7, ordinal: 1 });

  expect(jsonColumn(store, "SELECT plan_data FROM execution_plans")).toMatchObject({
    plan_id: planId,
    subtasks: [
      { id: "hello", title: "Greet Ada", dependencies: [] },
      { id: "after", dependencies: ["hello"], priority: 7 },
    ],
  });
  expect(jsonColumn(store, "SELECT payload FROM tasks WHERE title = 'Task after'")).toEqual({
    parent_plan_id: planId,
    subtask_id: "after",
    dependencies: ["hello"],
    correlation_id: planId,
  });
  const foreignKeys = store.read.prepare("PRAGMA foreign_key_check").all();
  expect(foreignKeys).toEqual([]);
});

test("a plan of 10,000 tasks is launched in one transaction, and read in pages", async () => {
  const store = await openTestStore();
  const subtasks = Array.from({ length: 10_000 }, (_, index) =>
    subtask(`t${index}`, { dependencies: index < 2 ? [] : [`t${index - 1}`, `t${Math.floor(index / 2)}`] }),
  );
  const planId = await launch(store, planOf(subtasks));
  expect(getPlan(store, { planId })).toMatchObject({ taskCount: 10_000, counts: { queued: 2, waiting: 9_998 } });
  const seen: number[] = [];
  let after: number | undefined;
  do {
    const page = listTasks(store, { planId, after, limit: 1_000 });
    seen.push(...page.rows.map((task) => task.ordinal));
    after = page.next === null ? undefined : Number(page.next);
  } while (after !== undefined);
  expect(seen).toEqual([...Array(10_000).keys()]);
});

test("a launch that cannot be written writes nothing", async () => {
  const store = await openTestStore();
  await expect(launch(store, planOf([subtask("a", { dependencies: ["nowhere"] })]))).rejects.toThrow(/NOT NULL/);
  for (const table of ["tasks", "execution_plans", "planning_queue", "events", "console_plans", "console_counts"]) {
    expect([table, store.read.prepare(`SELECT count(*) FROM ${table}`).pluck().get()]).toEqual([table, 0]);
  }
});

test("plans are listed newest first, page after page, foreign and broken ones among them", async () => {
  const store = await openTestStore();
  const ids: string[] = [];
  for (let index = 0; index < 5; index += 1) ids.push(await launch(store, graphOf({ a: [] })));
  const other = await startForeignProgram(store.file);
  await other.exec(`
    INSERT INTO planning_queue (id, task_description) VALUES ('q', 'Build a rocket' || char(10) || 'and more');
    INSERT INTO execution_plans (id, planning_task_id, plan_data, generated_at, status)
      VALUES ('foreign', 'q', '{broken', '2001-01-01T00:00:00+00:00', 'odd status');
    INSERT INTO execution_plans (id, planning_task_id, plan_data, generated_at, status)
      VALUES ('orphan', 'nobody', 'not json', 'yesterday', NULL);
    UPDATE execution_plans SET generated_at = NULL WHERE id = 'orphan';`);
  const listed: string[] = [];
  let after: string | undefined;
  do {
    const page = listPlans(store, { after, limit: 2 });
    listed.push(...page.rows.map((plan) => plan.id));
    after = page.next ?? undefined;
  } while (after !== undefined);
  expect(listed).toEqual([...ids.reverse(), "foreign", "orphan"]);
  expect(getPlanSummaries(store, ["foreign", "no such plan", "orphan"])).toMatchObject([
    { title: "Build a rocket", status: "odd status", createdAt: Date.UTC(2001, 0, 1), counts: {}, taskCount: 0 },
    { id: "orphan", title: "orphan", status: "draft", createdAt: null },
  ]);
  expect(listPlans(store, { after: "nonsense%", limit: 10 }).rows).toEqual([]);
  expect(() => getPlan(store, { planId: "nope" })).toThrow(/There is no plan nope/);
});

test("cancelling a plan cancels what is queued at once, and ends when what runs has stopped", async () => {
  const store = await openTestStore();
  const workers = await addWorkers(store, 1);
  const planId = await launch(store, graphOf({ a: [], b: [], c: ["a"], d: ["c"] }));
  const [running] = await claim(store, workers);
  const answer = await cancelPlan(store, { planId, reason: "Wrong folder", actor: "ada" });
  expect(answer).toEqual({ cancelled: 3, stopping: 1, cleaning: 0 });
  expect(getPlan(store, { planId })).toMatchObject({ status: "executing", cancelRequested: true });
  const { rows } = listTasks(store, { planId, limit: 10 });
  expect(rows.map((task) => task.state)).toEqual(["stopping", "cancelled", "cancelled", "cancelled"]);
  expect(rows[1]?.reason).toBe("Wrong folder");
  expect(await claim(store, workers)).toEqual([]);
  expect(await cancelPlan(store, { planId, actor: "ada" })).toEqual({ cancelled: 0, stopping: 1, cleaning: 0 });
  await expect(retryTask(store, { taskId: rows[1]?.id ?? "", actor: "ada" })).rejects.toMatchObject({
    code: "not_allowed",
    message: expect.stringContaining("being cancelled"),
  });

  expect(await finish(store, running?.runId ?? "", "cancelled")).toMatchObject({ planEnded: planId });
  const plan = getPlan(store, { planId });
  expect(plan).toMatchObject({ status: "cancelled", cancelRequested: false, counts: { cancelled: 4 } });
  expect(plan.finishedAt).not.toBeNull();
  expect(audit(store)).toEqual([
    {
      actor: "ada",
      act: "plans.cancel",
      entity_id: planId,
      reason: "Wrong folder",
      before: '{"status":"executing"}',
      after: '{"status":"executing","cancelRequested":true}',
    },
  ]);
  const events = store.read.prepare("SELECT count(*) FROM events WHERE event_type = 'task.cancelled'").pluck();
  expect(events.get()).toBe(4);
  await expect(cancelPlan(store, { planId, actor: "ada" })).rejects.toMatchObject({
    code: "illegal_transition",
    details: { from: "cancelled", to: "cancelled", legal: ["executing"] },
  });
});

test("a cancellation that was cut short goes on when the database is opened again", async () => {
  const store = await openTestStore();
  const planId = await launch(store, planOf(Array.from({ length: 250 }, (_, index) => subtask(`t${index}`))));
  const writer = { now: 1, source: "test", newId: store.newId };
  await store.write((tx) => beginPlanCancel(tx, { planId, reason: null, actor: "ada", writer }));
  const workers = await addWorkers(store, 1);
  expect(await claim(store, workers)).toEqual([]);
  expect(listCancellingPlans(store.read)).toEqual([planId]);
  await store.close();

  const core = await openCore({ file: store.file, runner: { slots: 1, program: "cli" } });
  afterThisTest(() => core.close());
  const ended = new Promise<void>((resolve) => {
    core.store.changes.subscribe(() => {
      if (getPlan(core.store, { planId }).status === "cancelled") resolve();
    });
  });
  if (getPlan(core.store, { planId }).status !== "cancelled") await ended;
  expect(getPlan(core.store, { planId }).counts).toEqual({ cancelled: 250 });
  expect(await cancelRest(core.store, planId)).toEqual({ cancelled: 0, cleaning: 0 });
});

test("plans that are no plan, or another program's, are not cancelled", async () => {
  const store = await openTestStore();
  const other = await startForeignProgram(store.file);
  await other.exec(`INSERT INTO planning_queue (id, task_description) VALUES ('q', 'x');
    INSERT INTO execution_plans (id, planning_task_id, plan_data, status) VALUES ('p', 'q', '{}', 'executing')`);
  await expect(cancelPlan(store, { planId: "none", actor: "ada" })).rejects.toMatchObject({ code: "not_found" });
  await expect(cancelPlan(store, { planId: "p", actor: "ada" })).rejects.toMatchObject({ code: "not_allowed" });
});

test("a retry takes an ended plan up again, and it ends anew", async () => {
  const store = await openTestStore();
  const workers = await addWorkers(store, 1);
  const planId = await launch(store, graphOf({ a: [], b: ["a"] }));
  const [first] = await claim(store, workers);
  const taskId = first?.taskId ?? "";
  expect(await finish(store, first?.runId ?? "", "failure")).toEqual({ applied: true, planEnded: planId });
  expect(getPlan(store, { planId })).toMatchObject({ status: "failed", counts: { failed: 1, blocked: 1 } });
  expect(jsonColumn(store, "SELECT failed_subtasks FROM plan_execution")).toEqual(["a"]);
  expect(jsonColumn(store, "SELECT blocked_subtasks FROM plan_execution")).toEqual(["b"]);

  const row = await retryTask(store, { taskId, reason: "Fixed the disk", actor: "ada" });
  expect(row).toMatchObject({ state: "queued", finishedAt: null });
  expect(getPlan(store, { planId })).toMatchObject({ status: "executing", finishedAt: null });
  for (let turn = 0; turn < 2; turn += 1) {
    const [one] = await claim(store, workers);
    await finish(store, one?.runId ?? "", "success");
  }
  expect(getPlan(store, { planId })).toMatchObject({ status: "completed", counts: { completed: 2 } });
  expect(store.read.prepare("SELECT progress_percent FROM plan_execution").pluck().get()).toBe(100);
  expect(audit(store)).toMatchObject([
    {
      actor: "ada",
      act: "tasks.retry",
      entity_id: taskId,
      before: '{"status":"failed"}',
      after: '{"status":"queued"}',
    },
  ]);
});

test("acts that no transition allows are refused, naming from, to and what is legal", async () => {
  const store = await openTestStore();
  const workers = await addWorkers(store, 1);
  const planId = await launch(store, graphOf({ a: [], b: ["a"] }));
  const [a, b] = listTasks(store, { planId, limit: 2 }).rows.map((task) => task.id);
  const act = (taskId = "") => ({ taskId, actor: "ada" });
  await expect(retryTask(store, act(b))).rejects.toMatchObject({
    code: "illegal_transition",
    details: { from: "queued", to: "queued" },
  });
  const [one] = await claim(store, workers);
  await expect(retryTask(store, act(a))).rejects.toMatchObject({ details: { from: "in_progress" } });
  await finish(store, one?.runId ?? "", "success");
  await expect(cancelTask(store, act(a))).rejects.toMatchObject({
    code: "illegal_transition",
    message: 'Task "Task a": It cannot go from completed to cancelled. From completed it may go to queued.',
    details: { from: "completed", to: "cancelled", legal: ["queued"] },
  });
  await expect(cancelTask(store, act("none"))).rejects.toMatchObject({ code: "not_found" });
  expect(audit(store)).toEqual([]);
  const other = await startForeignProgram(store.file);
  await other.exec(`UPDATE tasks SET status = 'made_up' WHERE id = '${b}'`);
  await expect(cancelTask(store, act(b))).rejects.toMatchObject({ details: { from: "made_up", legal: [] } });
  expect(getTask(store, { taskId: b ?? "" })).toMatchObject({ status: "made_up", state: "made_up" });
});

test("cancelling the last task that could run ends its plan", async () => {
  const store = await openTestStore();
  const planId = await launch(store, graphOf({ a: [], b: ["a"] }));
  const [a] = listTasks(store, { planId, limit: 1 }).rows;
  const row = await cancelTask(store, { taskId: a?.id ?? "", reason: "Not needed", actor: "ada" });
  expect(row).toMatchObject({ state: "cancelled", reason: "Not needed" });
  expect(getPlan(store, { planId })).toMatchObject({ status: "cancelled", counts: { cancelled: 1, blocked: 1 } });
  expect(listTasks(store, { planId, limit: 2 }).rows[1]?.reason).toBe("Blocked: Task a was cancelled");
});

test("a plan counts its tasks by the states that their rows show", async () => {
  const store = await openTestStore();
  const planId = await launch(store, graphOf({ a: [], b: [], c: ["a"], d: [] }));
  const workers = await addWorkers(store, 2);
  const [first] = await claim(store, workers);
  await finish(store, first?.runId ?? "", "failure", { retryAt: store.clock.now() + 60_000 });
  const counted: Record<string, number> = {};
  for (const { state } of listTasks(store, { planId, after: -1, limit: 10 }).rows) {
    counted[state] = (counted[state] ?? 0) + 1;
  }
  expect(counted).toMatchObject({ retrying: 1, waiting: 1 });
  expect(getPlan(store, { planId }).counts).toEqual(counted);
});

test.each([2, 70])(
  "of a plan of %i tasks that is launched paused nothing starts until it is resumed",
  async (count) => {
    const store = await openTestStore();
    const workers = await addWorkers(store, 1);
    const tasks = Array.from({ length: count }, (_, at) => subtask(`t${at}`, {}));
    const { planId } = await launchPlan(store, {
      definition: planOf(tasks),
      parameters: {},
      sourceName: null,
      sourceText: null,
      folder: "/",
      launchedBy: "window",
      actor: "ada",
      paused: true,
    });
    expect(getPlan(store, { planId })).toMatchObject({ status: "executing", paused: true });
    expect(await claim(store, workers)).toEqual([]);
    expect(audit(store)).toMatchObject([
      { actor: "ada", act: "plans.pause", entity_id: planId, reason: "Launched paused" },
    ]);
    await resumePlan(store, { planId, actor: "ada" });
    expect(await claim(store, workers)).toHaveLength(1);
  },
);
