import type { RetryPolicy } from "../../../shared/model/plan-definition";
import { integer, integerOrNull, jsonObject, type Row, text, textOrNull } from "./columns";
import { type ReadableDatabase, statement } from "./database";
import { readCounts } from "./plan-end";
import { recordedProcess } from "./process-rows";
import { parsePlacement, parseSpec, type TaskPlacement } from "./task-spec";
import { isStop, taskState } from "./task-state";
import { parseTime } from "./time";

/*
 * One statement for each gate of a task. Each goes by an index from the task itself, or reads the attempts that run
 * now, of which there are no more than slots and workers.
 */

export const MOST_ROWS = 50;

/** The task itself, its latest attempt, and its place in its plan. */
export interface WhyTask {
  readonly id: string;
  readonly title: string;
  readonly status: string;
  readonly state: string;
  readonly seq: number | null;
  readonly planId: string | null;
  readonly subtaskId: string | null;
  readonly agent: string;
  readonly priority: number;
  readonly unmet: number;
  readonly blocked: boolean;
  readonly skipped: boolean;
  readonly notBefore: number | null;
  readonly attempts: number;
  readonly maxAttempts: number;
  readonly reason: string | null;
  readonly workerId: string | null;
  readonly updatedAt: number | null;
  readonly needs: TaskPlacement;
  /** Null: it is in no plan, or its specification cannot be read. */
  readonly retries: RetryPolicy | null;
  readonly run: WhyRun | null;
}

interface WhyRun {
  readonly id: string;
  readonly status: string;
  readonly startedAt: number | null;
  readonly error: string | null;
  readonly exitCode: number | null;
  readonly signal: string | null;
  readonly pid: number | null;
  readonly pidStart: string | null;
  readonly host: string | null;
  readonly bootId: string | null;
  /** While it is live. */
  readonly stopRequested: boolean;
  /** Somebody asked it to stop, or to be the last, whether it is live or has ended. */
  readonly wasAsked: boolean;
}

export const WHY_TASK = `SELECT t.id, t.title, t.status, t.task_type, t.priority, t.assigned_worker, t.updated_at, t.max_retries,
    k.seq, k.plan_id, k.subtask_id, k.agent, k.unmet, k.blocked, k.skipped, k.not_before, k.attempts, k.max_attempts,
    k.reason, s.spec, r.id AS run_id, r.status AS run_status, r.started_at, r.error_message, r.run_number,
    cr.exit_code, cr.signal, cr.pid, cr.pid_start, cr.host, cr.boot_id, cr.live, cr.stop_requested
  FROM tasks t LEFT JOIN console_tasks k ON k.task_id = t.id LEFT JOIN console_specs s ON s.seq = k.seq
    LEFT JOIN runs r ON r.id = coalesce(k.run_id,
      (SELECT id FROM runs WHERE task_id = t.id ORDER BY run_number DESC LIMIT 1))
    LEFT JOIN console_runs cr ON cr.run_id = r.id
  WHERE t.id = +?`;

export function readWhyTask(db: ReadableDatabase, taskId: string, now: number): WhyTask | null {
  const row = statement(db, WHY_TASK).get(taskId);
  if (!row) return null;
  const status = text(row.status);
  const facts = {
    status,
    unmet: integer(row.unmet),
    blocked: row.blocked === 1,
    notBefore: integerOrNull(row.not_before),
    stopRequested: row.live !== null && isStop(row.stop_requested),
  };
  return {
    ...facts,
    id: text(row.id),
    title: text(row.title),
    state: taskState(facts, now),
    seq: integerOrNull(row.seq),
    planId: textOrNull(row.plan_id),
    subtaskId: textOrNull(row.subtask_id),
    agent: textOrNull(row.agent) ?? text(row.task_type),
    priority: integerOrNull(row.priority) ?? 1,
    skipped: row.skipped === 1,
    attempts: integerOrNull(row.attempts) ?? integer(row.run_number),
    maxAttempts: integerOrNull(row.max_attempts) ?? integer(row.max_retries) + 1,
    reason: textOrNull(row.reason),
    workerId: textOrNull(row.assigned_worker),
    updatedAt: parseTime(row.updated_at),
    needs: parsePlacement(jsonObject(row.spec)),
    retries: parseSpec(row.spec)?.retries ?? null,
    run: textOrNull(row.run_id) === null ? null : decodeRun(row, facts.stopRequested),
  };
}

function decodeRun(row: Row, stopRequested: boolean): WhyRun {
  return {
    id: text(row.run_id),
    status: text(row.run_status),
    startedAt: parseTime(row.started_at),
    error: textOrNull(row.error_message),
    exitCode: integerOrNull(row.exit_code),
    signal: textOrNull(row.signal),
    ...recordedProcess(row),
    stopRequested,
    wasAsked: row.stop_requested !== null,
  };
}

/** A task as others are explained by it. */
export interface WhyOther {
  readonly id: string;
  readonly title: string;
  readonly status: string;
  readonly state: string;
  readonly attempts: number;
  readonly maxAttempts: number;
  readonly workerId: string | null;
  readonly startedAt: number | null;
  readonly reason: string | null;
}

const OTHER = `t.id, t.title, t.status, t.assigned_worker, k.unmet, k.blocked, k.not_before, k.attempts, k.max_attempts, k.reason,
    r.started_at, cr.live, cr.stop_requested`;
const OTHER_RUN = "LEFT JOIN runs r ON r.id = k.run_id LEFT JOIN console_runs cr ON cr.run_id = k.run_id";
const isMet = `(t.status IS 'completed' OR (t.status IS 'failed' AND k.on_failure IS 1)
  OR (t.status IS 'cancelled' AND k.skipped IS 1))`;
const isOver = "(t.status IN ('completed', 'failed', 'cancelled') OR k.blocked = 1)";
const DEPENDENCIES = `SELECT ${OTHER} FROM console_edges e CROSS JOIN console_tasks k ON k.seq = e.depends_on
  CROSS JOIN tasks t ON t.id = k.task_id ${OTHER_RUN} WHERE e.task = +?`;
export const UNMET = `${DEPENDENCIES} AND NOT ${isMet} LIMIT ?`;
export const NOT_OVER = `${DEPENDENCIES} AND NOT ${isOver} LIMIT ?`;

/** Dependencies that are waited for: those not met, or, by a task that runs after any end, those not over. */
export function listOpenDependencies(db: ReadableDatabase, seq: number, afterAnyEnd: boolean, now: number): WhyOther[] {
  return statement(db, afterAnyEnd ? NOT_OVER : UNMET)
    .all(seq, MOST_ROWS)
    .map((row) => decodeOther(row, now));
}

export const DEPENDENCY_COUNT = "SELECT count(*) AS n FROM console_edges WHERE task = +?";

export function countDependencies(db: ReadableDatabase, seq: number): number {
  return integer(statement(db, DEPENDENCY_COUNT).get(seq)?.n);
}

export const STOPPED_DEPENDENCIES = `${DEPENDENCIES} AND ((${isOver} AND NOT ${isMet}) OR k.blocked = 1) LIMIT ?`;

/** Direct dependencies that failed, were cancelled or are blocked: what a task that runs on failure is for. */
export function listStoppedDependencies(db: ReadableDatabase, seq: number, now: number): WhyOther[] {
  return statement(db, STOPPED_DEPENDENCIES)
    .all(seq, MOST_ROWS)
    .map((row) => decodeOther(row, now));
}

const MOST_ROOTS = 10;
/** Tasks walked upwards: some milliseconds. */
const LONGEST_WALK = 2_000;
export const ROOTS = `WITH RECURSIVE up (seq) AS (
    SELECT e.depends_on FROM console_edges e WHERE e.task = +?
    UNION
    SELECT e.depends_on FROM up JOIN console_tasks c ON c.seq = up.seq AND c.blocked = 1
      JOIN console_edges e ON e.task = up.seq
    LIMIT ${LONGEST_WALK}
  ) SELECT ${OTHER} FROM up CROSS JOIN console_tasks k ON k.seq = up.seq CROSS JOIN tasks t ON t.id = k.task_id ${OTHER_RUN}
    WHERE t.status IN ('failed', 'cancelled') AND NOT ${isMet} LIMIT ${MOST_ROOTS}`;

/** The failed or cancelled tasks at the beginning of the chains that block a task. */
export function listRootObstacles(db: ReadableDatabase, seq: number, now: number): WhyOther[] {
  return statement(db, ROOTS)
    .all(seq)
    .map((row) => decodeOther(row, now));
}

export const RUNNING_NOW = `SELECT ${OTHER}, k.plan_id, l.group_name
  FROM console_runs cr CROSS JOIN console_tasks k ON k.task_id = cr.task_id AND k.run_id = cr.run_id
    CROSS JOIN tasks t ON t.id = k.task_id LEFT JOIN runs r ON r.id = cr.run_id
    LEFT JOIN console_lanes l ON l.lane = k.lane
  WHERE cr.live = 1 LIMIT 2000`;

export interface RunningTask extends WhyOther {
  readonly planId: string;
  readonly group: string | null;
}

/** Every attempt that runs now. */
export function listRunning(db: ReadableDatabase, now: number): RunningTask[] {
  return statement(db, RUNNING_NOW)
    .all()
    .map((row) => ({
      ...decodeOther(row, now),
      planId: text(row.plan_id),
      group: textOrNull(row.group_name) || null,
    }));
}

export interface WhyPlan {
  readonly id: string;
  readonly title: string;
  readonly status: string;
  /** Launched by a console, which runs it; otherwise another program does. */
  readonly isOurs: boolean;
  readonly concurrency: number | null;
  readonly pausedAt: number | null;
  readonly cancelRequestedAt: number | null;
  /** Tasks that count in its limit. */
  readonly running: number;
}

export const WHY_PLAN = `SELECT e.id, e.status, p.plan_id, p.title, p.concurrency, p.paused_at, p.cancel_requested_at
  FROM execution_plans e LEFT JOIN console_plans p ON p.plan_id = e.id WHERE e.id = +?`;

export function readWhyPlan(db: ReadableDatabase, planId: string): WhyPlan | null {
  const row = statement(db, WHY_PLAN).get(planId);
  if (!row) return null;
  const counts = readCounts(db, planId);
  return {
    id: text(row.id),
    title: textOrNull(row.title) ?? text(row.id),
    status: textOrNull(row.status) ?? "draft",
    isOurs: row.plan_id !== null,
    concurrency: integerOrNull(row.concurrency),
    pausedAt: integerOrNull(row.paused_at),
    cancelRequestedAt: integerOrNull(row.cancel_requested_at),
    running: (counts.get("assigned") ?? 0) + (counts.get("in_progress") ?? 0),
  };
}

export interface WhyGroup {
  readonly capacity: number;
  readonly running: number;
}

export const WHY_GROUP = "SELECT capacity, running FROM console_groups WHERE name = +?";

export function readWhyGroup(db: ReadableDatabase, name: string): WhyGroup | null {
  const row = statement(db, WHY_GROUP).get(name);
  return row ? { capacity: integer(row.capacity), running: integer(row.running) } : null;
}

export interface WhyEntry {
  readonly held: number;
  readonly lane: number | null;
  readonly priority: number;
}

export const WHY_ENTRY = "SELECT held, lane, priority FROM console_ready WHERE seq = +?";

/** A task's entry in the ready queue. */
export function readReadyEntry(db: ReadableDatabase, seq: number): WhyEntry | null {
  const row = statement(db, WHY_ENTRY).get(seq);
  return row ? { held: integer(row.held), lane: integerOrNull(row.lane), priority: integer(row.priority) } : null;
}

/** Entries counted before it is only said that there are more. */
export const MOST_AHEAD = 1_000;
const BEFORE = "(priority > $priority OR (priority = $priority AND seq < $seq))";
export const AHEAD = `SELECT count(*) AS n FROM (SELECT 1 FROM console_ready WHERE held = $held AND ${BEFORE} LIMIT ${MOST_AHEAD})`;
export const AHEAD_IN_LANE = `SELECT count(*) AS n FROM (SELECT 1 FROM console_ready
  WHERE held = 7 AND lane = $lane AND ${BEFORE} LIMIT ${MOST_AHEAD})`;
export const AHEAD_IN_PLAN = `SELECT count(*) AS n FROM (SELECT 1 FROM console_ready
  WHERE plan_id = $planId AND held = 3 AND ${BEFORE} LIMIT ${MOST_AHEAD})`;

/** Lanes of the ready queue (`held`) that share the slots with a task of no lane of its own. */
const FREE = 0;
const IN_PLAN = 3;
const IN_LANE = 7;

/** How many ready tasks go before it among those of its kind, at most `MOST_AHEAD`. */
export function countAhead(
  db: ReadableDatabase,
  seq: number,
  planId: string,
  { held, lane, priority }: WhyEntry,
): number {
  if (held === IN_LANE) return integer(statement(db, AHEAD_IN_LANE).get({ seq, priority, lane })?.n);
  const free = integer(statement(db, AHEAD).get({ seq, priority, held: FREE })?.n);
  if (held !== IN_PLAN) return free;
  return free + integer(statement(db, AHEAD_IN_PLAN).get({ seq, priority, planId })?.n);
}

function decodeOther(row: Row, now: number): WhyOther {
  const facts = {
    status: text(row.status),
    unmet: integer(row.unmet),
    blocked: row.blocked === 1,
    notBefore: integerOrNull(row.not_before),
    stopRequested: row.live !== null && isStop(row.stop_requested),
  };
  return {
    id: text(row.id),
    title: text(row.title),
    status: facts.status,
    state: taskState(facts, now),
    attempts: integer(row.attempts),
    maxAttempts: integer(row.max_attempts),
    workerId: textOrNull(row.assigned_worker),
    startedAt: parseTime(row.started_at),
    reason: textOrNull(row.reason),
  };
}
