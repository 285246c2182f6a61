/** Neighbours of nodes in two flat lists: those of node `n` are `list[start[n]]` up to, not with, `list[start[n + 1]]`. */
export interface Adjacency {
  readonly start: Int32Array;
  readonly list: Int32Array;
}

/** For each node the `values` of the edges that `keys` puts there, in the order of the edges. */
export function adjacency(nodeCount: number, keys: Int32Array, values: Int32Array): Adjacency {
  const start = new Int32Array(nodeCount + 1);
  for (const key of keys) start[key + 1] = at(start, key + 1) + 1;
  for (let node = 0; node < nodeCount; node++) start[node + 1] = at(start, node + 1) + at(start, node);
  const next = start.slice();
  const list = new Int32Array(keys.length);
  for (let edge = 0; edge < keys.length; edge++) {
    const key = at(keys, edge);
    const place = at(next, key);
    list[place] = at(values, edge);
    next[key] = place + 1;
  }
  return { start, list };
}

/** A number of a list whose index is known to be inside; 0 outside. */
export function at(list: ArrayLike<number>, index: number): number {
  return list[index] ?? 0;
}

export function degree({ start }: Adjacency, node: number): number {
  return at(start, node + 1) - at(start, node);
}
