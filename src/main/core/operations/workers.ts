import type { WorkerRow } from "../../../shared/model/views";
import { workerState } from "../../../shared/model/worker";
import { livesWhen, standingOf, thisHost } from "../process-identity";
import { readDrained } from "../store/drains";
import type { Store } from "../store/open";
import { getWorkers, listWorkers as listRecords, type WorkerRecord } from "../store/workers";

/** Every worker that the database knows, ours and foreign ones, by id. */
export function listWorkers(store: Store): WorkerRow[] {
  const now = store.clock.now();
  const drained = readDrained(store.read);
  return listRecords(store.read).map((record) => workerRow(record, drained, now));
}

/** Those of these workers that exist, in this order. */
export function getWorkerRows(store: Store, workerIds: readonly string[]): WorkerRow[] {
  const now = store.clock.now();
  const drained = readDrained(store.read);
  return getWorkers(store.read, workerIds).map((record) => workerRow(record, drained, now));
}

export function workerRow(record: WorkerRecord, drained: ReadonlySet<string>, now: number): WorkerRow {
  const { id, role, status, capabilities, lastHeartbeat, registeredAt, pid, host, bootId } = record;
  const process = standingOf(record);
  return {
    id,
    role,
    status,
    state: workerState({
      status,
      // A beat from the future (another machine's clock) is a fresh one.
      heartbeatAgeMs: lastHeartbeat === null ? null : Math.max(0, now - lastHeartbeat),
      processAlive: livesWhen(process),
      isZombie: process === "zombie",
      hasTask: record.currentTaskId !== null,
    }),
    capabilities,
    lastHeartbeat,
    registeredAt,
    pid,
    host,
    isLocal: host === thisHost.host && bootId === thisHost.bootId,
    currentTaskId: record.currentTaskId,
    currentTaskTitle: record.currentTaskTitle,
    drained: drained.has(id),
    process,
    program: record.program,
    slot: record.slot,
    currentPlanId: record.currentPlanId,
    currentAgent: record.currentAgent,
    currentStartedAt: record.currentStartedAt,
  };
}
