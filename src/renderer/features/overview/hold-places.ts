/** A list whose rows stay where they are while somebody points at one. */
export interface Held<Item> {
  readonly shown: ReadonlyArray<{ readonly item: Item; readonly isOver: boolean }>;
  /** Items that came meanwhile and wait outside. */
  readonly waiting: number;
}

/**
 * What to show of a list that was read again. While it is held, every row keeps its place: one that left the list stays,
 * marked as over, and new ones wait. Let go, the list is as it was read.
 */
export function holdPlaces<Item>(
  shown: Held<Item>["shown"],
  fresh: readonly Item[],
  idOf: (item: Item) => string,
  isHeld: boolean,
): Held<Item> {
  if (!isHeld) return { shown: fresh.map((item) => ({ item, isOver: false })), waiting: 0 };
  const byId = new Map(fresh.map((item) => [idOf(item), item]));
  const kept = shown.map(({ item }) => {
    const now = byId.get(idOf(item));
    return { item: now ?? item, isOver: now === undefined };
  });
  const known = new Set(shown.map(({ item }) => idOf(item)));
  return { shown: kept, waiting: fresh.filter((item) => !known.has(idOf(item))).length };
}
