import { useMemo } from "react";
import type uPlot from "uplot";
import type { Throughput } from "../../../shared/model/overview";
import { formatTimeOfDay, wallClock } from "../../time-format";
import { countsOverTime, useChart } from "../../ui/chart";
import styles from "./overview.module.css";

interface ThroughputChartProps {
  readonly throughput: Throughput;
  /** The bar under the pointer; null: none. */
  readonly onPoint: (bar: number | null) => void;
  /** The chart in words. */
  readonly label: string;
}

/** Seconds in the middle of each bar; all ended attempts; the successful ones, which lie over them. */
function dataOf({ since, stepMs, completed, failed }: Throughput): uPlot.AlignedData {
  const times = completed.map((_, bar) => (since + (bar + 0.5) * stepMs) / 1_000);
  return [times, completed.map((count, bar) => count + (failed[bar] ?? 0)), [...completed]];
}

const DAYS = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];
const DAY = 24 * 3_600_000;

function tickWords(time: number, rangeMs: number): string {
  const clock = formatTimeOfDay(time);
  return rangeMs > DAY ? `${DAYS[wallClock(time).getUTCDay()]} ${clock}` : clock;
}

/** Ended attempts over time as bars, the failed ones on top. */
export function ThroughputChart({ throughput, onPoint, label }: ThroughputChartProps) {
  const { range, since, stepMs, completed } = throughput;
  const data = useMemo(() => dataOf(throughput), [throughput]);
  const rangeMs = completed.length * stepMs;
  const box = useChart(
    data,
    (ink) => ({
      ...countsOverTime(ink, {
        span: () => [since / 1_000, (since + rangeMs) / 1_000],
        ticks: 4,
        tickWords: (time) => tickWords(time, rangeMs),
        numbers: { size: 30, space: 44 },
        inks: ["st-failed", "st-completed"],
        fill: 0.78,
        onPoint,
      }),
      padding: [6, 0, 0, 2],
      select: { show: false, left: 0, top: 0, width: 0, height: 0 },
      cursor: { x: false, y: false, points: { show: false }, drag: { x: false, y: false } },
    }),
    `${range} ${since}`,
  );
  return <div ref={box} className={styles.chart} role="img" aria-label={label} />;
}
