import type { Shape } from "./shape";

export interface CriticalPath {
  /** Places, first to last. Empty when there is no task. */
  readonly places: readonly number[];
  /** The sum of the durations along it. */
  readonly length: number;
}

/**
 * The longest chain of tasks that wait for each other: nothing makes the whole shorter that does not make this
 * shorter. `durations` by place in any unit; a negative one takes its task out, and with it what only leads
 * through it. Of chains of the same length the one with more tasks is taken, then the one of earlier places. A
 * cycle, and what is behind it, belongs to no path.
 */
export function findCriticalPath(shape: Shape, durations: ArrayLike<number>): CriticalPath {
  const { count, order, firstDependent, dependents } = shape;
  const length = new Float64Array(count);
  const links = new Int32Array(count);
  const cameFrom = new Int32Array(count).fill(-1);
  let end = -1;

  function isLonger(place: number, than: number): boolean {
    if (than < 0) return true;
    const difference = (length[place] ?? 0) - (length[than] ?? 0);
    if (difference !== 0) return difference > 0;
    const more = (links[place] ?? 0) - (links[than] ?? 0);
    return more !== 0 ? more > 0 : place < than;
  }

  for (const place of order) {
    const own = durations[place] ?? -1;
    if (own < 0) continue;
    const before = cameFrom[place] ?? -1;
    length[place] = own + (before < 0 ? 0 : (length[before] ?? 0));
    links[place] = 1 + (before < 0 ? 0 : (links[before] ?? 0));
    if (isLonger(place, end)) end = place;
    const last = firstDependent[place + 1] ?? 0;
    for (let at = firstDependent[place] ?? 0; at < last; at += 1) {
      const dependent = dependents[at] ?? 0;
      if (isLonger(place, cameFrom[dependent] ?? -1)) cameFrom[dependent] = place;
    }
  }
  const places: number[] = [];
  for (let place = end; place >= 0; place = cameFrom[place] ?? -1) places.push(place);
  return { places: places.reverse(), length: end < 0 ? 0 : (length[end] ?? 0) };
}
