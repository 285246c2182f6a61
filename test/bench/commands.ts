import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import { startRunner } from "../../src/main/core/runner/runner";
import type { Benchmark } from "./benchmark";
import { until } from "./drain";
import { atMost, median, timed } from "./figure";
import { inPlace, launch, planOf, subtask } from "./place";

const CONCURRENCY = 8;
const ROUNDS = 3;

/** Tasks that each run `true`, against a loop that does no more than spawn it through the shell as often. */
export const commands: Benchmark = {
  name: "commands",
  async run({ quick, report }) {
    const count = quick ? 50 : 1_000;
    const ours: number[] = [];
    const bare: number[] = [];
    const processor = { ours: 0, bare: 0 };
    for (let round = 0; round < (quick ? 1 : ROUNDS); round += 1) {
      const before = await processorMs();
      bare.push(await timed(() => spawnLoop(count)));
      const between = await processorMs();
      ours.push(await throughRunner(count));
      processor.bare += between - before;
      processor.ours += (await processorMs()) - between;
    }
    report({
      bench: "commands",
      value: median(ours) / count,
      unit: "ms/task",
      reference: median(bare) / count,
      referenceIs: `spawn of "true" by /bin/sh -c, ${CONCURRENCY} at once`,
      promise: atMost(1.25),
      more: { tasks: count, processorRatio: Math.round((processor.ours / processor.bare) * 100) / 100 },
    });
  },
};

const REAPED_MS = 200;
const MS_PER_TICK = 10;

/** Of this process and those that it has waited for; the last of these are given a moment to end. Linux. */
async function processorMs(): Promise<number> {
  await delay(REAPED_MS);
  const stat = readFileSync("/proc/self/stat", "latin1");
  const [user, system, ofChildren, systemOfChildren] = stat
    .slice(stat.lastIndexOf(")") + 2)
    .split(" ")
    .slice(11, 15)
    .map(Number);
  return ((user ?? 0) + (system ?? 0) + (ofChildren ?? 0) + (systemOfChildren ?? 0)) * MS_PER_TICK;
}

async function spawnLoop(count: number): Promise<void> {
  let left = count;
  const lane = async (): Promise<void> => {
    while (left > 0) {
      left -= 1;
      await once(spawn("true", { shell: true, detached: true, stdio: "ignore" }), "exit");
    }
  };
  await Promise.all(Array.from({ length: CONCURRENCY }, lane));
}

function throughRunner(count: number): Promise<number> {
  return inPlace(async (place) => {
    const store = await place.openStore();
    const runner = startRunner(store, { slots: CONCURRENCY, program: "cli" });
    await until(store, () => runner.info().dispatching);
    const status = store.read.prepare("SELECT status FROM execution_plans WHERE id = ?").pluck();
    const tasks = Array.from({ length: count }, (_, index) => subtask(index, { agent: "command", run: "true" }));
    const planId = await launch(store, planOf(tasks));
    const took = await timed(() => until(store, () => status.get(planId) === "completed"));
    await runner.stop({ tasks: "cancel" });
    return took;
  });
}
