import { queueOf } from "../../../shared/model/fleet";
import { integer, integerOrNull, jsonObject, jsonStrings, text, textOrNull } from "./columns";
import { type ReadableDatabase, statement } from "./database";
import { parseTime } from "./time";

/** One slot of a worker of the fleet. */
export interface FleetSlotRow {
  readonly id: string;
  readonly role: string;
  readonly capabilities: readonly string[];
  readonly host: string | null;
  readonly pid: number | null;
  /** Of its process alone. */
  readonly instance: string;
  readonly version: string | null;
  readonly isBusy: boolean;
  readonly lastHeartbeat: number | null;
  readonly registeredAt: number | null;
  readonly isDrained: boolean;
}

/** All ids of the fleet's workers lie between these texts: ";" is what comes behind ":". */
const FIRST_ID = "fleet:";
const NEXT_ID = "fleet;";

export const SLOTS_AFTER = `SELECT w.id, w.role, w.capabilities, w.current_task_id, w.last_heartbeat, w.registered_at,
    w.metadata, i.host, i.pid, EXISTS (SELECT 1 FROM console_drains d WHERE d.worker_id = w.id) AS is_drained
  FROM workers w LEFT JOIN console_workers i ON i.worker_id = w.id
  WHERE w.id > ? AND w.id < '${NEXT_ID}' AND w.status IS NOT 'offline' ORDER BY w.id LIMIT ?`;

/** Slots of the fleet that have not signed off, by id; those behind `after`, null: from the first. */
export function readFleetSlots(db: ReadableDatabase, after: string | null, limit: number): FleetSlotRow[] {
  return statement(db, SLOTS_AFTER)
    .all(after ?? FIRST_ID, limit)
    .map((row) => {
      const { instance, version } = jsonObject(row.metadata);
      return {
        id: text(row.id),
        role: text(row.role),
        capabilities: jsonStrings(row.capabilities),
        host: textOrNull(row.host),
        pid: integerOrNull(row.pid),
        instance: typeof instance === "string" ? instance : text(row.id),
        version: typeof version === "string" ? version : null,
        isBusy: row.current_task_id !== null,
        lastHeartbeat: parseTime(row.last_heartbeat),
        registeredAt: parseTime(row.registered_at),
        isDrained: integer(row.is_drained) === 1,
      };
    });
}

/** A lane whose tasks are for a queue of the fleet. */
export interface FleetLane {
  readonly lane: number;
  readonly queue: string;
}

// From lane to lane by the index, whatever is in them.
export const FILLED_LANES = `WITH RECURSIVE filled (lane) AS (
    SELECT min(lane) FROM console_ready INDEXED BY console_ready_in_lane WHERE held = 7
    UNION ALL
    SELECT (SELECT min(q.lane) FROM console_ready q INDEXED BY console_ready_in_lane
        WHERE q.held = 7 AND q.lane > filled.lane)
      FROM filled WHERE filled.lane IS NOT NULL)
  SELECT l.lane, l.capabilities FROM filled f CROSS JOIN console_lanes l ON l.lane = f.lane WHERE f.lane IS NOT NULL`;

/** The lanes in which tasks wait for workers of the fleet. */
export function readFleetLanes(db: ReadableDatabase): FleetLane[] {
  return statement(db, FILLED_LANES)
    .all()
    .flatMap((row) => {
      const queue = queueOf(jsonStrings(row.capabilities));
      return queue === null ? [] : [{ lane: integer(row.lane), queue }];
    });
}

export const WAITING_AFTER = `SELECT count(*) AS n, max(seq) AS last FROM (SELECT seq FROM console_ready
  INDEXED BY console_ready_in_lane WHERE held = 7 AND lane = ? AND priority = ? AND seq > ? ORDER BY seq LIMIT ?)`;
export const NEXT_PRIORITY = `SELECT max(priority) AS priority, min(seq) AS seq FROM (SELECT priority, seq FROM console_ready
  INDEXED BY console_ready_in_lane WHERE held = 7 AND lane = ? AND priority < ? ORDER BY priority DESC, seq LIMIT 1)`;

/** The next lower priority among a lane's tasks, and its oldest task; null: there is none. */
export function nextPriority(
  db: ReadableDatabase,
  lane: number,
  below: number,
): { readonly priority: number; readonly seq: number } | null {
  const row = statement(db, NEXT_PRIORITY).get(lane, below);
  const [priority, seq] = [integerOrNull(row?.priority), integerOrNull(row?.seq)];
  return priority === null || seq === null ? null : { priority, seq };
}

/** How many tasks of a lane and priority come behind `after`, up to `limit`, and the last of these. */
export function countWaiting(
  db: ReadableDatabase,
  { lane, priority, after, limit }: { lane: number; priority: number; after: number; limit: number },
): { readonly count: number; readonly last: number } {
  const row = statement(db, WAITING_AFTER).get(lane, priority, after, limit);
  return { count: integer(row?.n), last: integerOrNull(row?.last) ?? after };
}

const MOST_EDGES = 200;
/** A task waits since the last of what it depends on ended, or its last attempt did; else since it was made. */
export const WAITS_SINCE = `SELECT t.id, t.title, t.created_at, (SELECT max(r.completed_at) FROM (
      SELECT depends_on FROM console_edges WHERE task = k.seq LIMIT ${MOST_EDGES}) e
    CROSS JOIN console_tasks d ON d.seq = e.depends_on CROSS JOIN runs r ON r.id = d.run_id) AS ended_at,
    (SELECT completed_at FROM runs WHERE id = k.run_id) AS tried_at
  FROM console_tasks k CROSS JOIN tasks t ON t.id = k.task_id
  WHERE k.seq = +?`;

export interface WaitingTask {
  readonly taskId: string;
  readonly title: string;
  /** Null: nobody can tell. */
  readonly since: number | null;
}

export function readWaitingTask(db: ReadableDatabase, seq: number): WaitingTask | null {
  const row = statement(db, WAITS_SINCE).get(seq);
  if (row === undefined) return null;
  const known = [parseTime(row.ended_at), parseTime(row.tried_at)].flatMap((at) => at ?? []);
  const since = known.length > 0 ? Math.max(...known) : parseTime(row.created_at);
  return { taskId: text(row.id), title: text(row.title), since };
}

export const DEPENDENCY_RUNS = `SELECT d.subtask_id, d.run_id FROM console_tasks k
    CROSS JOIN console_edges e ON e.task = k.seq CROSS JOIN console_tasks d ON d.seq = e.depends_on
    CROSS JOIN runs r ON r.id = d.run_id
  WHERE k.task_id = ? AND r.status = 'success'`;

/** The latest attempts of a task's dependencies, as far as they succeeded, by subtask. */
export function readDependencyRuns(
  db: ReadableDatabase,
  taskId: string,
): ReadonlyArray<{ readonly subtaskId: string; readonly runId: string }> {
  return statement(db, DEPENDENCY_RUNS)
    .all(taskId)
    .map((row) => ({ subtaskId: text(row.subtask_id), runId: text(row.run_id) }));
}

const SLOT_ID = /^fleet:([^@]+)@/;

/** The queue of one of the fleet's slots, by its id; null: it is none. */
export function fleetQueueOf(workerId: string): string | null {
  return SLOT_ID.exec(workerId)?.[1] ?? null;
}
