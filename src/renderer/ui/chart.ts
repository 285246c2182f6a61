import { type RefObject, useEffect, useRef } from "react";
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import { onThemeChange } from "./graph/palette";

/** How the theme draws charts. */
export interface ChartInk {
  /** The value of a token, without its dashes. */
  readonly token: (name: string) => string;
  /** What all axes have in common. */
  readonly axis: Pick<uPlot.Axis, "stroke" | "font" | "ticks">;
  readonly grid: uPlot.Axis.Grid;
}

function inkNow(): ChartInk {
  const style = getComputedStyle(document.documentElement);
  const token = (name: string): string => style.getPropertyValue(`--${name}`).trim();
  const axis = { stroke: token("chart-axis"), font: `10px ${token("font-ui")}`, ticks: { show: false } };
  return { token, axis, grid: { stroke: token("chart-grid"), width: 1 } };
}

type Making = (ink: ChartInk) => Omit<uPlot.Options, "width" | "height">;

/**
 * A chart for the box that has this ref: as large as that, drawn anew with the theme and whenever `key` changes, since
 * its series or its scale are others. `data` keeps its identity while nothing of it changes.
 */
export function useChart(data: uPlot.AlignedData, make: Making, key: string): RefObject<HTMLDivElement | null> {
  const box = useRef<HTMLDivElement>(null);
  const chart = useRef<uPlot | null>(null);
  const latest = useRef({ data, make });
  latest.current = { data, make };
  // biome-ignore lint/correctness/useExhaustiveDependencies: see `key`
  useEffect(() => {
    const element = box.current;
    if (element === null) return undefined;
    const size = () => ({ width: Math.max(80, element.clientWidth), height: Math.max(60, element.clientHeight) });
    const draw = (): void => {
      chart.current?.destroy();
      const made = latest.current;
      chart.current = new uPlot({ ...made.make(inkNow()), ...size() }, made.data, element);
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
  }, [key]);
  useEffect(() => {
    chart.current?.setData(data);
  }, [data]);
  return box;
}

/** Steps of an axis that counts whole things. */
const WHOLE_STEPS = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000, 50_000, 100_000, 1_000_000];

interface CountsOverTime {
  /** Seconds since the epoch; asked for whenever it is drawn. */
  readonly span: () => readonly [from: number, to: number];
  /** At these times, in milliseconds since the epoch, in equal parts of the span. */
  readonly ticks: number;
  readonly tickWords: (time: number) => string;
  /** Pixels for the numbers, and from one to the next. */
  readonly numbers: { readonly size: number; readonly space: number };
  /** Tokens of the bars' inks, the tallest bar first: each lies over those before. */
  readonly inks: readonly string[];
  /** The part of its room that a bar takes. */
  readonly fill: number;
  /** The bar under the pointer; null: none. */
  readonly onPoint: (bar: number | null) => void;
}

/** What charts of counts over time have in common: bars that stack up, a scale from 0, times below, numbers at the end. */
export function countsOverTime(
  { token, axis, grid }: ChartInk,
  { span, ticks, tickWords, numbers, inks, fill, onPoint }: CountsOverTime,
): Pick<uPlot.Options, "legend" | "scales" | "axes" | "series" | "hooks"> {
  const bars = uPlot.paths.bars?.({ size: [fill, 40], gap: 0, align: 0 });
  return {
    legend: { show: false },
    scales: {
      x: { time: true, range: () => [...span()] },
      y: { range: (_, __, most) => [0, Math.max(4, most)] },
    },
    axes: [
      {
        ...axis,
        grid: { show: false },
        size: 18,
        gap: 4,
        splits: () => {
          const [from, to] = span();
          return Array.from({ length: ticks }, (_, tick) => from + ((tick + 0.5) * (to - from)) / ticks);
        },
        values: (_, splits) => splits.map((split) => tickWords(split * 1_000)),
      },
      { ...axis, ...numbers, side: 1, gap: 4, grid, incrs: WHOLE_STEPS },
    ],
    series: [
      {},
      ...inks.map((ink) => ({
        fill: token(ink),
        width: 0,
        ...(bars ? { paths: bars } : {}),
        points: { show: false },
      })),
    ],
    hooks: {
      setCursor: [({ cursor: { idx, left } }) => onPoint(left !== undefined && left >= 0 ? (idx ?? null) : null)],
    },
  };
}
