import { expect, test } from "vitest";
import { listTasks } from "../../../src/main/core/operations/tasks";
import type { Store } from "../../../src/main/core/store/open";
import { claimReady, type Skills } from "../../../src/main/core/store/queue";
import type { SubtaskDefinition } from "../../../src/shared/model/plan-definition";
import { recomputedDerivations, storedDerivations } from "../../helpers/invariants";
import { addWorkers, claim, finish, launch, openTestStore, planOf, subtask } from "../../helpers/store";

const work = (id: string, given: Partial<SubtaskDefinition> = {}) =>
  subtask(id, { agent: "command", run: "true", ...given });

function claimAs(store: Store, workerIds: readonly string[], skills: Skills) {
  const { clock, newId } = store;
  return store.write((tx) => claimReady(tx, { now: clock.now(), workerIds, skills, source: "test", newId }));
}

const namesOf = (claims: ReadonlyArray<{ readonly subtaskId: string }>) => claims.map((one) => one.subtaskId);

function taskId(store: Store, planId: string, subtaskId: string): string {
  return listTasks(store, { planId, limit: 100 }).rows.find((task) => task.subtaskId === subtaskId)?.id ?? "";
}

test("a group without a limit of its own is a mutex over all plans; the others go on", async () => {
  const store = await openTestStore();
  const workers = await addWorkers(store, 10);
  await launch(store, planOf([work("a", { group: "db", priority: 5 }), work("b", { group: "db" }), work("free")]));
  await launch(store, planOf([work("c", { group: "db", priority: 9 }), work("d")]));
  const first = await claim(store, workers);
  expect(namesOf(first)).toEqual(["c", "free", "d"]);
  expect(await claim(store, workers)).toEqual([]);
  await finish(store, first[0]?.runId ?? "", "success");
  expect(namesOf(await claim(store, workers))).toEqual(["a"]);
  expect(storedDerivations(store.read).groups).toEqual({ db: 1 });
  expect(storedDerivations(store.read)).toEqual(recomputedDerivations(store.read));
});

test("the newest plan that names a group says how large it is", async () => {
  const store = await openTestStore();
  const workers = await addWorkers(store, 10);
  const four = ["a", "b", "c", "d"].map((id) => work(id, { group: "gpu" }));
  await launch(store, planOf(four, { groups: { gpu: 2 } }));
  expect(namesOf(await claim(store, workers))).toEqual(["a", "b"]);
  await launch(store, planOf([work("other")], { groups: { gpu: 3 } }));
  expect(namesOf(await claim(store, workers))).toEqual(["c", "other"]);
});

test("a place in a group is free again however its task ends", async () => {
  const store = await openTestStore();
  const workers = await addWorkers(store, 1);
  const planId = await launch(store, planOf(["a", "b", "c", "d", "e"].map((id) => work(id, { group: "one" }))));
  const next = async () => (await claim(store, workers))[0];
  await finish(store, (await next())?.runId ?? "", "failure");
  await finish(store, (await next())?.runId ?? "", "cancelled");
  const third = await next();
  expect(third?.subtaskId).toBe("c");
  await store.write((tx) => tx.prepare("UPDATE tasks SET status = 'cancelled' WHERE id = ?").run(third?.taskId));
  expect((await next())?.subtaskId).toBe("d");
  await store.write((tx) => {
    tx.prepare("UPDATE workers SET current_task_id = NULL").run();
    tx.prepare("DELETE FROM tasks WHERE id = ?").run(taskId(store, planId, "d"));
  });
  expect((await next())?.subtaskId).toBe("e");
  await store.write((tx) => tx.prepare("DELETE FROM execution_plans").run());
  expect(storedDerivations(store.read).groups).toEqual({});
});

test("a plan's own limit and a group's hold together", async () => {
  const store = await openTestStore();
  const workers = await addWorkers(store, 10);
  const inGroup = ["a", "b", "c"].map((id) => work(id, { group: "g", priority: 5 }));
  await launch(store, planOf([...inGroup, work("x", { priority: 9 })], { concurrency: 2, groups: { g: 5 } }));
  await launch(store, planOf([work("y", { group: "g" })], { groups: { g: 2 } }));
  expect(namesOf(await claim(store, workers))).toEqual(["x", "a", "y"]);
});

test("a limit that a plan is given while it runs holds for its tasks in lanes, too, and for no others", async () => {
  const store = await openTestStore();
  const workers = await addWorkers(store, 10);
  const ids = ["a", "b", "c", "d"];
  const plan = planOf([...ids.map((id) => work(id, { group: "g" })), work("e")], { groups: { g: 9 } });
  const planId = await launch(store, plan);
  await launch(store, planOf([work("other", { group: "g" })], { groups: { g: 9 } }));
  const [first] = await claim(store, workers.slice(0, 1));
  const limit = (concurrency: number | null) =>
    store.write((tx) =>
      tx.prepare("UPDATE console_plans SET concurrency = ? WHERE plan_id = ?").run(concurrency, planId),
    );
  await limit(2);
  expect(namesOf(await claim(store, workers.slice(1)))).toEqual(["b", "other"]);
  expect(storedDerivations(store.read)).toEqual(recomputedDerivations(store.read));
  await finish(store, first?.runId ?? "", "success");
  expect(namesOf(await claim(store, workers.slice(3)))).toEqual(["c"]);
  await limit(null);
  expect(namesOf(await claim(store, workers.slice(4)))).toEqual(["d", "e"]);
  expect(storedDerivations(store.read)).toEqual(recomputedDerivations(store.read));
});

test("a task that names a role or capabilities goes only to a worker that has them all", async () => {
  const store = await openTestStore();
  const workers = await addWorkers(store, 10);
  await launch(
    store,
    planOf([
      work("train", { role: "gpu", priority: 9 }),
      work("big", { capabilities: ["cuda", "80gb"], priority: 8 }),
      work("small", { capabilities: ["cuda"], priority: 7 }),
      work("any"),
    ]),
  );
  expect(namesOf(await claim(store, workers))).toEqual(["any"]);
  expect(namesOf(await claimAs(store, workers, { role: "local", capabilities: ["cuda"] }))).toEqual(["small"]);
  expect(namesOf(await claimAs(store, workers, { role: "gpu", capabilities: [] }))).toEqual(["train"]);
  expect(namesOf(await claimAs(store, workers, { role: "x", capabilities: ["80gb", "cuda", "y"] }))).toEqual(["big"]);
});

test("what nobody can do, and a group that is full, take no reading of theirs from a claim", async () => {
  const store = await openTestStore();
  const [worker = ""] = await addWorkers(store, 2);
  const many = Array.from({ length: 2_000 }, (_, at) =>
    work(`t${at}`, { priority: 9, ...(at % 2 === 0 ? { role: "nobody" } : { group: "full" }) }),
  );
  await launch(store, planOf([...many, work("last")], { groups: { full: 1 } }));
  expect(namesOf(await claim(store, [worker]))).toEqual(["t1"]);
  expect(namesOf(await claim(store, [worker]))).toEqual(["last"]);
});

test("a no-op and a gate wait for no worker and no place", async () => {
  const store = await openTestStore();
  const workers = await addWorkers(store, 2);
  const planId = await launch(
    store,
    planOf([subtask("join", { role: "nobody", group: "g" }), subtask("gate", { agent: "approval", role: "nobody" })]),
  );
  await claim(store, workers);
  const states = listTasks(store, { planId, limit: 10 }).rows.map((task) => task.state);
  expect(states).toEqual(["in_progress", "review_pending"]);
});

test("a paused plan's tasks take no place in a group, and come back to their lane", async () => {
  const store = await openTestStore();
  const workers = await addWorkers(store, 4);
  const planId = await launch(store, planOf([work("held", { group: "g", priority: 9 })]));
  await launch(store, planOf([work("other", { group: "g" })]));
  const pause = (at: number | null) =>
    store.write((tx) => tx.prepare("UPDATE console_plans SET paused_at = ? WHERE plan_id = ?").run(at, planId));
  await pause(1);
  const [one] = await claim(store, workers);
  expect(one?.subtaskId).toBe("other");
  await pause(null);
  expect(await claim(store, workers)).toEqual([]);
  await finish(store, one?.runId ?? "", "success");
  expect(namesOf(await claim(store, workers))).toEqual(["held"]);
});
