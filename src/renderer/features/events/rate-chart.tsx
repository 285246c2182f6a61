import { useEffect, useRef } from "react";
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import type { EventFigures } from "../../../shared/model/event-figures";
import { formatClock, formatDate, formatTimeOfDay } from "../../time-format";
import { onThemeChange } from "../../ui/graph/palette";
import styles from "./events.module.css";
import { bandsOf, type RateBand } from "./rate-figures";

interface RateChartProps {
  readonly figures: EventFigures;
  /** When the stream stopped; null: it flows. */
  readonly heldSince: number | null;
  /** The bar under the pointer; null: none. */
  readonly onPoint: (bar: number | null) => void;
  /** A range was drawn with the pointer. */
  readonly onRange: (since: number, until: number) => void;
  /** The chart in words. */
  readonly label: string;
}

const MOST_TICKS = 5;

/** Seconds in the middle of each bar, then each band with all that lie below it: the tallest is drawn first. */
function dataOf({ since, stepMs, bars }: EventFigures, bands: readonly RateBand[]): uPlot.AlignedData {
  const length = bars[0]?.length ?? 0;
  const times = Array.from({ length }, (_, bar) => (since + (bar + 0.5) * stepMs) / 1_000);
  const below = Array.from({ length }, () => 0);
  const stacked = bands.map(({ counts }) =>
    counts.map((count, bar) => {
      below[bar] = (below[bar] ?? 0) + count;
      return below[bar] ?? 0;
    }),
  );
  return [times, ...stacked.toReversed()];
}

interface Latest extends RateChartProps {
  readonly bands: readonly RateBand[];
}

function options(size: { width: number; height: number }, latest: { current: Latest }): uPlot.Options {
  const style = getComputedStyle(document.documentElement);
  const token = (name: string): string => style.getPropertyValue(`--${name}`).trim();
  const font = `10px ${token("font-ui")}`;
  const bars = uPlot.paths.bars?.({ size: [0.82, 40], gap: 0, align: 0 });
  const axis = { stroke: token("chart-axis"), font, ticks: { show: false } };
  const span = (): readonly [number, number] => [
    latest.current.figures.since / 1_000,
    latest.current.figures.until / 1_000,
  ];
  return {
    ...size,
    padding: [8, 0, 0, 2],
    legend: { show: false },
    cursor: { y: false, points: { show: false }, drag: { x: true, y: false, setScale: false } },
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
          return Array.from({ length: MOST_TICKS }, (_, tick) => from + ((tick + 0.5) * (to - from)) / MOST_TICKS);
        },
        values: (_, splits) => splits.map((split) => tickWords(split * 1_000, latest.current.figures)),
      },
      {
        ...axis,
        side: 1,
        size: 46,
        gap: 4,
        grid: { stroke: token("chart-grid"), width: 1 },
        space: 26,
        incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000, 50_000, 100_000, 1_000_000],
      },
    ],
    series: [
      {},
      ...latest.current.bands.toReversed().map(({ tone }) => ({
        fill: token(`st-${tone}`),
        width: 0,
        ...(bars ? { paths: bars } : {}),
        points: { show: false },
      })),
    ],
    hooks: {
      setCursor: [
        ({ cursor: { idx, left } }) => latest.current.onPoint(left !== undefined && left >= 0 ? (idx ?? null) : null),
      ],
      setSelect: [
        (chart) => {
          const { left, width } = chart.select;
          if (width < 3) return;
          const at = (x: number): number => Math.round(chart.posToVal(x, "x") * 1_000);
          latest.current.onRange(at(left), at(left + width));
          chart.setSelect({ left: 0, width: 0, top: 0, height: 0 }, false);
        },
      ],
      draw: [
        ({ ctx, bbox, valToPos }) => {
          const { heldSince } = latest.current;
          if (heldSince === null) return;
          const x = Math.round(valToPos(heldSince / 1_000, "x", true));
          if (x < bbox.left || x > bbox.left + bbox.width) return;
          const scale = window.devicePixelRatio;
          ctx.save();
          ctx.strokeStyle = token("text-2");
          ctx.setLineDash([3 * scale, 3 * scale]);
          ctx.beginPath();
          ctx.moveTo(x, bbox.top);
          ctx.lineTo(x, bbox.top + bbox.height);
          ctx.stroke();
          ctx.fillStyle = token("text-2");
          ctx.font = `${10 * scale}px ${token("font-ui")}`;
          const words = `paused ${formatClock(heldSince)}`;
          const fits = x + ctx.measureText(words).width + 8 * scale < bbox.left + bbox.width;
          ctx.textAlign = fits ? "left" : "right";
          ctx.fillText(words, x + (fits ? 5 : -5) * scale, bbox.top + 10 * scale);
          ctx.restore();
        },
      ],
    },
  };
}

const DAY_MS = 24 * 3_600_000;

function tickWords(time: number, { since, until }: EventFigures): string {
  if (until - since <= 600_000) return formatClock(time);
  return until - since > DAY_MS ? `${formatDate(time).slice(5)} ${formatTimeOfDay(time)}` : formatTimeOfDay(time);
}

/** Events over time as bars, one hue a family of types. A drag with the pointer chooses a range. */
export function RateChart(props: RateChartProps) {
  const { figures, heldSince, label } = props;
  const box = useRef<HTMLDivElement>(null);
  const chart = useRef<uPlot | null>(null);
  const bands = bandsOf(figures);
  const latest = useRef<Latest>({ ...props, bands });
  latest.current = { ...props, bands };
  const tones = bands.map(({ tone }) => tone).join();

  // biome-ignore lint/correctness/useExhaustiveDependencies: other bands are other series
  useEffect(() => {
    const element = box.current;
    if (element === null) return undefined;
    const size = () => ({ width: Math.max(80, element.clientWidth), height: Math.max(60, element.clientHeight) });
    const draw = (): void => {
      chart.current?.destroy();
      chart.current = new uPlot(options(size(), latest), dataOf(latest.current.figures, latest.current.bands), element);
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
  }, [tones]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: where the stream stopped is drawn, too
  useEffect(() => {
    chart.current?.setData(dataOf(figures, latest.current.bands));
  }, [figures, heldSince]);

  return <div ref={box} className={styles.chart} role="img" aria-label={label} />;
}
