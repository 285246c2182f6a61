/** Items worked on between two steps: some tenths of a millisecond. */
const STRIDE = 256;

/** As `items.map`, in steps: the caller decides when to go on. */
export function* mapSteps<T, R>(items: readonly T[], map: (item: T, place: number) => R): Generator<undefined, R[]> {
  const mapped: R[] = [];
  for (const [place, item] of items.entries()) {
    mapped.push(map(item, place));
    if (place % STRIDE === STRIDE - 1) yield;
  }
  return mapped;
}

/** For what is known to be small. */
export function inOneGo<T>(steps: Generator<undefined, T>): T {
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
  }
}
