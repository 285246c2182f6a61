import { expect, test } from "vitest";
import type { Clock } from "../../../src/main/core/clock";
import { systemClock } from "../../../src/main/core/clock";
import { getPlan } from "../../../src/main/core/operations/plans";
import { cancelTask, getTask, getTaskRows, listTasks, retryTask } from "../../../src/main/core/operations/tasks";
import { readLease, releaseLease, renewLease, takeLease } from "../../../src/main/core/store/lease";
import type { Store } from "../../../src/main/core/store/open";
import { listLiveRuns, listStopRequests, nextNotBefore, requestStop } from "../../../src/main/core/store/queue";
import { NO_RETRIES } from "../../../src/shared/model/plan-definition";
import { startForeignProgram } from "../../helpers/foreign";
import { addWorkers, claim, finish, graphOf, launch, openTestStore, planOf, subtask } from "../../helpers/store";

function eventTypes(store: Store): unknown[] {
  return store.read.prepare("SELECT event_type FROM events ORDER BY event_id").pluck().all();
}

const column = (store: Store, sql: string, ...given: unknown[]) =>
  store.read
    .prepare(sql)
    .pluck()
    .all(...given);

test("claims go by priority, then by age, across plans", async () => {
  const store = await openTestStore();
  const [worker = ""] = await addWorkers(store, 1);
  await launch(store, planOf([subtask("low", { priority: 1 }), subtask("high", { priority: 9 })]));
  await launch(store, planOf([subtask("later", { priority: 9 }), subtask("top", { priority: 10 })]));
  const order: string[] = [];
  for (let turn = 0; turn < 4; turn += 1) {
    const [one] = await claim(store, [worker]);
    order.push(one?.subtaskId ?? "");
    await finish(store, one?.runId ?? "", "success");
  }
  expect(order).toEqual(["top", "high", "later", "low"]);
  expect(await claim(store, [worker])).toEqual([]);
});

test("a change of priority by a foreign program counts", async () => {
  const store = await openTestStore();
  const [worker = ""] = await addWorkers(store, 1);
  await launch(store, planOf([subtask("first"), subtask("second")]));
  const other = await startForeignProgram(store.file);
  await other.exec("UPDATE tasks SET priority = 50 WHERE title = 'Task second'");
  expect((await claim(store, [worker]))[0]?.subtaskId).toBe("second");
});

test("a plan's limit holds its own tasks back, not another plan's", async () => {
  const store = await openTestStore();
  const workers = await addWorkers(store, 10);
  const many = ["a", "b", "c", "d"].map((id) => subtask(id, { priority: 5 }));
  await launch(store, planOf(many, { concurrency: 2 }));
  await launch(store, planOf([subtask("other")]));
  const first = await claim(store, workers);
  expect(first.map((one) => one.subtaskId)).toEqual(["a", "b", "other"]);
  expect(await claim(store, workers)).toEqual([]);
  await finish(store, first[0]?.runId ?? "", "success");
  expect((await claim(store, workers)).map((one) => one.subtaskId)).toEqual(["c"]);
});

test("a claim carries what an attempt needs, and leaves its marks in upstream's tables", async () => {
  const store = await openTestStore();
  const workers = await addWorkers(store, 2);
  const planId = await launch(
    store,
    planOf([subtask("make", { title: "Make" }), subtask("use", { dependencies: ["make"], env: { A: "1" } })], {
      env: { B: "2", A: "0" },
      cwd: "sub",
    }),
  );
  const [made] = await claim(store, workers);
  await finish(store, made?.runId ?? "", "success", { result: '{"size":7}' });
  const [one] = await claim(store, workers.slice(1));
  expect(one).toMatchObject({
    planId,
    subtaskId: "use",
    runNumber: 1,
    attempts: 1,
    maxAttempts: 1,
    workerId: "worker-1",
    correlationId: planId,
    folder: "/tmp",
    inputs: { make: { size: 7 } },
    spec: { agent: "noop", env: { A: "1", B: "2" }, cwd: "/tmp/sub" },
  });
  expect(column(store, "SELECT status || ' ' || assigned_worker FROM tasks WHERE id = ?", one?.taskId)).toEqual([
    "in_progress worker-1",
  ]);
  expect(column(store, "SELECT status FROM runs ORDER BY id")).toEqual(["success", "running"]);
  expect(column(store, "SELECT status || coalesce(current_task_id, '') FROM workers ORDER BY id")).toEqual([
    "idle",
    `active${one?.taskId}`,
  ]);
  expect(column(store, "SELECT progress_percent FROM plan_execution")).toEqual([50]);
  expect(eventTypes(store)).toEqual([
    "plan.execution_started",
    "task.created",
    "task.created",
    "task.assigned",
    "task.started",
    "task.completed",
    "task.assigned",
    "task.started",
  ]);
});

/** A clock that a test sets. */
function testClock(): Clock & { at: number } {
  const clock = { at: 1_800_000_000_000, now: () => clock.at, monotonic: systemClock.monotonic };
  return clock;
}

test("a failed attempt with a retry time waits for it, then runs again", async () => {
  const clock = testClock();
  const store = await openTestStore({ clock });
  const workers = await addWorkers(store, 1);
  const retries = { ...NO_RETRIES, count: 1, backoffMs: 1_000, maxMs: 1_000 };
  const planId = await launch(store, planOf([subtask("flaky", { retries })]));
  const [first] = await claim(store, workers);
  const retryAt = clock.at + 1_000;
  expect(await finish(store, first?.runId ?? "", "failure", { retryAt })).toEqual({ applied: true, planEnded: null });
  expect(listTasks(store, { planId, limit: 1 }).rows[0]).toMatchObject({
    status: "queued",
    state: "retrying",
    attempts: 1,
    maxAttempts: 2,
    notBefore: retryAt,
    reason: "Attempt 1 of 2 failed: exit code 1",
  });
  expect(nextNotBefore(store.read)).toBe(retryAt);
  expect(await claim(store, workers)).toEqual([]);

  clock.at = retryAt;
  const [second] = await claim(store, workers);
  expect(second).toMatchObject({ runNumber: 2, attempts: 2 });
  expect(nextNotBefore(store.read)).toBeNull();
  expect(await finish(store, second?.runId ?? "", "success")).toEqual({ applied: true, planEnded: planId });
  expect(getTask(store, { taskId: first?.taskId ?? "" }).runs.map((run) => run.status)).toEqual(["success", "failure"]);
});

test("an attempt ends once: a second report changes nothing, and an event tells of it", async () => {
  const store = await openTestStore();
  const workers = await addWorkers(store, 2);
  await launch(store, graphOf({ a: [] }));
  const [one] = await claim(store, workers);
  const runId = one?.runId ?? "";
  expect(await finish(store, runId, "failure")).toMatchObject({ applied: true });
  expect(await finish(store, runId, "success")).toEqual({ applied: false, planEnded: null });
  expect(column(store, "SELECT status FROM tasks")).toEqual(["failed"]);
  expect(eventTypes(store).at(-1)).toBe("system.error");
  expect(await finish(store, "no such run", "success")).toEqual({ applied: false, planEnded: null });
});

test("an attempt that lost its task to a newer one is stopped, and leaves no trace on the task", async () => {
  const store = await openTestStore();
  const workers = await addWorkers(store, 2);
  await launch(store, graphOf({ a: [] }));
  const [old] = await claim(store, workers.slice(0, 1));
  const other = await startForeignProgram(store.file);
  await other.exec("UPDATE tasks SET status = 'queued'");
  const [fresh] = await claim(store, workers.slice(1));
  expect(listStopRequests(store.read).map((run) => run.runId)).toEqual([old?.runId]);
  expect(await finish(store, old?.runId ?? "", "failure")).toMatchObject({ applied: false });
  expect(column(store, "SELECT status FROM tasks")).toEqual(["in_progress"]);
  expect(column(store, "SELECT status FROM workers ORDER BY id")).toEqual(["idle", "active"]);
  expect(listLiveRuns(store.read).map((run) => run.runId)).toEqual([fresh?.runId]);
});

test("what a foreign program made of a task stands when its attempt ends", async () => {
  const store = await openTestStore();
  const workers = await addWorkers(store, 1);
  const planId = await launch(store, graphOf({ a: [], b: ["a"] }));
  const [one] = await claim(store, workers);
  const other = await startForeignProgram(store.file);
  await other.exec("UPDATE tasks SET status = 'completed' WHERE status = 'in_progress'");
  expect(await finish(store, one?.runId ?? "", "failure")).toMatchObject({ applied: true });
  expect(getPlan(store, { planId }).counts).toEqual({ completed: 1, queued: 1 });
});

test("stops are asked for once, by the first reason, and only of what runs", async () => {
  const store = await openTestStore();
  const workers = await addWorkers(store, 1);
  await launch(store, graphOf({ a: [] }));
  const [one] = await claim(store, workers);
  const runId = one?.runId ?? "";
  expect(await store.write((tx) => requestStop(tx, runId, "timeout"))).toBe(true);
  expect(await store.write((tx) => requestStop(tx, runId, "cancel"))).toBe(true);
  expect(listStopRequests(store.read)).toEqual([{ runId, reason: "timeout" }]);
  expect(getTaskRows(store, [one?.taskId ?? ""])[0]?.state).toBe("stopping");
  await finish(store, runId, "timeout");
  expect(await store.write((tx) => requestStop(tx, runId, "cancel"))).toBe(false);
  expect(listStopRequests(store.read)).toEqual([]);
});

test("a cancel asked for while an attempt fails ends the task: nothing is retried against the operator", async () => {
  const store = await openTestStore();
  const workers = await addWorkers(store, 1);
  const planId = await launch(
    store,
    planOf([subtask("a", { retries: { ...NO_RETRIES, count: 3, backoffMs: 1, maxMs: 1 } })]),
  );
  const [one] = await claim(store, workers);
  await cancelTask(store, { taskId: one?.taskId ?? "", actor: "test" });
  await finish(store, one?.runId ?? "", "failure", { retryAt: 1 });
  expect(getPlan(store, { planId })).toMatchObject({ status: "failed", counts: { failed: 1 } });
});

test("retry by hand gives as many attempts as the plan grants", async () => {
  const store = await openTestStore();
  const workers = await addWorkers(store, 1);
  await launch(store, planOf([subtask("a", { retries: { ...NO_RETRIES, count: 2, backoffMs: 1, maxMs: 1 } })]));
  const [one] = await claim(store, workers);
  await finish(store, one?.runId ?? "", "failure");
  const task = await retryTask(store, { taskId: one?.taskId ?? "", actor: "test" });
  expect(task).toMatchObject({ state: "queued", attempts: 1, maxAttempts: 4, workerId: null, reason: null });
});

test("the lease passes only from the state that was seen, and its epoch never comes back", async () => {
  const store = await openTestStore();
  const holder = { holderId: "h1", pid: 1, pidStart: null, host: "x", bootId: null, program: "window", slots: 2 };
  const take = (expectedEpoch: number, expectedBeat: number, holderId: string) =>
    store.write((tx) => takeLease(tx, { expectedEpoch, expectedBeat, holder: { ...holder, holderId } }));
  expect(readLease(store.read)).toBeNull();
  expect(await take(4, 0, "h0")).toBe(false);
  expect(await take(0, 0, "h1")).toBe(true);
  expect(await take(0, 0, "h2")).toBe(false);
  expect(readLease(store.read)).toEqual({ epoch: 1, beat: 0, holder });
  expect(await store.write((tx) => renewLease(tx, 1, 5))).toBe(true);
  expect(await take(1, 0, "h2")).toBe(false);
  expect(await take(1, 1, "h2")).toBe(true);
  expect(await store.write((tx) => renewLease(tx, 1))).toBe(false);
  expect(await store.write((tx) => releaseLease(tx, 1))).toBe(false);
  expect(await store.write((tx) => releaseLease(tx, 2))).toBe(true);
  expect(readLease(store.read)).toMatchObject({ epoch: 2, holder: null });
  expect(await store.write((tx) => renewLease(tx, 2))).toBe(false);
});
