import { integer, integerOrNull, text, textOrNull } from "./columns";
import { type ReadableDatabase, statement } from "./database";
import { TASK_AGE } from "./migrations/hive-operations";
import { RUNNING_PLANS } from "./migrations/running-plans";
import { parseTime } from "./time";

/** Plans that run, newest first. */
export const EXECUTING_PLANS = `SELECT e.id FROM execution_plans e
  WHERE e.status = '${RUNNING_PLANS.status}' ORDER BY ${RUNNING_PLANS.order("e.")} LIMIT ?`;

export function readExecutingPlanIds(db: ReadableDatabase, limit: number): string[] {
  return statement(db, EXECUTING_PLANS)
    .all(limit)
    .map((row) => text(row.id));
}

const ANY_PLAN = "SELECT 1 FROM execution_plans LIMIT 1";

export function hasPlans(db: ReadableDatabase): boolean {
  return statement(db, ANY_PLAN).get() !== undefined;
}

/** A task that may want a person, before its row is read. */
export interface Candidate {
  readonly id: string;
  readonly updatedAt: number | null;
  /** Names it in the graph of its plan; null outside one. */
  readonly seq: number | null;
}

const CANDIDATE = `SELECT t.id, t.updated_at, k.seq FROM tasks t LEFT JOIN console_tasks k ON k.task_id = t.id
  WHERE t.status = +?`;
export const OLDEST_IN_STATUS = `${CANDIDATE} ORDER BY t.priority DESC, ${TASK_AGE} LIMIT ?`;

/** Tasks in a status: by priority, then the oldest first. */
export function readOldest(db: ReadableDatabase, status: string, limit: number): Candidate[] {
  return statement(db, OLDEST_IN_STATUS).all(status, limit).map(decode);
}

export const NEWEST_OF_PRIORITY = `${CANDIDATE} AND t.priority IS +? ORDER BY ${TASK_AGE} DESC LIMIT ?`;
export const HIGHEST_PRIORITY = "SELECT max(priority) AS priority FROM tasks WHERE status = +?";
export const NEXT_PRIORITY = "SELECT max(priority) AS priority FROM tasks WHERE status = +? AND priority < +?";
/** Hive knows a handful of priorities; whoever uses more has a list by priority elsewhere. */
const MOST_PRIORITIES = 16;

/** The latest tasks in a status, whatever their priority: so many of each. */
export function readNewest(db: ReadableDatabase, status: string, limit: number): Candidate[] {
  const found: Candidate[] = [];
  let next = integerOrNull(statement(db, HIGHEST_PRIORITY).get(status)?.priority);
  for (let step = 0; next !== null && step < MOST_PRIORITIES; step += 1) {
    found.push(...statement(db, NEWEST_OF_PRIORITY).all(status, next, limit).map(decode));
    next = integerOrNull(statement(db, NEXT_PRIORITY).get(status, next)?.priority);
  }
  return [...found, ...statement(db, NEWEST_OF_PRIORITY).all(status, null, limit).map(decode)];
}

function decode(row: Readonly<Record<string, unknown>>): Candidate {
  return { id: text(row.id), updatedAt: parseTime(row.updated_at), seq: integerOrNull(row.seq) };
}

export const DIRECT_DEPENDENTS =
  "SELECT count(*) AS n FROM (SELECT 1 FROM console_edges WHERE depends_on = +? LIMIT 1000)";

/** How many tasks wait for this very one, up to 1,000. */
export function countDependents(db: ReadableDatabase, seq: number): number {
  return integer(statement(db, DIRECT_DEPENDENTS).get(seq)?.n);
}

const PLAN_TITLE = `SELECT coalesce(p.title, substr(q.task_description, 1, 120), e.id) AS title FROM execution_plans e
  LEFT JOIN console_plans p ON p.plan_id = e.id LEFT JOIN planning_queue q ON q.id = e.planning_task_id WHERE e.id = +?`;

export function readPlanTitle(db: ReadableDatabase, planId: string): string | null {
  return textOrNull(statement(db, PLAN_TITLE).get(planId)?.title);
}

const RUN_PROCESS = "SELECT pid, pid_start, host, boot_id FROM console_runs WHERE run_id = +?";

/** The process of an attempt, as far as one was recorded. */
export function readRunProcess(db: ReadableDatabase, runId: string) {
  const row = statement(db, RUN_PROCESS).get(runId);
  if (row === undefined) return null;
  return {
    pid: integerOrNull(row.pid),
    pidStart: textOrNull(row.pid_start),
    host: textOrNull(row.host),
    bootId: textOrNull(row.boot_id),
  };
}
