import { create } from "zustand";
import type { TaskFilter } from "../../../shared/model/task-filter";
import { formatFilterText } from "../../../shared/model/task-filter-text";
import type { TaskCounts } from "../../../shared/model/task-lists";
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

/** Answers that a view is worth: a tenth of a second and a bit. */
const MOST_ANSWERS = 4;

async function countOne(filter: TaskFilter, isOver: () => boolean): Promise<ViewCount> {
  let count = 0;
  let after: string | null = null;
  for (let answer = 0; answer < MOST_ANSWERS && !isOver(); answer += 1) {
    const page: TaskCounts = await call("tasks.count", { filter, ...(after === null ? {} : { after }) });
    count += totalOf(page.counts) ?? 0;
    after = page.next;
    if (after === null) break;
  }
  return { count, isPartial: after !== null };
}

/** Counts these views now and again, one after the other, as far as a few answers tell; until the returned function is called. */
export function countViews(filters: readonly TaskFilter[]): () => void {
  let isOver = false;
  let timer: ReturnType<typeof setTimeout>;
  const countAll = async (): Promise<void> => {
    for (const filter of document.hidden ? [] : filters) {
      try {
        const counted = await countOne(filter, () => isOver);
        if (isOver) return;
        useViewCounts.setState({ [formatFilterText(filter)]: counted });
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
