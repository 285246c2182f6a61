import { setTimeout as delay } from "node:timers/promises";
import { type ErrorCode, HiveError, toErrorBody } from "../../../shared/errors";
import type { WritableDatabase } from "../store/database";
import { appendEvent } from "../store/events";
import { readLease } from "../store/lease";
import type { Store } from "../store/open";
import { sqliteCode } from "../store/sqlite-errors";
import { EVENT_SOURCE } from "./claim-batch";

/** What `persist` answers when this dispatcher may not write any more. */
export const LOST = Symbol("the lease is lost");
/** What `persist` answers when the database refuses the write for a reason that waiting does not change. */
export const REFUSED = Symbol("the database refuses it");

const RETRY_MS = { first: 100, most: 2_000 } as const;
/** A write that waits this long is told of: somebody else holds the database's lock. */
const SLOW_MS = 2_000;

/** These pass, or an operator can make them pass, with the database as it is. */
const PASSING: ReadonlySet<ErrorCode> = new Set([
  "database_busy",
  "disk_full",
  "database_unwritable",
  "database_read_only",
  "database_corrupt",
  "database_not_sqlite",
]);

const PASSING_SQLITE = /^SQLITE_(NOMEM|PROTOCOL|SCHEMA|INTERRUPT)/;

function isPassing(error: unknown): boolean {
  if (error instanceof HiveError) return PASSING.has(error.code);
  return PASSING_SQLITE.test(sqliteCode(error) ?? "");
}

/** What a refused write was about, for the event that tells of it. */
export type About = Readonly<Record<string, string>>;

export interface Persistence {
  /**
   * Writes until it is written: a full disk or a lock held elsewhere delay it, and `trouble` says so. Nothing
   * is written under an epoch that has passed. `LOST` then, or after `close`. `REFUSED` when the write itself is at
   * fault (a constraint, a trigger, a table that is gone): an event `system.error` says what was given up, unless
   * the caller answers for it (`tried again apart`).
   */
  persist<T>(
    work: (tx: WritableDatabase) => T,
    about?: About | "tried again apart",
  ): Promise<T | typeof LOST | typeof REFUSED>;
  /** Why writes are waiting; null when none is. */
  trouble(): string | null;
  /** What cannot be written now is not tried again. */
  close(): void;
}

export interface PersistenceOptions {
  readonly store: Store;
  /** The epoch that the writer holds the dispatcher's lease under. Null: it needs none, for its runs fence it. */
  readonly epoch: number | null;
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
      return await store.write((tx) => (epoch === null || readLease(tx)?.epoch === epoch ? work(tx) : LOST));
    } finally {
      clearTimeout(slow);
    }
  };

  /** Should the database refuse that as well, nothing is left to do about it. */
  const tellOfRefusal = (message: string, about: About): void => {
    const event = { type: "system.error", at: store.clock.now(), source: EVENT_SOURCE, correlationId: null } as const;
    const payload = { error: `The database refused a write of the runner, which was given up: ${message}`, ...about };
    store.write((tx) => appendEvent(tx, { ...event, id: store.newId(), payload })).catch(() => undefined);
  };

  return {
    async persist<T>(work: (tx: WritableDatabase) => T, about: About | "tried again apart" = {}) {
      const write = {};
      for (let pause: number = RETRY_MS.first; ; pause = Math.min(pause * 2, RETRY_MS.most)) {
        try {
          const answer = await attempt(work, write);
          if (answer === LOST) onLost();
          report(write, null);
          return answer;
        } catch (error) {
          const { message } = toErrorBody(error);
          if (closed || (error instanceof HiveError && error.code === "shutting_down")) {
            report(write, null);
            return LOST;
          }
          if (!isPassing(error)) {
            report(write, null);
            if (typeof about === "object") tellOfRefusal(message, about);
            return REFUSED;
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
