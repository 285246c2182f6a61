import { type ActivityItem, TOLD_EVENTS } from "../../../shared/model/overview";
import { integer, integerOrNull, jsonObject, text, textOrNull } from "./columns";
import { type ReadableDatabase, statement } from "./database";
import { hasIndex } from "./has-index";
import { TASK_AGE, TASK_ORDER_INDEX } from "./migrations/hive-operations";
import { RUNNING_PLANS } from "./migrations/running-plans";
import { RECENT_INDEX, SETTLED, TASK_CHANGED } from "./migrations/task-lists";
import { recordedProcess } from "./process-rows";
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
  readonly workerId: string | null;
  /** Names it in the graph of its plan; null outside one. */
  readonly seq: number | null;
}

function candidates(index: string | null, where: string, order: string): string {
  return `SELECT t.id, t.updated_at, t.assigned_worker, k.seq FROM tasks t ${index === null ? "" : `INDEXED BY ${index}`}
  LEFT JOIN console_tasks k ON k.task_id = t.id WHERE ${where} ORDER BY ${order} LIMIT ?`;
}

// A database of Hive has indexes on the status alone, which SQLite likes better and sorts a million rows after.
const oldest = (index: string | null): string => candidates(index, "t.status = +?", `t.priority DESC, ${TASK_AGE}`);
export const OLDEST_IN_STATUS = oldest(TASK_ORDER_INDEX);
const OLDEST_UNINDEXED = oldest(null);

/** Tasks in a status: by priority, then the oldest first. */
export function readOldest(db: ReadableDatabase, status: string, limit: number): Candidate[] {
  const sql = hasIndex(db, TASK_ORDER_INDEX, "tasks") ? OLDEST_IN_STATUS : OLDEST_UNINDEXED;
  return statement(db, sql).all(status, limit).map(decode);
}

const newest = (index: string | null): string =>
  candidates(index, `t.status = +? AND ${SETTLED}`, `${TASK_CHANGED} DESC`);
export const NEWEST_IN_STATUS = newest(RECENT_INDEX);
const NEWEST_UNINDEXED = newest(null);

/** Tasks in a status in which nobody works on them: the latest to change first. */
export function readNewest(db: ReadableDatabase, status: string, limit: number): Candidate[] {
  const sql = hasIndex(db, RECENT_INDEX, "tasks") ? NEWEST_IN_STATUS : NEWEST_UNINDEXED;
  return statement(db, sql).all(status, limit).map(decode);
}

function decode(row: Readonly<Record<string, unknown>>): Candidate {
  return {
    id: text(row.id),
    updatedAt: parseTime(row.updated_at),
    workerId: textOrNull(row.assigned_worker),
    seq: integerOrNull(row.seq),
  };
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
  return recordedProcess(row);
}

/** Among the latest so many events: what is told may drown in heartbeats. */
const LATEST = 500;
const LATEST_EVENTS = `SELECT * FROM (
    SELECT rowid AS place, event_type, timestamp, source_agent, payload FROM events ORDER BY rowid DESC LIMIT ${LATEST}
  ) WHERE event_type IN (${TOLD_EVENTS.map((type) => `'${type}'`).join(", ")}) LIMIT ?`;
const TITLE_AND_WORKER = `SELECT t.title, coalesce((SELECT worker_id FROM runs WHERE id = +?), t.assigned_worker) AS worker
  FROM tasks t WHERE t.id = +?`;

/** What happened last, the latest first. */
export function readActivity(db: ReadableDatabase, limit: number): ActivityItem[] {
  return statement(db, LATEST_EVENTS)
    .all(limit)
    .flatMap((row) => {
      const type = TOLD_EVENTS.find((told) => told === row.event_type);
      if (type === undefined) return [];
      const payload = jsonObject(row.payload);
      const taskId = textOrNull(payload.task_id);
      const planId = textOrNull(payload.plan_id);
      const task =
        taskId === null ? undefined : statement(db, TITLE_AND_WORKER).get(textOrNull(payload.run_id), taskId);
      const planTitle = taskId === null && planId !== null ? readPlanTitle(db, planId) : null;
      const named = payload.title ?? payload.message ?? payload.error ?? payload.subtask_id ?? taskId ?? planId;
      return {
        cursor: text(row.place),
        type,
        at: parseTime(row.timestamp),
        subject: textOrNull(task?.title) ?? planTitle ?? textOrNull(named) ?? type,
        planId,
        taskId: task === undefined ? null : taskId,
        by: textOrNull(task?.worker) ?? text(row.source_agent),
        outcome: textOrNull(payload.status ?? payload.outcome),
        willRetry: payload.will_retry === true,
      };
    });
}
