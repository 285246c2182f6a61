import { HiveError } from "../../../shared/errors";
import type { HiveWorker } from "../../../shared/model/hive-records";
import { workerState } from "../../../shared/model/worker";
import { isAlive } from "../process-identity";
import { appendAudit } from "./audit";
import { type Row, text, textOrNull } from "./columns";
import { type ReadableDatabase, statement, type WritableDatabase } from "./database";
import { appendEvent } from "./events";
import { jsonColumn, listColumn } from "./hive-task-rows";
import type { ActWriter } from "./hive-task-writes";
import { formatTime, parseTime } from "./time";
import { getWorkers } from "./workers";

/** When a worker counts as active. */
export interface Freshness {
  readonly now: number;
  /** A heartbeat older than this, in milliseconds, is none. */
  readonly limitMs: number;
}

const ONE = "SELECT w.* FROM workers w WHERE w.id = ?";

export function readHiveWorker(db: ReadableDatabase, workerId: string, freshness: Freshness): HiveWorker | null {
  const row = statement(db, ONE).get(workerId);
  return row ? decode(row, freshness) : null;
}

/**
 * Times with and without a `T`, and with any offset, compare as text only by the day, and a day away from UTC only
 * by the day before. So the index gives those of the last two days, and the exact age is asked of each.
 */
export const ACTIVE = "SELECT w.* FROM workers w WHERE w.status = 'active' AND w.last_heartbeat >= +?";
const DAY_MS = 86_400_000;

/** Those that say so and have beaten within the limit, the latest beat first. */
export function listActiveWorkers(db: ReadableDatabase, role: string | null, freshness: Freshness): HiveWorker[] {
  const since = formatTime(freshness.now - freshness.limitMs - DAY_MS).slice(0, 10);
  return statement(db, ACTIVE)
    .all(since)
    .filter((row) => role === null || row.role === role)
    .map((row) => decode(row, freshness))
    .filter((worker) => worker.active)
    .sort((a, b) => (b.lastHeartbeat ?? 0) - (a.lastHeartbeat ?? 0) || (a.id < b.id ? -1 : 1));
}

function decode(row: Row, { now, limitMs }: Freshness): HiveWorker {
  const unreadable: Record<string, string> = {};
  const lastHeartbeat = parseTime(row.last_heartbeat);
  const status = text(row.status);
  return {
    id: text(row.id),
    role: text(row.role),
    status,
    // A beat from the future (another machine's clock) is a fresh one.
    active: status === "active" && lastHeartbeat !== null && now - lastHeartbeat <= limitMs,
    lastHeartbeat,
    capabilities: listColumn(row, "capabilities", unreadable),
    currentTaskId: textOrNull(row.current_task_id),
    metadata: jsonColumn(row, "metadata", unreadable) ?? {},
    registeredAt: parseTime(row.registered_at),
    unreadable,
  };
}

export interface WorkerToRegister {
  readonly workerId: string;
  readonly role: string;
  /** JSON text; null: none. */
  readonly capabilities: string | null;
  readonly metadata: string | null;
}

// Upstream replaces the row, which forgets when it came and what it works on.
const REGISTER = `INSERT INTO workers (id, role, status, last_heartbeat, capabilities, metadata, registered_at)
  VALUES ($workerId, $role, 'active', $at, $capabilities, $metadata, $at)
  ON CONFLICT (id) DO UPDATE SET role = excluded.role, status = 'active', last_heartbeat = excluded.last_heartbeat,
    capabilities = excluded.capabilities, metadata = excluded.metadata`;

export function registerWorkerRow(tx: WritableDatabase, worker: WorkerToRegister, writer: ActWriter): void {
  const { workerId, role } = worker;
  const before = statement(tx, ONE).get(workerId);
  statement(tx, REGISTER).run({ ...worker, at: formatTime(writer.now) });
  appendEvent(tx, {
    id: writer.newId(),
    type: "agent.registered",
    at: writer.now,
    source: writer.source,
    correlationId: workerId,
    payload: { worker_id: workerId, role, again: before !== undefined },
  });
  audit(tx, writer, "workers.register", workerId, before ? shape(before) : null, { role, status: "active" });
}

/** False: there is no such worker. A beat alone is no event: they come every few seconds. */
export function beatWorkerRow(
  tx: WritableDatabase,
  beat: { readonly workerId: string; readonly status: string | null },
  writer: ActWriter,
): boolean {
  const { workerId, status } = beat;
  const before = statement(tx, ONE).get(workerId);
  if (!before) return false;
  statement(tx, "UPDATE workers SET last_heartbeat = ?, status = coalesce(?, status) WHERE id = ?").run(
    formatTime(writer.now),
    status,
    workerId,
  );
  if (status === null || status === before.status) return true;
  appendEvent(tx, {
    id: writer.newId(),
    type: status === "error" ? "agent.error" : "agent.heartbeat",
    at: writer.now,
    source: writer.source,
    correlationId: workerId,
    payload: { worker_id: workerId, from: text(before.status), status },
  });
  audit(tx, writer, "workers.heartbeat", workerId, shape(before), { role: text(before.role), status });
  return true;
}

/**
 * Removes a worker's row; its runs stay and go on naming it, as upstream leaves them, so this belongs into a
 * transaction without foreign keys. False: there is no such worker. Throws `not_allowed` for a slot of a running
 * console, which would go on working without a row.
 */
export function removeWorkerRow(
  tx: WritableDatabase,
  workerId: string,
  writer: ActWriter,
  reason: string | null = null,
): boolean {
  const before = statement(tx, ONE).get(workerId);
  if (!before) return false;
  refuseLiveSlot(tx, workerId, writer.now);
  statement(tx, "DELETE FROM workers WHERE id = ?").run(workerId);
  appendEvent(tx, {
    id: writer.newId(),
    type: "agent.heartbeat",
    at: writer.now,
    source: writer.source,
    correlationId: workerId,
    payload: {
      worker_id: workerId,
      from: text(before.status),
      status: "offline",
      unregistered: true,
      ...(writer.actor === null ? {} : { by: writer.actor }),
      ...(reason === null ? {} : { reason }),
    },
  });
  audit(tx, writer, "workers.unregister", workerId, shape(before), null, reason);
  return true;
}

function refuseLiveSlot(tx: WritableDatabase, workerId: string, now: number): void {
  const [record] = getWorkers(tx, [workerId]);
  // Who has no process on record is no slot of ours.
  if (!record || record.pid === null) return;
  const processAlive = isAlive(record);
  const heartbeatAgeMs = record.lastHeartbeat === null ? null : Math.max(0, now - record.lastHeartbeat);
  const hasTask = record.currentTaskId !== null;
  const state = workerState({ status: record.status, heartbeatAgeMs, processAlive, hasTask });
  if (state !== "busy" && state !== "idle") return;
  throw new HiveError(
    "not_allowed",
    `Worker ${workerId} is a slot of a running ${record.program ?? "console"} (process ${record.pid} on ${record.host ?? "an unknown host"}). ` +
      `It goes when that program ends.`,
    { workerId, pid: record.pid, host: record.host },
  );
}

const shape = (row: Row) => ({ role: text(row.role), status: text(row.status) });

function audit(
  tx: WritableDatabase,
  { actor, now }: ActWriter,
  act: string,
  entityId: string,
  before: unknown,
  after: unknown,
  reason: string | null = null,
): void {
  if (actor === null) return;
  appendAudit(tx, { at: now, actor, act, entity: "worker", entityId, reason, before, after });
}
