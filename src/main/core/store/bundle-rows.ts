import { type Row, text, textOrNull } from "./columns";
import { type ReadableDatabase, statement } from "./database";

/** Whether the database has a table, a view or a temporary one of this name. */
export function hasTable(db: ReadableDatabase, name: string): boolean {
  const sql = `SELECT 1 FROM main.sqlite_master WHERE name = $name AND type IN ('table', 'view')
    UNION ALL SELECT 1 FROM temp.sqlite_master WHERE name = $name AND type IN ('table', 'view') LIMIT 1`;
  return statement(db, sql).get({ name }) !== undefined;
}

/** Rows of one table by one column, all of which an index serves. */
const BY = {
  "execution_plans id": "SELECT * FROM execution_plans WHERE id = +?",
  "planning_queue id": "SELECT * FROM planning_queue WHERE id = +?",
  "plan_execution plan_id": "SELECT * FROM plan_execution WHERE plan_id = +?",
  "console_plans plan_id": "SELECT * FROM console_plans WHERE plan_id = +?",
  "console_final_plans plan_id": "SELECT * FROM console_final_plans WHERE plan_id = +?",
  "console_synthesis plan_id": "SELECT * FROM console_synthesis WHERE plan_id = +?",
  "console_tasks task_id": "SELECT * FROM console_tasks WHERE task_id = +?",
  "console_specs seq": "SELECT * FROM console_specs WHERE seq = +?",
  "console_spec_history seq": "SELECT * FROM console_spec_history WHERE seq = +?",
  "console_edges task": "SELECT * FROM console_edges WHERE task = +?",
  "console_ready seq": "SELECT * FROM console_ready WHERE seq = +?",
  "console_lanes lane": "SELECT * FROM console_lanes WHERE lane = +?",
  "console_groups name": "SELECT * FROM console_groups WHERE name = +?",
  "tasks id": "SELECT * FROM tasks WHERE id = +?",
  "runs task_id": "SELECT * FROM runs WHERE task_id = +?",
  "console_runs run_id": "SELECT * FROM console_runs WHERE run_id = +?",
  "workers id": "SELECT * FROM workers WHERE id = +?",
  "console_workers worker_id": "SELECT * FROM console_workers WHERE worker_id = +?",
  "console_audit entity_id": "SELECT * FROM console_audit WHERE entity_id = +?",
  "events rowid": "SELECT rowid, * FROM events WHERE rowid = +?",
} as const;

export type BundleLookup = keyof typeof BY;
export const BUNDLE_LOOKUPS = Object.entries(BY).map(([name, sql]) => ({ name, sql }));

/** Empty in a database that lacks the table. */
export function rowsBy(db: ReadableDatabase, lookup: BundleLookup, key: unknown): readonly Row[] {
  return statement(db, BY[lookup]).all(key);
}

export const tableOf = (lookup: BundleLookup): string => lookup.split(" ")[0] ?? "";

export const TASKS_OF_PLAN =
  "SELECT task_id, ordinal FROM console_tasks WHERE plan_id = +? AND ordinal > +? ORDER BY ordinal LIMIT ?";

export function pageTaskIds(db: ReadableDatabase, planId: string, after: number, limit: number) {
  return statement(db, TASKS_OF_PLAN)
    .all(planId, after, limit)
    .map((row) => ({ id: text(row.task_id), ordinal: Number(row.ordinal) }));
}

const NEIGHBOURS = `SELECT o.task_id FROM console_tasks k JOIN console_edges e ON e.task = k.seq
    JOIN console_tasks o ON o.seq = e.depends_on WHERE k.task_id = $id
  UNION SELECT o.task_id FROM console_tasks k JOIN console_edges e ON e.depends_on = k.seq
    JOIN console_tasks o ON o.seq = e.task WHERE k.task_id = $id LIMIT 500`;
const PLAN_OF = "SELECT plan_id FROM console_tasks WHERE task_id = ?";

/** What a task depends on directly, and what depends on it. */
export function readNeighbours(db: ReadableDatabase, id: string): string[] {
  return statement(db, NEIGHBOURS)
    .all({ id })
    .map((row) => text(row.task_id));
}

export function readPlanOf(db: ReadableDatabase, taskId: string): string | null {
  return textOrNull(statement(db, PLAN_OF).get(taskId)?.plan_id);
}
