import type { PlanGraph } from "../../../shared/model/plan-graph";
import type { Drawing } from "../../ui/graph/geometry";
import type { FoldedGraph } from "./fold";

/** The nodes with tasks whose title or id has the words in it, from left to right and top to bottom. */
export function findNodes(graph: PlanGraph, folded: FoldedGraph, drawing: Drawing, query: string): number[] {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) return [];
  const found = new Set<number>();
  graph.titles.forEach((title, place) => {
    const text = `${title} ${graph.subtaskIds[place] ?? ""}`.toLowerCase();
    if (words.every((word) => text.includes(word))) found.add(folded.nodeOf[place] ?? 0);
  });
  const x = (node: number): number => drawing.x[node] ?? 0;
  const y = (node: number): number => drawing.y[node] ?? 0;
  return [...found].sort((a, b) => x(a) - x(b) || y(a) - y(b));
}
