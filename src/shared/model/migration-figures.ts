import { addModeStats, EMPTY_MODE_STATS, latencyQuantile, type ModeStats, type WriteMode } from "./metrics";

/** How far back the figures of a migration go, and how long each bar is. */
export const MIGRATION_RANGES = {
  "1h": { label: "1 h", ms: 3_600_000, stepMs: 60_000 },
  "24h": { label: "24 h", ms: 86_400_000, stepMs: 900_000 },
  "7d": { label: "7 d", ms: 604_800_000, stepMs: 7_200_000 },
} as const;
export type MigrationRange = keyof typeof MIGRATION_RANGES;
export const MIGRATION_RANGE_NAMES = ["1h", "24h", "7d"] as const satisfies readonly MigrationRange[];

export interface ModeTotals extends ModeStats {
  readonly mode: WriteMode;
}

export interface WriteBar extends ModeTotals {
  readonly at: number;
}

/** What the consoles of the database wrote; of other processes up to their last full minute. */
export interface WriteFigures {
  readonly since: number;
  readonly until: number;
  readonly stepMs: number;
  /** Where something was written: by time, then by mode. */
  readonly bars: readonly WriteBar[];
  /** Of the whole range; modes in which nothing was written are left out. */
  readonly totals: readonly ModeTotals[];
}

export interface Quantiles {
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
}

export interface DeliveryFigures {
  /** Of the newest thousand. */
  readonly delivered: number;
  readonly failed: number;
  /** Milliseconds from an event to its delivery; null: none was delivered. */
  readonly lag: Quantiles | null;
  /** Events beyond the place that the slowest working subscription has come to; null: there is none. */
  readonly behind: number | null;
  readonly subscriptions: number;
}

export interface AgentFigures {
  readonly agent: string;
  readonly title: string;
  /** Why its file cannot be used; null: it can. */
  readonly problem: string | null;
  /** How it was found when it was checked last; null: never. */
  readonly health: { readonly status: string; readonly message: string; readonly at: number } | null;
  /** Attempts among the newest 2,000 of the database. */
  readonly running: number;
  readonly ended: number;
  readonly successShare: number | null;
  readonly p50: number | null;
  readonly p95: number | null;
}

/** What an operator watches while a database is on its way to the unified schema. */
export interface MigrationFigures {
  readonly at: number;
  readonly writes: WriteFigures;
  readonly events: {
    /** Of the last minute, counted up to 5,000. */
    readonly lastMinute: number;
    /** Of these told by triggers, for programs that tell nobody. */
    readonly told: number;
  };
  readonly delivery: DeliveryFigures;
  readonly agents: readonly AgentFigures[];
}

/** Fewer say nothing about what is usual. */
export const LEAST_WRITES = 100;

/**
 * What some modes cost over others, as a share of the others' median (means follow the few writes that waited for a lock):
 * 0.05 is five percent. Null: too little is known. Pure.
 */
export function overheadOf(
  totals: readonly ModeTotals[],
  { of, over }: { readonly of: readonly WriteMode[]; readonly over: readonly WriteMode[] },
): number | null {
  const median = (modes: readonly WriteMode[]): number | null => {
    const { latency } = totals.filter(({ mode }) => modes.includes(mode)).reduce(addModeStats, EMPTY_MODE_STATS);
    return latency.count < LEAST_WRITES ? null : latencyQuantile(latency, 0.5);
  };
  const [cost, base] = [median(of), median(over)];
  return cost === null || base === null || base === 0 ? null : cost / base - 1;
}
