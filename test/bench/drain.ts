import { startRunner } from "../../src/main/core/runner/runner";
import type { Store } from "../../src/main/core/store/open";
import type { Benchmark } from "./benchmark";
import { atMost, median, timed } from "./figure";
import { inPlace, launch, noopPlan, randomGraph } from "./place";
import { createRawQueue, drainRaw } from "./raw-queue";

const SLOTS = 2;
const ROUNDS = 3;

/** A plan of tasks with nothing to run, through the runner: what orchestration alone costs. */
export const drain: Benchmark = {
  name: "drain",
  async run({ quick, report }) {
    const graph = randomGraph(quick ? 1_000 : 10_000);
    const ours: number[] = [];
    const raw: number[] = [];
    for (let round = 0; round < (quick ? 1 : ROUNDS); round += 1) {
      raw.push(await rawDrain(graph));
      ours.push(await ourDrain(graph));
    }
    report({
      bench: "drain",
      value: median(ours) / 1_000,
      unit: "s",
      reference: median(raw) / 1_000,
      referenceIs: "raw SQLite, counters of unmet dependencies, rows of tasks, runs and events, groups of 50, FULL",
      promise: atMost(2),
      more: { tasks: graph.length, edges: graph.reduce((sum, on) => sum + on.length, 0), slots: SLOTS },
    });
  },
};

function rawDrain(graph: readonly (readonly number[])[]): Promise<number> {
  return inPlace(async (place) => {
    const queue = createRawQueue(place.openRaw(), graph);
    return timed(() => drainRaw(queue));
  });
}

function ourDrain(graph: readonly (readonly number[])[]): Promise<number> {
  return inPlace(async (place) => {
    const store = await place.openStore();
    const runner = startRunner(store, { slots: SLOTS, program: "cli" });
    await until(store, () => runner.info().dispatching);
    const planId = await launch(store, noopPlan(graph));
    const took = await timed(() => until(store, () => isCompleted(store, planId)));
    await runner.stop({ tasks: "cancel" });
    return took;
  });
}

function isCompleted(store: Store, planId: string): boolean {
  return store.read.prepare("SELECT status FROM execution_plans WHERE id = ?").pluck().get(planId) === "completed";
}

/** Looks at every batch of changes. */
export function until(store: Store, isSo: () => boolean): Promise<void> {
  return new Promise((resolve) => {
    const unsubscribe = store.changes.subscribe(look);
    const timer = setInterval(look, 20);
    function look(): void {
      if (!isSo()) return;
      unsubscribe();
      clearInterval(timer);
      resolve();
    }
    look();
  });
}
