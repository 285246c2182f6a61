import { expect, test } from "vitest";
import { getPlan } from "../../../src/main/core/operations/plans";
import { cancelTask, listTasks, retryTask } from "../../../src/main/core/operations/tasks";
import type { Store } from "../../../src/main/core/store/open";
import type { PlanDefinition } from "../../../src/shared/model/plan-definition";
import { recomputedDerivations, storedDerivations } from "../../helpers/invariants";
import { addWorkers, claim, finish, graphOf, launch, openTestStore } from "../../helpers/store";

/** A launched plan of which these tasks have failed. */
async function planWithFailed(definition: PlanDefinition, failed: readonly string[]) {
  const store = await openTestStore();
  const workers = await addWorkers(store, 10);
  const planId = await launch(store, definition);
  const ids = new Map(listTasks(store, { planId, limit: 100 }).rows.map((task) => [task.subtaskId, task.id]));
  const idOf = (subtaskId: string) => ids.get(subtaskId) ?? "";
  for (const one of await claim(store, workers)) {
    if (failed.includes(one.subtaskId)) await finish(store, one.runId, "failure");
  }
  return { store, planId, workers, idOf };
}

function states(store: Store, planId: string): Record<string, string> {
  const { rows } = listTasks(store, { planId, limit: 100 });
  return Object.fromEntries(rows.map((task) => [task.subtaskId ?? "", task.state]));
}

test("a failure blocks everything behind it, and a retry frees that again", async () => {
  const { store, planId, idOf } = await planWithFailed(graphOf({ a: [], b: ["a"], c: ["b"], other: [] }), ["a"]);
  expect(states(store, planId)).toEqual({ a: "failed", b: "blocked", c: "blocked", other: "in_progress" });
  expect(getPlan(store, { planId }).counts).toEqual({ failed: 1, blocked: 2, in_progress: 1 });
  const reasons = listTasks(store, { planId, limit: 10 }).rows.map((task) => task.reason);
  expect(reasons).toEqual(["exit code 1", "Blocked: Task a failed", "Blocked: Task a failed", null]);

  await retryTask(store, { taskId: idOf("a"), actor: "test" });
  expect(states(store, planId)).toEqual({ a: "queued", b: "waiting", c: "waiting", other: "in_progress" });
  expect(listTasks(store, { planId, limit: 10 }).rows[1]?.reason).toBe("Waits for Task a");
});

test("what hangs behind two failures stays blocked until both are retried", async () => {
  const graph = graphOf({ a: [], b: [], join: ["a", "b"], after: ["join"] });
  const { store, planId, idOf } = await planWithFailed(graph, ["a", "b"]);
  await retryTask(store, { taskId: idOf("a"), actor: "test" });
  expect(states(store, planId)).toEqual({ a: "queued", b: "failed", join: "blocked", after: "blocked" });
  await retryTask(store, { taskId: idOf("b"), actor: "test" });
  expect(states(store, planId)).toEqual({ a: "queued", b: "queued", join: "waiting", after: "waiting" });
});

test("a retry leaves blocked what another failure blocks from further away", async () => {
  // `join` waits for `a` itself, and for `b` only through `far`.
  const graph = graphOf({ a: [], b: [], far: ["b"], join: ["a", "far"], after: ["join"] });
  const { store, planId, idOf } = await planWithFailed(graph, ["a", "b"]);
  await retryTask(store, { taskId: idOf("a"), actor: "test" });
  expect(states(store, planId)).toEqual({
    a: "queued",
    b: "failed",
    far: "blocked",
    join: "blocked",
    after: "blocked",
  });
  expect(listTasks(store, { planId, limit: 10 }).rows[4]?.reason).toBe("Blocked: Task b failed");
  expect(storedDerivations(store.read)).toEqual(recomputedDerivations(store.read));
});

test("a retried task that is blocked itself keeps what is behind it blocked", async () => {
  const { store, planId, idOf } = await planWithFailed(graphOf({ a: [], b: ["a"], c: ["b"], other: [] }), ["a"]);
  await cancelTask(store, { taskId: idOf("b"), actor: "test" });
  expect(states(store, planId)).toMatchObject({ b: "cancelled", c: "blocked" });
  await retryTask(store, { taskId: idOf("b"), actor: "test" });
  expect(states(store, planId)).toMatchObject({ b: "blocked", c: "blocked" });
  expect(storedDerivations(store.read)).toEqual(recomputedDerivations(store.read));
});

test("a dependency that a foreign hand deletes is waited for no more", async () => {
  const { store, planId, idOf } = await planWithFailed(graphOf({ a: [], b: ["a"], other: [] }), ["a"]);
  await store.write((tx) => tx.prepare("DELETE FROM tasks WHERE id = ?").run(idOf("a")));
  expect(states(store, planId)).toEqual({ b: "queued", other: "in_progress" });
});
