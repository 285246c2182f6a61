import { useCallback, useDeferredValue, useMemo, useState } from "react";
import type { LogLines } from "./log-buffer";
import { findMatches, isSameMatch, type LogMatch, stepMatch } from "./log-find";

export interface LogFind {
  readonly query: string;
  readonly setQuery: (query: string) => void;
  readonly matches: readonly LogMatch[];
  readonly byLine: ReadonlyMap<number, readonly LogMatch[]>;
  readonly current: LogMatch | null;
  /** 1-based place of the current match; 0 when none is chosen. */
  readonly position: number;
  /** Chooses the next or previous match and returns it. */
  readonly step: (step: 1 | -1) => LogMatch | null;
}

/** Finds a text in the loaded lines; typing stays quick because the search runs behind it. */
export function useLogFind(lines: LogLines): LogFind {
  const [query, setQuery] = useState("");
  const [current, setCurrent] = useState<LogMatch | null>(null);
  const sought = useDeferredValue(query);
  const searched = useDeferredValue(lines);
  const matches = useMemo(() => findMatches(searched, sought), [searched, sought]);
  const byLine = useMemo(() => Map.groupBy(matches, (match) => match.lineId), [matches]);
  const step = useCallback(
    (direction: 1 | -1) => {
      // Enter may come before the search behind the typing has ended.
      const found = sought === query ? matches : findMatches(lines, query);
      const next = stepMatch(found, current, direction);
      setCurrent(next);
      return next;
    },
    [matches, current, sought, query, lines],
  );
  const change = useCallback((text: string) => {
    setQuery(text);
    setCurrent(null);
  }, []);
  const position = current === null ? 0 : matches.findIndex((match) => isSameMatch(match, current)) + 1;
  return { query, setQuery: change, matches, byLine, current, position, step };
}
