import { integer, text, textOrNull } from "./columns";
import { type ReadableDatabase, statement } from "./database";
import { RUNNING_PLANS } from "./migrations/running-plans";

const MOST = 1_000;
export const EXECUTING = `SELECT count(*) AS executing, count(paused_at) AS paused FROM (SELECT p.paused_at
  FROM execution_plans e LEFT JOIN console_plans p ON p.plan_id = e.id WHERE e.status = '${RUNNING_PLANS.status}' LIMIT ${MOST})`;
const heldAs = (held: number): string =>
  `SELECT count(*) AS n FROM (SELECT 1 FROM console_ready WHERE held = ${held} LIMIT ${MOST})`;
/** Free, free within its plan's limit, free without work, free for those that a lane lets. */
export const READY_NOW = [0, 3, 5, 7].map(heldAs);

export interface PoolFacts {
  readonly executing: number;
  readonly paused: number;
  readonly ready: number;
}

/** Each figure up to 1,000: what there is more costs nothing. */
export function readPoolFacts(db: ReadableDatabase): PoolFacts {
  const plans = statement(db, EXECUTING).get();
  const ready = READY_NOW.reduce((sum, sql) => sum + integer(statement(db, sql).get()?.n), 0);
  return { executing: integer(plans?.executing), paused: integer(plans?.paused), ready: Math.min(MOST, ready) };
}

export interface GroupUse {
  readonly name: string;
  readonly capacity: number;
  readonly running: number;
  readonly waiting: number;
}

const MOST_GROUPS = 50;
const MOST_WAITING = 200;
const GROUPS = `SELECT name, capacity, running FROM console_groups ORDER BY name LIMIT ${MOST_GROUPS}`;
export const WAITING_IN_GROUP = `SELECT count(*) AS n FROM (SELECT 1 FROM console_lanes l
  CROSS JOIN console_ready r ON r.lane = l.lane AND r.held = 7 WHERE l.group_name = ? LIMIT ${MOST_WAITING})`;

export function readGroups(db: ReadableDatabase): GroupUse[] {
  return statement(db, GROUPS)
    .all()
    .map((row) => ({
      name: text(row.name),
      capacity: integer(row.capacity),
      running: integer(row.running),
      waiting: integer(statement(db, WAITING_IN_GROUP).get(row.name)?.n),
    }));
}

const DRAIN = "SELECT at, actor, reason FROM console_drains WHERE worker_id = ?";

export function readDrain(db: ReadableDatabase, workerId: string) {
  const row = statement(db, DRAIN).get(workerId);
  return row === undefined ? null : { at: integer(row.at), actor: text(row.actor), reason: textOrNull(row.reason) };
}

const METADATA = "SELECT metadata FROM workers WHERE id = ?";

/** As it stands. */
export function readWorkerMetadata(db: ReadableDatabase, workerId: string): string | null {
  return textOrNull(statement(db, METADATA).get(workerId)?.metadata);
}

const MOST_SLOTS = 1_000;
const SLOTS_OF = `SELECT w.id FROM console_workers i JOIN workers w ON w.id = i.worker_id
  WHERE i.pid = ? AND i.host = ? AND i.pid_start IS ? AND w.status <> 'offline' LIMIT ${MOST_SLOTS}`;

/** Workers of one process. Looks through the processes of all workers. */
export function readWorkersOfProcess(
  db: ReadableDatabase,
  { pid, host, pidStart }: { readonly pid: number; readonly host: string; readonly pidStart: string | null },
): string[] {
  return statement(db, SLOTS_OF)
    .all(pid, host, pidStart)
    .map((row) => text(row.id));
}
