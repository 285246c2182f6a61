import { integer, integerOrNull, type Row, text, textOrNull } from "./columns";
import { type ReadableDatabase, statement } from "./database";
import { hasIndex } from "./has-index";
import { TASK_ORDER_INDEX } from "./migrations/hive-operations";
import { isLocalWorker as isLocalId } from "./migrations/task-lists";
import { recordedProcess } from "./process-rows";
import { parseTime } from "./time";

/** An attempt, with who made it. */
export interface WorkerRun {
  /** Its place in the order in which attempts were begun. */
  readonly place: number;
  readonly id: string;
  readonly taskId: string;
  readonly workerId: string;
  readonly status: string;
  readonly startedAt: number | null;
  readonly completedAt: number | null;
  /** Cut. */
  readonly error: string | null;
}

const MOST_ERROR = 400;
const RUN = `SELECT rowid AS place, id, task_id, worker_id, status, started_at, completed_at,
  substr(error_message, 1, ${MOST_ERROR}) AS error FROM runs`;
export const WORKER_RUNS_AFTER = `${RUN} WHERE rowid > +? ORDER BY rowid LIMIT ?`;
export const WORKER_RUNS_BEFORE = `${RUN} WHERE rowid < +? ORDER BY rowid DESC LIMIT ?`;
const RUN_BY_ID = `${RUN} WHERE id = +?`;

export function readWorkerRunsAfter(db: ReadableDatabase, place: number, limit: number): WorkerRun[] {
  return statement(db, WORKER_RUNS_AFTER).all(place, limit).map(decode);
}

/** The latest first. */
export function readWorkerRunsBefore(db: ReadableDatabase, place: number, limit: number): WorkerRun[] {
  return statement(db, WORKER_RUNS_BEFORE).all(place, limit).map(decode);
}

/** Those of these attempts that exist. */
export function readWorkerRuns(db: ReadableDatabase, runIds: readonly string[]): WorkerRun[] {
  const one = statement(db, RUN_BY_ID);
  return runIds.flatMap((id) => one.all(id)).map(decode);
}

function decode(row: Row): WorkerRun {
  return {
    place: integer(row.place),
    id: text(row.id),
    taskId: text(row.task_id),
    workerId: text(row.worker_id),
    status: text(row.status),
    startedAt: parseTime(row.started_at),
    completedAt: parseTime(row.completed_at),
    error: textOrNull(row.error),
  };
}

/** A task that a worker has in its hands, as far as the database says. */
export interface HeldTask {
  readonly id: string;
  readonly title: string;
  readonly status: string;
  readonly planId: string | null;
  readonly agent: string;
  /** Its attempt; null: the console knows of none. */
  readonly runId: string | null;
  readonly attempt: number | null;
  readonly startedAt: number | null;
  /** The console holds that attempt for running. */
  readonly isLive: boolean;
  readonly pid: number | null;
  readonly pidStart: string | null;
  readonly host: string | null;
  readonly bootId: string | null;
}

/** So many tasks of a status are looked through for those of one worker, the most urgent first. */
const MOST_LOOKED_AT = 2_000;
const MOST_HELD = 100;
export const HELD_IN_STATUS = `SELECT id FROM (SELECT t.id, t.assigned_worker FROM tasks t INDEXED BY ${TASK_ORDER_INDEX}
  WHERE t.status = ? LIMIT ${MOST_LOOKED_AT}) WHERE assigned_worker = ? LIMIT ${MOST_HELD}`;
const CURRENT = "SELECT current_task_id AS id FROM workers WHERE id = ? AND current_task_id IS NOT NULL";
const HELD = `SELECT t.id, t.title, t.status, t.task_type, t.assigned_worker, k.plan_id, k.agent, r.id AS run_id,
    r.worker_id, r.run_number, r.started_at, cr.live, cr.started_at AS begun_at, cr.pid, cr.pid_start, cr.host, cr.boot_id
  FROM tasks t LEFT JOIN console_tasks k ON k.task_id = t.id
    LEFT JOIN runs r ON r.id = (SELECT id FROM runs WHERE task_id = t.id ORDER BY run_number DESC LIMIT 1)
    LEFT JOIN console_runs cr ON cr.run_id = r.id
  WHERE t.id = +?`;

/** Tasks that are assigned to a worker, or that it works on. At most 100. */
export function readHeldTasks(db: ReadableDatabase, workerId: string): HeldTask[] {
  const ids = new Set(
    statement(db, CURRENT)
      .all(workerId)
      .map((row) => text(row.id)),
  );
  // A slot of the console's own has no other than its current task.
  if (!isLocalId(workerId) && hasIndex(db, TASK_ORDER_INDEX, "tasks")) {
    for (const status of ["in_progress", "assigned"]) {
      for (const row of statement(db, HELD_IN_STATUS).all(status, workerId)) ids.add(text(row.id));
    }
  }
  const one = statement(db, HELD);
  return [...ids]
    .flatMap((id) => one.all(id))
    .filter((row) => row.status === "assigned" || row.status === "in_progress")
    .filter((row) => row.run_id === null || row.worker_id === workerId || row.assigned_worker === workerId)
    .map(decodeHeld);
}

/** A task that some worker has in its hands, and which; null: nobody has it. */
export function readHeldTask(
  db: ReadableDatabase,
  taskId: string,
): { readonly task: HeldTask; readonly workerId: string } | null {
  const row = statement(db, HELD).get(taskId);
  if (row === undefined || (row.status !== "assigned" && row.status !== "in_progress")) return null;
  const workerId = (row.live !== null ? textOrNull(row.worker_id) : null) ?? textOrNull(row.assigned_worker);
  return workerId === null ? null : { task: decodeHeld(row), workerId };
}

function decodeHeld(row: Row): HeldTask {
  const isOurs = row.live !== null;
  return {
    id: text(row.id),
    title: text(row.title),
    status: text(row.status),
    planId: textOrNull(row.plan_id),
    agent: textOrNull(row.agent) ?? text(row.task_type),
    runId: textOrNull(row.run_id),
    attempt: integerOrNull(row.run_number),
    startedAt: isOurs ? integerOrNull(row.begun_at) : parseTime(row.started_at),
    isLive: isOurs,
    ...recordedProcess(row),
  };
}
