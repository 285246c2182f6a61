import { expect, test } from "vitest";
import { claimReady, finishRuns, inTurn } from "../../../src/main/core/store/queue";
import { recomputedDerivations, storedDerivations } from "../../helpers/invariants";
import { addWorkers, claim, launch, openTestStore, planOf, subtask } from "../../helpers/store";

const SUCCESS = { outcome: "success", exitCode: 0, signal: null, error: null, result: null, retryAt: null } as const;
const WORKERS = "SELECT id, status, current_task_id AS task FROM workers ORDER BY id";

test("a turn takes each worker from its task to the next, or home, and tells of all of it once", async () => {
  const store = await openTestStore();
  const ids = await addWorkers(store, 3);
  await launch(store, planOf(["a", "b", "c", "d"].map((id) => subtask(id, { agent: "command", run: "true" }))));
  const common = { source: "test", newId: store.newId, now: store.clock.now() };
  const begun = await claim(store, ids);
  const before = Number(store.read.prepare("SELECT max(seq) FROM console_changes").pluck().get());

  const next = await store.write((tx) =>
    inTurn(tx, () => {
      finishRuns(
        tx,
        begun.map(({ runId }) => ({ ...SUCCESS, ...common, runId })),
      );
      return claimReady(tx, { ...common, workerIds: ids });
    }),
  );
  expect(next.map(({ subtaskId, workerId }) => [subtaskId, workerId])).toEqual([["d", "worker-0"]]);
  expect(store.read.prepare(WORKERS).all()).toEqual([
    { id: "worker-0", status: "active", task: next[0]?.taskId },
    { id: "worker-1", status: "idle", task: null },
    { id: "worker-2", status: "idle", task: null },
  ]);
  const told = store.read
    .prepare("SELECT entity FROM console_changes WHERE seq > ? ORDER BY entity")
    .pluck()
    .all(before);
  expect(told).toEqual(["plans", "runs", "tasks", "workers"]);
  expect(storedDerivations(store.read)).toEqual(recomputedDerivations(store.read));
});

test("within a turn one that begins and ends leaves its worker as it was; two ends of one run count once", async () => {
  const store = await openTestStore();
  const ids = await addWorkers(store, 1);
  await launch(store, planOf([subtask("a", { agent: "command", run: "true" })]));
  const common = { source: "test", newId: store.newId, now: store.clock.now() };
  const answers = await store.write((tx) =>
    inTurn(tx, () => {
      const [one] = claimReady(tx, { ...common, workerIds: ids });
      const end = { ...SUCCESS, ...common, runId: one?.runId ?? "" };
      return finishRuns(tx, [end, { ...end }]);
    }),
  );
  expect(answers.map(({ applied }) => applied)).toEqual([true, false]);
  expect(store.read.prepare(WORKERS).all()).toEqual([{ id: "worker-0", status: "idle", task: null }]);
  expect(storedDerivations(store.read)).toEqual(recomputedDerivations(store.read));
});

test("a turn that throws leaves nothing behind, and the next one begins afresh", async () => {
  const store = await openTestStore();
  const ids = await addWorkers(store, 1);
  await launch(store, planOf([subtask("a", { agent: "command", run: "true" })]));
  const common = { source: "test", newId: store.newId, now: store.clock.now() };
  const failing = store.write((tx) =>
    inTurn(tx, () => {
      claimReady(tx, { ...common, workerIds: ids });
      throw new Error("stop");
    }),
  );
  await expect(failing).rejects.toThrow("stop");
  expect(store.read.prepare("SELECT count(*) FROM runs").pluck().get()).toBe(0);
  expect(await claim(store, ids)).toHaveLength(1);
  expect(storedDerivations(store.read)).toEqual(recomputedDerivations(store.read));
});
