import { at, degree } from "./adjacency";
import type { Slots } from "./slots";

/** Heights are counted in quarters of a row: a node with its distance takes four, a lane one. */
export const ROW = 4;
const HALF_NODE = ROW / 2;
const HALF_LANE = 0.5;

const SWEEPS = 8;
/** Of a graph with more slots, fewer: they would cost more than they straighten. */
const MANY_SLOTS = 10_000;
const FEW_SWEEPS = 5;
/** How much everything is drawn to the middle, so that a long graph does not wander off. */
const GRAVITY = 0.05;
/** How much a line that can be straight holds on to it, against a node that wants to be near its neighbours. */
const CHAIN_WEIGHT = 8;
const LANE_WEIGHT = 2;

/**
 * The middle of each slot, in quarters of a row, from 0 at the part's upper edge: near its neighbours, in the
 * order of its layer, and never nearer to the next one than there is room for.
 */
export function placeSlots(slots: Slots, layers: readonly Int32Array[]): { y: Int32Array; height: number } {
  const y = new Float64Array(slots.count);
  for (const layer of layers) stack(slots, layer, y);
  const sweeps = slots.count > MANY_SLOTS ? FEW_SWEEPS : SWEEPS;
  for (let sweep = 0; sweep < sweeps; sweep++) {
    // The last two sweeps settle on whole quarters, so that lines meant to be straight are.
    const isWhole = sweep >= sweeps - 2;
    const isForward = sweep % 2 === 1;
    for (const layer of isForward ? layers : layers.toReversed()) {
      settle(slots, layer, y, sweep < 2 ? (isForward ? "before" : "after") : "both", isWhole);
    }
  }
  let top = Number.POSITIVE_INFINITY;
  let bottom = Number.NEGATIVE_INFINITY;
  for (let slot = 0; slot < slots.count; slot++) {
    const half = slot < slots.nodeCount ? HALF_NODE : HALF_LANE;
    top = Math.min(top, at(y, slot) - half);
    bottom = Math.max(bottom, at(y, slot) + half);
  }
  const shift = Math.floor(top);
  return { y: Int32Array.from(y, (value) => value - shift), height: Math.ceil(bottom - shift) };
}

/** The least distance of the middles of two slots, the one right above the other. */
function distance(nodeCount: number, upper: number, lower: number): number {
  const nodes = (upper < nodeCount ? 1 : 0) + (lower < nodeCount ? 1 : 0);
  return nodes === 2 ? ROW : nodes === 1 ? ROW / 2 : 1;
}

/** All of a layer as close as can be, around the middle. */
function stack({ nodeCount }: Slots, layer: Int32Array, y: Float64Array): void {
  let height = 0;
  for (let index = 1; index < layer.length; index++) {
    height += distance(nodeCount, at(layer, index - 1), at(layer, index));
  }
  let next = -height / 2;
  for (let index = 0; index < layer.length; index++) {
    if (index > 0) next += distance(nodeCount, at(layer, index - 1), at(layer, index));
    y[at(layer, index)] = next;
  }
}

/**
 * Moves the slots of a layer as near as possible to where their neighbours are, keeping order and distances: the
 * exact least squares, by merging neighbours that would come too close into blocks.
 */
function settle(
  slots: Slots,
  layer: Int32Array,
  y: Float64Array,
  towards: "before" | "after" | "both",
  isWhole: boolean,
): void {
  const { nodeCount } = slots;
  const sums = new Float64Array(layer.length);
  const weights = new Float64Array(layer.length);
  const ends = new Int32Array(layer.length);
  const offsets = new Float64Array(layer.length);
  let blocks = 0;
  for (let index = 0; index < layer.length; index++) {
    const slot = at(layer, index);
    const offset = index === 0 ? 0 : at(offsets, index - 1) + distance(nodeCount, at(layer, index - 1), slot);
    offsets[index] = offset;
    const { wish, weight } = wishOf(slots, slot, y, towards);
    let sum = (wish - offset) * weight;
    let total = weight;
    while (blocks > 0 && at(sums, blocks - 1) / at(weights, blocks - 1) >= sum / total) {
      blocks--;
      sum += at(sums, blocks);
      total += at(weights, blocks);
    }
    sums[blocks] = sum;
    weights[blocks] = total;
    ends[blocks] = index;
    blocks++;
  }
  let index = 0;
  for (let block = 0; block < blocks; block++) {
    const exact = at(sums, block) / at(weights, block);
    const value = isWhole ? Math.round(exact) : exact;
    for (; index <= at(ends, block); index++) y[at(layer, index)] = value + at(offsets, index);
  }
}

function wishOf(
  { before, after, nodeCount }: Slots,
  slot: number,
  y: Float64Array,
  towards: "before" | "after" | "both",
): { wish: number; weight: number } {
  let sum = 0;
  let weight = 0;
  let chainSum = 0;
  let chains = 0;
  for (const side of ["before", "after"] as const) {
    if (towards !== "both" && towards !== side) continue;
    const links = side === "before" ? before : after;
    const back = side === "before" ? after : before;
    const isOnly = degree(links, slot) === 1;
    for (let link = at(links.start, slot); link < at(links.start, slot + 1); link++) {
      const other = at(links.list, link);
      if (isOnly && degree(back, other) === 1) {
        chainSum += at(y, other);
        chains++;
      }
      const pull = slot >= nodeCount || other >= nodeCount ? LANE_WEIGHT : 1;
      sum += at(y, other) * pull;
      weight += pull;
    }
  }
  // A line that can be straight is: a mean with anything else would bend it.
  if (chains > 0) return { wish: chainSum / chains, weight: chains * CHAIN_WEIGHT };
  if (weight === 0) return { wish: at(y, slot), weight: 0.01 };
  return { wish: sum / (weight + GRAVITY), weight: weight + GRAVITY };
}
