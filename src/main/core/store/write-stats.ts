import type { LatencyHistogram, WriteStats } from "../../../shared/model/metrics";
import { LATENCY_BOUNDS_MS } from "../../../shared/model/metrics";

/** Counts what a commit queue does, for the figures of the process. */
export interface WriteTally {
  /** `dual`: legacy writes went into the unified tables as well. */
  committed(latenciesMs: readonly number[], dual: boolean): void;
  rolledBack(writes: number): void;
  read(): WriteStats;
}

interface Histogram {
  readonly counts: number[];
  sumMs: number;
  count: number;
}

export function createWriteTally(): WriteTally {
  let commits = 0;
  let rollbacks = 0;
  const legacy = emptyHistogram();
  const dual = emptyHistogram();
  return {
    committed(latencies, isDual) {
      commits += 1;
      for (const latency of latencies) add(isDual ? dual : legacy, latency);
    },
    rolledBack(writes) {
      rollbacks += writes;
    },
    read: () => ({ commits, rollbacks, legacy: shown(legacy), dual: shown(dual) }),
  };
}

function emptyHistogram(): Histogram {
  return { counts: LATENCY_BOUNDS_MS.map(() => 0), sumMs: 0, count: 0 };
}

function add(histogram: Histogram, ms: number): void {
  histogram.count += 1;
  histogram.sumMs += ms;
  const at = LATENCY_BOUNDS_MS.findIndex((bound) => ms <= bound);
  if (at !== -1) histogram.counts[at] = (histogram.counts[at] ?? 0) + 1;
}

function shown({ counts, sumMs, count }: Histogram): LatencyHistogram {
  return { counts: [...counts], sumMs, count };
}
