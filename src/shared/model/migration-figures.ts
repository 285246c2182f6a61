import { EMPTY_MODE_STATS, latencyQuantile, type ModeStats, type WriteMode } from "./metrics";

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
  /** By what share writes of the last seven days took longer with a flag than without it; null: too little is known. */
  readonly overheads: { readonly dual: number | null; readonly events: number | null };
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

/** Modes that differ in one flag alone: the one with it, then the one without. */
type Pair = readonly [WriteMode, WriteMode];
const DUAL_PAIRS: readonly Pair[] = [
  ["dual", "plain"],
  ["dual_events", "events"],
];
const EVENT_PAIRS: readonly Pair[] = [
  ["events", "plain"],
  ["dual_events", "dual"],
];

/**
 * What dual write, and unified events, cost: by what share the median is above that without them (0.05 is five percent), of
 * the two modes that most is known of and that differ in nothing else. Medians, because means follow the few writes that
 * waited for a lock. Pure.
 */
export const overheadsOf = (totals: readonly ModeTotals[]): MigrationFigures["overheads"] => ({
  dual: overheadOf(totals, DUAL_PAIRS),
  events: overheadOf(totals, EVENT_PAIRS),
});

function overheadOf(totals: readonly ModeTotals[], pairs: readonly Pair[]): number | null {
  const latency = (mode: WriteMode) => totals.find((one) => one.mode === mode)?.latency ?? EMPTY_MODE_STATS.latency;
  const compared = pairs.map(([withIt, without]) => [latency(withIt), latency(without)] as const);
  const known = compared.map(([a, b]) => Math.min(a.count, b.count));
  const most = Math.max(...known);
  const best = compared[known.indexOf(most)];
  if (best === undefined || most < LEAST_WRITES) return null;
  const [cost, base] = best.map((one) => latencyQuantile(one, 0.5));
  return cost == null || base == null || base === 0 ? null : cost / base - 1;
}
