import { expect, it } from "vitest";
import { createForecaster } from "../../../src/main/core/operations/forecast";
import type { Store } from "../../../src/main/core/store/open";
import type { PlanForecast } from "../../../src/shared/model/forecast";
import { addWorkers, claim, finish, launch, openTestStore, planOf, subtask } from "../../helpers/store";
import { waitFor } from "../../helpers/wait";

const command = (id: string, given: Parameters<typeof subtask>[1] = {}) =>
  subtask(id, { agent: "command", run: "true", ...given });

/** A clock that stands still until it is told. */
function manualClock(start = Date.UTC(2026, 0, 1)) {
  let now = start;
  return {
    now: () => now,
    monotonic: () => now - start,
    advance(ms: number) {
      now += ms;
    },
  };
}

const DIAMOND = planOf([
  command("a"),
  command("b", { dependencies: ["a"] }),
  command("c", { dependencies: ["a"] }),
  command("d", { dependencies: ["b", "c"] }),
]);

/** Runs whatever is ready until nothing is, each task as long as `times` says. */
async function runThrough(store: Store, clock: ReturnType<typeof manualClock>, times: Record<string, number>) {
  const [worker = ""] = await addWorkers(store, 1);
  for (let [one] = await claim(store, [worker]); one !== undefined; [one] = await claim(store, [worker])) {
    clock.advance(times[one.subtaskId] ?? 0);
    await finish(store, one.runId, "success");
  }
}

/** The same work in another plan, which took so long. */
async function remember(store: Store, clock: ReturnType<typeof manualClock>, id: string, ms: number) {
  await launch(store, planOf([command(id)], { title: "Another" }));
  await runThrough(store, clock, { [id]: ms });
}

const idsBySubtask = (store: Store, planId: string) =>
  new Map(
    store.read
      .prepare<[string], { subtask_id: string; task_id: string }>("SELECT * FROM console_tasks WHERE plan_id = ?")
      .all(planId)
      .map((row) => [row.subtask_id, row.task_id]),
  );

it("predicts a running plan's end from its earlier runs, task by task", async () => {
  const clock = manualClock();
  const store = await openTestStore({ clock });
  await launch(store, DIAMOND);
  await runThrough(store, clock, { a: 1_000, b: 4_000, c: 500, d: 2_000 });
  const planId = await launch(store, DIAMOND);
  const ids = idsBySubtask(store, planId);
  const forecaster = createForecaster(store);
  const begun = clock.now();
  const before = await forecaster.forecastTasks(planId);
  expect(before).toMatchObject({
    kind: "estimate",
    finishP50: begun + 7_000,
    finishP90: begun + 7_000,
    criticalPath: ["a", "b", "d"].map((id) => ids.get(id)),
    criticalMs: 7_000,
    remaining: 4,
    usualMs: 7_500,
    usualP50: [1_000, 4_000, 500, 2_000],
    usualP90: [1_000, 4_000, 500, 2_000],
    basis: { pastRuns: 1, known: 4, unknown: 0, fewestSamples: 1 },
    ordinals: [0, 1, 2, 3],
    startsAt: [0, 1_000, 1_000, 5_000].map((at) => begun + at),
    endsAt: [1_000, 5_000, 1_500, 7_000].map((at) => begun + at),
  });

  const [worker = ""] = await addWorkers(store, 1);
  const [a] = await claim(store, [worker]);
  clock.advance(1_200);
  await finish(store, a?.runId ?? "", "success");
  await claim(store, [worker]);
  clock.advance(1_000);
  await waitFor("the changes to arrive", async () => (await forecaster.forecast(planId)).remaining === 3);
  const later = await forecaster.forecastTasks(planId);
  expect(later).toMatchObject({
    kind: "estimate",
    finishP50: clock.now() + 5_000,
    criticalPath: ["b", "d"].map((id) => ids.get(id)),
  });
  expect(later.startsAt.slice(0, 2)).toEqual([null, null]);
});

it("says what it does not know: no past, a person's decision, a plan that is held or was never there", async () => {
  const store = await openTestStore();
  const forecaster = createForecaster(store);
  const gated = await launch(store, planOf([command("a"), subtask("ask", { agent: "approval" })]));
  expect(await forecaster.forecast(gated)).toMatchObject({
    kind: "unknown",
    finishP50: null,
    basis: { unknown: 1, approvals: 1 },
    remaining: 2,
  });
  await store.write((tx) => tx.exec("UPDATE console_plans SET paused_at = 1"));
  expect(await createForecaster(store).forecast(gated)).toMatchObject({ kind: "never", finishP50: null });
  await expect(forecaster.forecast("nobody")).rejects.toMatchObject({ code: "not_found" });
});

it("leaves out what a failure blocks, and runs the cleanup behind it", async () => {
  const clock = manualClock();
  const store = await openTestStore({ clock });
  const plan = planOf([
    command("bad"),
    command("behind", { dependencies: ["bad"] }),
    command("cleanup", { dependencies: ["behind"], when: "always" }),
    command("rescue", { dependencies: ["bad"], when: "failure" }),
    command("allowed", { onFailure: "continue" }),
    command("after", { dependencies: ["allowed"] }),
  ]);
  await launch(store, plan);
  await runThrough(store, clock, { bad: 100, behind: 100, cleanup: 300, allowed: 100, after: 900 });
  await remember(store, clock, "rescue", 1_500);
  const planId = await launch(store, plan);
  const ids = idsBySubtask(store, planId);
  const claims = await claim(store, await addWorkers(store, 2));
  for (const { runId } of claims) await finish(store, runId, "failure");
  expect(await createForecaster(store).forecast(planId)).toMatchObject({
    kind: "estimate",
    remaining: 3,
    finishP50: clock.now() + 1_500,
    criticalPath: [ids.get("rescue")],
  });
});

it("tells watchers after changes, once a second at most, and nobody after they have left", async () => {
  const store = await openTestStore();
  const planId = await launch(store, planOf(Array.from({ length: 40 }, (_, at) => command(`t${at}`))));
  const forecaster = createForecaster(store);
  const told: Array<{ at: number; forecast: PlanForecast }> = [];
  const unwatch = forecaster.watch(
    planId,
    (forecast) => told.push({ at: performance.now(), forecast }),
    (message) => expect.fail(message),
  );
  const [worker = ""] = await addWorkers(store, 1);
  for (let done = 0; done < 40; done += 1) {
    const [one] = await claim(store, [worker]);
    await finish(store, one?.runId ?? "", "success");
  }
  await waitFor("the last state", () => told.at(-1)?.forecast.remaining === 0);
  for (const [index, { at }] of told.entries()) {
    if (index > 0) expect(at - (told[index - 1]?.at ?? 0)).toBeGreaterThan(950);
  }
  expect(told.at(-1)?.forecast).toMatchObject({ kind: "estimate", remaining: 0, criticalPath: [] });

  const before = told.length;
  unwatch();
  await store.write((tx) => tx.exec("UPDATE tasks SET priority = 5"));
  await forecaster.forecast(planId);
  expect(told.length).toBe(before);
});
