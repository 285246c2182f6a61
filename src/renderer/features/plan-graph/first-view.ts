import { nodeRect } from "../../ui/graph/geometry";
import type { Scene } from "../../ui/graph/scene";
import {
  centreOn,
  type Extent,
  fitAll,
  fitZoom,
  hold,
  MARGIN,
  type Viewport,
  withinDrawing,
} from "../../ui/graph/viewport";

/** A graph that fits at this zoom or more is shown whole. */
const READABLE = 0.75;

/** Where to look at a graph that nobody has looked at yet: all of it, or its beginning, or what was asked for. */
export function firstView(scene: Scene, screen: Extent, wanted: number | null): Viewport {
  const { drawing } = scene;
  const zoom = fitZoom(drawing, screen);
  if (zoom >= READABLE) return fitAll(drawing, screen);
  if (wanted !== null) {
    const { x, y, width, height } = nodeRect(drawing, wanted);
    const centre = { x: x + width / 2, y: y + height / 2 };
    return withinDrawing(centreOn({ x: 0, y: 0, zoom: 1 }, centre, screen), drawing, screen);
  }
  const first = middleOfFirst(scene);
  const top =
    drawing.height <= screen.height - 2 * MARGIN ? (drawing.height - screen.height) / 2 : first - screen.height / 2;
  return hold({ x: -MARGIN, y: Math.max(-MARGIN, top), zoom: 1 }, drawing, screen);
}

/** The height of the node in the first layer that is nearest to the middle. */
function middleOfFirst({ drawing }: Scene): number {
  let best = 0;
  let least = Number.POSITIVE_INFINITY;
  drawing.layer.forEach((layer, node) => {
    const middle = (drawing.y[node] ?? 0) + drawing.size.height / 2;
    const distance = Math.abs(middle - drawing.height / 2);
    if (layer !== 0 || distance >= least) return;
    least = distance;
    best = middle;
  });
  return best;
}
