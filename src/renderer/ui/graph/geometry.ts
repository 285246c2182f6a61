import { at } from "./adjacency";
import type { GraphLayout } from "./layout";
import { ROW } from "./placing";

/** Pixels at 100 %. */
export interface NodeSize {
  readonly width: number;
  readonly height: number;
  readonly gapX: number;
  readonly gapY: number;
}

export interface Rect {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** A layout in pixels at 100 %, from 0 at the upper left. */
export interface Drawing {
  readonly size: NodeSize;
  readonly width: number;
  readonly height: number;
  readonly nodeCount: number;
  readonly layer: Int32Array;
  /** Upper left corner of each node. */
  readonly x: Float64Array;
  readonly y: Float64Array;
  readonly low: Int32Array;
  readonly high: Int32Array;
  /** The corners of edge `e` as flat x, y pairs: `pointStart[e]` up to, not with, `pointStart[e + 1]`. */
  readonly pointStart: Int32Array;
  readonly points: Float32Array;
}

/** Corners of lines are this round, where there is room. */
const EDGE_RADIUS = 6;
/** Of half a gap, how far its outer tracks lie from the middle. */
const TRACK_SHARE = 0.4;

export function drawLayout(layout: GraphLayout, size: NodeSize): Drawing {
  const nodeCount = layout.layer.length;
  const pitchX = size.width + size.gapX;
  const quarter = (size.height + size.gapY) / ROW;
  const middle = (y: number): number => y * quarter - size.gapY / 2;
  const x = Float64Array.from(layout.layer, (layer) => layer * pitchX);
  const y = Float64Array.from(layout.y, (value) => middle(value) - size.height / 2);
  const edgeCount = layout.low.length;
  const pointStart = new Int32Array(edgeCount + 1);
  const points = new Float32Array(2 * (2 * edgeCount + (2 * layout.bends.length) / 3));
  let next = 0;
  const add = (pointX: number, pointY: number): void => {
    points[next++] = pointX;
    points[next++] = pointY;
  };
  for (let edge = 0; edge < edgeCount; edge++) {
    pointStart[edge] = next;
    const low = at(layout.low, edge);
    const high = at(layout.high, edge);
    let lineY = middle(at(layout.y, low));
    add(at(x, low) + size.width, lineY);
    for (let bend = 3 * at(layout.bendStart, edge); bend < 3 * at(layout.bendStart, edge + 1); bend += 3) {
      const track = at(layout.bends, bend + 1);
      const lineX = (at(layout.bends, bend) + 1) * pitchX - size.gapX / 2 + (track * TRACK_SHARE * size.gapX) / 2;
      add(lineX, lineY);
      lineY = middle(at(layout.bends, bend + 2));
      add(lineX, lineY);
    }
    add(at(x, high), lineY);
  }
  pointStart[edgeCount] = next;
  return {
    size,
    width: Math.max(0, layout.layerCount * pitchX - size.gapX),
    height: Math.max(0, layout.height * quarter - size.gapY),
    nodeCount,
    layer: layout.layer,
    x,
    y,
    low: layout.low,
    high: layout.high,
    pointStart,
    points,
  };
}

export function nodeRect({ x, y, size }: Drawing, node: number): Rect {
  return { x: at(x, node), y: at(y, node), width: size.width, height: size.height };
}

/** The radius of the corner at `middle` of a line with only level and upright parts: less where they are short. */
export function cornerRadius(
  points: ArrayLike<number>,
  first: number,
  middle: number,
  last: number,
  most = EDGE_RADIUS,
): number {
  const length = (a: number, b: number): number =>
    Math.abs(at(points, a) - at(points, b)) + Math.abs(at(points, a + 1) - at(points, b + 1));
  const before = length(middle - 2, middle) / (middle - 2 === first ? 1 : 2);
  const after = length(middle, middle + 2) / (middle + 2 === last ? 1 : 2);
  return Math.min(most, before, after);
}

/** An edge as the data of an SVG path. */
export function edgePath({ points, pointStart }: Drawing, edge: number): string {
  const first = at(pointStart, edge);
  const last = at(pointStart, edge + 1) - 2;
  let path = `M${at(points, first)} ${at(points, first + 1)}`;
  for (let point = first + 2; point < last; point += 2) {
    const x = at(points, point);
    const y = at(points, point + 1);
    const radius = cornerRadius(points, first, point, last);
    const back = direction(points, point, point - 2);
    const on = direction(points, point, point + 2);
    path += `L${x + back.x * radius} ${y + back.y * radius}Q${x} ${y} ${x + on.x * radius} ${y + on.y * radius}`;
  }
  return `${path}L${at(points, last)} ${at(points, last + 1)}`;
}

function direction(points: ArrayLike<number>, from: number, to: number): { x: number; y: number } {
  return { x: Math.sign(at(points, to) - at(points, from)), y: Math.sign(at(points, to + 1) - at(points, from + 1)) };
}
