import { type PointerEvent, useEffect, useRef } from "react";
import type { GraphView } from "../../ui/graph/graph-view";
import { mapScale, paintMap, paintMapView } from "../../ui/graph/paint";
import { onThemeChange, readPalette } from "../../ui/graph/palette";
import type { Scene } from "../../ui/graph/scene";
import { centreOn, type Viewport } from "../../ui/graph/viewport";
import styles from "./graph.module.css";
import { onFacts } from "./graph-store";

interface GraphMapProps {
  readonly scene: Scene;
  readonly view: Viewport;
  readonly graph: GraphView;
}

const PLACE = { width: 204, height: 93 };
/** States on the map are as of at most this long ago: all of a large graph is painted each time. */
const REFRESH_MS = 250;

/** Sets the size, which also empties it. */
function blank(canvas: HTMLCanvasElement, pixelRatio: number): HTMLCanvasElement {
  canvas.width = PLACE.width * pixelRatio;
  canvas.height = PLACE.height * pixelRatio;
  return canvas;
}

/** All of the graph in small, with what is on screen; a click or a drag goes there. */
export function GraphMap({ scene, view, graph }: GraphMapProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const nodes = useRef<HTMLCanvasElement | null>(null);
  const paint = useRef<(isFresh: boolean) => void>(() => undefined);

  useEffect(() => {
    paint.current = (isFresh) => {
      const context = canvas.current?.getContext("2d");
      if (context == null) return;
      const pixelRatio = window.devicePixelRatio;
      const now = { scene, view, screen: graph.screen(), palette: readPalette(), pixelRatio };
      // The nodes are painted apart: they change seldom, what is on screen changes at each step of a movement.
      if (isFresh || nodes.current === null) {
        nodes.current = blank(document.createElement("canvas"), pixelRatio);
        const nodesContext = nodes.current.getContext("2d");
        if (nodesContext !== null) paintMap(nodesContext, now, PLACE);
      }
      blank(context.canvas, pixelRatio);
      context.drawImage(nodes.current, 0, 0);
      paintMapView(context, now, PLACE);
    };
  }, [scene, view, graph]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another scene has other nodes
  useEffect(() => paint.current(true), [scene]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another view shows another part
  useEffect(() => paint.current(false), [view]);
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | null = null;
    const refresh = (): void => {
      timer ??= setTimeout(() => {
        timer = null;
        paint.current(true);
      }, REFRESH_MS);
    };
    const ends = [onFacts(refresh), onThemeChange(refresh)];
    return () => {
      if (timer !== null) clearTimeout(timer);
      for (const end of ends) end();
    };
  }, []);

  const go = (event: PointerEvent<HTMLCanvasElement>): void => {
    if (event.buttons !== 1) return;
    event.currentTarget.setPointerCapture(event.pointerId);
    const { scale, left, top } = mapScale(scene.drawing, PLACE);
    const box = event.currentTarget.getBoundingClientRect();
    const x = (event.clientX - box.left - 1 - left) / scale;
    const y = (event.clientY - box.top - 1 - top) / scale;
    const now = graph.view();
    if (now !== null) graph.look(centreOn(now, { x, y }, graph.screen()));
  };
  return <canvas ref={canvas} className={styles.map} onPointerDown={go} onPointerMove={go} />;
}
