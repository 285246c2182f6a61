import type { monitorEventLoopDelay } from "node:perf_hooks";
import type { ElectronApplication } from "@playwright/test";

declare global {
  var __loop: { monitor: ReturnType<typeof monitorEventLoopDelay>; cpu: NodeJS.CpuUsage; began: number } | undefined;
}

/** How late main's own timers came, and how much of a processor it took. */
export interface MainLoop {
  readonly p50: number;
  readonly p99: number;
  readonly longest: number;
  /** Share of one processor. */
  readonly cpu: number;
}

/** Watches the main process from inside until the returned function is called. */
export async function watchMainLoop(app: ElectronApplication): Promise<() => Promise<MainLoop>> {
  await app.evaluate(() => {
    const { monitorEventLoopDelay } = process.getBuiltinModule("node:perf_hooks");
    const monitor = monitorEventLoopDelay({ resolution: 5 });
    monitor.enable();
    globalThis.__loop = { monitor, cpu: process.cpuUsage(), began: performance.now() };
  });
  return () =>
    app.evaluate(() => {
      const watch = globalThis.__loop;
      if (watch === undefined) throw new Error("nobody watches the main loop");
      watch.monitor.disable();
      const { user, system } = process.cpuUsage(watch.cpu);
      const late = (nanoseconds: number): number => Number(Math.max(0, nanoseconds / 1e6 - 5).toFixed(1));
      return {
        p50: late(watch.monitor.percentile(50)),
        p99: late(watch.monitor.percentile(99)),
        longest: late(watch.monitor.max),
        cpu: Number(((user + system) / 1_000 / (performance.now() - watch.began)).toFixed(2)),
      };
    });
}
