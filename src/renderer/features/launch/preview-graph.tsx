import { SquareTerminal, Waypoints } from "lucide-react";
import { type RefObject, useLayoutEffect, useMemo, useRef, useState } from "react";
import type { PlanFinding } from "../../../shared/model/plan-definition";
import type { LayeredGraph, LayeredNode } from "./layers";
import styles from "./preview-graph.module.css";

/** A larger plan is listed: its picture would say nothing in so small a place. */
export const MOST_DRAWN = 400;

const MARGIN = 16;
const RADIUS = 6;

interface Size {
  readonly width: number;
  readonly height: number;
  readonly gapX: number;
  readonly gapY: number;
  readonly isTitled: boolean;
}

/** As much of the titles as the place has room for; below that, small nodes without. */
function sizeFor(layerCount: number, room: number): Size {
  const share = (room - 2 * MARGIN) / Math.max(1, layerCount);
  if (share < 84) {
    const gapX = Math.min(17, Math.max(12, Math.floor(share - 42)));
    return { width: 42, height: 20, gapX, gapY: 5, isTitled: false };
  }
  const gapX = share < 120 ? 18 : 28;
  return { width: Math.min(150, Math.floor(share - gapX)), height: 34, gapX, gapY: 8, isTitled: true };
}

interface PreviewGraphProps {
  readonly graph: LayeredGraph;
  readonly findings: readonly PlanFinding[];
}

export function PreviewGraph({ graph, findings }: PreviewGraphProps) {
  const place = useRef<HTMLDivElement>(null);
  const room = useWidth(place);
  const size = useMemo(() => sizeFor(graph.layerCount, room), [graph, room]);
  const paths = useMemo(() => edgePaths(graph, size), [graph, size]);
  const bad = useMemo(() => severities(findings), [findings]);
  const width = MARGIN * 2 + graph.layerCount * (size.width + size.gapX) - size.gapX;
  const height = MARGIN * 2 + graph.rowCount * (size.height + size.gapY) - size.gapY;
  return (
    <div ref={place} className={styles.canvas}>
      <svg
        width={width}
        height={height}
        viewBox={`0 0 ${width} ${height}`}
        role="img"
        aria-label={`Graph of ${graph.nodes.length} tasks in ${graph.layerCount} layers; the subtasks tab lists them`}
      >
        <path d={paths} className={styles.edges} />
        {graph.nodes.map((node) => (
          <Node key={node.subtask.id} node={node} size={size} severity={bad.get(node.subtask.id) ?? null} />
        ))}
      </svg>
    </div>
  );
}

function useWidth(element: RefObject<HTMLElement | null>): number {
  const [width, setWidth] = useState(600);
  useLayoutEffect(() => {
    const { current } = element;
    if (current === null) return undefined;
    const observer = new ResizeObserver(() => setWidth(current.clientWidth));
    observer.observe(current);
    setWidth(current.clientWidth);
    return () => observer.disconnect();
  }, [element]);
  return width;
}

function severities(findings: readonly PlanFinding[]): ReadonlyMap<string, PlanFinding["severity"]> {
  const worst = new Map<string, PlanFinding["severity"]>();
  for (const { subtaskId, severity } of findings) {
    if (subtaskId !== null && worst.get(subtaskId) !== "error") worst.set(subtaskId, severity);
  }
  return worst;
}

function cornerOf({ layer, row }: LayeredNode, size: Size): { x: number; y: number } {
  return {
    x: MARGIN + layer * (size.width + size.gapX),
    y: Math.round(MARGIN + row * (size.height + size.gapY)),
  };
}

interface NodeProps {
  readonly node: LayeredNode;
  readonly size: Size;
  readonly severity: PlanFinding["severity"] | null;
}

function Node({ node, size, severity }: NodeProps) {
  const { x, y } = cornerOf(node, size);
  const { subtask } = node;
  const Icon = subtask.agent === "noop" ? Waypoints : SquareTerminal;
  return (
    <g
      className={styles.node}
      data-tone={severity === null ? undefined : severity === "error" ? "failed" : "escalated"}
    >
      <title>{`${subtask.title} (${subtask.id}, ${subtask.agent})`}</title>
      <rect x={x + 0.5} y={y + 0.5} width={size.width - 1} height={size.height - 1} rx={4} />
      {size.isTitled ? (
        <foreignObject x={x} y={y} width={size.width} height={size.height}>
          <div className={styles.nodeText}>
            <span>{subtask.title}</span>
          </div>
        </foreignObject>
      ) : (
        <Icon x={x + size.width / 2 - 6} y={y + size.height / 2 - 6} size={12} aria-hidden="true" />
      )}
    </g>
  );
}

/** All edges as one path: right, a rounded turn in the gap before the target, right. */
function edgePaths(graph: LayeredGraph, size: Size): string {
  return graph.edges
    .map(([from, to]) => {
      const source = graph.nodes[from];
      const target = graph.nodes[to];
      if (source === undefined || target === undefined) return "";
      const start = cornerOf(source, size);
      const end = cornerOf(target, size);
      const x1 = start.x + size.width;
      const y1 = start.y + size.height / 2;
      const y2 = end.y + size.height / 2;
      const turn = end.x - size.gapX / 2;
      if (y1 === y2) return `M${x1} ${y1}H${end.x}`;
      const radius = Math.min(RADIUS, Math.abs(y2 - y1) / 2, size.gapX / 2);
      const down = y2 > y1 ? radius : -radius;
      return `M${x1} ${y1}H${turn - radius}Q${turn} ${y1} ${turn} ${y1 + down}V${y2 - down}Q${turn} ${y2} ${turn + radius} ${y2}H${end.x}`;
    })
    .join("");
}
