import { create } from "zustand";

/** Rows of a page of a result. */
export const PAGE_ROWS = 1_000;
/** Rows of a page of a table. */
export const TABLE_ROWS = 500;
export const LIMITS = [5, 30, 120, 600] as const;
const DEFAULT_SECONDS = 30;
const KEY = "explorer-limit";

interface LimitState {
  /** How long a query may compute. */
  readonly seconds: number;
}

export const useLimit = create<LimitState>()(() => {
  const kept = Number(window.localStorage.getItem(KEY));
  return { seconds: LIMITS.find((seconds) => seconds === kept) ?? DEFAULT_SECONDS };
});

export function setLimit(seconds: number): void {
  window.localStorage.setItem(KEY, String(seconds));
  useLimit.setState({ seconds });
}

export const limitMs = (): number => useLimit.getState().seconds * 1_000;
