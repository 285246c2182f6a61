import { create } from "zustand";
import type { TaskFilter } from "../../../shared/model/task-filter";
import { formatFilterText } from "../../../shared/model/task-filter-text";
import { call } from "../../api";
import { totalOf } from "./counts";

/** How many tasks a view has; `isPartial`: at least so many. */
export interface ViewCount {
  readonly count: number;
  readonly isPartial: boolean;
}

/** By the text of the view's filter. */
export const useViewCounts = create<Readonly<Record<string, ViewCount>>>()(() => ({}));

/** The list on screen comes first. */
const FIRST_MS = 800;
const AGAIN_MS = 15_000;

/** Counts these views now and again, one after the other, as far as one answer tells; until the returned function is called. */
export function countViews(filters: readonly TaskFilter[]): () => void {
  let isOver = false;
  let timer: ReturnType<typeof setTimeout>;
  const countAll = async (): Promise<void> => {
    for (const filter of document.hidden ? [] : filters) {
      try {
        const { counts, next } = await call("tasks.count", { filter });
        if (isOver) return;
        const count = { count: totalOf(counts) ?? 0, isPartial: next !== null };
        useViewCounts.setState({ [formatFilterText(filter)]: count });
      } catch {
        // A view without its count still leads to its tasks, and they say what is wrong.
      }
    }
    if (!isOver) timer = setTimeout(() => void countAll(), AGAIN_MS);
  };
  timer = setTimeout(() => void countAll(), FIRST_MS);
  return () => {
    isOver = true;
    clearTimeout(timer);
  };
}
