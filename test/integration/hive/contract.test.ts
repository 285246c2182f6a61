import { expect, test } from "vitest";
import { coreHandlers } from "../../../src/main/core/operations/handlers";
import { answerCall } from "../../../src/main/ipc/register";
import type { Handlers, OperationName } from "../../../src/shared/contract";
import { hiveContract } from "../../../src/shared/hive-contract";
import { insertPlan, openClient } from "./client";

/** Calls an operation as the window does: by name, with plain data. */
async function openWindow() {
  const { store, foreign } = await openClient();
  const handlers = coreHandlers({ store, actor: "ada" }) as unknown as Handlers;
  const call = async (name: OperationName, input: unknown) => {
    const answer = await answerCall(handlers, name, input);
    // What does not survive the way between two processes is no answer.
    return JSON.parse(JSON.stringify(answer.ok ? { value: answer.value } : { code: answer.error.code }));
  };
  return { store, foreign, call };
}

test("the window reaches every operation, and what an operator does is audited", async () => {
  const { store, foreign, call } = await openWindow();
  insertPlan(foreign, "p", { subtasks: [{ id: "a" }, { id: "b", dependencies: ["a"] }] }, "approved");
  const { value } = await call("tasks.create", { title: "Build", taskType: "dev" });
  const { taskId } = value;
  const calls: ReadonlyArray<readonly [OperationName, unknown, unknown]> = [
    ["tasks.read", { taskId }, { value: expect.objectContaining({ id: taskId, title: "Build" }) }],
    ["tasks.queued", {}, { value: [expect.objectContaining({ id: taskId })] }],
    [
      "tasks.byStatus",
      { status: "queued" },
      { value: { rows: [expect.objectContaining({ id: taskId })], next: null } },
    ],
    ["tasks.updateStatus", { taskId, status: "in_progress" }, { value: true }],
    ["tasks.checkDependencies", { taskId }, { value: true }],
    ["tasks.checkDependenciesBatch", { taskIds: [taskId] }, { value: { [taskId]: true } }],
    ["tasks.delete", { taskId }, { value: true }],
    ["workers.register", { workerId: "w", role: "x" }, { value: true }],
    ["workers.heartbeat", { workerId: "w" }, { value: true }],
    ["workers.active", {}, { value: [expect.objectContaining({ id: "w", active: true })] }],
    ["workers.read", { workerId: "w" }, { value: expect.objectContaining({ id: "w" }) }],
    ["workers.unregister", { workerId: "w" }, { value: true }],
    ["plans.createSubtasks", { planId: "p" }, { value: { created: 2 } }],
    ["plans.nextSubtask", { planId: "p" }, { value: expect.objectContaining({ subtaskId: "a" }) }],
    ["plans.start", { planId: "p" }, { value: true }],
    ["plans.status", { planId: "p" }, { value: "executing" }],
    ["plans.statusCached", { planId: "p" }, { value: "executing" }],
  ];
  for (const [name, input, expected] of calls)
    expect({ name, ...(await call(name, input)) }).toEqual({ name, ...Object(expected) });
  expect(new Set(["tasks.create", ...calls.map(([name]) => name)])).toEqual(new Set(Object.keys(hiveContract)));
  expect(store.read.prepare("SELECT DISTINCT actor FROM console_audit").pluck().all()).toEqual(["ada"]);
  expect(store.read.prepare("SELECT act FROM console_audit ORDER BY seq").pluck().all()).toEqual([
    ...["tasks.create", "tasks.updateStatus", "tasks.delete", "workers.register", "workers.unregister"],
    ...["plans.createSubtasks", "plans.start"],
  ]);
});

test("the window pages through tasks of one status, and bad input changes nothing", async () => {
  const { store, call } = await openWindow();
  for (let i = 0; i < 7; i += 1) await call("tasks.create", { title: `${i}`, taskType: "x", priority: i % 2 });
  const titles: string[] = [];
  let after: string | undefined;
  do {
    const { value } = await call("tasks.byStatus", { status: "queued", limit: 3, ...(after ? { after } : {}) });
    titles.push(...value.rows.map((task: { title: string }) => task.title));
    after = value.next ?? undefined;
  } while (after !== undefined);
  expect(titles).toEqual(["1", "3", "5", "0", "2", "4", "6"]);
  for (const [name, input] of [
    ["tasks.byStatus", { status: "queued", after: "garbage" }],
    ["tasks.byStatus", { status: "done" }],
    ["tasks.create", { title: "x" }],
    ["tasks.updateStatus", { taskId: "x", status: "queued", metadata: { retryCount: "many" } }],
    ["workers.heartbeat", { workerId: "" }],
    ["plans.start", {}],
  ] as const) {
    expect({ name, ...(await call(name, input)) }).toEqual({ name, code: "invalid_input" });
  }
  expect(store.read.prepare("SELECT count(*) FROM tasks").pluck().get()).toBe(7);
});
