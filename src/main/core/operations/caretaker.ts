import { toErrorBody } from "../../../shared/errors";
import { appendEvent } from "../store/events";
import type { Store } from "../store/open";
import { makeScheduledBackup, nextBackupAt } from "./backups";
import type { Care } from "./care";
import { SOURCE } from "./source";

/** What looks after a database while its process starts the tasks. */
export interface Caretaker {
  /** Begins nothing more; resolves when what was begun is over. */
  stop(): Promise<void>;
}

export interface CaretakerOptions {
  /** How often it looks whether something is due, in milliseconds. Default: half a minute. */
  readonly lookMs?: number;
}

/** After a failure it waits so long, in milliseconds. */
const PAUSE_MS = 15 * 60_000;
const LOOK_MS = 30_000;

/** Makes backups when they are due. What fails is told by an event and tried again after a while. */
export function startCaretaker(store: Store, care: Care, { lookMs = LOOK_MS }: CaretakerOptions = {}): Caretaker {
  let working: Promise<void> | null = null;
  let pausedUntil = Number.NEGATIVE_INFINITY;

  async function look(): Promise<void> {
    const due = nextBackupAt(store);
    if (due === null || due > store.clock.now() || store.clock.monotonic() < pausedUntil) return;
    try {
      await makeScheduledBackup(store, care);
    } catch (error) {
      pausedUntil = store.clock.monotonic() + PAUSE_MS;
      await tell(store, `The backup that was due could not be made: ${toErrorBody(error).message}`);
    }
  }

  const begin = (): void => {
    working ??= look()
      .catch(() => undefined)
      .finally(() => {
        working = null;
      });
  };
  const timer = setInterval(begin, lookMs);
  begin();
  return {
    async stop() {
      clearInterval(timer);
      await working;
    },
  };
}

async function tell(store: Store, message: string): Promise<void> {
  await store.write((tx) =>
    appendEvent(tx, {
      id: store.newId(),
      type: "system.error",
      at: store.clock.now(),
      source: SOURCE,
      correlationId: null,
      payload: { error: message },
    }),
  );
}
