import { type Adjacency, adjacency, at } from "./adjacency";
import { tighten } from "./layering";

/** A connected part of a graph, its nodes counted from 0. Every edge leads from a lower layer to a higher one. */
export interface Part {
  readonly nodeCount: number;
  readonly layer: Int32Array;
  readonly low: Int32Array;
  readonly high: Int32Array;
}

/**
 * What needs a place of its own in a layer: the nodes (slots 0 up to `nodeCount`), and behind them the lanes in
 * which long edges pass the layers between their ends. The edges of one node share a lane. Links join slots of
 * neighbouring layers.
 */
export interface Slots {
  readonly count: number;
  readonly nodeCount: number;
  readonly layerCount: number;
  readonly layer: Int32Array;
  readonly low: Int32Array;
  readonly high: Int32Array;
  readonly before: Adjacency;
  readonly after: Adjacency;
  /** The first lane of each node, in the layer behind it; its others follow. */
  readonly laneStart: Int32Array;
  /** Edges over more layers than this have no lane: they would be too many. */
  readonly longest: number;
}

/** So many lanes are laid out; a graph that wants more has lines that pass behind nodes. */
const MOST_LANES = 25_000;

/** With more lanes than this for each node, the layers are made tighter. */
const LANES_A_NODE = 4;

/** The part with its layers as they are, or tighter ones if its lines would be too many. */
export function easeLayers(part: Part): Part {
  if (laneCounts(part, part.nodeCount).total <= LANES_A_NODE * part.nodeCount) return part;
  return { ...part, layer: tighten(part.layer, part.low, part.high) };
}

export function makeSlots(part: Part): Slots {
  const { nodeCount, layer, low, high } = part;
  const layerCount = layer.reduce((most, value) => Math.max(most, value + 1), 0);
  let longest = layerCount;
  let lanes = laneCounts(part, longest);
  while (lanes.total > MOST_LANES) {
    longest = Math.floor(longest / 2);
    lanes = laneCounts(part, longest);
  }
  const count = nodeCount + lanes.total;
  const slotLayer = new Int32Array(count);
  slotLayer.set(layer);
  const links = linkList(low.length + lanes.total);
  const laneStart = new Int32Array(nodeCount);
  let next = nodeCount;
  for (let node = 0; node < nodeCount; node++) {
    laneStart[node] = next;
    for (let step = 0; step < at(lanes.byNode, node); step++) {
      slotLayer[next] = at(layer, node) + 1 + step;
      links.add(step === 0 ? node : next - 1, next);
      next++;
    }
  }
  for (let edge = 0; edge < low.length; edge++) {
    const source = at(low, edge);
    const target = at(high, edge);
    const span = at(layer, target) - at(layer, source);
    if (span === 1) links.add(source, target);
    else if (span <= longest) links.add(at(laneStart, source) + span - 2, target);
  }
  const ends = links.take();
  return {
    count,
    nodeCount,
    layerCount,
    layer: slotLayer,
    ...ends,
    before: adjacency(count, ends.high, ends.low),
    after: adjacency(count, ends.low, ends.high),
    laneStart,
    longest,
  };
}

function laneCounts({ nodeCount, layer, low, high }: Part, longest: number): { byNode: Int32Array; total: number } {
  const byNode = new Int32Array(nodeCount);
  for (let edge = 0; edge < low.length; edge++) {
    const source = at(low, edge);
    const span = at(layer, at(high, edge)) - at(layer, source);
    if (span <= longest && span - 1 > at(byNode, source)) byNode[source] = span - 1;
  }
  return { byNode, total: byNode.reduce((sum, lanes) => sum + lanes, 0) };
}

function linkList(most: number) {
  const low = new Int32Array(most);
  const high = new Int32Array(most);
  let count = 0;
  return {
    add(from: number, to: number): void {
      low[count] = from;
      high[count] = to;
      count++;
    },
    take: () => ({ low: low.slice(0, count), high: high.slice(0, count) }),
  };
}
