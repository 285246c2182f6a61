import { at, degree } from "./adjacency";
import type { Part, Slots } from "./slots";

/** Vertical lines of one gap between layers run on one of these, from the left: -1, 0 (the middle) or 1. */
type Track = -1 | 0 | 1;

/** The bends of edges in one list; those of edge `e` are numbers `start[e]` up to, not with, `start[e + 1]`. */
export interface Bends {
  readonly start: Int32Array;
  /** Three numbers a bend: the layer in whose gap to the next it bends, its track, its new height. */
  readonly list: Int32Array;
}

/**
 * The bends of every edge of a part, from its lower layer to its higher one. Links that meet in a slot share a
 * vertical line; lines of different slots take different tracks where they would overlap, as far as there are any.
 */
export function routeEdges(part: Part, slots: Slots, y: Int32Array): Bends {
  const tracks = assignTracks(slots, y);
  const start = new Int32Array(part.low.length + 1);
  const list: number[] = [];
  for (let edge = 0; edge < part.low.length; edge++) {
    const source = at(part.low, edge);
    const target = at(part.high, edge);
    const first = at(part.layer, source);
    const span = at(part.layer, target) - first;
    if (span > slots.longest && span > 1) {
      if (at(y, source) !== at(y, target)) list.push(first + span - 1, 0, at(y, target));
    } else {
      let from = source;
      for (let step = 0; step < span; step++) {
        const to = step === span - 1 ? target : at(slots.laneStart, source) + step;
        if (at(y, from) !== at(y, to)) {
          list.push(first + step, trackOf(at(tracks, hubOf(slots, from, to))), at(y, to));
        }
        from = to;
      }
    }
    start[edge + 1] = list.length;
  }
  return { start, list: Int32Array.from(list) };
}

const ORDER: readonly Track[] = [0, 1, -1];
const trackOf = (index: number): Track => ORDER[index] ?? 0;

/** The slot whose vertical line a link is part of: of its ends the one with more links in the gap. */
function hubOf({ before, after, count }: Slots, from: number, to: number): number {
  return degree(after, from) >= degree(before, to) ? from : count + to;
}

/** For every hub the place in `ORDER` of the track of its vertical line. */
function assignTracks(slots: Slots, y: Int32Array): Uint8Array {
  const { count, low, high, layer, layerCount } = slots;
  const top = new Float64Array(2 * count).fill(Number.POSITIVE_INFINITY);
  const bottom = new Float64Array(2 * count).fill(Number.NEGATIVE_INFINITY);
  const gaps: number[][] = Array.from({ length: layerCount }, () => []);
  for (let link = 0; link < low.length; link++) {
    const from = at(low, link);
    const to = at(high, link);
    if (at(y, from) === at(y, to)) continue;
    const hub = hubOf(slots, from, to);
    if (at(top, hub) > at(bottom, hub)) gaps[at(layer, from)]?.push(hub);
    top[hub] = Math.min(at(top, hub), at(y, from), at(y, to));
    bottom[hub] = Math.max(at(bottom, hub), at(y, from), at(y, to));
  }
  const tracks = new Uint8Array(2 * count);
  for (const hubs of gaps) {
    const ends = [Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY];
    for (const hub of hubs.sort((a, b) => at(top, a) - at(top, b) || a - b)) {
      let track = ends.findIndex((end) => end < at(top, hub));
      if (track === -1) track = ends.indexOf(Math.min(...ends));
      ends[track] = Math.max(at(ends, track), at(bottom, hub));
      tracks[hub] = track;
    }
  }
  return tracks;
}
