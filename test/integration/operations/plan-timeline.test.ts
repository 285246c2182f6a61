import { describe, expect, it } from "vitest";
import { getPlanAttempts, listOtherRuns } from "../../../src/main/core/operations/plan-timeline";
import { launchPlan } from "../../../src/main/core/operations/plans";
import type { Store } from "../../../src/main/core/store/open";
import {
  LAST_OF_PAGE,
  OTHER_RUNS,
  PLAN_ATTEMPTS,
  TASK_ATTEMPTS,
} from "../../../src/main/core/store/plan-timeline-rows";
import { NO_RETRIES } from "../../../src/shared/model/plan-definition";
import { largePlan } from "../../helpers/large-plan";
import { addWorkers, claim, finish, graphOf, launch, openTestStore, planOf, subtask } from "../../helpers/store";

/** Each attempt as `ordinal#number status worker`. */
async function attemptsOf(store: Store, planId: string, taskIds?: readonly string[]): Promise<string[]> {
  const given = await getPlanAttempts(store, { planId, taskIds });
  return given.ordinals.map(
    (ordinal, place) =>
      `${ordinal}#${given.numbers[place]} ${given.statuses[given.status[place] ?? -1]} ${given.workers[given.worker[place] ?? -1]}`,
  );
}

describe("a plan in time", () => {
  it("has every attempt of its tasks, with who made it and when", async () => {
    const store = await openTestStore();
    const retries = { ...NO_RETRIES, count: 1 };
    const planId = await launch(
      store,
      planOf([subtask("a", { retries }), subtask("b"), subtask("c", { dependencies: ["a"] })]),
    );
    await launch(store, graphOf({ other: [] }));
    const workers = await addWorkers(store, 2);
    const [first, second] = await claim(store, workers);
    if (!first || !second) throw new Error("two tasks are ready");
    await finish(store, first.runId, "failure", { retryAt: store.clock.now() - 1 });
    await claim(store, [first.workerId]);
    const all = await attemptsOf(store, planId);
    expect(all).toEqual([
      `0#1 failure ${first.workerId}`,
      `0#2 running ${first.workerId}`,
      `1#1 running ${second.workerId}`,
    ]);
    expect(await attemptsOf(store, planId, [second.taskId, "nowhere"])).toEqual([all[2]]);
    const { startedAt, endedAt, isCut } = await getPlanAttempts(store, { planId });
    expect(isCut).toBe(false);
    expect(startedAt.every((time) => time !== null)).toBe(true);
    expect(endedAt.map((time) => time === null)).toEqual([false, true, true]);
  });

  it("is refused for a plan that is not there", async () => {
    const store = await openTestStore();
    await expect(getPlanAttempts(store, { planId: "nowhere" })).rejects.toMatchObject({ code: "not_found" });
  });

  it("knows the other runs of the same source, the latest first", async () => {
    const store = await openTestStore();
    const run = async (sourceName: string | null, title: string): Promise<string> => {
      const definition = { ...graphOf({ a: [] }), title };
      const given = { parameters: {}, sourceText: null, folder: "/tmp", launchedBy: "test" };
      return (await launchPlan(store, { ...given, definition, sourceName })).planId;
    };
    const first = await run("build.yaml", "Build 1");
    const second = await run("build.yaml", "Build 2");
    await run("other.yaml", "Build 1");
    const third = await run("build.yaml", "Build 3");
    const others = (planId: string) => listOtherRuns(store, { planId, limit: 20 }).map(({ id }) => id);
    expect(new Set(others(second))).toEqual(new Set([third, first]));
    expect(others("nowhere")).toEqual([]);
    const alone = await run(null, "By hand");
    expect(others(alone)).toEqual([]);
  });

  it("is read by index, without sorting", async () => {
    const store = await openTestStore();
    for (const [sql, bindings] of [
      [LAST_OF_PAGE, ["p", -1, 250]],
      [PLAN_ATTEMPTS, ["p", -1, 250, 9]],
      [TASK_ATTEMPTS, ["t", "p"]],
      [OTHER_RUNS, ["s", "p", 20]],
    ] as const) {
      const steps = store.read
        .prepare<unknown[], { detail: string }>(`EXPLAIN QUERY PLAN ${sql}`)
        .all(...bindings)
        .map(({ detail }) => detail);
      expect(
        steps.filter((step) => step.includes("TEMP B-TREE") || /SCAN (k|r|console_plans|runs)/.test(step)),
      ).toEqual([]);
    }
  });

  it("lets others have their turn while 10,000 tasks are read", async () => {
    const store = await openTestStore();
    const planId = await launch(store, largePlan(10_000, 0));
    let turns = 0;
    let isDone = false;
    const turn = (): void => {
      turns += 1;
      if (!isDone) setImmediate(turn);
    };
    setImmediate(turn);
    await getPlanAttempts(store, { planId });
    isDone = true;
    expect(turns).toBeGreaterThanOrEqual(20);
  });
});
