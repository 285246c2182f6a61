/** Figures of a database and of the process that has it open, as monitoring systems take them. */

/** Upper bounds of the buckets in milliseconds; what is slower counts in none. */
export const LATENCY_BOUNDS_MS = [0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 5_000] as const;

export interface LatencyHistogram {
  /** Of each bucket alone, in the order of `LATENCY_BOUNDS_MS`. */
  readonly counts: readonly number[];
  readonly sumMs: number;
  readonly count: number;
}

/** What the flags of the migration ask of a write: `events` are unified ones, `dual` writes the unified tables too. */
export const WRITE_MODES = ["plain", "events", "dual", "dual_events"] as const;
export type WriteMode = (typeof WRITE_MODES)[number];

export const writeModeOf = ({ telling, dual }: { readonly telling: boolean; readonly dual: boolean }): WriteMode =>
  dual ? (telling ? "dual_events" : "dual") : telling ? "events" : "plain";

/** Writes of one mode. */
export interface ModeStats {
  /** From asking to durable. */
  readonly latency: LatencyHistogram;
  readonly commits: number;
  /** Writes that were undone. */
  readonly rollbacks: number;
}

/** What one process wrote, by mode. */
export type WriteStats = Readonly<Record<WriteMode, ModeStats>>;

export const EMPTY_MODE_STATS: ModeStats = {
  latency: { counts: LATENCY_BOUNDS_MS.map(() => 0), sumMs: 0, count: 0 },
  commits: 0,
  rollbacks: 0,
};

export function addModeStats(a: ModeStats, b: ModeStats): ModeStats {
  return {
    latency: {
      counts: LATENCY_BOUNDS_MS.map((_, at) => (a.latency.counts[at] ?? 0) + (b.latency.counts[at] ?? 0)),
      sumMs: a.latency.sumMs + b.latency.sumMs,
      count: a.latency.count + b.latency.count,
    },
    commits: a.commits + b.commits,
    rollbacks: a.rollbacks + b.rollbacks,
  };
}

/**
 * What a share of the writes stayed within, in milliseconds: interpolated within its bucket. Null: nothing was written;
 * infinity: it lies beyond the last bound. Pure.
 */
export function latencyQuantile({ counts, count }: LatencyHistogram, share: number): number | null {
  if (count === 0) return null;
  const rank = share * count;
  let before = 0;
  for (const [at, bound] of LATENCY_BOUNDS_MS.entries()) {
    const here = counts[at] ?? 0;
    if (here > 0 && before + here >= rank) {
      const from = LATENCY_BOUNDS_MS[at - 1] ?? 0;
      return from + ((rank - before) / here) * (bound - from);
    }
    before += here;
  }
  return Number.POSITIVE_INFINITY;
}

export interface Sample {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

export interface Metric {
  /** `hive_...`, with its unit at the end. */
  readonly name: string;
  readonly kind: "gauge" | "counter";
  readonly help: string;
  readonly samples: readonly Sample[];
}

interface HistogramMetric {
  readonly name: string;
  readonly kind: "histogram";
  readonly help: string;
  readonly series: ReadonlyArray<{
    readonly labels: Readonly<Record<string, string>>;
    readonly histogram: LatencyHistogram;
  }>;
}

export type AnyMetric = Metric | HistogramMetric;

/** In Prometheus' text format, version 0.0.4. */
export function prometheusText(metrics: readonly AnyMetric[]): string {
  const lines = metrics.flatMap((metric) => {
    const rows =
      metric.kind === "histogram" ? histogramLines(metric) : metric.samples.map((one) => line(metric.name, one));
    if (rows.length === 0) return [];
    return [
      `# HELP ${metric.name} ${metric.help.replaceAll("\\", "\\\\").replaceAll("\n", "\\n")}`,
      `# TYPE ${metric.name} ${metric.kind}`,
      ...rows,
    ];
  });
  return `${lines.join("\n")}\n`;
}

function histogramLines({ name, series }: HistogramMetric): string[] {
  return series.flatMap(({ labels, histogram }) => {
    let sum = 0;
    const buckets = LATENCY_BOUNDS_MS.map((bound, at) => {
      sum += histogram.counts[at] ?? 0;
      return line(`${name}_bucket`, { labels: { ...labels, le: String(bound / 1_000) }, value: sum });
    });
    return [
      ...buckets,
      line(`${name}_bucket`, { labels: { ...labels, le: "+Inf" }, value: histogram.count }),
      line(`${name}_sum`, { labels, value: histogram.sumMs / 1_000 }),
      line(`${name}_count`, { labels, value: histogram.count }),
    ];
  });
}

function line(name: string, { labels, value }: Sample): string {
  const pairs = Object.entries(labels).map(([key, text]) => `${key}="${escaped(text)}"`);
  return `${name}${pairs.length === 0 ? "" : `{${pairs.join(",")}}`} ${Number.isFinite(value) ? value : "NaN"}`;
}

function escaped(text: string): string {
  return text.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n");
}
