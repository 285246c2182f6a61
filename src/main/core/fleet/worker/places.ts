/** Places of a worker, taken in the order in which they were asked for. */
export interface Places {
  /** Resolves with one: call it to give it back, once. */
  take(): Promise<() => void>;
}

export function createPlaces(count: number): Places {
  let free = count;
  const waiting: Array<() => void> = [];

  const giveBack = (): void => {
    const next = waiting.shift();
    if (next === undefined) free += 1;
    else next();
  };
  return {
    async take() {
      if (free > 0) free -= 1;
      else await new Promise<void>((resolve) => waiting.push(resolve));
      return giveBack;
    },
  };
}
