import { at } from "./adjacency";
import { assignLayers, connectedParts, type Layered } from "./layering";
import { orderLayers } from "./ordering";
import { placeSlots, ROW } from "./placing";
import { type Bends, routeEdges } from "./routing";
import { easeLayers, makeSlots } from "./slots";

/** A graph to lay out: nodes from 0 up to `nodeCount`, edges as flat pairs of them. */
export interface GraphShape {
  readonly nodeCount: number;
  readonly edges: Int32Array;
}

/**
 * Where everything is. Nodes stand in layers from the left; heights are counted in quarters of a row, from the
 * upper edge. Numbers in typed arrays, so that a worker can hand it over without copying.
 */
export interface GraphLayout {
  readonly layerCount: number;
  /** Quarters of a row. */
  readonly height: number;
  readonly layer: Int32Array;
  /** The middle of each node. */
  readonly y: Int32Array;
  /** The ends of each edge, the one in the lower layer first. Edges from a node to itself have two equal ends. */
  readonly low: Int32Array;
  readonly high: Int32Array;
  /** The bends of edge `e`, from its lower end: `bendStart[e]` up to, not with, `bendStart[e + 1]`. */
  readonly bendStart: Int32Array;
  /** Three numbers a bend: the layer in whose gap to the next it bends, its track (-1, 0, 1), its new height. */
  readonly bends: Int32Array;
}

/** Between two parts that are not connected. */
const PART_GAP = ROW / 2;
/** A page is about this much wider than high, in layers a row. */
const LAYERS_PER_ROW = 0.64;

/** Lays a graph out. The same graph gives the same layout. */
export function layoutGraph({ nodeCount, edges }: GraphShape): GraphLayout {
  const ends = realEdges(edges);
  const layered = assignLayers(nodeCount, ends.from, ends.to);
  const layer = new Int32Array(nodeCount);
  const y = new Int32Array(nodeCount);
  const routes: Array<Route | undefined> = [];
  const indexOf = new Int32Array(nodeCount);
  const shelves = packer(splitParts(nodeCount, layered).map((part) => layoutPart(part, layered, indexOf)));
  for (const { part, layers, top, left } of shelves.placed) {
    part.nodes.forEach((node, index) => {
      layer[node] = at(part.layer, index) + left;
      y[node] = at(part.y, index) + top;
    });
    part.edges.forEach((edge, index) => {
      routes[edge] = { bends: part.bends, index, left, top };
    });
    shelves.layerCount = Math.max(shelves.layerCount, left + layers);
  }
  return {
    layerCount: shelves.layerCount,
    height: shelves.height,
    layer,
    y,
    ...flatten(edges, ends.index, layered, routes),
  };
}

/** The edges between two different nodes, and where each stands in `edges`. */
function realEdges(edges: Int32Array): { from: Int32Array; to: Int32Array; index: Int32Array } {
  const kept: number[] = [];
  for (let edge = 0; 2 * edge < edges.length; edge++) {
    if (at(edges, 2 * edge) !== at(edges, 2 * edge + 1)) kept.push(edge);
  }
  return {
    from: Int32Array.from(kept, (edge) => at(edges, 2 * edge)),
    to: Int32Array.from(kept, (edge) => at(edges, 2 * edge + 1)),
    index: Int32Array.from(kept),
  };
}

interface Members {
  readonly nodes: number[];
  readonly edges: number[];
}

/** Where the bends of an edge are, and where its part was put. */
interface Route {
  readonly bends: Bends;
  readonly index: number;
  readonly left: number;
  readonly top: number;
}

/** The connected parts, by their first node. */
function splitParts(nodeCount: number, layered: Layered): Members[] {
  const { part, count } = connectedParts(nodeCount, layered.low, layered.high);
  const members: Members[] = Array.from({ length: count }, () => ({ nodes: [], edges: [] }));
  for (let node = 0; node < nodeCount; node++) members[at(part, node)]?.nodes.push(node);
  for (let edge = 0; edge < layered.low.length; edge++) members[at(part, at(layered.low, edge))]?.edges.push(edge);
  return members;
}

interface PlacedPart {
  readonly nodes: readonly number[];
  readonly edges: readonly number[];
  readonly layer: ArrayLike<number>;
  readonly layers: number;
  readonly height: number;
  readonly y: ArrayLike<number>;
  readonly bends: Bends;
}

const NO_BENDS: Bends = { start: new Int32Array(1), list: new Int32Array() };

/** `indexOf`: room to note the place of each node in its part. */
function layoutPart({ nodes, edges }: Members, { layer, low, high }: Layered, indexOf: Int32Array): PlacedPart {
  if (edges.length === 0) return { nodes, edges, layer: [0], layers: 1, height: ROW, y: [ROW / 2], bends: NO_BENDS };
  const firstLayer = nodes.reduce((least, node) => Math.min(least, at(layer, node)), Number.POSITIVE_INFINITY);
  nodes.forEach((node, index) => {
    indexOf[node] = index;
  });
  const part = easeLayers({
    nodeCount: nodes.length,
    layer: Int32Array.from(nodes, (node) => at(layer, node) - firstLayer),
    low: Int32Array.from(edges, (edge) => at(indexOf, at(low, edge))),
    high: Int32Array.from(edges, (edge) => at(indexOf, at(high, edge))),
  });
  const slots = makeSlots(part);
  const { y, height } = placeSlots(slots, orderLayers(slots));
  return { nodes, edges, layer: part.layer, layers: slots.layerCount, height, y, bends: routeEdges(part, slots, y) };
}

/** Puts parts side by side on shelves, in their order, so that many small ones do not become one long column. */
function packer(parts: readonly PlacedPart[]) {
  const area = parts.reduce((sum, { layers, height }) => sum + layers * (height / ROW), 0);
  const widest = parts.reduce((most, { layers }) => Math.max(most, layers), 0);
  const room = Math.max(widest, Math.ceil(Math.sqrt(area * LAYERS_PER_ROW)));
  const placed: Array<{ part: PlacedPart; layers: number; top: number; left: number }> = [];
  let top = 0;
  let left = 0;
  let shelf = 0;
  let previous: PlacedPart | undefined;
  for (const part of parts) {
    // A free layer between two parts, so that they are not taken for one; loose tasks need none.
    const isLoose = part.layers === 1 && (previous?.layers ?? 1) === 1;
    let start = left === 0 || isLoose ? left : left + 1;
    if (start + part.layers > room && left > 0) {
      top += shelf + (isLoose ? 0 : PART_GAP);
      start = 0;
      shelf = 0;
    }
    placed.push({ part, layers: part.layers, top, left: start });
    left = start + part.layers;
    shelf = Math.max(shelf, part.height);
    previous = part;
  }
  return { placed, height: top + shelf, layerCount: 0 };
}

function flatten(
  edges: Int32Array,
  index: Int32Array,
  layered: Layered,
  routes: ReadonlyArray<Route | undefined>,
): Pick<GraphLayout, "low" | "high" | "bendStart" | "bends"> {
  const count = edges.length / 2;
  const low = new Int32Array(count);
  const high = new Int32Array(count);
  for (let edge = 0; edge < count; edge++) {
    low[edge] = at(edges, 2 * edge);
    high[edge] = at(edges, 2 * edge + 1);
  }
  const bendStart = new Int32Array(count + 1);
  index.forEach((edge, real) => {
    low[edge] = at(layered.low, real);
    high[edge] = at(layered.high, real);
    const route = routes[real];
    if (route === undefined) return;
    const { start } = route.bends;
    bendStart[edge + 1] = (at(start, route.index + 1) - at(start, route.index)) / 3;
  });
  for (let edge = 0; edge < count; edge++) bendStart[edge + 1] = at(bendStart, edge + 1) + at(bendStart, edge);
  const bends = new Int32Array(3 * at(bendStart, count));
  let next = 0;
  for (const route of routes) {
    if (route === undefined) continue;
    const { start, list } = route.bends;
    for (let bend = at(start, route.index); bend < at(start, route.index + 1); bend += 3) {
      bends[next++] = at(list, bend) + route.left;
      bends[next++] = at(list, bend + 1);
      bends[next++] = at(list, bend + 2) + route.top;
    }
  }
  return { low, high, bendStart, bends };
}
