import { ChartNoAxesColumn } from "lucide-react";
import { useEffect, useMemo, useRef, useState } from "react";
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import type { Cell, ResultColumn } from "../../../shared/model/explorer";
import { EmptyState } from "../../ui/empty-state";
import { formatCount } from "../../ui/format";
import { onThemeChange } from "../../ui/graph/palette";
import { Segmented } from "../../ui/segmented";
import { type ChartData, chartOf, MOST_POINTS } from "./chart-data";
import styles from "./looks.module.css";

type ChartKind = "bar" | "line";
const COLOURS = ["accent", "st-assigned", "code-number", "st-review", "text-2"] as const;

interface ResultChartProps {
  readonly columns: readonly ResultColumn[];
  readonly rows: readonly (readonly Cell[])[];
}

/** A result as bars or lines. */
export function ResultChart({ columns, rows }: ResultChartProps) {
  const [kind, setKind] = useState<ChartKind>("bar");
  const [point, setPoint] = useState<number | null>(null);
  const data = useMemo(() => chartOf(columns, rows), [columns, rows]);
  if (data === null) {
    return (
      <EmptyState icon={<ChartNoAxesColumn size={20} />} title="Nothing to draw">
        A chart needs a column of numbers, and something that names them: SELECT day, count(*) … GROUP BY day.
      </EmptyState>
    );
  }
  return (
    <section className={styles.chart} aria-label="Chart">
      <header>
        <Segmented
          label="Kind of chart"
          options={[
            { value: "bar", label: "Bars" },
            { value: "line", label: "Line" },
          ]}
          value={kind}
          onChange={setKind}
          isFramed
        />
        <ul>
          {data.series.map(({ name, values }, at) => (
            <li key={name}>
              <i style={{ background: `var(--${COLOURS[at]})` }} />
              {name}
              {point !== null && <b>{values[point] === null ? "NULL" : String(values[point])}</b>}
            </li>
          ))}
        </ul>
        <span>
          {point === null ? `by ${data.labelName}` : data.labels[point]}
          {rows.length > MOST_POINTS && ` · the first ${formatCount(MOST_POINTS)} of these rows`}
        </span>
      </header>
      <Plot data={data} kind={kind} onPoint={setPoint} />
    </section>
  );
}

interface PlotProps {
  readonly data: ChartData;
  readonly kind: ChartKind;
  readonly onPoint: (point: number | null) => void;
}

function Plot({ data, kind, onPoint }: PlotProps) {
  const box = useRef<HTMLDivElement>(null);
  const tell = useRef(onPoint);
  tell.current = onPoint;
  useEffect(() => {
    const element = box.current;
    if (element === null) return undefined;
    const size = () => ({ width: Math.max(120, element.clientWidth), height: Math.max(100, element.clientHeight) });
    let chart: uPlot | null = null;
    const draw = (): void => {
      chart?.destroy();
      chart = new uPlot(
        optionsOf(data, kind, size(), (at) => tell.current(at)),
        [data.labels.map((_, at) => at), ...data.series.map(({ values }) => [...values])],
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
  }, [data, kind]);
  const words = data.series.map(({ name }) => name).join(", ");
  return <div ref={box} className={styles.plot} role="img" aria-label={`${words} by ${data.labelName}`} />;
}

const LABEL_LENGTH = 14;

function optionsOf(
  { labels, series }: ChartData,
  kind: ChartKind,
  size: { readonly width: number; readonly height: number },
  onPoint: (point: number | null) => void,
): uPlot.Options {
  const style = getComputedStyle(document.documentElement);
  const token = (name: string): string => style.getPropertyValue(`--${name}`).trim();
  const axis = { stroke: token("chart-axis"), font: `10px ${token("font-ui")}`, ticks: { show: false } };
  const grid = { stroke: token("chart-grid"), width: 1 };
  return {
    ...size,
    legend: { show: false },
    padding: [12, 16, 0, 0],
    cursor: { y: false, drag: { x: false, y: false } },
    scales: {
      x: { time: false, range: () => [-0.6, labels.length - 0.4] },
      // A bar stands on zero: its length is its value.
      ...(kind === "bar"
        ? { y: { range: (_, least, most) => uPlot.rangeNum(Math.min(0, least), Math.max(0, most), 0.1, true) } }
        : {}),
    },
    axes: [
      {
        ...axis,
        grid: { show: false },
        space: 90,
        incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500],
        values: (_, splits) =>
          splits.map((at) => {
            const label = labels[at] ?? "";
            return label.length > LABEL_LENGTH ? `${label.slice(0, LABEL_LENGTH - 1)}…` : label;
          }),
      },
      { ...axis, grid, size: 64 },
    ],
    series: [
      {},
      ...series.map(({ name }, at): uPlot.Series => {
        const colour = token(COLOURS[at] ?? "accent");
        if (kind === "line") return { label: name, stroke: colour, width: 1.5, points: { show: labels.length < 60 } };
        const share = 0.8 / series.length;
        const bars = uPlot.paths.bars?.({ size: [share, 60], align: 0 });
        return { label: name, fill: colour, width: 0, points: { show: false }, ...(bars ? { paths: bars } : {}) };
      }),
    ],
    hooks: { setCursor: [({ cursor }) => onPoint((cursor.left ?? -1) >= 0 ? (cursor.idx ?? null) : null)] },
  };
}
