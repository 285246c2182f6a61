import { create } from "zustand";
import type { TaskFilter } from "../../../shared/model/task-filter";

/** A task that is chosen, with what its bar says of it. */
export interface SelectionState {
  readonly ids: ReadonlySet<string>;
  /** Everything that matches is meant, also what is not on screen. */
  readonly isAll: boolean;
  /** Where a range begins. */
  readonly anchor: string | null;
}

const NONE: SelectionState = { ids: new Set(), isAll: false, anchor: null };

/** More are chosen as "all that match". */
export const MOST_SELECTED = 10_000;

export const useSelection = create<SelectionState>()(() => NONE);

export function clearSelection(): void {
  if (useSelection.getState() !== NONE) useSelection.setState(NONE);
}

export function toggleTask(id: string): void {
  useSelection.setState(({ ids, isAll }) => {
    const next = new Set(isAll ? [] : ids);
    if (!next.delete(id)) next.add(id);
    return { ids: next, isAll: false, anchor: id };
  });
}

/** Chooses all from the anchor to a task, in the order of a list; what was chosen besides stays. */
export function extendTo(id: string, order: ReadonlyArray<string | null>): void {
  useSelection.setState(({ ids, anchor }) => {
    const from = anchor === null ? -1 : order.indexOf(anchor);
    const to = order.indexOf(id);
    if (to === -1 || from === -1) return { ids: new Set([...ids, id]), isAll: false, anchor: id };
    const range = order.slice(Math.min(from, to), Math.max(from, to) + 1).filter((other) => other !== null);
    return { ids: new Set([...ids, ...range].slice(0, MOST_SELECTED)), isAll: false, anchor };
  });
}

/** Chooses or leaves all of these. */
export function selectMany(given: readonly string[], isSelected: boolean): void {
  useSelection.setState(({ ids, anchor }) => {
    const next = new Set(ids);
    for (const id of given) {
      if (isSelected && next.size < MOST_SELECTED) next.add(id);
      else if (!isSelected) next.delete(id);
    }
    return { ids: next, isAll: false, anchor };
  });
}

export function selectAllMatching(): void {
  useSelection.setState({ isAll: true });
}

/** Which tasks an act is meant for. Null: none. */
export function selectedFilter({ ids, isAll }: SelectionState, filter: TaskFilter): TaskFilter | null {
  if (isAll) return filter;
  return ids.size === 0 ? null : { ids: [...ids] };
}
