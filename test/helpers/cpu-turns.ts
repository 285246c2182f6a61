export interface MeasuredTurns<T> {
  readonly answer: T;
  /** Processor time of the longest turn of the event loop, in milliseconds. */
  readonly longest: number;
}

const cpu = (): number => {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1_000;
};

/**
 * Does the work and measures the turns that it takes on this thread. Time in which the machine does something else
 * does not count; collecting garbage does, and what of the test is done meanwhile.
 */
export async function measureTurns<T>(work: () => Promise<T>): Promise<MeasuredTurns<T>> {
  let longest = 0;
  let isOver = false;
  let last = cpu();
  const look = (): void => {
    const at = cpu();
    longest = Math.max(longest, at - last);
    last = at;
    if (!isOver) setImmediate(look);
  };
  const begun = new Promise<void>((resolve) => {
    setImmediate(() => {
      last = cpu();
      setImmediate(look);
      resolve();
    });
  });
  await begun;
  try {
    const answer = await work();
    await new Promise((resolve) => setImmediate(resolve));
    return { answer, longest };
  } finally {
    isOver = true;
  }
}

/** Three times what main may be held up for: a crowded machine makes processor time longer, too. */
export const MOST_MS = 60;

/** For whoever reads what the tests print. */
export function tellTurn(what: string, { longest }: { readonly longest: number }): void {
  process.stdout.write(`longest turn, ${what}: ${longest.toFixed(1)} ms of processor time\n`);
}
