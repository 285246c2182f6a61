import { describe, expect, test } from "vitest";
import type { TaskStatus } from "../../../src/shared/model/task";
import { addWorkers, claim, finish, graphOf, launch } from "../../helpers/store";
import { eventsOf, openClient } from "./client";

describe("createTask and getTask", () => {
  test("give back what was given, with upstream's defaults for the rest", async () => {
    const { store, client, foreign } = await openClient();
    const before = store.clock.now();
    const id = await client.createTask({ title: "Build", taskType: "dev" });
    const task = await client.getTask(id);
    expect(task).toMatchObject({
      id,
      title: "Build",
      taskType: "dev",
      description: "",
      priority: 1,
      status: "queued",
      currentPhase: "start",
      workflow: null,
      payload: null,
      tags: [],
      maxRetries: 3,
      assignedWorker: null,
      planId: null,
      dependencies: [],
      unreadable: {},
      extra: {},
    });
    expect(task?.createdAt).toBeGreaterThanOrEqual(before);
    // As Python reads it: what is empty is NULL.
    expect(foreign.prepare("SELECT payload, workflow, tags, typeof(priority) AS type FROM tasks").get()).toEqual({
      payload: null,
      workflow: null,
      tags: null,
      type: "integer",
    });
    expect(eventsOf(store, id)).toMatchObject([{ event_type: "task.created" }]);
  });

  test("keep JSON, tags and odd text", async () => {
    const { client } = await openClient();
    const given = {
      title: "Ünï 💥 'quoted' \"x\"",
      taskType: "dev",
      description: "two\nlines\u0000",
      payload: { a: [1, { b: null }], ключ: "значение", n: 1.5e300 },
      workflow: { start: { next: "end" } },
      tags: ["a", "b c"],
      priority: -7,
      maxRetries: 0,
      currentPhase: "design",
    };
    expect(await client.getTask(await client.createTask(given))).toMatchObject(given);
  });

  test("answer null for a task that is not there", async () => {
    const { client } = await openClient();
    expect(await client.getTask("nobody")).toBeNull();
  });

  test.each([
    [{ taskType: "dev" }, /title/],
    [{ title: "", taskType: "dev" }, /title/],
    [{ title: "x", taskType: "dev", priority: 1.5 }, /priority/],
    [{ title: "x", taskType: "dev", prio: 3 }, /prio/],
    [{ title: "x", taskType: "dev", maxRetries: -1 }, /maxRetries/],
    [{ title: "x", taskType: "dev", payload: { n: Number.NaN } }, /payload holds NaN/],
    [{ title: "x", taskType: "dev", payload: { n: 1n } }, /payload holds a bigint/],
    [{ title: "x", taskType: "dev", payload: { text: "x".repeat(2_000_001) } }, /payload is larger than 2 MB/],
  ])("refuse bad input and change nothing: %#", async (input, message) => {
    const { store, client } = await openClient();
    const circular: Record<string, unknown> = { title: "x", taskType: "dev" };
    circular.payload = { circular };
    for (const bad of [input, circular]) {
      const refused = expect(client.createTask(bad as never)).rejects;
      await refused.toMatchObject({ code: "invalid_input" });
      if (bad === input) await refused.toThrow(message);
    }
    expect(store.read.prepare("SELECT count(*) FROM events").pluck().get()).toBe(0);
  });

  test("show what other programs wrote as it stands, and flag what does not parse", async () => {
    const { client, foreign } = await openClient();
    foreign.exec(`INSERT INTO tasks (id, title, task_type, status, payload, tags, priority, created_at) VALUES
      ('odd', 'odd', 'x', 'exploded', '{bad', '{"no":"list"}', 'high', '2025-09-27T02:46:09.615186+00:00'),
      ('good', 'good', 'x', 'queued', '{"plan_id":"p","subtask_id":7,"dependencies":["a",2]}', '["t"]', 3, '2025-09-27 02:46:09')`);
    expect(await client.getTask("odd")).toMatchObject({
      status: "exploded",
      payload: null,
      tags: [],
      unreadable: { payload: "{bad", tags: '{"no":"list"}' },
      createdAt: Date.parse("2025-09-27T02:46:09.615Z"),
    });
    expect(await client.getTask("good")).toMatchObject({
      planId: "p",
      subtaskId: "7",
      dependencies: ["a", "2"],
      createdAt: Date.parse("2025-09-27T02:46:09Z"),
    });
    expect((await client.getQueuedTasks()).map(({ id }) => id)).toEqual(["good"]);
  });
});

describe("lists", () => {
  test("are by priority, then by age whatever the format of the time, then by insertion", async () => {
    const { client, foreign } = await openClient();
    const insert = foreign.prepare(
      "INSERT INTO tasks (id, title, task_type, priority, status, created_at) VALUES (?, 't', ?, ?, 'queued', ?)",
    );
    insert.run("late", "x", 5, "2025-01-01T10:00:00+00:00");
    insert.run("early", "x", 5, "2025-01-01 09:00:00");
    insert.run("same-1", "x", 5, "2025-01-01 09:30:00");
    insert.run("same-2", "y", 5, "2025-01-01 09:30:00");
    insert.run("none", "x", null, "2020-01-01 00:00:00");
    insert.run("first", "y", 9, "2026-01-01 00:00:00");
    insert.run("last", "x", -1, null);
    const order = ["first", "early", "same-1", "same-2", "late", "last", "none"];
    expect((await client.getTasksByStatus("queued")).map(({ id }) => id)).toEqual(order);
    expect((await client.getQueuedTasks({ limit: 3 })).map(({ id }) => id)).toEqual(order.slice(0, 3));
    expect((await client.getQueuedTasks({ taskType: "y" })).map(({ id }) => id)).toEqual(["first", "same-2"]);
    expect((await client.getPendingTasks("x")).map(({ id }) => id)).toEqual([
      "early",
      "same-1",
      "late",
      "last",
      "none",
    ]);
    expect(await client.getQueuedTasks({ limit: 0 })).toEqual([]);
    expect(await client.getTasksByStatus("failed")).toEqual([]);
  });

  test("are whole and in order over many pages", async () => {
    const { store, client } = await openClient();
    await store.write((tx) =>
      tx.exec(`INSERT INTO tasks (id, title, task_type, priority, status, created_at)
        WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2777)
        SELECT 't' || i, 't', 'x', CASE i % 5 WHEN 4 THEN NULL ELSE i % 5 END, 'queued',
          CASE i % 7 WHEN 6 THEN NULL ELSE '2025-01-0' || (i % 3 + 1) || substr(' T', i % 2 + 1, 1) || '00:00:00' END FROM n`),
    );
    const expected = store.read
      .prepare<[], string>(
        "SELECT id FROM tasks ORDER BY priority DESC, coalesce(replace(created_at, 'T', ' '), ''), rowid",
      )
      .pluck()
      .all();
    expect((await client.getTasksByStatus("queued")).map(({ id }) => id)).toEqual(expected);
    expect((await client.getQueuedTasks({ limit: 1_234 })).map(({ id }) => id)).toEqual(expected.slice(0, 1_234));
    expect((await client.getQueuedTasks()).map(({ id }) => id)).toEqual(expected.slice(0, 10));
  });

  test("refuse a status that nobody knows", async () => {
    const { client } = await openClient();
    await expect(client.getTasksByStatus("done" as TaskStatus)).rejects.toMatchObject({ code: "invalid_input" });
  });
});

describe("updateTaskStatus", () => {
  test("goes upstream's short way, with an event each, and keeps upstream's metadata", async () => {
    const { store, client } = await openClient();
    const id = await client.createTask({ title: "Build", taskType: "dev", payload: { correlation_id: "c-1" } });
    expect(
      await client.updateTaskStatus(id, "in_progress", { assigned_worker: "w1", current_phase: "code", host: "h" }),
    ).toBe(true);
    expect(await client.getTask(id)).toMatchObject({
      status: "in_progress",
      assignedWorker: "w1",
      currentPhase: "code",
    });
    expect(await client.updateTaskStatus(id, "completed", { assignedWorker: null })).toBe(true);
    expect(await client.getTask(id)).toMatchObject({
      status: "completed",
      assignedWorker: null,
      currentPhase: "code",
    });
    const told = eventsOf(store, "c-1");
    expect(told.map((event) => event.event_type)).toEqual(["task.created", "task.started", "task.completed"]);
    expect(JSON.parse(told[1]?.payload ?? "")).toMatchObject({
      task_id: id,
      from: "queued",
      status: "in_progress",
      worker_id: "w1",
      phase: "code",
    });
    expect(JSON.parse(told[1]?.metadata ?? "")).toEqual({ assigned_worker: "w1", current_phase: "code", host: "h" });
  });

  test("is true for the same status, which notes the metadata and moves nothing", async () => {
    const { store, client } = await openClient();
    const id = await client.createTask({ title: "Build", taskType: "dev" });
    expect(await client.updateTaskStatus(id, "queued", { currentPhase: "plan" })).toBe(true);
    expect(await client.updateTaskStatus(id, "queued")).toBe(true);
    expect(await client.getTask(id)).toMatchObject({ status: "queued", currentPhase: "plan" });
    expect(eventsOf(store, id).map((event) => event.event_type)).toEqual(["task.created", "task.progress"]);
  });

  test("is false for a task that is not there", async () => {
    const { client } = await openClient();
    expect(await client.updateTaskStatus("nobody", "completed")).toBe(false);
  });

  test("refuses an illegal transition, naming what is legal, and changes nothing", async () => {
    const { store, client } = await openClient();
    const id = await client.createTask({ title: "Build", taskType: "dev" });
    await client.updateTaskStatus(id, "in_progress");
    await client.updateTaskStatus(id, "completed");
    const before = await client.getTask(id);
    await expect(client.updateTaskStatus(id, "failed", { currentPhase: "x" })).rejects.toMatchObject({
      code: "illegal_transition",
      details: { from: "completed", to: "failed", legal: [] },
    });
    expect(await client.getTask(id)).toEqual(before);
    expect(eventsOf(store, id)).toHaveLength(3);
  });

  test("leaves a task alone whose status nobody knows, and refuses statuses that nobody knows", async () => {
    const { client, foreign } = await openClient();
    foreign.exec("INSERT INTO tasks (id, title, task_type, status) VALUES ('odd', 'odd', 'x', 'exploded')");
    await expect(client.updateTaskStatus("odd", "queued")).rejects.toThrow(
      /"exploded", which Hive Console does not know/,
    );
    await expect(client.updateTaskStatus("odd", "exploded" as TaskStatus)).rejects.toMatchObject({
      code: "invalid_input",
    });
    expect(await client.getTask("odd")).toMatchObject({ status: "exploded" });
  });

  test("fills older columns where the database has them", async () => {
    const { client, foreign } = await openClient();
    foreign.exec(
      "ALTER TABLE tasks ADD COLUMN failure_reason TEXT; ALTER TABLE tasks ADD COLUMN retry_count INTEGER DEFAULT 0",
    );
    const id = await client.createTask({ title: "Build", taskType: "dev" });
    await client.updateTaskStatus(id, "failed", { failure_reason: "no disk", retryCount: 2, worktree: "/w" });
    expect(await client.getTask(id)).toMatchObject({
      status: "failed",
      statusReason: "no disk",
      extra: { failure_reason: "no disk", retry_count: 2 },
    });
  });

  test("does not overrule a process of the console, and cancels it by asking it to stop", async () => {
    const { store, client } = await openClient();
    await launch(store, graphOf({ a: [] }));
    const [work] = await claim(store, await addWorkers(store, 1));
    if (!work) throw new Error("nothing was claimed");
    const { taskId, runId } = work;
    await expect(client.updateTaskStatus(taskId, "completed")).rejects.toMatchObject({
      code: "not_allowed",
      details: { taskId, runId },
    });
    await expect(client.deleteTask(taskId)).rejects.toMatchObject({ code: "not_allowed" });
    // Its own process may say how far it is.
    expect(await client.updateTaskStatus(taskId, "in_progress", { currentPhase: "half" })).toBe(true);
    expect(await client.updateTaskStatus(taskId, "cancelled")).toBe(true);
    const run = store.read.prepare("SELECT stop_requested FROM console_runs WHERE run_id = ?").pluck().get(runId);
    expect(run).toBe("cancel");
    expect(await client.getTask(taskId)).toMatchObject({ status: "in_progress", currentPhase: "half" });
    await finish(store, runId, "cancelled");
    expect(await client.getTask(taskId)).toMatchObject({ status: "cancelled" });
  });

  test("frees what waits in a plan of the console, ends the plan, and takes it up again", async () => {
    const { store, client } = await openClient();
    const planId = await launch(store, graphOf({ a: [], b: ["a"] }));
    const a = await client.getNextSubtask(planId);
    expect(a?.subtaskId).toBe("a");
    await client.updateTaskStatus(a?.id ?? "", "in_progress");
    expect(await client.getNextSubtask(planId)).toBeNull();
    await client.updateTaskStatus(a?.id ?? "", "completed");
    const b = await client.getNextSubtask(planId);
    expect(b?.subtaskId).toBe("b");
    await client.updateTaskStatus(b?.id ?? "", "in_progress");
    await client.updateTaskStatus(b?.id ?? "", "failed", { failureReason: "broken" });
    expect(await client.getPlanStatus(planId)).toBe("partially_completed");
    await client.updateTaskStatus(b?.id ?? "", "queued");
    expect(await client.getPlanStatus(planId)).toBe("executing");
    expect((await claim(store, await addWorkers(store, 1)))[0]).toMatchObject({ subtaskId: "b", attempts: 1 });
  });
});

describe("deleteTask", () => {
  test("deletes the runs with the task, frees its worker, and is false for nobody", async () => {
    const { store, client, foreign } = await openClient();
    const id = await client.createTask({ title: "Build", taskType: "dev" });
    await client.registerWorker({ workerId: "w", role: "backend" });
    foreign.exec(`INSERT INTO runs (id, task_id, worker_id, run_number) VALUES ('r', '${id}', 'w', 1);
      UPDATE workers SET current_task_id = '${id}' WHERE id = 'w'`);
    expect(await client.deleteTask(id)).toBe(true);
    expect(await client.getTask(id)).toBeNull();
    expect(store.read.prepare("SELECT count(*) FROM runs").pluck().get()).toBe(0);
    expect(await client.getWorker("w")).toMatchObject({ currentTaskId: null });
    expect(await client.deleteTask(id)).toBe(false);
    expect(JSON.parse(eventsOf(store, id).at(-1)?.payload ?? "")).toMatchObject({ deleted: true, from: "queued" });
  });
});
