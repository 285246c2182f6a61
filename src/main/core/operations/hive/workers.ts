import { heartbeatInput, hiveId, registerWorkerInput, workerRole } from "../../../../shared/hive-input";
import type { HiveWorker, RegisterWorkerInput } from "../../../../shared/model/hive-records";
import type { WorkerStatus } from "../../../../shared/model/worker";
import {
  beatWorkerRow,
  type Freshness,
  listActiveWorkers,
  readHiveWorker,
  registerWorkerRow,
  removeWorkerRow,
} from "../../store/hive-worker-rows";
import type { Store } from "../../store/open";
import { type Caller, checked, jsonText, writerOf } from "./caller";

/**
 * Registers a worker as active, now. Registering again updates role, capabilities and metadata; what it works on
 * and when it came stay. Always true. Throws `invalid_input`.
 */
export async function registerWorker(store: Store, caller: Caller, input: RegisterWorkerInput): Promise<true> {
  const { workerId, role, capabilities, metadata } = checked(registerWorkerInput, input, "registerWorker");
  const worker = {
    workerId,
    role,
    capabilities: jsonText(capabilities, "capabilities"),
    metadata: jsonText(metadata, "metadata"),
  };
  await store.write((tx) => registerWorkerRow(tx, worker, writerOf(store, caller)));
  return true;
}

/** Says that a worker lives, and how it is if given. False: there is no such worker. */
export async function updateWorkerHeartbeat(
  store: Store,
  caller: Caller,
  workerId: string,
  status?: WorkerStatus,
): Promise<boolean> {
  const beat = checked(heartbeatInput, { workerId, status }, "updateWorkerHeartbeat");
  return store.write((tx) =>
    beatWorkerRow(tx, { workerId: beat.workerId, status: beat.status ?? null }, writerOf(store, caller)),
  );
}

/** Workers that say they are active and have beaten within the limit, of one role or of all, the latest beat first. */
export async function getActiveWorkers(store: Store, caller: Caller, role?: string): Promise<HiveWorker[]> {
  const wanted = checked(workerRole.optional(), role, "getActiveWorkers");
  return listActiveWorkers(store.read, wanted ?? null, freshness(store, caller));
}

/** Null: there is no such worker. */
export async function getWorker(store: Store, caller: Caller, workerId: string): Promise<HiveWorker | null> {
  return readHiveWorker(store.read, checked(hiveId, workerId, "getWorker"), freshness(store, caller));
}

function freshness(store: Store, { heartbeatLimitMs }: Caller): Freshness {
  return { now: store.clock.now(), limitMs: heartbeatLimitMs };
}

/**
 * Takes a worker off the list; its runs stay readable and go on naming it. False: there is no such worker. Throws
 * `not_allowed` for a slot of a running console.
 */
export async function unregisterWorker(
  store: Store,
  caller: Caller,
  workerId: string,
  reason: string | null = null,
): Promise<boolean> {
  const id = checked(hiveId, workerId, "unregisterWorker");
  return store.write((tx) => removeWorkerRow(tx, id, writerOf(store, caller), reason), { foreignKeys: false });
}
