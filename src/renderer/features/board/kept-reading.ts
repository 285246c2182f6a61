import { noteScroll, onScrolled, scrolls } from "./reading";
import { MOST_SELECTED, useSelection } from "./selection";

const KEY = "tasks-reading";
/** So long after the last change it is written: scrolling changes it at every frame. */
const REST_MS = 300;

/** Where somebody was in the lists of tasks, and what was selected. */
export interface Reading {
  /** The filter whose lists they are. */
  readonly query: string;
  readonly scrolls: ReadonlyArray<readonly [list: string, top: number]>;
  readonly ids: readonly string[];
  readonly isAll: boolean;
  readonly anchor: string | null;
}

const isText = (value: unknown): value is string => typeof value === "string";
const isScroll = (value: unknown): value is readonly [string, number] =>
  Array.isArray(value) && isText(value[0]) && Number.isFinite(value[1]) && value[1] >= 0;

/** What was kept, as far as it makes sense; null: nothing does. Pure. */
export function readReading(kept: string | null): Reading | null {
  try {
    const value: Partial<Record<keyof Reading, unknown>> | null = JSON.parse(kept ?? "null");
    if (!isText(value?.query)) return null;
    const { query, scrolls: tops, ids, isAll, anchor } = value;
    return {
      query,
      scrolls: Array.isArray(tops) ? tops.filter(isScroll) : [],
      ids: Array.isArray(ids) ? ids.filter(isText).slice(0, MOST_SELECTED) : [],
      isAll: isAll === true,
      anchor: isText(anchor) ? anchor : null,
    };
  } catch {
    return null;
  }
}

let query: string | null = null;
let timer: ReturnType<typeof setTimeout> | null = null;

function write(): void {
  if (timer !== null) clearTimeout(timer);
  timer = null;
  if (query === null) return;
  const { ids, isAll, anchor } = useSelection.getState();
  const kept: Reading = { query, scrolls: scrolls(), ids: [...ids], isAll, anchor };
  globalThis.localStorage?.setItem(KEY, JSON.stringify(kept));
}

function touch(): void {
  if (query !== null) timer ??= setTimeout(write, REST_MS);
}

/** The lists show what this filter matches from now on; what was selected of it before a restart is again. */
export function beginReading(shown: string): void {
  const isFirst = query === null;
  query = shown;
  const kept = isFirst ? readReading(globalThis.localStorage?.getItem(KEY) ?? null) : null;
  if (kept?.query === shown) {
    for (const [key, top] of kept.scrolls) noteScroll(key, top);
    useSelection.setState({ ids: new Set(kept.ids), isAll: kept.isAll, anchor: kept.anchor });
  } else touch();
}

/** Keeps it for the next start until the returned function is called. */
export function keepReading(): () => void {
  const ends = [useSelection.subscribe(touch), onScrolled(touch)];
  return () => {
    for (const end of ends) end();
    write();
  };
}
