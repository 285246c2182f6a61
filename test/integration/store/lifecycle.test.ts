import { expect, test } from "vitest";
import { getPlan } from "../../../src/main/core/operations/plans";
import { listTasks } from "../../../src/main/core/operations/tasks";
import { addWorkers, claim, finish, graphOf, launch, openTestStore } from "../../helpers/store";

test("a plan is launched, worked on in the order of its graph, and ends completed", async () => {
  const store = await openTestStore();
  const planId = await launch(store, graphOf({ a: [], b: ["a"], c: ["a"], d: ["b", "c"] }));
  const workers = await addWorkers(store, 4);
  expect(getPlan(store, { planId }).counts).toEqual({ queued: 1, waiting: 3 });

  const order: string[][] = [];
  let ended: string | null = null;
  while (ended === null) {
    const claims = await claim(store, workers);
    order.push(claims.map((one) => one.subtaskId));
    for (const one of claims) {
      const done = await finish(store, one.runId, "success", { result: JSON.stringify({ from: one.subtaskId }) });
      expect(done.applied).toBe(true);
      ended = done.planEnded;
    }
  }
  expect(order).toEqual([["a"], ["b", "c"], ["d"]]);
  expect(ended).toBe(planId);
  const plan = getPlan(store, { planId });
  expect(plan.status).toBe("completed");
  expect(plan.counts).toEqual({ completed: 4 });
  expect(listTasks(store, { planId, limit: 10 }).rows.map((task) => task.state)).toEqual(Array(4).fill("completed"));
});
