import { setImmediate as nextTurn } from "node:timers/promises";
import type { Store } from "../store/open";
import { beatWorkers } from "../store/workers";
import { createLaunchWatch } from "./abandoned-launches";
import { createJumpWatch, shiftRetryTimes } from "./clock-jumps";
import type { Persistence } from "./persistence";
import { sweepSecrets } from "./secrets";

export interface BeatsOptions {
  readonly store: Store;
  readonly persist: Persistence["persist"];
  /** Read for each beat: it may change. */
  readonly heartbeatMs: () => number;
  /** Rows of `workers` that this process speaks for: its own, and those of the fleet. */
  readonly workerIds: () => string[];
  readonly fleetRows: () => readonly string[];
  /** What is looked at with each beat, also while the one before is still being written. */
  readonly look: () => void;
  /** The wall clock jumped, and the times of retries were moved with it. */
  readonly onRetryTimesMoved: () => void;
}

export interface Beats {
  /** Removes the secrets of attempts that are over. What cannot be removed now is with the next beat or console. */
  dropSecrets(): Promise<unknown>;
  stop(): void;
}

/** Heartbeats of the fleet's workers that are written in one transaction: a few milliseconds. */
const BEATS_AT_ONCE = 200;

/** Writes the heartbeats of a dispatcher's workers, and does with each what is to be done now and then. */
export function startBeats(options: BeatsOptions): Beats {
  const { store, persist, workerIds, fleetRows } = options;
  const { clock } = store;
  const jumped = createJumpWatch(clock);
  const watchLaunches = createLaunchWatch(store);
  let beating = false;
  let timer: NodeJS.Timeout | undefined;

  const dropSecrets = () => sweepSecrets(store.filesFolder, store.read, clock.now()).catch(() => undefined);
  const dropLaunches = () => watchLaunches().catch(() => undefined);

  async function write(): Promise<void> {
    const jump = jumped();
    if (jump !== 0) await persist((tx) => shiftRetryTimes(tx, jump)).then(options.onRetryTimesMoved);
    await persist((tx) => beatWorkers(tx, workerIds(), clock.now()));
    const rows = fleetRows();
    for (let at = 0; at < rows.length; at += BEATS_AT_ONCE) {
      const some = rows.slice(at, at + BEATS_AT_ONCE);
      await persist((tx) => beatWorkers(tx, some, clock.now()));
      await nextTurn();
    }
  }

  async function beat(): Promise<void> {
    options.look();
    void dropSecrets();
    void dropLaunches();
    if (beating) return;
    beating = true;
    await write();
    beating = false;
  }

  function beatLater(): void {
    timer = setTimeout(() => {
      beatLater();
      void beat();
    }, options.heartbeatMs());
  }

  beatLater();
  return { dropSecrets, stop: () => clearTimeout(timer) };
}
