import { Globe, type LucideIcon, Sparkles, SquareTerminal, User, Waypoints } from "lucide-react";
import { type RefObject, useEffect, useLayoutEffect, useMemo, useRef, useState } from "react";
import type { DryRunFinding } from "../../../shared/model/forecast";
import type { PlanFinding } from "../../../shared/model/plan-definition";
import { type Drawing, drawLayout, edgePath, type NodeSize, nodeRect, type Rect } from "../../ui/graph/geometry";
import { layoutGraph } from "../../ui/graph/layout";
import type { LayeredGraph, LayeredNode } from "./layers";
import styles from "./preview-graph.module.css";

/** A larger plan is listed: its picture would say nothing in so small a place. */
export const MOST_DRAWN = 400;

/** What is not here is a model's work. */
const AGENT_ICONS: Readonly<Record<string, LucideIcon>> = {
  command: SquareTerminal,
  noop: Waypoints,
  http: Globe,
  approval: User,
};

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
  /** What a dry run found. */
  readonly trouble: readonly DryRunFinding[];
  /** Ids of the subtasks that decide the end, in their order. */
  readonly critical: readonly string[];
  /** Ids of those to be seen. */
  readonly marked: readonly string[];
}

export function PreviewGraph({ graph, findings, trouble, critical, marked }: PreviewGraphProps) {
  const place = useRef<HTMLDivElement>(null);
  const room = useWidth(place);
  const { edges } = graph;
  const nodeCount = graph.nodes.length;
  const layout = useMemo(() => layoutGraph({ nodeCount, edges }), [nodeCount, edges]);
  const size = useMemo(() => sizeFor(layout.layerCount, room), [layout, room]);
  const drawing = useMemo(() => drawLayout(layout, size), [layout, size]);
  const isOnPath = useMemo(() => new Set(critical), [critical]);
  const lines = useMemo(() => edgeLines(graph, drawing, critical), [graph, drawing, critical]);
  const bad = useMemo(() => severities(findings, trouble), [findings, trouble]);
  useEffect(() => {
    if (marked.length > 0) place.current?.querySelector("[data-marked]")?.scrollIntoView({ block: "nearest" });
  }, [marked]);
  const width = MARGIN * 2 + drawing.width;
  const height = MARGIN * 2 + drawing.height;
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a small window shows a part of it, which keys must reach as well
    <div ref={place} className={styles.canvas} tabIndex={0}>
      <svg
        width={width}
        height={height}
        viewBox={`${-MARGIN} ${-MARGIN} ${width} ${height}`}
        role="img"
        aria-label={`Graph of ${graph.nodes.length} tasks in ${graph.layerCount} layers; the subtasks tab lists them`}
      >
        <path d={lines.plain} className={styles.edges} />
        <path d={lines.critical} className={styles.criticalEdges} />
        {graph.nodes.map((node, place) => (
          <Node
            key={node.subtask.id}
            node={node}
            rect={nodeRect(drawing, place)}
            isTitled={size.isTitled}
            severity={bad.get(node.subtask.id) ?? null}
            isCritical={isOnPath.has(node.subtask.id)}
            isMarked={marked.includes(node.subtask.id)}
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

/** Edges as two paths: those between neighbours of the critical path, and the others. */
function edgeLines(graph: LayeredGraph, drawing: Drawing, critical: readonly string[]) {
  const next = new Map(critical.map((id, at) => [id, critical[at + 1]]));
  const idOf = (end: number | undefined): string => graph.nodes[end ?? -1]?.subtask.id ?? "";
  const paths = { plain: "", critical: "" };
  for (let edge = 0; edge < drawing.low.length; edge += 1) {
    const from = idOf(graph.edges[2 * edge]);
    const isCritical = from !== "" && next.get(from) === idOf(graph.edges[2 * edge + 1]);
    paths[isCritical ? "critical" : "plain"] += edgePath(drawing, edge);
  }
  return paths;
}

type Severity = PlanFinding["severity"];

/** The worst of what was found about each subtask, in its text and around it. */
function severities(
  findings: readonly PlanFinding[],
  trouble: readonly DryRunFinding[],
): ReadonlyMap<string, Severity> {
  const worst = new Map<string, Severity>();
  const note = (id: string, severity: Severity): void => {
    if (worst.get(id) !== "error") worst.set(id, severity);
  };
  for (const { subtaskId, severity } of findings) if (subtaskId !== null) note(subtaskId, severity);
  for (const { subtaskIds, severity } of trouble) {
    for (const id of subtaskIds) note(id, severity === "problem" ? "error" : "warning");
  }
  return worst;
}

interface NodeProps {
  readonly node: LayeredNode;
  readonly rect: Rect;
  readonly isTitled: boolean;
  readonly severity: Severity | null;
  readonly isCritical: boolean;
  readonly isMarked: boolean;
}

/** About so wide is a letter. */
const GLYPH_PX = 6.2;
/** So much of a line may be the end of a name, which tells it from its neighbours. */
const TAIL_SHARE = 0.6;

/**
 * What two lines of so many letters show of a name: whole words in the first; what is left out is left out of the middle
 * of the second. Pure.
 */
export function twoLines(text: string, letters: number): string {
  const spaces = [...text].flatMap((letter, at) => (letter === " " && at <= letters ? [at] : []));
  const isWord = spaces.length === 0 && text.length <= 2 * letters;
  if (isWord || text.length <= letters) return text;
  const first = spaces.at(-1) ?? letters;
  const rest = text.slice(first).trim();
  const tail = rest.slice(-Math.floor(letters * TAIL_SHARE)).trimStart();
  const head = rest.slice(0, Math.max(0, letters - tail.length - 1)).trimEnd();
  return `${text.slice(0, first)}\n${rest.length <= letters ? rest : `${head}…${tail}`}`;
}

function Node({ node, rect, isTitled, severity, isCritical, isMarked }: NodeProps) {
  const { x, y, width, height } = rect;
  const { subtask } = node;
  const shown = twoLines(subtask.title, Math.floor((width - 16) / GLYPH_PX));
  const Icon = AGENT_ICONS[subtask.agent] ?? Sparkles;
  return (
    <g
      className={styles.node}
      data-critical={isCritical || undefined}
      data-marked={isMarked || undefined}
      data-tone={severity === null ? undefined : severity === "error" ? "failed" : "escalated"}
    >
      <title>{`${subtask.title} (${subtask.id}, ${subtask.agent})`}</title>
      <rect x={x + 0.5} y={y + 0.5} width={width - 1} height={height - 1} rx={4} />
      {isTitled ? (
        <foreignObject x={x} y={y} width={width} height={height}>
          <div className={styles.nodeText}>
            <span>{shown}</span>
          </div>
        </foreignObject>
      ) : (
        <Icon x={x + width / 2 - 6} y={y + height / 2 - 6} size={12} aria-hidden="true" />
      )}
    </g>
  );
}
