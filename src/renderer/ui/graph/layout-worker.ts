import { type Drawing, drawLayout, type NodeSize } from "./geometry";
import { type GraphShape, layoutGraph } from "./layout";

export interface LayoutRequest {
  readonly id: number;
  readonly shape: GraphShape;
  readonly size: NodeSize;
}

export interface LayoutAnswer {
  readonly id: number;
  readonly drawing: Drawing;
}

self.addEventListener("message", ({ data }: MessageEvent<LayoutRequest>) => {
  const drawing = drawLayout(layoutGraph(data.shape), data.size);
  const { layer, x, y, low, high, pointStart, points } = drawing;
  const answer: LayoutAnswer = { id: data.id, drawing };
  self.postMessage(answer, {
    transfer: [layer.buffer, x.buffer, y.buffer, low.buffer, high.buffer, pointStart.buffer, points.buffer],
  });
});
