import { createClient } from "../../src/main/core/create-client";
import type { Benchmark } from "./benchmark";
import { atMost, median, timed } from "./figure";
import { inPlace, launch, noopPlan, randomGraph } from "./place";

/** As hive_orchestration asks whether a task may begin: by an id or by a subtask's id in a payload. */
const UPSTREAM = "SELECT status FROM tasks WHERE id = ? OR json_extract(payload, '$.subtask_id') = ?";
const COUNTER = "SELECT unmet FROM console_tasks WHERE task_id = ?";
const ROUNDS = 5;

/** Whether dependencies are met, in a plan of 10,000 tasks and 19,000 edges; and what is remembered of a plan. */
export const readiness: Benchmark = {
  name: "readiness",
  async run({ quick, report }) {
    const graph = randomGraph(quick ? 1_000 : 10_000);
    await inPlace(async (place) => {
      const store = await place.openStore();
      const client = createClient(store);
      const planId = await launch(store, noopPlan(graph));
      const all = store.read
        .prepare("SELECT task_id FROM console_tasks WHERE plan_id = ?")
        .pluck()
        .all(planId)
        .map(String);
      const ids = all.slice(-1_000);
      const perTask = async (work: () => unknown): Promise<number> => {
        const times: number[] = [];
        for (let round = 0; round < ROUNDS; round += 1) times.push(((await timed(work)) * 1_000) / ids.length);
        return median(times);
      };

      const counter = store.read.prepare(COUNTER).pluck();
      const byCounter = await perTask(() => ids.forEach((id) => void counter.get(id)));
      const single = await perTask(async () => {
        for (const id of ids) await client.checkSubtaskDependencies(id);
      });
      const batch = await perTask(() => client.checkSubtaskDependenciesBatch(ids));
      report({
        bench: "readiness",
        value: single,
        unit: "us",
        reference: byCounter,
        referenceIs: "reading the counter alone",
        promise: atMost(3),
      });

      const asked = graph.slice(-(quick ? 10 : 40)).flat();
      const upstream = store.read.prepare(UPSTREAM).pluck();
      const byUpstream =
        ((await timed(() => asked.forEach((on) => void upstream.get(`s${on}`, `s${on}`)))) * 1_000) / asked.length;
      report({
        bench: "readiness-against-upstream",
        value: single,
        unit: "us",
        reference: byUpstream * 2,
        referenceIs: "upstream's OR + json_extract query, for two dependencies",
        promise: atMost(0.01),
      });
      report({
        bench: "batch-check-against-upstream",
        value: batch,
        unit: "us",
        reference: byUpstream * 2,
        referenceIs: "upstream's way of asking for one task after the other, for two dependencies",
        promise: atMost(0.1),
      });
      report({
        bench: "batch-check",
        value: batch,
        unit: "us",
        reference: single,
        referenceIs: "checkSubtaskDependencies, one task after the other, of 1,000",
        promise: atMost(0.1),
      });

      const plain = await perTask(async () => {
        for (const _ of ids) await client.getExecutionPlanStatus(planId);
      });
      const cached = await perTask(async () => {
        for (const _ of ids) await client.getExecutionPlanStatusCached(planId);
      });
      report({
        bench: "cached-plan-status",
        value: cached,
        unit: "us",
        reference: plain,
        referenceIs: "getExecutionPlanStatus",
        promise: atMost(1),
      });
    });
  },
};
