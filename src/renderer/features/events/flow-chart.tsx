import { useEffect, useMemo, useRef, useState } from "react";
import type { EventFigures } from "../../../shared/model/event-figures";
import { formatCount, plural } from "../../ui/format";
import styles from "./events.module.css";
import { type FlowEnd, type FlowRibbon, flowOf } from "./rate-figures";

interface FlowChartProps {
  readonly figures: EventFigures;
  /** A ribbon or one of its ends was chosen. */
  readonly onChoose: (chosen: { readonly source?: string; readonly type?: string }) => void;
}

const HEIGHT = 132;
const TOP = 8;
/** Room for the names. */
const LEFT = 150;
const RIGHT = 190;
const NODE = 5;
const LABEL_PITCH = 15;

const y = (place: number): number => TOP + place * (HEIGHT - 2 * TOP);

/** Who writes what: a ribbon from each writer to each topic, as thick as there are events. */
export function FlowChart({ figures, onChoose }: FlowChartProps) {
  const flow = useMemo(() => flowOf(figures), [figures]);
  const box = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(0);
  useEffect(() => {
    const element = box.current;
    if (element === null) return undefined;
    const observer = new ResizeObserver(() => setWidth(element.clientWidth));
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  const right = Math.max(LEFT + 80, width - RIGHT);
  return (
    <div ref={box} className={styles.flow}>
      {width > 0 && (
        // biome-ignore lint/a11y/useSemanticElements: a picture is no set of fields
        <svg width={width} height={HEIGHT} role="group" aria-label="Flow from sources to topics">
          {flow.ribbons.map((ribbon) => (
            <Ribbon key={`${ribbon.source} ${ribbon.type}`} ribbon={ribbon} right={right} onChoose={onChoose} />
          ))}
          <Ends ends={flow.sources} x={LEFT} onChoose={(source) => onChoose({ source })} />
          <Ends ends={flow.types} x={right} width={width} onChoose={(type) => onChoose({ type })} />
        </svg>
      )}
    </div>
  );
}

interface RibbonProps extends Pick<FlowChartProps, "onChoose"> {
  readonly ribbon: FlowRibbon;
  /** Where it arrives. */
  readonly right: number;
}

function Ribbon({ ribbon, right, onChoose }: RibbonProps) {
  const { source, type, tone, count } = ribbon;
  const [a, b, c, d] = [y(ribbon.left[0]), y(ribbon.left[1]), y(ribbon.right[0]), y(ribbon.right[1])];
  const [from, to] = [LEFT + NODE, right];
  const middle = (from + to) / 2;
  const path = `M${from},${a} C${middle},${a} ${middle},${c} ${to},${c} L${to},${Math.max(d, c + 0.6)} C${middle},${d} ${middle},${b} ${from},${Math.max(b, a + 0.6)} Z`;
  const words = `${source} to ${type}: ${plural(count, "event")}`;
  return (
    // biome-ignore lint/a11y/useSemanticElements: a shape is no button
    <path
      d={path}
      className={styles.ribbon}
      data-tone={tone}
      role="button"
      tabIndex={0}
      aria-label={`Show ${words}`}
      onClick={() => onChoose({ source, type })}
      onKeyDown={(event) => {
        if (event.key !== "Enter" && event.key !== " ") return;
        event.preventDefault();
        event.stopPropagation();
        onChoose({ source, type });
      }}
    >
      <title>{words}</title>
    </path>
  );
}

interface EndsProps {
  readonly ends: readonly FlowEnd[];
  readonly x: number;
  /** Of the picture: names stand at the right of these ends. Undefined: at the left. */
  readonly width?: number;
  readonly onChoose: (name: string) => void;
}

/** Names stand beside their ends, at least a line apart. */
function Ends({ ends, x, width, onChoose }: EndsProps) {
  const isLeft = width === undefined;
  const places = spread(ends.map(({ from, to }) => y((from + to) / 2)));
  return ends.map(({ name, count, from, to, tone }, index) => {
    const at = places[index] ?? 0;
    return (
      // biome-ignore lint/a11y/noStaticElementInteractions: its ribbons are chosen by keyboard
      <g key={name} className={styles.end} data-tone={isLeft ? undefined : tone} onClick={() => onChoose(name)}>
        <title>{`${name}: ${plural(count, "event")}`}</title>
        <rect x={x} y={y(from)} width={NODE} height={Math.max(1, y(to) - y(from))} rx={1.5} />
        <line x1={isLeft ? x - 3 : x + NODE + 3} x2={isLeft ? x - 8 : x + NODE + 8} y1={y((from + to) / 2)} y2={at} />
        {isLeft ? (
          <text x={x - 12} y={at + 3.5} textAnchor="end">
            {shorten(name)}
          </text>
        ) : (
          <>
            <text x={x + NODE + 12} y={at + 3.5}>
              {shorten(name)}
            </text>
            <text x={width} y={at + 3.5} textAnchor="end" className={styles.amount}>
              {formatCount(count)}
            </text>
          </>
        )}
      </g>
    );
  });
}

const shorten = (name: string): string => (name.length > 21 ? `${name.slice(0, 20)}…` : name);

/** The same places, moved apart as far as they must. */
function spread(wanted: readonly number[]): number[] {
  const places: number[] = [];
  for (const place of wanted) places.push(Math.max(place, (places.at(-1) ?? TOP - LABEL_PITCH) + LABEL_PITCH - 3));
  for (let index = places.length - 1, limit = HEIGHT - 4; index >= 0; index -= 1, limit -= LABEL_PITCH - 3) {
    places[index] = Math.min(places[index] ?? 0, limit);
    limit = Math.min(limit, places[index] ?? 0);
  }
  return places;
}
