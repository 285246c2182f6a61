import { expect, test } from "vitest";
import { startRunner } from "../../../src/main/core/runner/runner";
import type { Store } from "../../../src/main/core/store/open";
import { completeReady, hasReadyWithoutWork } from "../../../src/main/core/store/queue";
import { listPlansToRequeue, requeuePlan } from "../../../src/main/core/store/requeue";
import { recomputedDerivations, storedDerivations } from "../../helpers/invariants";
import { addWorkers, afterThisTest, claim, launch, openTestStore, planOf, subtask } from "../../helpers/store";
import { waitFor } from "../../helpers/wait";

const COUNT = 1_600;

/** No-ops, commands, and commands that ask for a group or a role. */
const mixed = (given: Parameters<typeof planOf>[1] = {}) =>
  planOf(
    Array.from({ length: COUNT }, (_, at) => {
      if (at % 4 === 0) return subtask(`t${at}`);
      const asks = [{}, { group: "g" }, { role: "local" }][(at % 4) - 1];
      return subtask(`t${at}`, { agent: "command", run: "true", ...asks });
    }),
    { groups: { g: 1_000 }, ...given },
  );

/** As another program would, and as a console that dies behind its first transaction. */
const setPause = (store: Store, planId: string, at: number | null) =>
  store.write((tx) => tx.prepare("UPDATE console_plans SET paused_at = ? WHERE plan_id = ?").run(at, planId));

const places = (store: Store, planId: string) =>
  store.read
    .prepare<[string], { held: number; n: number }>(
      "SELECT held, count(*) AS n FROM console_ready WHERE plan_id = ? GROUP BY held ORDER BY held",
    )
    .all(planId);

const offered = (store: Store, planId: string) =>
  store.read.prepare("SELECT count(*) FROM console_offers WHERE plan_id = ?").pluck().get(planId);

const complete = (store: Store, workerId: string) =>
  store.write((tx) =>
    completeReady(tx, { limit: 10, workerId, source: "test", now: store.clock.now(), newId: store.newId }),
  );

test.each([null, 5_000])(
  "a paused plan starts nothing while its entries still stand in their places (limit %s)",
  async (concurrency) => {
    const store = await openTestStore();
    const [worker = ""] = await addWorkers(store, 1);
    const planId = await launch(store, mixed({ concurrency }));
    const before = places(store, planId);
    expect(offered(store, planId)).not.toBe(0);
    await setPause(store, planId, 1);
    expect(places(store, planId)).toContainEqual({ held: 1, n: 500 });
    expect(listPlansToRequeue(store.read)).toEqual([planId]);
    expect(await claim(store, [worker])).toEqual([]);
    expect(hasReadyWithoutWork(store.read)).toBe(false);
    expect(await complete(store, worker)).toBe(0);
    expect(offered(store, planId)).toBe(0);

    await requeuePlan(store, planId);
    expect(places(store, planId)).toEqual([{ held: 1, n: COUNT }]);
    expect(listPlansToRequeue(store.read)).toEqual([]);
    await setPause(store, planId, null);
    expect(offered(store, planId)).not.toBe(0);
    await requeuePlan(store, planId);
    expect(places(store, planId)).toEqual(before);
    expect(await claim(store, [worker])).toHaveLength(1);
    expect(storedDerivations(store.read)).toEqual(recomputedDerivations(store.read));
  },
);

test("a plan that goes on before all of it was held starts tasks at once, and loses none", async () => {
  const store = await openTestStore();
  const workers = await addWorkers(store, 3);
  const planId = await launch(store, mixed());
  const before = places(store, planId);
  await setPause(store, planId, 1);
  await setPause(store, planId, null);
  expect(await claim(store, workers)).toHaveLength(3);
  await setPause(store, planId, 2);
  expect(await claim(store, workers)).toEqual([]);
  await setPause(store, planId, null);
  await requeuePlan(store, planId);
  const left = (rows: typeof before) => rows.reduce((sum, { n }) => sum + n, 0);
  expect(left(places(store, planId))).toBe(left(before) - 3);
  expect(storedDerivations(store.read)).toEqual(recomputedDerivations(store.read));
});

test("what a program of other hands sets going or pauses is put right by whoever dispatches", async () => {
  const store = await openTestStore();
  const planId = await launch(store, mixed());
  await setPause(store, planId, 1);
  const setStatus = (status: string) =>
    store.write((tx) => tx.prepare("UPDATE execution_plans SET status = ? WHERE id = ?").run(status, planId));
  await setStatus("approved");
  expect(places(store, planId)).toEqual([]);
  expect(listPlansToRequeue(store.read)).toEqual([]);
  await setStatus("executing");
  expect(places(store, planId)).toEqual([{ held: 1, n: 500 }]);

  const runner = startRunner(store, { slots: 1, program: "cli" });
  afterThisTest(() => runner.stop({ tasks: "cancel" }));
  await waitFor("the rest of the queue", () => listPlansToRequeue(store.read).length === 0);
  expect(places(store, planId)).toEqual([{ held: 1, n: COUNT }]);
  expect(storedDerivations(store.read)).toEqual(recomputedDerivations(store.read));
});

test("a plan that is deleted meanwhile leaves nothing to do", async () => {
  const store = await openTestStore();
  const planId = await launch(store, mixed());
  await setPause(store, planId, 1);
  await store.write((tx) => tx.prepare("DELETE FROM execution_plans WHERE id = ?").run(planId));
  expect(listPlansToRequeue(store.read)).toEqual([]);
  await requeuePlan(store, planId);
  expect(places(store, planId)).toEqual([]);
});
