import { availableParallelism, loadavg } from "node:os";
import type { PoolStanding, WorkerPool } from "../../../shared/model/workers";
import { isAlive } from "../process-identity";
import { LOCAL_IDS, slotOf } from "../runner/local-workers";
import type { Runner } from "../runner/runner";
import { readDrained } from "../store/drains";
import { readLease } from "../store/lease";
import type { Store } from "../store/open";
import { type PoolFacts, readGroups, readPoolFacts } from "../store/pool-rows";
import { readSlots } from "../store/settings";
import { listWorkersBetween } from "../store/workers";
import { workerRow } from "./workers";

const MOST_DRAWN = 200;

export interface PoolServices {
  readonly store: Store;
  /** This process's part in running the tasks. */
  readonly runner: Runner | null;
}

/** The slots of whoever starts this database's tasks, and why they do what they do. Every figure is bounded. */
export function getWorkerPool({ store, runner }: PoolServices): WorkerPool {
  const facts = readPoolFacts(store.read);
  const holder = readLease(store.read)?.holder ?? null;
  const own = runner?.info() ?? null;
  const isStarted = own?.dispatching === true || (holder !== null && isAlive(holder) !== false);
  const slots = (own?.dispatching ? own.slots : holder?.slots) ?? readSlots(store.read)?.slots ?? null;
  const workers = slotRows(store).filter(
    ({ worker, slot }) =>
      (slots !== null && slot <= slots && worker.state !== "offline") || worker.currentTaskId !== null,
  );
  return {
    standing: standingOf(facts, {
      isStarted,
      isObserving: store.info().mode === "observe",
      isDrained: workers.length > 0 && workers.every(({ worker }) => worker.drained),
      isBusy: workers.some(({ worker }) => worker.currentTaskId !== null),
    }),
    ...facts,
    slots,
    workers: workers.slice(0, MOST_DRAWN),
    groups: readGroups(store.read),
    machine: { cores: availableParallelism(), load: process.platform === "win32" ? null : (loadavg()[0] ?? null) },
  };
}

function slotRows(store: Store): WorkerPool["workers"] {
  const now = store.clock.now();
  const drained = readDrained(store.read);
  return listWorkersBetween(store.read, ...LOCAL_IDS)
    .flatMap((record) => {
      const slot = slotOf(record.id);
      return slot === null ? [] : [{ slot, worker: workerRow(record, drained, now) }];
    })
    .sort((a, b) => a.slot - b.slot);
}

interface PoolState {
  readonly isStarted: boolean;
  readonly isObserving: boolean;
  readonly isDrained: boolean;
  readonly isBusy: boolean;
}

/** The first of these that holds explains the pool. Pure. */
export function standingOf(
  { executing, paused, ready }: PoolFacts,
  { isStarted, isObserving, isDrained, isBusy }: PoolState,
): PoolStanding {
  if (!isStarted) return isObserving ? "observing" : "nobody_starts";
  if (isBusy) return "working";
  if (executing > 0 && paused === executing) return "paused";
  if (executing === 0 && ready === 0) return "nothing_runs";
  if (isDrained) return "drained";
  return ready === 0 ? "nothing_ready" : "working";
}
