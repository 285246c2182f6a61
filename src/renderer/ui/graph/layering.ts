import { adjacency, at } from "./adjacency";

/** Edges by their ends, all of them from a lower layer to a higher one. */
export interface Layered {
  readonly layer: Int32Array;
  readonly low: Int32Array;
  readonly high: Int32Array;
}

/**
 * The longest way to each node is its layer, from 0. An edge that closes a cycle counts the other way round, so
 * a plan that is not valid has a picture, too. No edge may lead from a node to itself.
 */
export function assignLayers(nodeCount: number, from: Int32Array, to: Int32Array): Layered {
  const after = adjacency(nodeCount, from, to);
  const open = new Int32Array(nodeCount);
  for (const node of to) open[node] = at(open, node) + 1;
  const rank = new Int32Array(nodeCount).fill(-1);
  const queue: number[] = [];
  for (let node = 0; node < nodeCount; node++) if (at(open, node) === 0) queue.push(node);
  let firstUnplaced = 0;
  for (let placed = 0; placed < nodeCount; placed++) {
    let node = queue[placed];
    if (node === undefined) {
      // Everything left is in or behind a cycle: it is opened at its first node.
      while (at(rank, firstUnplaced) !== -1) firstUnplaced++;
      node = firstUnplaced;
      queue.push(node);
    }
    rank[node] = placed;
    for (let index = at(after.start, node); index < at(after.start, node + 1); index++) {
      const next = at(after.list, index);
      if (at(rank, next) !== -1) continue;
      open[next] = at(open, next) - 1;
      if (at(open, next) === 0) queue.push(next);
    }
  }
  const low = new Int32Array(from.length);
  const high = new Int32Array(from.length);
  for (let edge = 0; edge < from.length; edge++) {
    const isForward = at(rank, at(from, edge)) < at(rank, at(to, edge));
    low[edge] = at(isForward ? from : to, edge);
    high[edge] = at(isForward ? to : from, edge);
  }
  return { layer: longestWays(nodeCount, low, high, queue), low, high };
}

/** `order`: the nodes, each after all that lead to it. */
function longestWays(nodeCount: number, low: Int32Array, high: Int32Array, order: readonly number[]): Int32Array {
  const layer = new Int32Array(nodeCount);
  const after = adjacency(nodeCount, low, high);
  for (const node of order) {
    const next = at(layer, node) + 1;
    for (let index = at(after.start, node); index < at(after.start, node + 1); index++) {
      const target = at(after.list, index);
      if (at(layer, target) < next) layer[target] = next;
    }
  }
  return layer;
}

/**
 * Moves nodes that as many wait for as they wait for, or more, right before the first one that waits: fewer and shorter
 * lines, at the price that not everything that can start at once stands in the first layer.
 */
export function tighten(layer: Int32Array, low: Int32Array, high: Int32Array): Int32Array {
  const tight = layer.slice();
  const after = adjacency(layer.length, low, high);
  const waits = new Int32Array(layer.length);
  for (const node of high) waits[node] = at(waits, node) + 1;
  const order = Array.from(layer.keys()).sort((a, b) => at(layer, b) - at(layer, a) || a - b);
  for (const node of order) {
    const first = at(after.start, node);
    const end = at(after.start, node + 1);
    if (end === first || end - first < at(waits, node)) continue;
    let nearest = Number.POSITIVE_INFINITY;
    for (let index = first; index < end; index++) nearest = Math.min(nearest, at(tight, at(after.list, index)));
    tight[node] = nearest - 1;
  }
  return tight;
}

/** The number of each node's connected part; parts are numbered by their first node. */
export function connectedParts(
  nodeCount: number,
  from: Int32Array,
  to: Int32Array,
): { part: Int32Array; count: number } {
  const parent = new Int32Array(nodeCount);
  for (let node = 0; node < nodeCount; node++) parent[node] = node;
  const root = (node: number): number => {
    let current = node;
    while (at(parent, current) !== current) {
      parent[current] = at(parent, at(parent, current));
      current = at(parent, current);
    }
    return current;
  };
  for (let edge = 0; edge < from.length; edge++) {
    const a = root(at(from, edge));
    const b = root(at(to, edge));
    if (a !== b) parent[Math.max(a, b)] = Math.min(a, b);
  }
  const part = new Int32Array(nodeCount);
  let count = 0;
  for (let node = 0; node < nodeCount; node++) {
    const top = root(node);
    part[node] = top === node ? count++ : at(part, top);
  }
  return { part, count };
}
