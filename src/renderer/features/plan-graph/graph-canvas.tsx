import { type KeyboardEvent, useEffect, useMemo, useRef, useState } from "react";
import { useSync } from "../../sync";
import { createGraphView, type GraphView } from "../../ui/graph/graph-view";
import type { Way } from "../../ui/graph/picking";
import type { Viewport } from "../../ui/graph/viewport";
import { useHotkeys } from "../../ui/hotkeys";
import { lookOf } from "../../ui/looks";
import { describeGroup, describeTask } from "./describe";
import { firstView } from "./first-view";
import styles from "./graph.module.css";
import { GraphMap } from "./graph-map";
import { foldFinished, onFacts, type ShownGraph, unfoldNode, useGraph } from "./graph-store";
import type { GraphDesk } from "./graph-tab";
import { GraphLegend, ZOOM_STEP, ZoomButtons } from "./graph-tools";
import { keepView, recallView, saveViews } from "./view-memory";

interface GraphCanvasProps {
  readonly planId: string;
  readonly shown: ShownGraph;
  /** The task the keys are on. */
  readonly cursor: string | null;
  readonly onCursor: (taskId: string) => void;
  readonly onOpen: (taskId: string) => void;
  readonly desk: GraphDesk;
  /** So many pixels at the right lie under the inspector. */
  readonly covered: number;
}

const reducedMotion = window.matchMedia("(prefers-reduced-motion: reduce)");

/** Nothing moves by itself for who does not want it, where nobody looks, and over data that may be old. */
function mayMove(): boolean {
  const { trouble, failure } = useSync.getState();
  return !reducedMotion.matches && !document.hidden && trouble === null && failure === null;
}

const WAYS: ReadonlyArray<readonly [string, Way]> = [
  ["ArrowLeft", "left"],
  ["ArrowRight", "right"],
  ["ArrowUp", "up"],
  ["ArrowDown", "down"],
];

/** The picture of a graph: looked at with the mouse, walked through with the keys, told to who does not see it. */
export function GraphCanvas(props: GraphCanvasProps) {
  const { planId, shown, cursor, onCursor, onOpen, desk, covered } = props;
  const { search, view, root } = desk;
  const onSearch = (): void => desk.input.current?.select();
  const { graph, folded, scene, facts } = shown;
  const canvas = useRef<HTMLCanvasElement>(null);
  const [graphView, setGraphView] = useState<GraphView | null>(null);
  const [port, setPort] = useState<Viewport | null>(null);
  const [announced, setAnnounced] = useState("");
  const placeOf = useMemo(() => new Map(graph.ids.map((id, place) => [id, place])), [graph]);
  const cursorPlace = cursor === null ? undefined : placeOf.get(cursor);
  const cursorNode = cursorPlace === undefined ? null : (folded.nodeOf[cursorPlace] ?? null);
  const isGroup = (node: number): boolean => (folded.members[node]?.length ?? 0) > 1;

  const choose = (node: number, act: (taskId: string) => void): void => {
    const id = graph.ids[folded.members[node]?.[0] ?? -1];
    if (id !== undefined) act(id);
  };
  const open = (node: number): void => {
    if (isGroup(node)) unfoldNode(node);
    else choose(node, onOpen);
  };
  const hover = (node: number | null): void => {
    const element = canvas.current;
    if (element === null) return;
    element.toggleAttribute("data-over", node !== null);
    const place = node === null || isGroup(node) ? undefined : folded.members[node]?.[0];
    element.title =
      place === undefined ? "" : `${graph.titles[place]}\n${lookOf("task", facts.state[place] ?? "").label}`;
  };

  // The canvas outlives the graphs it shows: what it calls is always of the one on screen.
  const busyPlace = facts.state.indexOf("in_progress");
  const busyNode = busyPlace === -1 ? null : (folded.nodeOf[busyPlace] ?? null);
  const acts = useRef({ open, hover, cursorNode, busyNode });
  acts.current = { open, hover, cursorNode, busyNode };
  const shownBefore = useRef<ShownGraph | null>(null);

  useEffect(() => {
    const element = canvas.current;
    if (element === null) return undefined;
    const created = createGraphView(element, {
      firstView: (first, screen) =>
        recallView(planId) ?? firstView(first, screen, acts.current.cursorNode ?? acts.current.busyNode),
      onView: (next) => {
        setPort(next);
        keepView(planId, next);
      },
      onPick: (node) => {
        root.current?.focus();
        if (node !== null) acts.current.open(node);
      },
      onHover: (node) => acts.current.hover(node),
      onFirstPaint: ({ drawing }) => {
        element.dataset.nodes = String(drawing.nodeCount);
      },
      isMoving: mayMove,
    });
    const endFacts = onFacts(created.refresh);
    const endSync = useSync.subscribe(created.refresh);
    view.current = created;
    setGraphView(created);
    window.addEventListener("pagehide", saveViews);
    return () => {
      window.removeEventListener("pagehide", saveViews);
      saveViews();
      view.current = null;
      setGraphView(null);
      shownBefore.current = null;
      endFacts();
      endSync();
      created.end();
    };
  }, [planId, view, root]);

  useEffect(() => {
    if (graphView === null) return;
    const before = shownBefore.current;
    shownBefore.current = shown;
    graphView.setScene(
      scene,
      before === null ? undefined : keepInPlace(before, shown, graphView, acts.current.cursorNode),
    );
  }, [graphView, scene, shown]);
  useEffect(() => {
    const isSearching = search.query.trim() !== "";
    graphView?.setMarks({
      cursor: cursorNode,
      found: isSearching ? new Set(search.found) : null,
      current: isSearching ? (search.found[search.position] ?? null) : null,
    });
  }, [graphView, cursorNode, search.query, search.found, search.position]);

  const seen = useRef({ cursor, covered });
  useEffect(() => {
    if (graphView === null) return;
    graphView.setCovered(covered);
    if (cursorNode === null || (seen.current.cursor === cursor && seen.current.covered >= covered)) return;
    seen.current = { cursor, covered };
    graphView.reveal(cursorNode);
  }, [graphView, cursorNode, cursor, covered]);

  // What is told: the node the keys are on, also when its state changes.
  useEffect(() => {
    const tell = (): void => {
      if (cursorNode === null || cursorPlace === undefined) setAnnounced("");
      else if ((folded.members[cursorNode]?.length ?? 0) > 1) {
        setAnnounced(describeGroup(folded.members[cursorNode]?.length ?? 0));
      } else setAnnounced(describeTask(graph, facts, cursorPlace));
    };
    tell();
    return onFacts(tell);
  }, [graph, facts, folded, cursorNode, cursorPlace]);

  const walk = (way: Way): void => {
    const next = cursorNode === null ? nearestToMiddle(shown, graphView) : scene.finder.neighbour(cursorNode, way);
    if (next !== null) choose(next, onCursor);
  };
  const isFolded = useGraph((state) => state.fold.size > 0);
  const isFoldable = useGraph((state) => state.foldable > 1);
  useHotkeys({
    group: "Graph",
    within: root,
    hotkeys: [
      ...WAYS.map(([keys, way]) => ({
        keys: [keys],
        label: `Next task ${way}`,
        run: () => walk(way),
        ...(way === "left" ? { hint: { keys: ["ArrowLeft", "ArrowRight"], label: "Walk graph" } } : {}),
      })),
      {
        keys: ["Enter"],
        label: "Open",
        hint: true,
        disabled: cursorNode === null,
        run: () => cursorNode !== null && open(cursorNode),
      },
    ],
  });
  useHotkeys({
    group: "Graph",
    hotkeys: [
      { keys: ["/"], label: "Search tasks", hint: true, run: onSearch },
      { keys: ["0"], label: "Fit the whole graph", hint: { keys: ["0"], label: "Fit" }, run: () => graphView?.fit() },
      { keys: ["1"], label: "Actual size", run: () => graphView?.zoomTo(1) },
      { keys: ["+", "="], label: "Zoom in", run: () => graphView?.zoomBy(ZOOM_STEP) },
      { keys: ["-"], label: "Zoom out", run: () => graphView?.zoomBy(1 / ZOOM_STEP) },
      {
        keys: ["c"],
        label: "Collapse finished",
        disabled: !isFolded && !isFoldable,
        run: () => foldFinished(!isFolded),
      },
    ],
  });
  const onKeyDown = (event: KeyboardEvent): void => {
    // The log beside searches with the same key; whoever stands in the graph means the graph.
    if (event.key !== "/" || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    onSearch();
  };

  return (
    <div
      ref={root}
      className={styles.graph}
      role="application"
      // biome-ignore lint/a11y/noNoninteractiveTabindex: it is walked through with the arrow keys
      tabIndex={0}
      aria-label={`Graph of ${graph.ids.length} tasks. The arrow keys walk along it, Enter opens a task. The tab Tasks has them as a table.`}
      onKeyDown={onKeyDown}
    >
      <canvas ref={canvas} className={styles.canvas} />
      <div className={styles.corner}>
        <ZoomButtons
          zoom={port?.zoom ?? 1}
          onZoom={(factor) => graphView?.zoomBy(factor)}
          onWhole={() => graphView?.zoomTo(1)}
          onFit={() => graphView?.fit()}
        />
        {graphView !== null && port !== null && <GraphMap scene={scene} view={port} graph={graphView} />}
      </div>
      <GraphLegend />
      <p className="visually-hidden" aria-live="polite">
        {announced}
      </p>
    </div>
  );
}

/** The view in which a task that was on screen stays where it was, although the graph was laid out anew. */
function keepInPlace(
  before: ShownGraph,
  after: ShownGraph,
  graphView: GraphView,
  cursorNode: number | null,
): Viewport | undefined {
  const view = graphView.view();
  if (view === null || before.scene === after.scene) return undefined;
  const cursorPlace = cursorNode === null ? undefined : after.folded.members[cursorNode]?.[0];
  const visible = (place: number | undefined): boolean => {
    const node = place === undefined ? undefined : before.folded.nodeOf[place];
    if (node === undefined) return false;
    const screen = graphView.screen();
    const x = ((before.scene.drawing.x[node] ?? 0) - view.x) * view.zoom;
    const y = ((before.scene.drawing.y[node] ?? 0) - view.y) * view.zoom;
    return x >= 0 && y >= 0 && x < screen.width && y < screen.height;
  };
  const middle = nearestToMiddle(before, graphView);
  const place = visible(cursorPlace) || middle === null ? cursorPlace : before.folded.members[middle]?.[0];
  if (place === undefined || before.graph.ids[place] !== after.graph.ids[place]) return undefined;
  const from = before.folded.nodeOf[place] ?? 0;
  const to = after.folded.nodeOf[place] ?? 0;
  const { x, y } = after.scene.drawing;
  return {
    x: view.x + (x[to] ?? 0) - (before.scene.drawing.x[from] ?? 0),
    y: view.y + (y[to] ?? 0) - (before.scene.drawing.y[from] ?? 0),
    zoom: view.zoom,
  };
}

/** The node nearest to the middle of the screen; the first one while nothing is on screen. */
function nearestToMiddle({ scene }: ShownGraph, graphView: GraphView | null): number | null {
  const { drawing } = scene;
  if (drawing.nodeCount === 0) return null;
  const view = graphView?.view();
  if (graphView === null || view == null) return 0;
  const { width, height } = graphView.screen();
  const centre = { x: view.x + width / view.zoom / 2, y: view.y + height / view.zoom / 2 };
  let nearest = 0;
  let least = Number.POSITIVE_INFINITY;
  for (let node = 0; node < drawing.nodeCount; node++) {
    const dx = (drawing.x[node] ?? 0) + drawing.size.width / 2 - centre.x;
    const dy = (drawing.y[node] ?? 0) + drawing.size.height / 2 - centre.y;
    if (Math.hypot(dx, dy) >= least) continue;
    least = Math.hypot(dx, dy);
    nearest = node;
  }
  return nearest;
}
