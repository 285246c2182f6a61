import { useEffect, useRef } from "react";
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import type { Throughput } from "../../../shared/model/overview";
import { formatTimeOfDay, wallClock } from "../../time-format";
import { onThemeChange } from "../../ui/graph/palette";
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

const MOST_TICKS = 4;

function options(size: { width: number; height: number }, throughput: Throughput): uPlot.Options {
  const style = getComputedStyle(document.documentElement);
  const token = (name: string): string => style.getPropertyValue(`--${name}`).trim();
  const font = `10px ${token("font-ui")}`;
  const bars = uPlot.paths.bars?.({ size: [0.78, 40], gap: 0, align: 0 });
  const { since, stepMs, completed } = throughput;
  const end = (since + stepMs * completed.length) / 1_000;
  const axis = { stroke: token("chart-axis"), font, ticks: { show: false } };
  return {
    ...size,
    padding: [6, 0, 0, 2],
    legend: { show: false },
    select: { show: false, left: 0, top: 0, width: 0, height: 0 },
    cursor: { x: false, y: false, points: { show: false }, drag: { x: false, y: false } },
    scales: {
      x: { time: true, range: () => [since / 1_000, end] },
      y: { range: (_, __, most) => [0, Math.max(4, most)] },
    },
    axes: [
      {
        ...axis,
        grid: { show: false },
        size: 18,
        gap: 4,
        splits: () =>
          Array.from(
            { length: MOST_TICKS },
            (_, tick) => since / 1_000 + ((tick + 0.5) * (end - since / 1_000)) / MOST_TICKS,
          ),
        values: (_, splits) => splits.map((split) => tickWords(split * 1_000, completed.length * stepMs)),
      },
      {
        ...axis,
        side: 1,
        size: 30,
        gap: 4,
        grid: { stroke: token("chart-grid"), width: 1 },
        space: 44,
        incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000, 50_000, 100_000, 1_000_000],
      },
    ],
    series: [
      {},
      { fill: token("st-failed"), width: 0, ...(bars ? { paths: bars } : {}), points: { show: false } },
      { fill: token("st-completed"), width: 0, ...(bars ? { paths: bars } : {}), points: { show: false } },
    ],
  };
}

const DAYS = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];
const DAY = 24 * 3_600_000;

function tickWords(time: number, rangeMs: number): string {
  const clock = formatTimeOfDay(time);
  return rangeMs > DAY ? `${DAYS[wallClock(time).getUTCDay()]} ${clock}` : clock;
}

/** Ended attempts over time as bars, the failed ones on top. */
export function ThroughputChart({ throughput, onPoint, label }: ThroughputChartProps) {
  const box = useRef<HTMLDivElement>(null);
  const chart = useRef<uPlot | null>(null);
  const latest = useRef({ throughput, onPoint });
  latest.current = { throughput, onPoint };
  const { range, since } = throughput;

  // biome-ignore lint/correctness/useExhaustiveDependencies: another range is another scale
  useEffect(() => {
    const element = box.current;
    if (element === null) return undefined;
    const size = () => ({ width: Math.max(80, element.clientWidth), height: Math.max(60, element.clientHeight) });
    const draw = (): void => {
      chart.current?.destroy();
      const made = new uPlot(
        {
          ...options(size(), latest.current.throughput),
          hooks: {
            setCursor: [
              ({ cursor: { idx, left } }) =>
                latest.current.onPoint(left !== undefined && left >= 0 ? (idx ?? null) : null),
            ],
          },
        },
        dataOf(latest.current.throughput),
        element,
      );
      chart.current = made;
    };
    draw();
    const endTheme = onThemeChange(draw);
    const resize = new ResizeObserver(() => chart.current?.setSize(size()));
    resize.observe(element);
    return () => {
      endTheme();
      resize.disconnect();
      chart.current?.destroy();
      chart.current = null;
    };
  }, [range, since]);

  useEffect(() => {
    chart.current?.setData(dataOf(throughput));
  }, [throughput]);

  return <div ref={box} className={styles.chart} role="img" aria-label={label} />;
}
