import {
  addModeStats,
  EMPTY_MODE_STATS,
  LATENCY_BOUNDS_MS,
  type ModeStats,
  WRITE_MODES,
  type WriteMode,
  type WriteStats,
} from "../../../shared/model/metrics";

/** Counts what a commit queue does, for the figures of the process and, once a minute, of its database. */
export interface WriteTally {
  committed(latenciesMs: readonly number[], mode: WriteMode): void;
  rolledBack(writes: number, mode: WriteMode): void;
  /** Everything since the process opened the database. */
  read(): WriteStats;
  /** What `keep` was not called for. */
  unkept(): WriteStats;
  /** What `unkept` answers now has found its place. */
  keep(): void;
}

interface Counts {
  readonly counts: number[];
  sumMs: number;
  count: number;
  commits: number;
  rollbacks: number;
}

export function createWriteTally(): WriteTally {
  let kept = ofModes(() => EMPTY_MODE_STATS);
  let fresh = ofModes(emptyCounts);
  const unkept = () => ofModes((mode) => shown(fresh[mode]));
  const read = () => ofModes((mode) => addModeStats(kept[mode], shown(fresh[mode])));
  return {
    committed(latencies, mode) {
      const into = fresh[mode];
      into.commits += 1;
      for (const latency of latencies) add(into, latency);
    },
    rolledBack(writes, mode) {
      fresh[mode].rollbacks += writes;
    },
    read,
    unkept,
    keep() {
      kept = read();
      fresh = ofModes(emptyCounts);
    },
  };
}

function ofModes<T>(make: (mode: WriteMode) => T): Readonly<Record<WriteMode, T>> {
  const [plain, events, dual, both] = WRITE_MODES;
  return { [plain]: make(plain), [events]: make(events), [dual]: make(dual), [both]: make(both) };
}

const emptyCounts = (): Counts => ({
  counts: LATENCY_BOUNDS_MS.map(() => 0),
  sumMs: 0,
  count: 0,
  commits: 0,
  rollbacks: 0,
});

function add(into: Counts, ms: number): void {
  into.count += 1;
  into.sumMs += ms;
  const at = LATENCY_BOUNDS_MS.findIndex((bound) => ms <= bound);
  if (at !== -1) into.counts[at] = (into.counts[at] ?? 0) + 1;
}

function shown({ counts, sumMs, count, commits, rollbacks }: Counts): ModeStats {
  return { latency: { counts: [...counts], sumMs, count }, commits, rollbacks };
}
