import type { PreviewSubtask } from "../../../shared/model/views";
import { assignLayers } from "../../ui/graph/layering";

export interface LayeredNode {
  readonly subtask: PreviewSubtask;
  /** How many others have to complete one after the other before it can start. */
  readonly layer: number;
}

export interface LayeredGraph {
  /** In the plan's order. */
  readonly nodes: readonly LayeredNode[];
  /** Flat pairs of places in it: what must complete, then what waits for it. */
  readonly edges: Int32Array;
  readonly layerCount: number;
}

/**
 * A plan that is about to be launched as a graph. Dependencies that do not exist are left out, and a cycle is
 * opened somewhere: a wrong plan still has a picture.
 */
export function layerSubtasks(subtasks: readonly PreviewSubtask[]): LayeredGraph {
  const placeOf = new Map(subtasks.map(({ id }, place) => [id, place]));
  const pairs = subtasks.flatMap(({ dependencies }, place) =>
    [...new Set(dependencies)].flatMap((id) => {
      const dependency = placeOf.get(id);
      return dependency === undefined || dependency === place ? [] : [{ from: dependency, to: place }];
    }),
  );
  const from = Int32Array.from(pairs, (pair) => pair.from);
  const to = Int32Array.from(pairs, (pair) => pair.to);
  const { layer } = assignLayers(subtasks.length, from, to);
  return {
    nodes: subtasks.map((subtask, place) => ({ subtask, layer: layer[place] ?? 0 })),
    edges: Int32Array.from(pairs.flatMap((pair) => [pair.from, pair.to])),
    layerCount: layer.reduce((most, value) => Math.max(most, value + 1), 0),
  };
}
