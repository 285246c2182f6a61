/** Figures of a database and of the process that has it open, as monitoring systems take them. */

/** Upper bounds of the buckets in milliseconds; what is slower counts in none. */
export const LATENCY_BOUNDS_MS = [0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 5_000] as const;

export interface LatencyHistogram {
  /** Of each bucket alone, in the order of `LATENCY_BOUNDS_MS`. */
  readonly counts: readonly number[];
  readonly sumMs: number;
  readonly count: number;
}

/** What this process wrote since it opened the database. */
export interface WriteStats {
  readonly commits: number;
  /** Writes that were undone. */
  readonly rollbacks: number;
  /** From asking to durable, while legacy tables alone were written. */
  readonly legacy: LatencyHistogram;
  /** While dual write was on. */
  readonly dual: LatencyHistogram;
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
