import { monitorEventLoopDelay } from "node:perf_hooks";
import { setTimeout as delay } from "node:timers/promises";
import { startRunner } from "../../src/main/core/runner/runner";
import type { Benchmark } from "./benchmark";
import { until } from "./drain";
import { atMost } from "./figure";
import { inPlace, launch, planOf, subtask } from "./place";

/** A hundred lines each second, at one fork: what is measured is the console, not the machine under forks. */
const TALK =
  "while :; do i=0; while [ $i -lt 100 ]; do echo line $i of a talking process; i=$((i+1)); done; sleep 1; done";

/** The main loop while many processes write their logs at once, beside what an idle loop has on this machine. */
export const eventLoop: Benchmark = {
  name: "event-loop",
  async run({ quick, report }) {
    const processes = quick ? 10 : 200;
    const watchMs = quick ? 1_000 : 10_000;
    const idle = await delays(watchMs / 2);
    await inPlace(async (place) => {
      const store = await place.openStore();
      const runner = startRunner(store, { slots: processes, program: "cli", graceMs: 200 });
      const live = store.read.prepare("SELECT count(*) FROM console_runs WHERE live = 1 AND pid IS NOT NULL").pluck();
      await until(store, () => runner.info().dispatching);
      const tasks = Array.from({ length: processes }, (_, index) => subtask(index, { agent: "command", run: TALK }));
      await launch(store, planOf(tasks));
      await until(store, () => Number(live.get()) === processes);
      const busy = await delays(watchMs);
      report({
        bench: "event-loop",
        value: busy.p99,
        unit: "ms p99",
        promise: atMost(20),
        more: { processes, p50: busy.p50, longest: busy.longest, idleP99: idle.p99, idleLongest: idle.longest },
      });
      await runner.stop({ tasks: "cancel" });
    });
  },
};

async function delays(ms: number) {
  const resolution = 5;
  const monitor = monitorEventLoopDelay({ resolution });
  monitor.enable();
  await delay(ms);
  monitor.disable();
  const late = (nanoseconds: number): number => Number(Math.max(0, nanoseconds / 1e6 - resolution).toFixed(2));
  return { p50: late(monitor.percentile(50)), p99: late(monitor.percentile(99)), longest: late(monitor.max) };
}
