/** ^C and SIGTERM, which ask for the same. */
export interface Interrupts {
  /** How often so far. */
  readonly count: number;
  /** Called at each, with the count, and at once when there was one already. */
  react(reaction: (count: number) => void): void;
  /** Gives the signals back to the system. */
  end(): void;
}

export function listenForInterrupts(): Interrupts {
  let count = 0;
  let reaction: ((count: number) => void) | null = null;
  const listener = () => {
    count += 1;
    reaction?.(count);
  };
  process.on("SIGINT", listener);
  process.on("SIGTERM", listener);
  return {
    get count() {
      return count;
    },
    react(next) {
      reaction = next;
      if (count > 0) next(count);
    },
    end() {
      process.removeListener("SIGINT", listener);
      process.removeListener("SIGTERM", listener);
    },
  };
}
