/** What the graph functions need of a subtask. Dependencies that name no node are ignored. */
export interface GraphNode {
  readonly id: string;
  readonly dependencies: readonly string[];
}

/** The ids so that each comes after its dependencies, else in the order given. Null when there is a cycle. */
export function topologicalOrder(nodes: readonly GraphNode[]): string[] | null {
  const graph = indexGraph(nodes);
  const open = graph.dependencies.map((list) => list.length);
  const order = open.flatMap((count, node) => (count === 0 ? [node] : []));
  for (let place = 0; place < order.length; place++) {
    for (const dependent of graph.dependents[order[place] ?? -1] ?? []) {
      const left = (open[dependent] ?? 0) - 1;
      open[dependent] = left;
      if (left === 0) order.push(dependent);
    }
  }
  return order.length === nodes.length ? order.map((node) => nodes[node]?.id ?? "") : null;
}

/**
 * Each node's level: 0 without dependencies, else one more than the highest of its dependencies. Null when
 * there is a cycle.
 */
export function levels(nodes: readonly GraphNode[]): Map<string, number> | null {
  const order = topologicalOrder(nodes);
  if (!order) return null;
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const found = new Map<string, number>();
  for (const id of order) {
    let level = 0;
    for (const dependency of byId.get(id)?.dependencies ?? []) {
      const below = found.get(dependency);
      if (below !== undefined && below >= level) level = below + 1;
    }
    found.set(id, level);
  }
  return found;
}

/**
 * One cycle for each knot of nodes that depend on each other: ids in the direction of the dependencies, the
 * first not repeated at the end. A shortest one through the knot's first node. Empty for a sound graph.
 */
export function findCycles(nodes: readonly GraphNode[]): string[][] {
  const graph = indexGraph(nodes);
  return knots(graph).map((knot) => shortestCycle(graph, knot).map((node) => nodes[node]?.id ?? ""));
}

interface IndexedGraph {
  readonly dependencies: readonly (readonly number[])[];
  readonly dependents: readonly (readonly number[])[];
}

function indexGraph(nodes: readonly GraphNode[]): IndexedGraph {
  const indexOf = new Map<string, number>();
  for (const [index, node] of nodes.entries()) if (!indexOf.has(node.id)) indexOf.set(node.id, index);
  const dependencies = nodes.map((node) => [
    ...new Set(
      node.dependencies.flatMap((id) => {
        const index = indexOf.get(id);
        return index === undefined ? [] : [index];
      }),
    ),
  ]);
  const dependents: number[][] = nodes.map(() => []);
  for (const [node, list] of dependencies.entries()) for (const below of list) dependents[below]?.push(node);
  return { dependencies, dependents };
}

/** Strongly connected components that hold a cycle (Tarjan's, with a stack of its own: plans can be deep). */
function knots(graph: IndexedGraph): number[][] {
  const count = graph.dependencies.length;
  const seenAt = new Int32Array(count).fill(-1);
  const lowest = new Int32Array(count);
  const isOpen = new Uint8Array(count);
  const open: number[] = [];
  const found: number[][] = [];
  let clock = 0;

  for (let start = 0; start < count; start++) {
    if (seenAt[start] !== -1) continue;
    const path: { node: number; next: number }[] = [];
    const enter = (node: number): void => {
      seenAt[node] = clock;
      lowest[node] = clock++;
      isOpen[node] = 1;
      open.push(node);
      path.push({ node, next: 0 });
    };
    enter(start);
    for (let top = path.at(-1); top; top = path.at(-1)) {
      const { node } = top;
      const below = graph.dependencies[node]?.[top.next++];
      if (below !== undefined) {
        if (seenAt[below] === -1) enter(below);
        else if (isOpen[below]) lowest[node] = Math.min(lowest[node] ?? 0, seenAt[below] ?? 0);
        continue;
      }
      path.pop();
      const parent = path.at(-1)?.node;
      if (parent !== undefined) lowest[parent] = Math.min(lowest[parent] ?? 0, lowest[node] ?? 0);
      if (lowest[node] !== seenAt[node]) continue;
      const knot = open.splice(open.lastIndexOf(node));
      for (const member of knot) isOpen[member] = 0;
      if (knot.length > 1 || graph.dependencies[node]?.includes(node)) found.push(knot.sort((a, b) => a - b));
    }
  }
  return found.sort((a, b) => (a[0] ?? 0) - (b[0] ?? 0));
}

/** Breadth first from the knot's first node, inside the knot, back to that node. */
function shortestCycle(graph: IndexedGraph, knot: readonly number[]): number[] {
  const start = knot[0] ?? 0;
  const inside = new Set(knot);
  const cameFrom = new Map<number, number>();
  const queue = [start];
  for (let place = 0; place < queue.length; place++) {
    const node = queue[place] ?? start;
    for (const below of graph.dependencies[node] ?? []) {
      if (below === start) return pathTo(node, start, cameFrom);
      if (!inside.has(below) || cameFrom.has(below)) continue;
      cameFrom.set(below, node);
      queue.push(below);
    }
  }
  return [...knot];
}

function pathTo(node: number, start: number, cameFrom: ReadonlyMap<number, number>): number[] {
  const path = [node];
  for (let step = node; step !== start; ) {
    step = cameFrom.get(step) ?? start;
    path.push(step);
  }
  return path.reverse();
}
