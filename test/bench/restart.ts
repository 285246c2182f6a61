import { startRunner } from "../../src/main/core/runner/runner";
import { openStore } from "../../src/main/core/store/open";
import type { Benchmark } from "./benchmark";
import { until } from "./drain";
import { atMost, median, timed } from "./figure";
import { inPlace, launch, planOf, randomGraph, subtask } from "./place";

const ROUNDS = 5;

/** From the opening of a database with unfinished tasks until its runner dispatches and the first of them runs. */
export const restart: Benchmark = {
  name: "restart",
  async run({ quick, report }) {
    const graph = randomGraph(quick ? 1_000 : 10_000);
    const times: number[] = [];
    await inPlace(async (place) => {
      const first = await place.openStore();
      const tasks = graph.map((dependencies, index) =>
        subtask(index, {
          agent: "command",
          run: index === 0 ? "sleep 1000" : "true",
          dependencies: dependencies.map((on) => `s${on}`),
        }),
      );
      await launch(first, planOf(tasks));
      const { file } = first;
      await first.close();
      for (let round = 0; round < (quick ? 1 : ROUNDS); round += 1) {
        const open: Array<() => Promise<void>> = [];
        times.push(
          await timed(async () => {
            const store = await openStore({ file });
            const runner = startRunner(store, { slots: 2, program: "cli", graceMs: 100 });
            open.push(() => runner.stop({ tasks: round + 1 < ROUNDS && !quick ? "leave" : "cancel" }));
            open.push(() => store.close());
            await until(store, () => runner.info().running === 1);
          }),
        );
        for (const close of open) await close();
      }
    });
    report({
      bench: "restart",
      value: median(times),
      unit: "ms",
      promise: atMost(200),
      more: { unfinishedTasks: graph.length, longest: Math.round(Math.max(...times)) },
    });
  },
};
