import { at } from "./adjacency";
import type { Drawing, Rect } from "./geometry";

/** Finds what lies somewhere, without looking at everything: nodes by layer and height, edges by their boxes. */
export interface Finder {
  /** Nodes that a rectangle of the drawing touches. */
  nodesIn(rect: Rect): Int32Array;
  /** Edges whose boxes it touches. */
  edgesIn(rect: Rect): Int32Array;
  nodeAt(x: number, y: number): number | null;
  /** The nearest node that way: up and down within its layer, left and right along the edges. */
  neighbour(node: number, way: Way): number | null;
  /** What a node waits for, and what waits for it. */
  edgesOf(node: number): readonly number[];
}

export type Way = "up" | "down" | "left" | "right";

export function createFinder(drawing: Drawing): Finder {
  const { size, x, y, low, high, nodeCount, pointStart, points } = drawing;
  const columns: number[][] = [];
  for (let node = 0; node < nodeCount; node++) {
    const layer = at(drawing.layer, node);
    let column = columns[layer];
    if (column === undefined) {
      column = [];
      columns[layer] = column;
    }
    column.push(node);
  }
  const place = new Int32Array(nodeCount);
  for (const column of columns) {
    column?.sort((a, b) => at(y, a) - at(y, b));
    column?.forEach((node, index) => {
      place[node] = index;
    });
  }
  const boxes = edgeBoxes(low.length, pointStart, points);
  const incident: number[][] = Array.from({ length: nodeCount }, () => []);
  for (let edge = 0; edge < low.length; edge++) {
    incident[at(low, edge)]?.push(edge);
    incident[at(high, edge)]?.push(edge);
  }
  const pitch = size.width + size.gapX;
  /** The first of a column whose lower edge is below `top`. */
  const firstBelow = (column: readonly number[], top: number): number => {
    let from = 0;
    let to = column.length;
    while (from < to) {
      const middle = (from + to) >> 1;
      if (at(y, at(column, middle)) + size.height < top) from = middle + 1;
      else to = middle;
    }
    return from;
  };

  return {
    nodesIn(rect) {
      const found: number[] = [];
      const last = Math.min(columns.length - 1, Math.floor((rect.x + rect.width) / pitch));
      for (let layer = Math.max(0, Math.floor((rect.x - size.width) / pitch)); layer <= last; layer++) {
        const column = columns[layer] ?? [];
        for (let index = firstBelow(column, rect.y); index < column.length; index++) {
          const node = at(column, index);
          if (at(y, node) > rect.y + rect.height) break;
          if (at(x, node) + size.width >= rect.x) found.push(node);
        }
      }
      return Int32Array.from(found);
    },
    edgesIn(rect) {
      const right = rect.x + rect.width;
      const bottom = rect.y + rect.height;
      const found: number[] = [];
      for (let edge = 0, box = 0; edge < low.length; edge++, box += 4) {
        if (at(boxes, box) > right || at(boxes, box + 2) < rect.x) continue;
        if (at(boxes, box + 1) <= bottom && at(boxes, box + 3) >= rect.y) found.push(edge);
      }
      return Int32Array.from(found);
    },
    nodeAt(pointX, pointY) {
      const column = columns[Math.floor(pointX / pitch)];
      if (column === undefined) return null;
      const node = column[firstBelow(column, pointY)];
      if (node === undefined) return null;
      const isInside = pointX <= at(x, node) + size.width && pointY >= at(y, node);
      return isInside ? node : null;
    },
    neighbour(node, way) {
      if (way === "up" || way === "down") {
        const column = columns[at(drawing.layer, node)];
        return column?.[at(place, node) + (way === "up" ? -1 : 1)] ?? null;
      }
      let nearest: number | null = null;
      let least = Number.POSITIVE_INFINITY;
      for (const edge of incident[node] ?? []) {
        const other = at(way === "left" ? low : high, edge);
        if (other === node) continue;
        // The next layer first, then the nearest height.
        const distance = Math.abs(at(x, other) - at(x, node)) * 1_000 + Math.abs(at(y, other) - at(y, node));
        if (distance < least) {
          least = distance;
          nearest = other;
        }
      }
      return nearest;
    },
    edgesOf: (node) => incident[node] ?? [],
  };
}

/** Left, top, right and bottom of every edge. */
function edgeBoxes(count: number, pointStart: Int32Array, points: Float32Array): Float32Array {
  const boxes = new Float32Array(4 * count);
  for (let edge = 0; edge < count; edge++) {
    let left = Number.POSITIVE_INFINITY;
    let top = Number.POSITIVE_INFINITY;
    let right = Number.NEGATIVE_INFINITY;
    let bottom = Number.NEGATIVE_INFINITY;
    for (let point = at(pointStart, edge); point < at(pointStart, edge + 1); point += 2) {
      left = Math.min(left, at(points, point));
      right = Math.max(right, at(points, point));
      top = Math.min(top, at(points, point + 1));
      bottom = Math.max(bottom, at(points, point + 1));
    }
    boxes.set([left, top, right, bottom], 4 * edge);
  }
  return boxes;
}
