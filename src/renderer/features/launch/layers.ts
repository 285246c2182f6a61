import type { PreviewSubtask } from "../../../shared/model/views";

/** A subtask's place in the preview: its layer from the left, its row from the top (may be a half). */
export interface LayeredNode {
  readonly subtask: PreviewSubtask;
  readonly layer: number;
  readonly row: number;
}

export interface LayeredGraph {
  readonly nodes: readonly LayeredNode[];
  /** Pairs of indices into `nodes`: what must complete, and what waits for it. */
  readonly edges: ReadonlyArray<readonly [number, number]>;
  readonly layerCount: number;
  readonly rowCount: number;
}

const SWEEPS = 4;

/**
 * Puts every subtask one layer after the last of its dependencies, and orders each layer by where its
 * neighbours are, so that lines cross little. Dependencies that do not exist are left out; those of a cycle
 * are followed once, so a wrong plan still has a picture.
 */
export function layerSubtasks(subtasks: readonly PreviewSubtask[]): LayeredGraph {
  const indexOf = new Map(subtasks.map((subtask, index) => [subtask.id, index]));
  const edges: Array<readonly [number, number]> = [];
  const before: number[][] = subtasks.map(() => []);
  const after: number[][] = subtasks.map(() => []);
  for (const [index, subtask] of subtasks.entries()) {
    for (const id of new Set(subtask.dependencies)) {
      const dependency = indexOf.get(id);
      if (dependency === undefined || dependency === index) continue;
      edges.push([dependency, index]);
      before[index]?.push(dependency);
      after[dependency]?.push(index);
    }
  }
  const layerOf = longestPaths(before, after);
  const layers: number[][] = [];
  for (const [index, layer] of layerOf.entries()) {
    let members = layers[layer];
    if (members === undefined) {
      members = [];
      layers[layer] = members;
    }
    members.push(index);
  }
  const rowCount = Math.max(0, ...layers.map((layer) => layer?.length ?? 0));
  const rowOf = orderLayers(layers, before, after, rowCount);
  return {
    nodes: subtasks.map((subtask, index) => ({ subtask, layer: layerOf[index] ?? 0, row: rowOf[index] ?? 0 })),
    edges,
    layerCount: layers.length,
    rowCount,
  };
}

/** Layer of each node: the longest way to it. Nodes of a cycle go after what is known of them. */
function longestPaths(before: readonly number[][], after: readonly number[][]): number[] {
  const layerOf = before.map(() => 0);
  const open = before.map((dependencies) => dependencies.length);
  const isPlaced = before.map(() => false);
  const ready = open.flatMap((count, index) => (count === 0 ? [index] : []));
  let firstUnplaced = 0;
  for (let placed = 0; placed < before.length; placed++) {
    let index = ready.shift();
    if (index === undefined) {
      while (isPlaced[firstUnplaced]) firstUnplaced++;
      index = firstUnplaced;
    }
    isPlaced[index] = true;
    const layer = layerOf[index] ?? 0;
    for (const next of after[index] ?? []) {
      if (isPlaced[next]) continue;
      layerOf[next] = Math.max(layerOf[next] ?? 0, layer + 1);
      open[next] = (open[next] ?? 0) - 1;
      if (open[next] === 0) ready.push(next);
    }
  }
  return layerOf;
}

/** Row of each node, layers centred on one another. */
function orderLayers(
  layers: readonly number[][],
  before: readonly number[][],
  after: readonly number[][],
  rowCount: number,
): number[] {
  const rowOf: number[] = before.map(() => 0);
  const place = (layer: readonly number[]) => {
    const top = (rowCount - layer.length) / 2;
    for (const [position, index] of layer.entries()) rowOf[index] = top + position;
  };
  for (const layer of layers) place(layer);
  for (let sweep = 0; sweep < SWEEPS; sweep++) {
    const isForward = sweep % 2 === 0;
    const neighbours = isForward ? before : after;
    for (const layer of isForward ? layers : layers.toReversed()) {
      const wish = new Map(layer.map((index) => [index, mean(neighbours[index] ?? [], rowOf) ?? rowOf[index] ?? 0]));
      layer.sort((a, b) => (wish.get(a) ?? 0) - (wish.get(b) ?? 0) || a - b);
      place(layer);
    }
  }
  return rowOf;
}

function mean(indices: readonly number[], values: readonly number[]): number | null {
  if (indices.length === 0) return null;
  return indices.reduce((sum, index) => sum + (values[index] ?? 0), 0) / indices.length;
}
