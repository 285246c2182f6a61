import { toErrorBody } from "../../../shared/errors";
import { appendEvent } from "../store/events";
import type { Store } from "../store/open";
import { makeScheduledBackup, nextBackupAt } from "./backups";
import type { Care } from "./care";
import { hasRules, readRules } from "./retention";
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
/** What is kept no longer is removed so often. */
const CLEANING_MS = 3_600_000;

interface Duty {
  readonly isDue: () => boolean;
  readonly work: () => Promise<unknown>;
  readonly failed: string;
  readonly restMs: number;
  /** Monotonic. */
  restUntil: number;
}

/** Makes backups when they are due, and removes what is kept no longer. What fails is told by an event and tried again after a while. */
export function startCaretaker(store: Store, care: Care, { lookMs = LOOK_MS }: CaretakerOptions = {}): Caretaker {
  let working: Promise<void> | null = null;
  const duties: readonly Duty[] = [
    {
      isDue: () => (nextBackupAt(store) ?? Number.POSITIVE_INFINITY) <= store.clock.now(),
      work: () => makeScheduledBackup(store, care),
      failed: "The backup that was due could not be made",
      restMs: 0,
      restUntil: Number.NEGATIVE_INFINITY,
    },
    {
      isDue: () => hasRules(readRules(store.read)),
      work: () =>
        care.retain({ filesFolder: store.filesFolder, reason: "By the rules that are set", actor: "retention" }),
      failed: "What is kept no longer could not be removed",
      restMs: CLEANING_MS,
      restUntil: Number.NEGATIVE_INFINITY,
    },
  ];

  async function look(): Promise<void> {
    for (const duty of duties) {
      if (store.clock.monotonic() < duty.restUntil || !duty.isDue()) continue;
      duty.restUntil = store.clock.monotonic() + duty.restMs;
      try {
        await duty.work();
      } catch (error) {
        duty.restUntil = store.clock.monotonic() + PAUSE_MS;
        await tell(store, `${duty.failed}: ${toErrorBody(error).message}`);
      }
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
