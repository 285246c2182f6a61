import { useMemo, useState } from "react";
import type { ShownGraph } from "./graph-store";
import { findNodes } from "./search";

export interface GraphSearch {
  readonly query: string;
  /** Nodes, from left to right and top to bottom. */
  readonly found: readonly number[];
  /** Which of them is looked at, from 0. */
  readonly position: number;
  readonly setQuery: (query: string) => void;
  readonly step: (by: 1 | -1) => void;
}

/** A search in the graph on screen. `onFind`: a node to look at. */
export function useGraphSearch(shown: ShownGraph | null, onFind: (node: number) => void): GraphSearch {
  const [query, setQuery] = useState("");
  const [position, setPosition] = useState(0);
  const found = useMemo(
    () => (shown === null ? [] : findNodes(shown.graph, shown.folded, shown.scene.drawing, query)),
    [shown, query],
  );
  const goTo = (next: number, nodes: readonly number[]): void => {
    const node = nodes[next];
    if (node === undefined) return;
    setPosition(next);
    onFind(node);
  };
  return {
    query,
    found,
    position: Math.min(position, Math.max(0, found.length - 1)),
    setQuery(next) {
      setQuery(next);
      setPosition(0);
      if (shown !== null) goTo(0, findNodes(shown.graph, shown.folded, shown.scene.drawing, next));
    },
    step: (by) => goTo((position + by + found.length) % Math.max(1, found.length), found),
  };
}
