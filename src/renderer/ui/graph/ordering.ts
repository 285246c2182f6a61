import { at } from "./adjacency";
import type { Slots } from "./slots";

const SWEEPS = 8;
/** Of a graph with more slots, half as many, and the last one counts: comparing them would take as long again. */
const MANY_SLOTS = 10_000;
/** Room for the place in its layer behind the place that a slot wants, in one number that sorts. */
const PLACES = 2 ** 20;
/** Steps between two places: finer wishes count as the same. */
const FINENESS = 64;

/** The slots of each layer from the top, so that links cross little. */
export function orderLayers(slots: Slots): Int32Array[] {
  let layers = firstOrder(slots);
  const place = new Int32Array(slots.count);
  for (const layer of layers) number(layer, place);
  const isLarge = slots.count > MANY_SLOTS;
  let best = layers;
  let fewest = isLarge ? Number.POSITIVE_INFINITY : crossings(slots, layers, place);
  const sweeps = isLarge ? SWEEPS / 2 : SWEEPS;
  for (let sweep = 0; sweep < sweeps && fewest > 0; sweep++) {
    if (!isLarge) layers = layers.map((layer) => layer.slice());
    const isForward = sweep % 2 === 0;
    for (let step = 1; step < layers.length; step++) {
      const index = isForward ? step : layers.length - 1 - step;
      const layer = layers[index];
      const beside = layers[isForward ? index - 1 : index + 1];
      if (layer !== undefined && beside !== undefined) sortLayer(slots, layer, beside.length, place, isForward);
    }
    if (isLarge) continue;
    const found = crossings(slots, layers, place);
    if (found >= fewest) continue;
    fewest = found;
    best = layers;
  }
  return best;
}

/** As a walk along the links comes to them: what belongs together is together from the start. */
function firstOrder({ count, layerCount, layer, before, after }: Slots): Int32Array[] {
  const members: number[][] = Array.from({ length: layerCount }, () => []);
  const seen = new Uint8Array(count);
  for (let first = 0; first < count; first++) {
    const stack = [first];
    for (let slot = stack.pop(); slot !== undefined; slot = stack.pop()) {
      if (at(seen, slot) === 1) continue;
      seen[slot] = 1;
      members[at(layer, slot)]?.push(slot);
      // The last one pushed is the next one visited: on along the first link, then the others, then back.
      for (let index = at(before.start, slot + 1) - 1; index >= at(before.start, slot); index--) {
        stack.push(at(before.list, index));
      }
      for (let index = at(after.start, slot + 1) - 1; index >= at(after.start, slot); index--) {
        stack.push(at(after.list, index));
      }
    }
  }
  return members.map((slots) => Int32Array.from(slots));
}

function number(layer: Int32Array, place: Int32Array): void {
  for (let index = 0; index < layer.length; index++) place[at(layer, index)] = index;
}

/** Sorts a layer by the mean place of each slot's neighbours in the layer beside it. */
function sortLayer(
  { before, after }: Slots,
  layer: Int32Array,
  besideLength: number,
  place: Int32Array,
  isForward: boolean,
): void {
  const { start, list } = isForward ? before : after;
  const keys = new Float64Array(layer.length);
  for (let index = 0; index < layer.length; index++) {
    const slot = at(layer, index);
    const first = at(start, slot);
    const end = at(start, slot + 1);
    let wish = (index * besideLength) / layer.length;
    if (end > first) {
      let sum = 0;
      for (let link = first; link < end; link++) sum += at(place, at(list, link));
      wish = sum / (end - first);
    }
    keys[index] = Math.round(wish * FINENESS) * PLACES + index;
  }
  keys.sort();
  const old = layer.slice();
  for (let index = 0; index < keys.length; index++) layer[index] = at(old, at(keys, index) % PLACES);
  number(layer, place);
}

/** How often links cross: for each gap between layers, the inversions among the places of the links' ends. */
function crossings({ after }: Slots, layers: readonly Int32Array[], place: Int32Array): number {
  let total = 0;
  for (let index = 0; index + 1 < layers.length; index++) {
    const layer = layers[index];
    const size = layers[index + 1]?.length ?? 0;
    const tree = new Int32Array(size + 1);
    let seen = 0;
    for (const slot of layer ?? []) {
      const first = at(after.start, slot);
      const end = at(after.start, slot + 1);
      for (let link = first; link < end; link++) {
        let notAbove = 0;
        for (let node = at(place, at(after.list, link)) + 1; node > 0; node -= node & -node) notAbove += at(tree, node);
        total += seen - notAbove;
      }
      for (let link = first; link < end; link++) {
        seen++;
        for (let node = at(place, at(after.list, link)) + 1; node <= size; node += node & -node) {
          tree[node] = at(tree, node) + 1;
        }
      }
    }
  }
  return total;
}
