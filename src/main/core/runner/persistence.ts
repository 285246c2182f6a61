import { setTimeout as delay } from "node:timers/promises";
import { toErrorBody } from "../../../shared/errors";
import type { WritableDatabase } from "../store/database";
import { readLease } from "../store/lease";
import type { Store } from "../store/open";

/** What `persist` answers when this dispatcher may not write any more. */
export const LOST = Symbol("the lease is lost");

const RETRY_MS = { first: 100, most: 2_000 } as const;
/** A write that waits this long is told of: somebody else holds the database's lock. */
const SLOW_MS = 2_000;

export interface Persistence {
  /**
   * Writes until it is written: a full disk or a lock held elsewhere delay it, and `trouble` says so. Nothing
   * is written under an epoch that has passed. `LOST` then, or after `close`.
   */
  persist<T>(work: (tx: WritableDatabase) => T): Promise<T | typeof LOST>;
  /** Why writes are waiting; null when none is. */
  trouble(): string | null;
  /** What cannot be written now is not tried again. */
  close(): void;
}

export interface PersistenceOptions {
  readonly store: Store;
  /** The epoch that the writer holds the dispatcher's lease under. */
  readonly epoch: number;
  readonly onLost: () => void;
  /** `trouble` changed. */
  readonly onTrouble: () => void;
}

export function createPersistence({ store, epoch, onLost, onTrouble }: PersistenceOptions): Persistence {
  let closed = false;
  const waiting = new Map<object, string>();

  const report = (write: object, trouble: string | null): void => {
    if (trouble === null ? waiting.delete(write) : waiting.get(write) !== trouble) {
      if (trouble !== null) waiting.set(write, trouble);
      onTrouble();
    }
  };

  const attempt = async <T>(work: (tx: WritableDatabase) => T, write: object): Promise<T | typeof LOST> => {
    const slow = setTimeout(
      () => report(write, `Another program has held the lock of ${store.file} for over ${SLOW_MS / 1_000} seconds`),
      SLOW_MS,
    );
    try {
      return await store.write((tx) => (readLease(tx)?.epoch === epoch ? work(tx) : LOST));
    } finally {
      clearTimeout(slow);
    }
  };

  return {
    async persist<T>(work: (tx: WritableDatabase) => T) {
      const write = {};
      for (let pause: number = RETRY_MS.first; ; pause = Math.min(pause * 2, RETRY_MS.most)) {
        try {
          const answer = await attempt(work, write);
          if (answer === LOST) onLost();
          report(write, null);
          return answer;
        } catch (error) {
          const { code, message } = toErrorBody(error);
          if (closed || code === "shutting_down") {
            report(write, null);
            return LOST;
          }
          report(write, message);
          await delay(pause);
        }
      }
    },
    trouble: () => waiting.values().next().value ?? null,
    close() {
      closed = true;
    },
  };
}
