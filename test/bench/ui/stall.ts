import { monitorEventLoopDelay } from "node:perf_hooks";

const RESOLUTION_MS = 5;

/** How late timers of a process that does nothing came: what the machine itself takes from everybody. */
export interface Stall {
  readonly stallP99: number;
  readonly stallLongest: number;
}

/** Watches the machine from this process until the returned function is called. */
export function watchStall(): () => Stall {
  const monitor = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  monitor.enable();
  return () => {
    monitor.disable();
    const late = (nanoseconds: number): number => Number(Math.max(0, nanoseconds / 1e6 - RESOLUTION_MS).toFixed(1));
    return { stallP99: late(monitor.percentile(99)), stallLongest: late(monitor.max) };
  };
}
