import type { GraphShape } from "../../ui/graph/layout";

/** A graph with some of its tasks folded together: connected ones are one node. */
export interface FoldedGraph {
  readonly shape: GraphShape;
  /** The node of each task. */
  readonly nodeOf: Int32Array;
  /** The tasks of each node, by their places; mostly one. */
  readonly members: ReadonlyArray<readonly number[]>;
}

/**
 * The tasks that have been completed, with everything before them. What waits for such a task may not be over,
 * but never lies between two of them: folding makes no cycle.
 */
export function finishedTasks(
  count: number,
  edges: readonly number[],
  isCompleted: (place: number) => boolean,
): Set<number> {
  const before = neighbours(count, edges, 1, 0);
  const verdict = new Int8Array(count);
  const decide = (first: number): void => {
    const stack = [first];
    while (stack.length > 0) {
      const place = stack[stack.length - 1] ?? 0;
      if (verdict[place] === 0) {
        // While it is being looked at it counts as not over: a cycle is no end.
        verdict[place] = -1;
        if (isCompleted(place)) {
          const open = (before[place] ?? []).filter((dependency) => verdict[dependency] === 0);
          stack.push(...open);
          if (open.length > 0) continue;
        }
      }
      stack.pop();
      if (isCompleted(place) && (before[place] ?? []).every((dependency) => verdict[dependency] === 1))
        verdict[place] = 1;
    }
  };
  for (let place = 0; place < count; place++) if (verdict[place] === 0) decide(place);
  return new Set(Array.from(verdict.keys()).filter((place) => verdict[place] === 1));
}

/** Folds connected tasks of `folded` into one node each; a lone one stays as it is. */
export function foldGraph(count: number, edges: readonly number[], folded: ReadonlySet<number>): FoldedGraph {
  if (folded.size === 0) {
    const nodeOf = Int32Array.from({ length: count }, (_, place) => place);
    const members = Array.from(nodeOf, (place) => [place]);
    return { shape: { nodeCount: count, edges: Int32Array.from(edges) }, nodeOf, members };
  }
  const part = new Int32Array(count).fill(-1);
  const around = neighbours(count, edges, 0, 1).map((after) => [...after]);
  for (const [place, before] of neighbours(count, edges, 1, 0).entries()) around[place]?.push(...before);
  const members: number[][] = [];
  const nodeOf = new Int32Array(count);
  for (let place = 0; place < count; place++) {
    if (part[place] !== -1) continue;
    const node = members.length;
    const group: number[] = [];
    const stack = [place];
    part[place] = node;
    for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
      group.push(next);
      nodeOf[next] = node;
      if (!folded.has(next)) continue;
      for (const other of around[next] ?? []) {
        if (!folded.has(other) || part[other] !== -1) continue;
        part[other] = node;
        stack.push(other);
      }
    }
    members.push(group.sort((a, b) => a - b));
  }
  const seen = new Set<number>();
  const kept: number[] = [];
  for (let index = 0; index < edges.length; index += 2) {
    const from = nodeOf[edges[index] ?? 0] ?? 0;
    const to = nodeOf[edges[index + 1] ?? 0] ?? 0;
    const key = from * members.length + to;
    if (from === to || seen.has(key)) continue;
    seen.add(key);
    kept.push(from, to);
  }
  return { shape: { nodeCount: members.length, edges: Int32Array.from(kept) }, nodeOf, members };
}

function neighbours(count: number, edges: readonly number[], key: 0 | 1, value: 0 | 1): number[][] {
  const lists: number[][] = Array.from({ length: count }, () => []);
  for (let index = 0; index < edges.length; index += 2) {
    lists[edges[index + key] ?? 0]?.push(edges[index + value] ?? 0);
  }
  return lists;
}
