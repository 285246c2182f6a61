import { spawn } from "node:child_process";
import { expect, test } from "vitest";
import { listAudit } from "../../../src/main/core/operations/events";
import { previewReassign, reassignTask } from "../../../src/main/core/operations/reassign-task";
import { getTask } from "../../../src/main/core/operations/tasks";
import { getWorkerRows } from "../../../src/main/core/operations/workers";
import { ownIdentity, processStart, thisHost } from "../../../src/main/core/process-identity";
import { statement } from "../../../src/main/core/store/database";
import type { Store } from "../../../src/main/core/store/open";
import { upsertWorkers } from "../../../src/main/core/store/workers";
import { afterThisTest, claim, finish, graphOf, launch, openTestStore } from "../../helpers/store";
import { waitFor } from "../../helpers/wait";

const identity = { ...ownIdentity(), slot: 0, role: "command", capabilities: [], program: "worker" };

async function register(store: Store, ids: readonly string[]): Promise<void> {
  const workers = ids.map((id) => ({ ...identity, id }));
  await store.write((tx) => upsertWorkers(tx, workers, store.clock.now()));
}

test("a task is taken from an external worker without counting, and its worker's report is refused", async () => {
  const store = await openTestStore();
  await register(store, ["gpu-1", "gpu-2"]);
  await launch(store, graphOf({ a: [] }));
  const [one] = await claim(store, ["gpu-1"]);
  const { taskId = "", runId = "" } = one ?? {};
  expect(previewReassign(store, { taskId })).toMatchObject({
    worker: { id: "gpu-1" },
    refusal: null,
    isStopped: false,
  });

  const done = await reassignTask(store, { taskId, drain: true, reason: "slow disk", actor: "ann" });
  expect(done).toMatchObject({ workerId: "gpu-1", drained: true, task: { status: "queued", attempts: 0 } });
  expect(getTask(store, { taskId }).runs).toMatchObject([
    { status: "failure", error: "Taken from worker gpu-1 by ann: slow disk" },
  ]);
  expect(getWorkerRows(store, ["gpu-1"])).toMatchObject([{ drained: true, currentTaskId: null }]);
  const { rows } = await listAudit(store, { entity: { kind: "task", id: taskId } });
  expect(rows.map(({ act, reason }) => [act, reason])).toContainEqual(["tasks.reassign", "slow disk"]);

  expect(await finish(store, runId, "success")).toMatchObject({ applied: false });
  const [again] = await claim(store, ["gpu-2"]);
  expect(again).toMatchObject({ taskId });
  expect(await finish(store, again?.runId ?? "", "success")).toMatchObject({ applied: true });
  await expect(reassignTask(store, { taskId, drain: false, actor: "ann" })).rejects.toMatchObject({
    code: "not_allowed",
  });
});

test.skipIf(process.platform !== "linux")("what runs of it here is stopped before it can start again", async () => {
  const store = await openTestStore();
  await register(store, ["gpu-1"]);
  await launch(store, graphOf({ a: [] }));
  const [one] = await claim(store, ["gpu-1"]);
  const { taskId = "", runId = "" } = one ?? {};
  const env = { ...process.env, HIVE_RUN_ID: runId };
  const child = spawn("sleep", ["1000"], { detached: true, stdio: "ignore", env });
  const pid = child.pid ?? 0;
  const ended = new Promise<NodeJS.Signals | null>((resolve) => child.once("exit", (_, signal) => resolve(signal)));
  afterThisTest(() => child.kill("SIGKILL"));
  await waitFor("the process to stand in the table", () => processStart(pid) !== null);
  await store.write((tx) =>
    statement(tx, "UPDATE console_runs SET pid = ?, pid_start = ?, host = ?, boot_id = ? WHERE run_id = ?").run(
      pid,
      processStart(pid),
      thisHost.host,
      thisHost.bootId,
      runId,
    ),
  );
  expect(previewReassign(store, { taskId })).toMatchObject({ isStopped: true });
  const before = store.clock.now();
  const { task } = await reassignTask(store, { taskId, drain: false, actor: "ann" });
  expect(await ended).toBe("SIGTERM");
  expect(task.notBefore).toBeGreaterThan(before);
});

test("a task that a program took with plain SQL goes back; slots of consoles and free tasks are left alone", async () => {
  const store = await openTestStore();
  await register(store, ["snake", "local-1"]);
  await store.write((tx) => {
    tx.exec(`INSERT INTO tasks (id, title, task_type, status, assigned_worker) VALUES ('t', 'Slither', 'py', 'assigned', 'snake'),
      ('free', 'Free', 'py', 'queued', NULL)`);
  });
  expect(await reassignTask(store, { taskId: "t", drain: false, actor: "ann" })).toMatchObject({ workerId: "snake" });
  expect(getTask(store, { taskId: "t" })).toMatchObject({ status: "queued", workerId: null });
  await launch(store, graphOf({ a: [] }));
  const [own] = await claim(store, ["local-1"]);
  for (const [taskId, code] of [
    [own?.taskId ?? "", "not_allowed"],
    ["free", "not_allowed"],
    ["nobody", "not_found"],
  ] as const) {
    await expect(reassignTask(store, { taskId, drain: true, actor: "ann" })).rejects.toMatchObject({ code });
  }
  expect(getWorkerRows(store, ["local-1"])).toMatchObject([{ drained: false, currentTaskId: own?.taskId }]);
});
