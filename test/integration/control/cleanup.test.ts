import { expect, test } from "vitest";
import { pausePlan } from "../../../src/main/core/operations/control";
import { cancelPlan, getPlan } from "../../../src/main/core/operations/plans";
import { previewAct } from "../../../src/main/core/operations/previews";
import { listTasks, retryTask } from "../../../src/main/core/operations/tasks";
import type { Store } from "../../../src/main/core/store/open";
import type { SubtaskDefinition } from "../../../src/shared/model/plan-definition";
import { recomputedDerivations, storedDerivations } from "../../helpers/invariants";
import { addWorkers, claim, finish, launch, openTestStore, planOf, subtask } from "../../helpers/store";

const work = (id: string, more: Partial<SubtaskDefinition> = {}): SubtaskDefinition =>
  subtask(id, { agent: "command", run: "true", ...more });

/** `clean` waits for `a`, `tidy` for `clean`: both run always; `undo` runs on a failure. */
const RELEASE = planOf([
  work("a"),
  work("b", { dependencies: ["a"] }),
  work("undo", { dependencies: ["a"], when: "failure" }),
  work("clean", { dependencies: ["a", "b"], when: "always" }),
  work("after", { dependencies: ["clean"] }),
  work("tidy", { dependencies: ["clean"], when: "always" }),
]);

function statuses(store: Store, planId: string): Record<string, string> {
  return Object.fromEntries(
    listTasks(store, { planId, limit: 50 }).rows.map(({ subtaskId, status }) => [subtaskId ?? "", status]),
  );
}

/** The plan with `a` under way, and the worker that has it. */
async function begun(): Promise<{ store: Store; planId: string; workers: string[]; runId: string }> {
  const store = await openTestStore();
  const planId = await launch(store, RELEASE);
  const workers = await addWorkers(store, 2);
  const [claimed] = await claim(store, workers);
  return { store, planId, workers, runId: claimed?.runId ?? "" };
}

const named = (claims: readonly { subtaskId: string | null }[]) => claims.map(({ subtaskId }) => subtaskId);

test("a cancelled plan cleans up when all else has stopped, and is cancelled then", async () => {
  const { store, planId, workers, runId } = await begun();
  const preview = await previewAct(store, { of: { act: "plans.cancel", planId }, limit: 10 });
  expect(await cancelPlan(store, { planId, actor: "ada" })).toEqual({ cancelled: 3, stopping: 1, cleaning: 2 });
  expect(preview.count).toBe(4);
  expect(preview.skipped).toMatchObject([
    { reason: "runs_on", count: 2, message: expect.stringContaining("cleans up") },
  ]);

  expect(await claim(store, workers)).toEqual([]);
  expect(getPlan(store, { planId })).toMatchObject({ status: "executing", cancelRequested: true });
  await finish(store, runId, "cancelled");
  expect(storedDerivations(store.read)).toEqual(recomputedDerivations(store.read));
  expect(getPlan(store, { planId })).toMatchObject({ status: "executing", cancelRequested: true, cleaning: true });
  await expect(pausePlan(store, { planId, actor: "ada" })).rejects.toMatchObject({ code: "illegal_transition" });

  for (const step of ["clean", "tidy"]) {
    const claims = await claim(store, workers);
    expect(named(claims)).toEqual([step]);
    await finish(store, claims[0]?.runId ?? "", "success");
  }
  expect(statuses(store, planId)).toEqual({
    a: "cancelled",
    b: "cancelled",
    undo: "cancelled",
    clean: "completed",
    after: "cancelled",
    tidy: "completed",
  });
  expect(getPlan(store, { planId }).status).toBe("cancelled");
});

test("taken up again by a retry, the plan can be cancelled as before", async () => {
  const { store, planId, workers, runId } = await begun();
  await cancelPlan(store, { planId, actor: "ada" });
  await finish(store, runId, "cancelled");
  const [clean] = await claim(store, workers);
  await finish(store, clean?.runId ?? "", "failure");
  const [tidy] = await claim(store, workers);
  await finish(store, tidy?.runId ?? "", "success");
  expect(getPlan(store, { planId }).status).toBe("cancelled");
  const a = listTasks(store, { planId, limit: 50 }).rows[0];
  await retryTask(store, { taskId: a?.id ?? "", actor: "ada" });
  expect(getPlan(store, { planId })).toMatchObject({ status: "executing", cancelRequested: false });
  const [again] = await claim(store, workers);
  expect(await cancelPlan(store, { planId, actor: "ada" })).toMatchObject({ stopping: 1, cleaning: 2 });
  await finish(store, again?.runId ?? "", "cancelled");
  expect(named(await claim(store, workers))).toEqual(["clean"]);
});

test("cancelled again, it does without: while the rest stops, and while it cleans up", async () => {
  for (const isCleaning of [false, true]) {
    const { store, planId, workers, runId } = await begun();
    await cancelPlan(store, { planId, actor: "ada" });
    let last = runId;
    if (isCleaning) {
      await finish(store, runId, "cancelled");
      last = (await claim(store, workers))[0]?.runId ?? "";
    }
    const preview = await previewAct(store, { of: { act: "plans.cancel", planId }, limit: 10 });
    const done = await cancelPlan(store, { planId, actor: "ada" });
    expect(done).toEqual({ cancelled: isCleaning ? 1 : 2, stopping: 1, cleaning: 0 });
    expect(preview.skipped.map(({ reason }) => reason)).not.toContain("runs_on");
    await finish(store, last, "cancelled");
    expect(await claim(store, workers)).toEqual([]);
    expect(getPlan(store, { planId }).status).toBe("cancelled");
    expect(storedDerivations(store.read)).toEqual(recomputedDerivations(store.read));
  }
});

test("a plan of which nothing has begun is cancelled whole, a paused one cleans up all the same", async () => {
  const store = await openTestStore();
  const untouched = await launch(store, RELEASE);
  expect(await cancelPlan(store, { planId: untouched, actor: "ada" })).toEqual({
    cancelled: 6,
    stopping: 0,
    cleaning: 0,
  });
  expect(getPlan(store, { planId: untouched }).status).toBe("cancelled");

  const { store: other, planId, workers, runId } = await begun();
  await finish(other, runId, "success");
  await pausePlan(other, { planId, actor: "ada" });
  expect(await cancelPlan(other, { planId, actor: "ada" })).toMatchObject({ stopping: 0, cleaning: 2 });
  expect(named(await claim(other, workers))).toEqual(["clean"]);
});
