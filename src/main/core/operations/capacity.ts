import type { WorkerRow } from "../../../shared/model/views";
import { type Capacity, capacityFor, type Need } from "../plan/capacity";
import { LOCAL_SKILLS } from "../runner/local-workers";
import type { Store } from "../store/open";
import { listWorkers } from "./workers";

export const isLiveWorker = ({ state }: WorkerRow): boolean => state === "busy" || state === "idle";

export const isLocalWorker = ({ role }: WorkerRow): boolean => role === LOCAL_SKILLS.role;

/**
 * Whether a worker takes the console's tasks as they come. One without a known process may be a program of Hive's that
 * only does what it is told.
 */
export const takesTasks = ({ pid }: WorkerRow): boolean => pid !== null;

/** The slots for these needs as things stand. Without a database: those of the console alone. */
export function capacityNow(store: Store | null, needs: Iterable<Need>, slots: number): Capacity {
  const others = store === null ? [] : listWorkers(store).filter((one) => !isLocalWorker(one) && isLiveWorker(one));
  const workers = others.filter(({ drained }) => !drained);
  return capacityFor(needs, { slots, helpers: workers.filter(takesTasks).length, local: LOCAL_SKILLS, workers });
}
