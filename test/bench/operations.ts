import { createClient } from "../../src/main/core/create-client";
import type { OrchestrationClient } from "../../src/main/core/orchestration-client";
import type { Store } from "../../src/main/core/store/open";
import type { Benchmark } from "./benchmark";
import { atMost, median, quantile } from "./figure";
import { inPlace, launch, noopPlan, randomGraph, seededRandom } from "./place";
import { PLANS, seedTasks, WORKERS } from "./seed";

const SIZES = [1_000, 100_000, 1_000_000] as const;
const PLAN_TASKS = 1_000;

/** Each of the 18 operations, one at a time and each durable, on databases of growing size. */
export const operations: Benchmark = {
  name: "operations",
  async run({ quick, report }) {
    const calls = quick ? 20 : 500;
    const smallest = new Map<string, number>();
    for (const size of quick ? SIZES.slice(0, 1) : SIZES) {
      await inPlace(async (place) => {
        const store = await place.openStore();
        await seedTasks(store, size);
        const planId = await launch(store, noopPlan(randomGraph(PLAN_TASKS)));
        const fsync = await commitTimes(store, calls);
        for (const [name, act] of operationsOf(store, planId, size)) {
          const times: number[] = [];
          for (let call = 0; call < calls; call += 1) {
            const begun = performance.now();
            await act(call);
            times.push(performance.now() - begun);
          }
          if (!smallest.has(name)) smallest.set(name, median(times));
          report({
            bench: `operation-${name}`,
            value: quantile(times, 0.99),
            unit: "ms p99",
            promise: atMost(2),
            more: {
              tasks: size,
              p50: Number(median(times).toFixed(3)),
              p50AgainstSmallest: Number((median(times) / (smallest.get(name) ?? 1)).toFixed(2)),
              oneRowCommitP50: Number(median(fsync).toFixed(3)),
              oneRowCommitP99: Number(quantile(fsync, 0.99).toFixed(3)),
            },
          });
        }
      });
    }
  },
};

/** What the smallest durable write costs here: below that no operation that writes can be. */
async function commitTimes(store: Store, calls: number): Promise<number[]> {
  const times: number[] = [];
  for (let call = 0; call < calls; call += 1) {
    const begun = performance.now();
    await store.write((tx) => tx.prepare("UPDATE planning_queue SET priority = ? WHERE id = 'asked'").run(call));
    times.push(performance.now() - begun);
  }
  return times;
}

type Operation = readonly [name: string, act: (call: number) => Promise<unknown>];

function operationsOf(store: Store, planId: string, size: number): readonly Operation[] {
  const client: OrchestrationClient = createClient(store);
  const random = seededRandom(3);
  const anyTask = (): string => `task-${Math.floor(random() * size)}`;
  const anyWorker = (): string => `worker-${Math.floor(random() * WORKERS)}`;
  const anyPlan = (): string => `plan-${Math.floor(random() * PLANS)}`;
  const ofPlan = store.read
    .prepare("SELECT task_id FROM console_tasks WHERE plan_id = ?")
    .pluck()
    .all(planId)
    .map(String);
  const made: string[] = [];
  return [
    ["createTask", async () => made.push(await client.createTask({ title: "New", taskType: "x", payload: { a: 1 } }))],
    ["getTask", () => client.getTask(anyTask())],
    ["updateTaskStatus", (call) => client.updateTaskStatus(made[call] ?? "", "in_progress")],
    ["getTasksByStatus", () => client.getTasksByStatus("escalated")],
    ["getQueuedTasks", () => client.getQueuedTasks({ limit: 10, taskType: "type-3" })],
    ["deleteTask", (call) => client.deleteTask(made[call] ?? "")],
    ["registerWorker", (call) => client.registerWorker({ workerId: `new-${call}`, role: "x", capabilities: ["y"] })],
    ["updateWorkerHeartbeat", () => client.updateWorkerHeartbeat(anyWorker())],
    ["getActiveWorkers", () => client.getActiveWorkers("role-1")],
    ["getWorker", () => client.getWorker(anyWorker())],
    ["unregisterWorker", (call) => client.unregisterWorker(`new-${call}`)],
    ["createPlannedSubtasksFromPlan", (call) => client.createPlannedSubtasksFromPlan(`plan-${call}`)],
    ["getExecutionPlanStatus", () => client.getExecutionPlanStatus(anyPlan())],
    ["checkSubtaskDependencies", (call) => client.checkSubtaskDependencies(ofPlan[call] ?? "")],
    ["getNextPlannedSubtask", () => client.getNextPlannedSubtask(planId)],
    ["markPlanExecutionStarted", (call) => client.markPlanExecutionStarted(`plan-${call}`)],
    ["checkSubtaskDependenciesBatch", (call) => client.checkSubtaskDependenciesBatch(ofPlan.slice(call, call + 10))],
    ["getExecutionPlanStatusCached", () => client.getExecutionPlanStatusCached(anyPlan())],
  ];
}
