import { useMemo, useRef } from "react";
import type uPlot from "uplot";
import type { EventFigures } from "../../../shared/model/event-figures";
import { formatClock, formatDate, formatTimeOfDay } from "../../time-format";
import { type ChartInk, countsOverTime, useChart } from "../../ui/chart";
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

/** A line where the stream stopped. */
function drawHeld({ ctx, bbox, valToPos }: uPlot, heldSince: number | null, { token }: ChartInk): void {
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
}

const DAY_MS = 24 * 3_600_000;

function tickWords(time: number, { since, until }: EventFigures): string {
  if (until - since <= 600_000) return formatClock(time);
  return until - since > DAY_MS ? `${formatDate(time).slice(5)} ${formatTimeOfDay(time)}` : formatTimeOfDay(time);
}

/** Events over time as bars, one hue a family of types. A drag with the pointer chooses a range. */
export function RateChart(props: RateChartProps) {
  const { figures, heldSince, label } = props;
  const bands = bandsOf(figures);
  const latest = useRef(props);
  latest.current = props;
  // Where the stream stopped is drawn with them.
  // biome-ignore lint/correctness/useExhaustiveDependencies: bands are made of the figures
  const data = useMemo(() => dataOf(figures, bands), [figures, heldSince]);
  const box = useChart(
    data,
    (ink) => {
      const counts = countsOverTime(ink, {
        span: () => [latest.current.figures.since / 1_000, latest.current.figures.until / 1_000],
        ticks: 5,
        tickWords: (time) => tickWords(time, latest.current.figures),
        numbers: { size: 46, space: 26 },
        inks: bands.toReversed().map(({ tone }) => `st-${tone}`),
        fill: 0.82,
        onPoint: (bar) => latest.current.onPoint(bar),
      });
      return {
        ...counts,
        padding: [8, 0, 0, 2],
        cursor: { y: false, points: { show: false }, drag: { x: true, y: false, setScale: false } },
        hooks: {
          ...counts.hooks,
          setSelect: [
            (chart) => {
              const { left, width } = chart.select;
              if (width < 3) return;
              const at = (x: number): number => Math.round(chart.posToVal(x, "x") * 1_000);
              latest.current.onRange(at(left), at(left + width));
              chart.setSelect({ left: 0, width: 0, top: 0, height: 0 }, false);
            },
          ],
          draw: [(chart) => drawHeld(chart, latest.current.heldSince, ink)],
        },
      };
    },
    bands.map(({ tone }) => tone).join(),
  );
  return <div ref={box} className={styles.chart} role="img" aria-label={label} />;
}
