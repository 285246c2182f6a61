import { useEffect, useRef, useState } from "react";
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import { formatMoment, formatTimeOfDay } from "../../time-format";
import { onThemeChange } from "../../ui/graph/palette";
import styles from "./migration.module.css";

export interface LineSeries {
  readonly label: string;
  /** The token of its ink. */
  readonly ink: string;
  /** One for each time; null: nothing is known of it. */
  readonly values: readonly (number | null)[];
  readonly isDashed?: boolean;
  /** A value holds until the next one. */
  readonly isStepped?: boolean;
}

interface LineChartProps {
  /** Milliseconds since the epoch, rising. */
  readonly times: readonly number[];
  readonly series: readonly LineSeries[];
  readonly format: (value: number) => string;
  /** The chart in words. */
  readonly label: string;
}

const MOST_TICKS = 4;
const DAY = 24 * 3_600_000;

function options(
  size: { width: number; height: number },
  { times, series, format }: Omit<LineChartProps, "label">,
): uPlot.Options {
  const style = getComputedStyle(document.documentElement);
  const token = (name: string): string => style.getPropertyValue(`--${name}`).trim();
  const axis = { stroke: token("chart-axis"), font: `10px ${token("font-ui")}`, ticks: { show: false } };
  const stepped = uPlot.paths.stepped?.({ align: 1 });
  const [from = 0, to = 1] = [times[0], times.at(-1)];
  return {
    ...size,
    padding: [8, 8, 0, 2],
    legend: { show: false },
    cursor: { y: false, points: { show: false }, drag: { x: false, y: false } },
    scales: { x: { time: true }, y: { range: (_, __, most) => [0, Math.max(1, most * 1.1)] } },
    axes: [
      {
        ...axis,
        grid: { show: false },
        size: 18,
        gap: 4,
        splits: (chart) => {
          const { min = 0, max = 1 } = chart.scales.x ?? {};
          return Array.from({ length: MOST_TICKS }, (_, tick) => min + ((tick + 0.5) * (max - min)) / MOST_TICKS);
        },
        values: (_, splits) =>
          splits.map((split) =>
            to - from > DAY ? formatMoment(split * 1_000, Date.now()) : formatTimeOfDay(split * 1_000),
          ),
      },
      {
        ...axis,
        side: 1,
        size: 46,
        gap: 4,
        grid: { stroke: token("chart-grid"), width: 1 },
        space: 26,
        values: (_, splits) => splits.map((split) => format(split)),
      },
    ],
    series: [
      {},
      ...series.map(({ ink, isDashed = false, isStepped = false }) => ({
        stroke: token(ink),
        width: 1.5,
        spanGaps: true,
        points: { show: true, size: 5, fill: token(ink), width: 0 },
        ...(isDashed ? { dash: [4, 3] } : {}),
        ...(isStepped && stepped ? { paths: stepped } : {}),
      })),
    ],
  };
}

/** Figures over time as lines, with what they are at the pointer. */
export function LineChart({ times, series, format, label }: LineChartProps) {
  const box = useRef<HTMLDivElement>(null);
  const [pointed, setPointed] = useState<number | null>(null);
  useEffect(() => {
    const element = box.current;
    if (element === null) return undefined;
    const size = () => ({ width: Math.max(80, element.clientWidth), height: Math.max(60, element.clientHeight) });
    let chart: uPlot | null = null;
    const draw = (): void => {
      chart?.destroy();
      const setCursor = ({ cursor: { idx, left } }: uPlot): void =>
        setPointed(left !== undefined && left >= 0 ? (idx ?? null) : null);
      const data: uPlot.AlignedData = [times.map((time) => time / 1_000), ...series.map(({ values }) => [...values])];
      chart = new uPlot(
        { ...options(size(), { times, series, format }), hooks: { setCursor: [setCursor] } },
        data,
        element,
      );
    };
    draw();
    const endTheme = onThemeChange(draw);
    const resize = new ResizeObserver(() => chart?.setSize(size()));
    resize.observe(element);
    return () => {
      endTheme();
      resize.disconnect();
      chart?.destroy();
    };
    // Few points, rarely new: it is drawn anew with them.
  }, [times, series, format]);
  const at = pointed === null ? undefined : times[pointed];
  return (
    <div className={styles.chartPart}>
      <div ref={box} className={styles.chart} role="img" aria-label={label} />
      <p className={styles.legend}>
        {series.map(({ label: name, ink, isDashed, values }) => (
          <span key={name}>
            <i style={{ color: `var(--${ink})` }} data-dashed={isDashed || undefined} />
            {name}
            {pointed !== null && <b>{values[pointed] == null ? " –" : ` ${format(values[pointed] ?? 0)}`}</b>}
          </span>
        ))}
        <span className={styles.pointed}>{at === undefined ? "" : formatMoment(at, Date.now())}</span>
      </p>
    </div>
  );
}
