import { integer, integerOrNull, jsonObject, type Row, text, textOrNull } from "./columns";
import { type ReadableDatabase, statement } from "./database";
import { parsePlacement, type TaskPlacement } from "./task-spec";
import { parseTime } from "./time";

/** What of a task does not change while its plan runs. */
export interface OutlookTask extends TaskPlacement {
  readonly ordinal: number;
  readonly taskId: string;
  readonly subtaskId: string;
  readonly agent: string;
  readonly title: string;
}

export const OUTLOOK_TASKS = `SELECT k.ordinal, k.task_id, k.subtask_id, k.agent, t.title, s.spec
  FROM console_tasks k JOIN tasks t ON t.id = k.task_id LEFT JOIN console_specs s ON s.seq = k.seq
  WHERE k.plan_id = +? AND k.ordinal > +? ORDER BY k.ordinal LIMIT ?`;

export interface OutlookPage {
  readonly planId: string;
  /** The ordinal after which the page begins; -1: from the first. */
  readonly after: number;
  readonly limit: number;
}

export function pageOutlookTasks(db: ReadableDatabase, { planId, after, limit }: OutlookPage): OutlookTask[] {
  return statement(db, OUTLOOK_TASKS)
    .all(planId, after, limit)
    .map((row) => ({
      ordinal: integer(row.ordinal),
      taskId: text(row.task_id),
      subtaskId: text(row.subtask_id),
      agent: text(row.agent),
      title: text(row.title),
      ...parsePlacement(jsonObject(row.spec)),
    }));
}

/** Where a task stands, as far as its plan's end depends on it. */
export interface OutlookState {
  readonly ordinal: number;
  readonly status: string;
  /** Queued behind what failed or was cancelled. */
  readonly blocked: boolean;
  readonly priority: number;
  readonly notBefore: number | null;
  /** When its latest attempt began. */
  readonly startedAt: number | null;
}

const STATES = `SELECT k.ordinal, k.not_before, k.blocked, t.status, t.priority, r.started_at
  FROM console_tasks k JOIN tasks t ON t.id = k.task_id LEFT JOIN runs r ON r.id = k.run_id`;
export const OUTLOOK_STATES = `${STATES} WHERE k.plan_id = +? AND k.ordinal > +? ORDER BY k.ordinal LIMIT ?`;
export const OUTLOOK_STATE = `${STATES} WHERE k.task_id = +?`;

export function pageOutlookStates(db: ReadableDatabase, { planId, after, limit }: OutlookPage): OutlookState[] {
  return statement(db, OUTLOOK_STATES).all(planId, after, limit).map(decodeState);
}

export function readOutlookStates(db: ReadableDatabase, taskIds: readonly string[]): OutlookState[] {
  const one = statement(db, OUTLOOK_STATE);
  return taskIds.flatMap((id) => one.all(id)).map(decodeState);
}

function decodeState(row: Row): OutlookState {
  return {
    ordinal: integer(row.ordinal),
    status: text(row.status),
    blocked: row.blocked === 1,
    priority: integerOrNull(row.priority) ?? 1,
    notBefore: integerOrNull(row.not_before),
    startedAt: parseTime(row.started_at),
  };
}

export interface OutlookPlan {
  readonly status: string;
  /** What its past runs are found by. */
  readonly source: string;
  readonly folder: string | null;
  readonly concurrency: number | null;
  readonly isPaused: boolean;
  readonly isCancelling: boolean;
}

export const OUTLOOK_PLAN = `SELECT e.status, p.source_name, p.title, p.folder, p.concurrency, p.paused_at, p.cancel_requested_at
  FROM execution_plans e LEFT JOIN console_plans p ON p.plan_id = e.id WHERE e.id = +?`;

export function readOutlookPlan(db: ReadableDatabase, planId: string): OutlookPlan | null {
  const row = statement(db, OUTLOOK_PLAN).get(planId);
  if (!row) return null;
  return {
    status: textOrNull(row.status) ?? "draft",
    source: textOrNull(row.source_name) ?? text(row.title),
    folder: textOrNull(row.folder),
    concurrency: integerOrNull(row.concurrency),
    isPaused: row.paused_at !== null,
    isCancelling: row.cancel_requested_at !== null,
  };
}

export const GROUP_CAPACITY = "SELECT capacity FROM console_groups WHERE name = +?";

/** How many tasks of each of these groups run at once at most; one that nobody declared is not in it. */
export function readGroupCapacities(db: ReadableDatabase, names: readonly string[]): Map<string, number> {
  const one = statement(db, GROUP_CAPACITY);
  return new Map(
    names.flatMap((name): Array<[string, number]> => {
      const row = one.get(name);
      return row ? [[name, integer(row.capacity)]] : [];
    }),
  );
}
