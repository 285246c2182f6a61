import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { createClient } from "../../src/main/core/create-client";
import type { Benchmark } from "./benchmark";
import { atMost } from "./figure";
import { inPlace, seededRandom } from "./place";
import { seedTasks, WORKERS } from "./seed";

const MIB = 1_048_576;

/** What remains in memory of a million operations: reads, writes in groups, and answers thrown away. */
export const memory: Benchmark = {
  name: "memory",
  async run({ quick, report }) {
    setFlagsFromString("--expose-gc");
    const collect: unknown = runInNewContext("gc");
    const used = (): number => {
      if (typeof collect === "function") for (let turn = 0; turn < 3; turn += 1) collect();
      return process.memoryUsage().heapUsed + process.memoryUsage().external;
    };
    const total = quick ? 10_000 : 1_000_000;
    await inPlace(async (place) => {
      const store = await place.openStore();
      const size = 10_000;
      await seedTasks(store, size);
      const client = createClient(store);
      store.changes.subscribe(() => undefined);
      const random = seededRandom(5);
      const one = (index: number): Promise<unknown> => {
        const id = `task-${Math.floor(random() * size)}`;
        if (index % 10 === 0) return client.updateTaskStatus(id, "in_progress").catch(() => false);
        if (index % 10 === 1) return client.updateWorkerHeartbeat(`worker-${Math.floor(random() * WORKERS)}`);
        if (index % 10 < 4) return client.checkSubtaskDependencies(id);
        if (index % 10 < 6) return client.getExecutionPlanStatusCached(`plan-${index % 1_000}`);
        return client.getTask(id);
      };
      const run = async (count: number): Promise<void> => {
        for (let done = 0; done < count; done += 100) {
          await Promise.all(Array.from({ length: 100 }, (_, index) => one(index)));
        }
      };
      await run(total / 10);
      const before = used();
      await run(total);
      const after = used();
      report({
        bench: "memory",
        value: (after - before) / MIB,
        unit: "MiB grown",
        promise: atMost(5),
        more: { operations: total, before: Math.round(before / MIB), after: Math.round(after / MIB) },
      });
    });
  },
};
