import { type PointerEvent, useEffect, useRef } from "react";
import type { GraphView } from "../../ui/graph/graph-view";
import { mapScale, paintMap } from "../../ui/graph/paint";
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

/** All of the graph in small, with what is on screen; a click or a drag goes there. */
export function GraphMap({ scene, view, graph }: GraphMapProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const paint = useRef<() => void>(() => undefined);

  useEffect(() => {
    paint.current = () => {
      const element = canvas.current;
      const context = element?.getContext("2d");
      if (element == null || context == null) return;
      const pixelRatio = window.devicePixelRatio;
      element.width = PLACE.width * pixelRatio;
      element.height = PLACE.height * pixelRatio;
      paintMap(context, { scene, view, screen: graph.screen(), palette: readPalette(), pixelRatio }, PLACE);
    };
    const frame = requestAnimationFrame(() => paint.current());
    return () => cancelAnimationFrame(frame);
  }, [scene, view, graph]);
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | null = null;
    const refresh = (): void => {
      timer ??= setTimeout(() => {
        timer = null;
        paint.current();
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
