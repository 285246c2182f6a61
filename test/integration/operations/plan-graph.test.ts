import { describe, expect, it } from "vitest";
import { getPlanGraph, getPlanGraphStates } from "../../../src/main/core/operations/plan-graph";
import { getPlanAttempts } from "../../../src/main/core/operations/plan-timeline";
import { getTaskRows } from "../../../src/main/core/operations/tasks";
import type { Store } from "../../../src/main/core/store/open";
import { GRAPH_EDGES, GRAPH_NODES, GRAPH_SIZE, GRAPH_STATES } from "../../../src/main/core/store/plan-graph-rows";
import { largePlan } from "../../helpers/large-plan";
import { addWorkers, claim, finish, graphOf, launch, openTestStore, planOf } from "../../helpers/store";

/** The edges of a plan's graph as `a>b`, by subtask ids. */
async function edgesOf(store: Store, planId: string): Promise<string[]> {
  const { subtaskIds, edges } = await getPlanGraph(store, { planId });
  return edges.flatMap((from, index) =>
    index % 2 === 0 ? [`${subtaskIds[from]}>${subtaskIds[edges[index + 1] ?? -1]}`] : [],
  );
}

describe("a plan as a graph", () => {
  it("has its tasks in the plan's order, and what each waits for", async () => {
    const store = await openTestStore();
    const planId = await launch(store, graphOf({ d: ["b", "c"], a: [], b: ["a"], c: ["a"] }));
    await launch(store, graphOf({ a: [], b: ["a"] }));
    const graph = await getPlanGraph(store, { planId });
    expect(graph.subtaskIds).toEqual(["d", "a", "b", "c"]);
    expect(graph.titles[0]).toBe("Task d");
    expect(graph.agents).toEqual(["noop", "noop", "noop", "noop"]);
    expect(graph.ordinals).toEqual([0, 1, 2, 3]);
    expect((await edgesOf(store, planId)).sort()).toEqual(["a>b", "a>c", "b>d", "c>d"]);
  });

  it("tells where every task stands as its rows do", async () => {
    const store = await openTestStore();
    const planId = await launch(store, graphOf({ a: [], b: [], c: ["a"], d: ["b"], e: ["d"] }));
    const workers = await addWorkers(store, 2);
    const [first, second] = await claim(store, workers);
    if (!first || !second) throw new Error("two tasks are ready");
    await finish(store, second.runId, "failure");
    const graph = await getPlanGraph(store, { planId });
    const shown = await getPlanGraphStates(store, { planId });
    const rows = getTaskRows(store, graph.ids);
    expect(shown.ordinals).toEqual(graph.ordinals);
    expect(shown.state.map((place) => shown.states[place])).toEqual(rows.map((row) => row.state));
    expect(shown.worker.map((place) => shown.workers[place] ?? null)).toEqual(rows.map((row) => row.workerId));
    for (const column of ["attempts", "startedAt", "finishedAt", "notBefore"] as const) {
      expect(shown[column], column).toEqual(rows.map((row) => row[column]));
    }
    expect(new Set(rows.map((row) => row.state)).size).toBeGreaterThan(2);
  });

  it("is refused for a plan that is not there, or too large to draw", async () => {
    const store = await openTestStore();
    await expect(getPlanGraph(store, { planId: "nowhere" })).rejects.toMatchObject({ code: "not_found" });
    const planId = await launch(store, planOf([]));
    const many = await launch(store, largePlan(20_001, 0));
    await expect(getPlanGraph(store, { planId: many })).rejects.toMatchObject({ code: "not_allowed" });
    await expect(getPlanGraphStates(store, { planId: many })).rejects.toMatchObject({ code: "not_allowed" });
    await expect(getPlanAttempts(store, { planId: many })).rejects.toMatchObject({ code: "not_allowed" });
    expect((await getPlanGraph(store, { planId })).ids).toEqual([]);
  });

  it("is read by index, without sorting", async () => {
    const store = await openTestStore();
    for (const [sql, bindings] of [
      [GRAPH_NODES, ["p", -1, 500]],
      [GRAPH_EDGES, ["p", -1, 500]],
      [GRAPH_STATES, ["p", -1, 500]],
      [GRAPH_SIZE, ["p"]],
    ] as const) {
      const steps = store.read
        .prepare<unknown[], { detail: string }>(`EXPLAIN QUERY PLAN ${sql}`)
        .all(...bindings)
        .map((step) => step.detail);
      expect(steps.filter((step) => !step.startsWith("SEARCH"))).toEqual([]);
    }
  });

  it("lets others have their turn while a plan of 10,000 tasks is read", async () => {
    const store = await openTestStore();
    const planId = await launch(store, largePlan(10_000, 19_000));
    await getPlanGraph(store, { planId });
    for (const [name, read] of [
      ["graph", getPlanGraph],
      ["states", getPlanGraphStates],
    ] as const) {
      const { longest, turns, took } = await whileTurning(() => read(store, { planId }));
      process.stdout.write(
        `plans.${name} of 10,000 tasks: ${took.toFixed(0)} ms, longest turn ${longest.toFixed(1)} ms\n`,
      );
      expect(turns).toBeGreaterThanOrEqual(20);
    }
    expect(await edgesOf(store, planId)).toHaveLength(19_000);
  });
});

/** How long the event loop was held at most, in milliseconds, and how often it came round. */
async function whileTurning(work: () => Promise<unknown>): Promise<{ longest: number; turns: number; took: number }> {
  let longest = 0;
  let turns = 0;
  let last = performance.now();
  const start = last;
  let isDone = false;
  const turn = (): void => {
    const now = performance.now();
    longest = Math.max(longest, now - last);
    last = now;
    turns += 1;
    if (!isDone) setImmediate(turn);
  };
  setImmediate(turn);
  await work();
  isDone = true;
  return { longest, turns, took: performance.now() - start };
}
