import { integer, integerOrNull, text } from "./columns";
import { type ReadableDatabase, statement } from "./database";
import type { GraphPage } from "./plan-graph-rows";
import { parseTime } from "./time";

export interface AttemptRow {
  readonly ordinal: number;
  readonly number: number;
  readonly status: string;
  readonly worker: string;
  readonly startedAt: number | null;
  readonly endedAt: number | null;
}

const ATTEMPT = "SELECT k.ordinal, r.run_number, r.status, r.worker_id, r.started_at, r.completed_at";

export const LAST_OF_PAGE = `SELECT max(ordinal) AS last FROM
  (SELECT ordinal FROM console_tasks WHERE plan_id = +? AND ordinal > +? ORDER BY ordinal LIMIT ?)`;

/** The ordinal of the last task of a page; null: there is none. */
export function lastOrdinal(db: ReadableDatabase, { planId, after, limit }: GraphPage): number | null {
  return integerOrNull(statement(db, LAST_OF_PAGE).get(planId, after, limit)?.last);
}

// CROSS JOIN keeps the order of the joins: from the plan's tasks to the attempts of each.
export const PLAN_ATTEMPTS = `${ATTEMPT} FROM console_tasks k CROSS JOIN runs r
  WHERE k.plan_id = +? AND k.ordinal > +? AND k.ordinal <= +? AND r.task_id = k.task_id ORDER BY k.ordinal LIMIT ?`;

/** Attempts of the tasks after `after`, up to `last`. */
export function readAttempts(
  db: ReadableDatabase,
  { planId, after, last, limit }: GraphPage & { readonly last: number },
): AttemptRow[] {
  return statement(db, PLAN_ATTEMPTS).all(planId, after, last, limit).map(decode);
}

export const TASK_ATTEMPTS = `${ATTEMPT} FROM console_tasks k CROSS JOIN runs r
  WHERE k.task_id = +? AND k.plan_id = +? AND r.task_id = k.task_id LIMIT 200`;

/** Attempts of those of these tasks that belong to the plan. */
export function readAttemptsOf(db: ReadableDatabase, planId: string, taskIds: readonly string[]): AttemptRow[] {
  const one = statement(db, TASK_ATTEMPTS);
  return taskIds.flatMap((id) => one.all(id, planId)).map(decode);
}

const SOURCE_OF_PLAN = "SELECT coalesce(source_name, title) AS source FROM console_plans WHERE plan_id = +?";
export const OTHER_RUNS = `SELECT plan_id FROM console_plans
  WHERE coalesce(source_name, title) = +? AND plan_id <> +? ORDER BY launched_at DESC LIMIT ?`;

/** Plans of the same source as this one, the latest first; none for a plan that the console did not launch. */
export function readOtherRuns(db: ReadableDatabase, planId: string, limit: number): string[] {
  const source = statement(db, SOURCE_OF_PLAN).get(planId)?.source;
  if (source === undefined) return [];
  return statement(db, OTHER_RUNS)
    .all(source, planId, limit)
    .map((row) => text(row.plan_id));
}

function decode(row: Readonly<Record<string, unknown>>): AttemptRow {
  return {
    ordinal: integer(row.ordinal),
    number: integer(row.run_number),
    status: text(row.status),
    worker: text(row.worker_id),
    startedAt: parseTime(row.started_at),
    endedAt: parseTime(row.completed_at),
  };
}
