import type { LogPlace } from "../../../shared/model/log-search";
import type { LogMatch } from "./log-find";
import type { LogSource } from "./log-reader";

/** A search of a whole log and what it has found so far. */
export interface WholeSearch {
  /** In the order of the log. */
  readonly hits: readonly LogMatch[];
  /** How far the log was searched; null: it has not begun. */
  readonly at: LogPlace | null;
  /** Bytes that the log had. */
  readonly size: number;
  /** From 0 to 1; null when it does not search. */
  readonly progress: number | null;
  readonly isDone: boolean;
  readonly isCapped: boolean;
  readonly error: string | null;
}

export const NO_SEARCH: WholeSearch = {
  hits: [],
  at: null,
  size: 0,
  progress: null,
  isDone: false,
  isCapped: false,
  error: null,
};

interface WholeSearchOptions {
  readonly source: LogSource;
  readonly text: string;
  /** What an earlier search has found: this one goes on from there. */
  readonly before: WholeSearch;
  readonly onChange: (search: WholeSearch) => void;
  readonly signal: AbortSignal;
}

/** Searches a log, or the part of it that is new, and tells how far it is. Never rejects. */
export async function searchWhole({ source, text, before, onChange, signal }: WholeSearchOptions): Promise<void> {
  const from = before.at ?? undefined;
  // The last line may have gone on since: what was found in it is found again.
  const kept = from === undefined ? [] : before.hits.filter(({ offset }) => offset !== null && offset < from.byte);
  let search: WholeSearch = { ...before, hits: kept, isDone: false, progress: 0, error: null };
  const tell = (change: Partial<WholeSearch>): void => {
    search = { ...search, ...change };
    if (!signal.aborted) onChange(search);
  };
  if (from === undefined) tell({});
  try {
    await source.search({
      query: { text },
      from,
      signal,
      onFound({ hits, at, size, isDone, isCapped }) {
        tell({
          hits: hits.length === 0 ? search.hits : [...search.hits, ...hits],
          at,
          size,
          isDone,
          isCapped,
          progress: isDone ? null : size === 0 ? 1 : at.byte / size,
        });
      },
    });
  } catch (error) {
    tell({ error: error instanceof Error ? error.message : String(error), isDone: true, progress: null });
  }
}
