import { HiveError } from "../../../shared/errors";
import type { EventRow } from "../../../shared/model/log-views";
import type { HeldTaskRow, WorkerChange, WorkerDetail } from "../../../shared/model/workers";
import { isAlive } from "../process-identity";
import { textOrNull } from "../store/columns";
import type { Store } from "../store/open";
import { readDrain, readWorkerMetadata, readWorkersOfProcess } from "../store/pool-rows";
import { type HeldTask, readHeldTasks } from "../store/worker-runs";
import { getWorkers } from "../store/workers";
import { listEvents } from "./events";
import { heartbeatBars } from "./worker-beats";
import { getWorkerFigures } from "./worker-stats";
import { getWorkerRows } from "./workers";

/** All that is known of one worker. Throws `not_found`. */
export async function getWorkerDetail(
  store: Store,
  { workerId }: { readonly workerId: string },
): Promise<WorkerDetail> {
  const [worker] = getWorkerRows(store, [workerId]);
  const [record] = getWorkers(store.read, [workerId]);
  if (worker === undefined || record === undefined) throw noSuchWorker(workerId);
  const [figures] = await getWorkerFigures(store, [workerId]);
  if (figures === undefined) throw noSuchWorker(workerId);
  const { errors, usualMs, ...stats } = figures;
  const { pid, host, pidStart } = record;
  return {
    worker,
    beats: heartbeatBars(store, worker),
    metadata: parsed(readWorkerMetadata(store.read, workerId)),
    stats,
    errors,
    usualMs,
    held: heldRows(store, workerId),
    slots: pid === null || host === null ? null : countSlots(store, { pid, host, pidStart }),
    drain: readDrain(store.read, workerId),
  };
}

export function noSuchWorker(workerId: string): HiveError {
  return new HiveError("not_found", `There is no worker ${workerId}. It may have been unregistered.`, { workerId });
}

function parsed(raw: string | null): unknown {
  if (raw === null) return null;
  try {
    return JSON.parse(raw);
  } catch {
    return raw;
  }
}

function countSlots(store: Store, process: Parameters<typeof readWorkersOfProcess>[1]) {
  const rows = getWorkerRows(store, readWorkersOfProcess(store.read, process));
  return { total: rows.length, busy: rows.filter(({ currentTaskId }) => currentTaskId !== null).length };
}

export function heldRows(store: Store, workerId: string): HeldTaskRow[] {
  return readHeldTasks(store.read, workerId).map(heldRow);
}

export function heldRow(held: HeldTask): HeldTaskRow {
  const { id, title, status, planId, agent, attempt, startedAt } = held;
  return { id, title, status, planId, agent, attempt, startedAt, processAlive: isAlive(held) };
}

/** Programs of Hive's may note every heartbeat: those that change nothing are not told. */
const READ_FOR_EACH = 4;

/** Changes of a worker's state as its events tell them, the latest first. */
export async function getWorkerHistory(
  store: Store,
  { workerId, limit }: { readonly workerId: string; readonly limit: number },
): Promise<WorkerChange[]> {
  const entity = { kind: "worker", id: workerId } as const;
  const { rows } = await listEvents(store, { entity, limit: limit * READ_FOR_EACH });
  const changes = rows.map(changeOf);
  const told = changes.filter((change, index) => {
    const before = changes[index + 1];
    return before === undefined || before.became !== change.became || change.reason !== before.reason;
  });
  return told.slice(0, limit);
}

function changeOf({ at, type, source, payload }: EventRow): WorkerChange {
  const told = isObject(payload) ? payload : {};
  const reason = textOrNull(told.reason) ?? textOrNull(told.error) ?? textOrNull(told.message);
  return { at, became: becameOf(type, told), by: textOrNull(told.by) ?? source, reason };
}

function becameOf(type: string, told: Readonly<Record<string, unknown>>): string {
  if (told.rescued !== undefined) return "rescued";
  if (told.restarted !== undefined) return "restarted";
  if (told.unregistered === true) return "unregistered";
  if (typeof told.drained === "boolean") return told.drained ? "drained" : "undrained";
  if (type === "agent.registered") return "registered";
  if (type === "agent.error") return "error";
  return textOrNull(told.status) ?? (type === "agent.heartbeat" ? "heartbeat" : type);
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
