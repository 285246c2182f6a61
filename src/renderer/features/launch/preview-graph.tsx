import { SquareTerminal, Waypoints } from "lucide-react";
import { type RefObject, useLayoutEffect, useMemo, useRef, useState } from "react";
import type { PlanFinding } from "../../../shared/model/plan-definition";
import { drawLayout, edgePath, type NodeSize, nodeRect, type Rect } from "../../ui/graph/geometry";
import { layoutGraph } from "../../ui/graph/layout";
import type { LayeredGraph, LayeredNode } from "./layers";
import styles from "./preview-graph.module.css";

/** A larger plan is listed: its picture would say nothing in so small a place. */
export const MOST_DRAWN = 400;

const MARGIN = 16;

interface Size extends NodeSize {
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
  const layout = useMemo(() => layoutGraph({ nodeCount: graph.nodes.length, edges: graph.edges }), [graph]);
  const size = useMemo(() => sizeFor(layout.layerCount, room), [layout, room]);
  const drawing = useMemo(() => drawLayout(layout, size), [layout, size]);
  const lines = useMemo(() => Array.from(drawing.low, (_, edge) => edgePath(drawing, edge)).join(""), [drawing]);
  const bad = useMemo(() => severities(findings), [findings]);
  const width = MARGIN * 2 + drawing.width;
  const height = MARGIN * 2 + drawing.height;
  return (
    <div ref={place} className={styles.canvas}>
      <svg
        width={width}
        height={height}
        viewBox={`${-MARGIN} ${-MARGIN} ${width} ${height}`}
        role="img"
        aria-label={`Graph of ${graph.nodes.length} tasks in ${graph.layerCount} layers; the subtasks tab lists them`}
      >
        <path d={lines} className={styles.edges} />
        {graph.nodes.map((node, place) => (
          <Node
            key={node.subtask.id}
            node={node}
            rect={nodeRect(drawing, place)}
            isTitled={size.isTitled}
            severity={bad.get(node.subtask.id) ?? null}
          />
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

interface NodeProps {
  readonly node: LayeredNode;
  readonly rect: Rect;
  readonly isTitled: boolean;
  readonly severity: PlanFinding["severity"] | null;
}

function Node({ node, rect, isTitled, severity }: NodeProps) {
  const { x, y, width, height } = rect;
  const { subtask } = node;
  const Icon = subtask.agent === "noop" ? Waypoints : SquareTerminal;
  return (
    <g
      className={styles.node}
      data-tone={severity === null ? undefined : severity === "error" ? "failed" : "escalated"}
    >
      <title>{`${subtask.title} (${subtask.id}, ${subtask.agent})`}</title>
      <rect x={x + 0.5} y={y + 0.5} width={width - 1} height={height - 1} rx={4} />
      {isTitled ? (
        <foreignObject x={x} y={y} width={width} height={height}>
          <div className={styles.nodeText}>
            <span>{subtask.title}</span>
          </div>
        </foreignObject>
      ) : (
        <Icon x={x + width / 2 - 6} y={y + height / 2 - 6} size={12} aria-hidden="true" />
      )}
    </g>
  );
}
