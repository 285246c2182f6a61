import { useSelection } from "./selection";

/** Where the reader is: what is read holds still. */
let isPointerHere = false;
let cursor: string | null = null;
const scrolled = new Map<string, number>();

export function notePointer(isHere: boolean): void {
  isPointerHere = isHere;
}

export function noteCursor(id: string | null): void {
  cursor = id;
}

const listeners = new Set<() => void>();

export function noteScroll(key: string, top: number): void {
  scrolled.set(key, top);
  for (const listener of listeners) listener();
}

/** Tells of every scroll until the returned function is called. */
export function onScrolled(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** How far down each list is. */
export const scrolls = (): Array<[key: string, top: number]> => [...scrolled];

export function scrollOf(key: string): number {
  return scrolled.get(key) ?? 0;
}

/** Another filter shows other lists: they begin at their first row. */
export function forgetScrolls(): void {
  scrolled.clear();
}

/** Whether somebody reads this list: the pointer is over the lists, a cursor or a selection is, or it is scrolled. */
export function isReading(key: string): boolean {
  const { ids, isAll } = useSelection.getState();
  return isPointerHere || cursor !== null || isAll || ids.size > 0 || scrollOf(key) > 0;
}
