import { integerOrNull, jsonStrings, type Row, text, textOrNull } from "./columns";
import { type ReadableDatabase, statement, type WritableDatabase } from "./database";
import { appendEvent } from "./events";
import type { Writer } from "./plan-end";
import { recordedProcess } from "./process-rows";
import { formatTime, parseTime } from "./time";

/** A worker of ours: one slot of a running program. */
export interface NewWorker {
  readonly id: string;
  readonly role: string;
  readonly capabilities: readonly string[];
  readonly pid: number;
  readonly pidStart: string | null;
  readonly host: string;
  readonly bootId: string | null;
  readonly program: string;
  readonly slot: number;
  /** What else its metadata tells. */
  readonly more?: Readonly<Record<string, unknown>>;
}

/** A worker as the database has it; ours and foreign ones alike. */
export interface WorkerRecord {
  readonly id: string;
  readonly role: string;
  readonly status: string;
  readonly capabilities: readonly string[];
  readonly lastHeartbeat: number | null;
  readonly registeredAt: number | null;
  readonly currentTaskId: string | null;
  readonly currentTaskTitle: string | null;
  /** Of its current task, as far as the console knows that one. */
  readonly currentPlanId: string | null;
  readonly currentAgent: string | null;
  readonly currentStartedAt: number | null;
  readonly pid: number | null;
  readonly pidStart: string | null;
  readonly host: string | null;
  readonly bootId: string | null;
  readonly program: string | null;
  readonly slot: number | null;
}

const UPSERT = `INSERT INTO workers (id, role, status, last_heartbeat, capabilities, current_task_id, metadata, registered_at)
  VALUES ($id, $role, 'idle', $now, $capabilities, NULL, $metadata, $now)
  ON CONFLICT (id) DO UPDATE SET role = excluded.role, status = 'idle', last_heartbeat = excluded.last_heartbeat,
    capabilities = excluded.capabilities, current_task_id = NULL, metadata = excluded.metadata`;
const UPSERT_IDENTITY = `INSERT INTO console_workers (worker_id, pid, pid_start, host, boot_id, program, slot)
  VALUES ($id, $pid, $pidStart, $host, $bootId, $program, $slot)
  ON CONFLICT (worker_id) DO UPDATE SET pid = excluded.pid, pid_start = excluded.pid_start, host = excluded.host,
    boot_id = excluded.boot_id, program = excluded.program, slot = excluded.slot`;

/** Registers workers as idle, or takes over rows of the same ids: the caller has no task of theirs. */
export function upsertWorkers(tx: WritableDatabase, workers: readonly NewWorker[], now: number): void {
  for (const worker of workers) {
    const { id, role, pid, pidStart, host, bootId, program, slot } = worker;
    statement(tx, UPSERT).run({
      id,
      role,
      now: formatTime(now),
      capabilities: JSON.stringify(worker.capabilities),
      metadata: JSON.stringify({ program, slot, pid, host, ...worker.more }),
    });
    statement(tx, UPSERT_IDENTITY).run({ id, pid, pidStart, host, bootId, program, slot });
  }
}

export function beatWorkers(tx: WritableDatabase, ids: readonly string[], now: number): void {
  const at = formatTime(now);
  for (const id of ids) statement(tx, "UPDATE workers SET last_heartbeat = ? WHERE id = ?").run(at, id);
}

/** Says goodbye for them. Their current task, if any, is another's business from now on. */
export function markWorkersOffline(tx: WritableDatabase, ids: readonly string[]): void {
  const sql = "UPDATE workers SET status = 'offline', current_task_id = NULL WHERE id = ?";
  for (const id of ids) statement(tx, sql).run(id);
}

/** Tells of workers that came or went; belongs into the transaction in which they did. */
export function tellOfWorkers(
  tx: WritableDatabase,
  ids: readonly string[],
  status: "idle" | "offline",
  { now, source, newId }: Writer,
  details: Readonly<Record<string, unknown>> = {},
): void {
  for (const id of ids) {
    appendEvent(tx, {
      id: newId(),
      type: status === "offline" ? "agent.heartbeat" : "agent.registered",
      at: now,
      source,
      correlationId: id,
      payload: { worker_id: id, status, ...details },
    });
  }
}

const COLUMNS = `SELECT w.id, w.role, w.status, w.last_heartbeat, w.capabilities, w.current_task_id, w.registered_at,
    t.title AS task_title, k.plan_id, k.agent, cr.started_at, i.pid, i.pid_start, i.host, i.boot_id, i.program, i.slot
  FROM workers w LEFT JOIN console_workers i ON i.worker_id = w.id LEFT JOIN tasks t ON t.id = w.current_task_id
    LEFT JOIN console_tasks k ON k.task_id = w.current_task_id LEFT JOIN console_runs cr ON cr.run_id = k.run_id`;

/** No machine runs more; a longer list helps nobody. */
const MOST_WORKERS = 1_000;

/** All of them, ours and foreign ones, by id. */
export function listWorkers(db: ReadableDatabase): WorkerRecord[] {
  return statement(db, `${COLUMNS} ORDER BY w.id LIMIT ${MOST_WORKERS}`).all().map(decode);
}

export const NEXT_STATUS = "SELECT min(status) AS status FROM workers WHERE status > +?";
export const QUIETEST =
  "SELECT id FROM workers WHERE status = +? AND last_heartbeat > +? ORDER BY last_heartbeat LIMIT ?";
export const NEVER_HEARD = "SELECT id FROM workers WHERE status = +? AND last_heartbeat IS NULL LIMIT ?";
/** With more statuses than these somebody makes them up. */
const MOST_STATUSES = 20;

/**
 * Those that have not been heard of for the longest, so many of each status and way of writing times, but for those that
 * have signed off. Whoever is gone is among them as soon as the others have beaten once more.
 */
export function listQuietest(db: ReadableDatabase, now: number, limit: number): string[] {
  const ids = new Set<string>();
  // Times written with a T come behind all others of the same day.
  const today = `${formatTime(now).slice(0, 10)}T`;
  let status = "";
  for (let statuses = 0; statuses < MOST_STATUSES; statuses += 1) {
    const next = textOrNull(statement(db, NEXT_STATUS).get(status)?.status);
    if (next === null) break;
    status = next;
    if (status === "offline") continue;
    const rows = [
      ...statement(db, NEVER_HEARD).all(status, limit),
      ...statement(db, QUIETEST).all(status, "", limit),
      ...statement(db, QUIETEST).all(status, today, limit),
    ];
    for (const { id } of rows) ids.add(text(id));
  }
  return [...ids].sort();
}

/** Where a page of workers begins: after this one. Those that signed off come last; else by role and id. */
export interface WorkerPlace {
  readonly isSignedOff: boolean;
  readonly role: string;
  readonly id: string;
}

export const WORKERS_AFTER = `${COLUMNS}
  WHERE (w.status IS 'offline') = ? AND (w.role, w.id) > (?, ?) ORDER BY w.role, w.id LIMIT ?`;

/** The next workers of those that signed off, or of all others. */
export function listWorkersAfter(db: ReadableDatabase, after: WorkerPlace, limit: number): WorkerRecord[] {
  return statement(db, WORKERS_AFTER)
    .all(after.isSignedOff ? 1 : 0, after.role, after.id, limit)
    .map(decode);
}

export const BEATS_AFTER =
  "SELECT id, last_heartbeat FROM workers WHERE id > +? AND status IS NOT 'offline' ORDER BY id LIMIT ?";

/** The last heartbeats of workers that have not signed off, by id. */
export function readBeatsAfter(
  db: ReadableDatabase,
  after: string,
  limit: number,
): ReadonlyArray<Pick<WorkerRecord, "id" | "lastHeartbeat">> {
  return statement(db, BEATS_AFTER)
    .all(after, limit)
    .map((row) => ({ id: text(row.id), lastHeartbeat: parseTime(row.last_heartbeat) }));
}

// A range of the key: LIKE would read all of them.
const BY_PREFIX = `${COLUMNS} WHERE w.id >= ? AND w.id < ? ORDER BY w.id LIMIT ${MOST_WORKERS}`;

/** Workers whose ids begin so. `next`: the first text that no such id comes behind. */
export function listWorkersBetween(db: ReadableDatabase, from: string, next: string): WorkerRecord[] {
  return statement(db, BY_PREFIX).all(from, next).map(decode);
}

export function getWorkers(db: ReadableDatabase, ids: readonly string[]): WorkerRecord[] {
  const byId = statement(db, `${COLUMNS} WHERE w.id = +?`);
  return ids.flatMap((id) => byId.all(id)).map(decode);
}

function decode(row: Row): WorkerRecord {
  return {
    id: text(row.id),
    role: text(row.role),
    status: text(row.status),
    capabilities: jsonStrings(row.capabilities),
    lastHeartbeat: parseTime(row.last_heartbeat),
    registeredAt: parseTime(row.registered_at),
    currentTaskId: textOrNull(row.current_task_id),
    currentTaskTitle: textOrNull(row.task_title),
    currentPlanId: textOrNull(row.plan_id),
    currentAgent: textOrNull(row.agent),
    currentStartedAt: integerOrNull(row.started_at),
    ...recordedProcess(row),
    program: textOrNull(row.program),
    slot: integerOrNull(row.slot),
  };
}
