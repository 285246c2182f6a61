import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { recomputedDerivations, storedDerivations } from "../../helpers/invariants";
import { insertPlan, openClient } from "./client";

const PROGRAM = join(import.meta.dirname, "upstream.py");

async function upstream(file: string, command: string, ...args: string[]): Promise<unknown> {
  const { stdout } = await promisify(execFile)("python3", [PROGRAM, file, command, ...args]);
  return JSON.parse(stdout);
}

test("Python reads tasks, workers, events and subtasks as the client wrote them: types, times and JSON", async () => {
  const now = Date.parse("2026-03-04T05:06:07.089Z");
  const { store, client, foreign } = await openClient({
    clock: { now: () => now, monotonic: () => performance.now() },
  });
  const id = await client.createTask({
    ...{
      title: "Ünï 💥",
      taskType: "dev",
      description: "two\nlines",
      priority: 7,
      maxRetries: 0,
      currentPhase: "design",
    },
    ...{ workflow: { start: {} }, payload: { n: 1.5, ключ: [true, null] }, tags: ["a", "b"] },
  });
  await client.createTask({ title: "Plain", taskType: "dev" });
  expect(await upstream(store.file, "queued")).toMatchObject([
    {
      ...{ id, title: "Ünï 💥", task_type: "dev", description: "two\nlines", priority: 7, max_retries: 0 },
      ...{ status: "queued", current_phase: "design", assigned_worker: null, workflow: { start: {} } },
      ...{ payload: { n: 1.5, ключ: [true, null] }, tags: ["a", "b"], created_at: now, updated_at: now },
    },
    { title: "Plain", payload: null, workflow: null, tags: [], description: "", priority: 1, max_retries: 3 },
  ]);
  await client.updateTaskStatus(id, "failed", { failureReason: "no disk" });
  expect(await upstream(store.file, "events", id)).toMatchObject([
    { event_type: "task.created", source_agent: "hive-console", timestamp: now },
    { event_type: "task.failed", payload: { task_id: id, from: "queued", error: "no disk" } },
  ]);
  await client.registerWorker({ workerId: "w", role: "backend", capabilities: ["sql"], metadata: { v: 1 } });
  expect(await upstream(store.file, "worker", "w")).toMatchObject({
    ...{ role: "backend", status: "active", capabilities: ["sql"], metadata: { v: 1 } },
    ...{ last_heartbeat: now, registered_at: now, current_task_id: null },
  });
  insertPlan(foreign, "p", {
    subtasks: [
      { id: "a", title: "First" },
      { id: "b", dependencies: ["a"], complexity: "high" },
    ],
  });
  await client.createSubtasksFromPlan("p");
  expect(await upstream(store.file, "subtasks", "p")).toMatchObject([
    { title: "First", payload: { plan_id: "p", parent_plan_id: "p", subtask_id: "a", dependencies: [] } },
    { title: "Planned Subtask", payload: { subtask_id: "b", dependencies: ["a"], complexity: "high" } },
  ]);
});

test("the client reads what Python's own statements wrote", async () => {
  const { store, client } = await openClient();
  const id = String(await upstream(store.file, "write"));
  const task = await client.getTask(id);
  expect(task).toMatchObject({
    ...{
      title: "From Python: ünï 💥",
      taskType: "dev",
      status: "in_progress",
      priority: 7,
      maxRetries: 0,
      tags: ["a"],
    },
    ...{ workflow: { start: { next: "end" } }, payload: { n: 1, ключ: [true, null] }, unreadable: {} },
  });
  expect(Math.abs((task?.createdAt ?? 0) - Date.now())).toBeLessThan(60_000);
  expect(await client.getActiveWorkers()).toMatchObject([{ id: "python", capabilities: ["sql"], metadata: { v: 1 } }]);
  expect(await client.getPlanStatus("p")).toBe("draft");
  expect(await client.createSubtasksFromPlan("p")).toBe(2);
  expect(await client.getNextSubtask("p")).toMatchObject({ title: "First", priority: 50 });
  expect(await client.updateTaskStatus(id, "completed")).toBe(true);
  expect(await client.unregisterWorker("python")).toBe(true);
});

test("Python and the client write at the same time: neither fails, nothing is lost", async () => {
  const { store, client } = await openClient();
  const rounds = 60;
  let python: unknown = null;
  const done = Promise.all([
    upstream(store.file, "work", String(rounds)),
    upstream(store.file, "work", String(rounds)),
  ]).then((answers) => {
    python = answers;
  });
  const ids: string[] = [];
  while (python === null) {
    const id = await client.createTask({ title: "ours", taskType: "ours", payload: { n: ids.length } });
    ids.push(id);
    await client.registerWorker({ workerId: "ours", role: "x" });
    await client.updateTaskStatus(id, "in_progress", { assignedWorker: "ours" });
    await client.updateTaskStatus(id, "completed");
    await client.getActiveWorkers();
    await client.getTasksByStatus("queued");
    // A program that works between its writes, as any does.
    await new Promise((resolve) => setImmediate(resolve));
  }
  await done;
  expect(python).toMatchObject([{ rounds }, { rounds }]);
  const count = (type: string) =>
    store.read.prepare("SELECT count(*) FROM tasks WHERE task_type = ? AND status = 'completed'").pluck().get(type);
  expect(count("ours")).toBe(ids.length);
  expect(count("python")).toBe(rounds);
  expect(storedDerivations(store.read).counts).toEqual(recomputedDerivations(store.read).counts);
  expect(store.read.prepare("PRAGMA integrity_check").pluck().get()).toBe("ok");
}, 120_000);
