import { THROUGHPUT_RANGES, type Throughput } from "../../../shared/model/overview";
import { formatCount } from "../../ui/format";

export interface ThroughputFigures {
  readonly attempts: number;
  /** Per cent of ended attempts; null without any. */
  readonly successRate: number | null;
  /** Successful attempts an hour, by the latest quarter of an hour or the latest bar, whichever is longer. */
  readonly perHourNow: number;
  /** Against the mean of the range, in per cent; null where too little happened to compare with. */
  readonly change: number | null;
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
const HOUR = 3_600_000;
const NOW_MS = 15 * 60_000;

export function figuresOf({ completed, failed, stepMs, range }: Throughput): ThroughputFigures {
  const done = sum(completed);
  const attempts = done + sum(failed);
  const bars = Math.max(1, Math.round(NOW_MS / stepMs));
  // The last bar has only begun: the one before it is taken in with it.
  const latest = sum(completed.slice(-(bars + 1)));
  const perHourNow = (latest * HOUR) / (stepMs * (bars + 0.5));
  const busy = completed.filter((count) => count > 0).length;
  const mean = (done * HOUR) / THROUGHPUT_RANGES[range].ms;
  return {
    attempts,
    successRate: attempts === 0 ? null : (100 * done) / attempts,
    perHourNow: Math.round(perHourNow),
    // Never -0, which would be shown with its sign.
    change: busy < completed.length / 4 ? null : Math.round((100 * (perHourNow - mean)) / mean) || 0,
  };
}

/** "+18 % vs. 24 h mean"; empty: there is nothing to compare with. */
export function changeWords({ change }: ThroughputFigures, range: Throughput["range"]): string {
  if (change === null) return "";
  const { label } = THROUGHPUT_RANGES[range];
  return change === 0 ? `as the ${label} mean` : `${change > 0 ? "+" : ""}${formatCount(change)} % vs. ${label} mean`;
}

/** The chart in a sentence, for who does not see it. */
export function describeThroughput({ completed, failed, range }: Throughput): string {
  const ended = `${formatCount(sum(completed))} completed and ${formatCount(sum(failed))} failed attempts`;
  return `Chart of the last ${THROUGHPUT_RANGES[range].label}: ${ended}, at most ${formatCount(Math.max(0, ...completed))} completed in one bar.`;
}
