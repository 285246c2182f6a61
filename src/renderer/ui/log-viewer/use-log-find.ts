import { useCallback, useDeferredValue, useEffect, useMemo, useRef, useState } from "react";
import type { LogLines } from "./log-buffer";
import { findFirstError, findMatches, isSameMatch, type LogMatch, MAX_MATCHES, stepMatch } from "./log-find";
import type { LogSource } from "./log-reader";
import { NO_SEARCH, searchWhole, type WholeSearch } from "./whole-search";

export interface LogFind {
  readonly query: string;
  readonly setQuery: (query: string) => void;
  /** What is marked in the lines, in lower case. */
  readonly needle: string;
  readonly matches: readonly LogMatch[];
  readonly isCapped: boolean;
  readonly current: LogMatch | null;
  /** 1-based place of the current match; 0 when none is chosen. */
  readonly position: number;
  /** Share of the log that was searched, from 0 to 1; null when all of it was. */
  readonly progress: number | null;
  /** Why the search failed, for a person. */
  readonly error: string | null;
  /** Chooses the next or previous match. */
  readonly step: (step: 1 | -1) => void;
  /** Chooses the first line that says it is an error; false: there is none. Rejects when the log cannot be searched. */
  readonly goToFirstError: () => Promise<boolean>;
  /** Stops the search; what it found stays. */
  readonly stop: () => void;
}

interface FindOptions {
  readonly lines: LogLines;
  /** All of the log is loaded, so that it can be searched here. */
  readonly isWhole: boolean;
  /** Bytes in the log now. */
  readonly size: number;
  readonly source: LogSource;
}

/**
 * Finds a text in a log. What is loaded as a whole is searched here, behind the typing; of any other log the source
 * searches all of it, and the matches come as they are found.
 */
export function useLogFind({ lines, isWhole, size, source }: FindOptions): LogFind {
  const [query, setQuery] = useState("");
  const [current, setCurrent] = useState<LogMatch | null>(null);
  const sought = useDeferredValue(query);
  const searched = useDeferredValue(lines);
  const local = useMemo(() => (isWhole ? findMatches(searched, sought) : []), [isWhole, searched, sought]);
  const whole = useWholeSearch(source, isWhole ? "" : query, size);
  const matches = isWhole ? local : whole.hits;

  const step = useCallback(
    (direction: 1 | -1) => {
      // Enter may come before the search behind the typing has ended.
      const found = isWhole && sought !== query ? findMatches(lines, query) : matches;
      setCurrent(stepMatch(found, current, direction));
    },
    [matches, current, isWhole, sought, query, lines],
  );
  const change = useCallback((text: string) => {
    setQuery(text);
    setCurrent(null);
  }, []);
  const goToFirstError = useCallback(async () => {
    const first = isWhole ? findFirstError(lines) : await searchFirstError(source);
    if (first !== null) setCurrent({ ...first });
    return first !== null;
  }, [isWhole, lines, source]);
  return {
    query,
    setQuery: change,
    needle: sought.toLowerCase(),
    matches,
    isCapped: isWhole ? local.length >= MAX_MATCHES : whole.isCapped,
    current,
    position: current === null ? 0 : matches.findIndex((match) => isSameMatch(match, current)) + 1,
    progress: isWhole ? null : whole.progress,
    error: isWhole ? null : whole.error,
    step,
    goToFirstError,
    stop: whole.stop,
  };
}

/** A pause in typing; a shorter one begins no search. */
const PAUSE_MS = 150;
/** A log that grows is searched on so often. */
const GROWTH_MS = 700;

interface WholeFind extends WholeSearch {
  readonly stop: () => void;
}

function useWholeSearch(source: LogSource, query: string, size: number): WholeFind {
  const [found, setFound] = useState<WholeSearch>(NO_SEARCH);
  const running = useRef<AbortController | null>(null);
  const begin = useCallback(
    (text: string, before: WholeSearch) => {
      running.current?.abort();
      const control = new AbortController();
      running.current = control;
      void searchWhole({ source, text, before, onChange: setFound, signal: control.signal });
    },
    [source],
  );
  useEffect(() => {
    setFound(NO_SEARCH);
    if (query === "") return;
    const timer = setTimeout(() => begin(query, NO_SEARCH), PAUSE_MS);
    return () => {
      clearTimeout(timer);
      running.current?.abort();
    };
  }, [begin, query]);

  const hasGrown = query !== "" && found.isDone && !found.isCapped && found.error === null && size > found.size;
  // biome-ignore lint/correctness/useExhaustiveDependencies: goes on from what was found when the log has grown
  useEffect(() => {
    if (!hasGrown) return;
    const timer = setTimeout(() => begin(query, found), GROWTH_MS);
    return () => clearTimeout(timer);
  }, [hasGrown, begin, query]);
  const stop = useCallback(() => {
    running.current?.abort();
    // What was not searched is not taken for searched: the size stays that of the log, and nothing goes on by itself.
    setFound((state) => ({ ...state, isDone: false, progress: null }));
  }, []);
  return { ...found, stop };
}

async function searchFirstError(source: LogSource): Promise<LogMatch | null> {
  const hits: LogMatch[] = [];
  await source.search({
    query: { firstError: true },
    onFound: (found) => hits.push(...found.hits),
    signal: new AbortController().signal,
  });
  return hits[0] ?? null;
}
