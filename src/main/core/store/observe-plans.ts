import type Database from "better-sqlite3";
import { payloadKeys } from "../plan/payload-keys";
import { integer, json, text } from "./columns";

/**
 * Plans of a database that the console never adopted: which task belongs to which plan, and what it depends on,
 * stands in the tasks' payloads alone. It is read once into temporary tables, and the console's tables are views
 * over those and over the tasks themselves, so that states are always current.
 */
const TABLES = [
  "DROP VIEW temp.console_tasks",
  "DROP VIEW temp.console_edges",
  "DROP VIEW temp.console_counts",
  `CREATE TEMP TABLE observed_tasks (seq INTEGER PRIMARY KEY, task_id TEXT NOT NULL UNIQUE, plan_id TEXT NOT NULL,
    subtask_id TEXT NOT NULL, ordinal INTEGER NOT NULL, agent TEXT NOT NULL)`,
  "CREATE INDEX temp.observed_by_plan ON observed_tasks (plan_id, ordinal)",
  "CREATE INDEX temp.observed_by_subtask ON observed_tasks (plan_id, subtask_id)",
  `CREATE TEMP TABLE console_edges (depends_on INTEGER NOT NULL, task INTEGER NOT NULL, PRIMARY KEY (depends_on, task))
    WITHOUT ROWID`,
  "CREATE INDEX temp.observed_edges_by_task ON console_edges (task, depends_on)",

  // NULL where the task's own row or its runs say it.
  `CREATE TEMP VIEW console_tasks AS SELECT k.seq, k.task_id, k.plan_id, k.subtask_id, k.ordinal, k.agent,
      CASE WHEN (SELECT status FROM tasks WHERE id = k.task_id) = 'queued'
        THEN (SELECT count(*) FROM console_edges e JOIN observed_tasks d ON d.seq = e.depends_on
          JOIN tasks dt ON dt.id = d.task_id WHERE e.task = k.seq AND dt.status IS NOT 'completed') ELSE 0 END AS unmet,
      CASE WHEN (SELECT status FROM tasks WHERE id = k.task_id) = 'queued'
        THEN EXISTS (SELECT 1 FROM console_edges e JOIN observed_tasks d ON d.seq = e.depends_on
          JOIN tasks dt ON dt.id = d.task_id WHERE e.task = k.seq AND dt.status IN ('failed', 'cancelled'))
        ELSE 0 END AS blocked,
      NULL AS not_before, NULL AS attempts, NULL AS max_attempts, NULL AS run_id, NULL AS result_run_id, NULL AS reason,
      0 AS run_when, 0 AS on_failure, 0 AS skipped, NULL AS lane
    FROM observed_tasks k`,
  `CREATE TEMP VIEW console_counts AS
    SELECT '' AS scope, status, count(*) AS n FROM tasks GROUP BY status
    UNION ALL SELECT k.plan_id, t.status, count(*) FROM observed_tasks k JOIN tasks t ON t.id = k.task_id
      GROUP BY k.plan_id, t.status
    UNION ALL SELECT plan_id, 'waiting', count(*) FROM console_tasks WHERE unmet > 0 GROUP BY plan_id
    UNION ALL SELECT plan_id, 'blocked', count(*) FROM console_tasks WHERE blocked = 1 GROUP BY plan_id`,
];

const READ = `SELECT t.rowid AS place, t.id, t.task_type, t.payload FROM tasks t
  WHERE t.rowid > ? ORDER BY t.rowid LIMIT ?`;
/** Rows a step reads: a few milliseconds, then the event loop breathes. */
const STEP = 500;

export interface ObservedPlans {
  /** Takes in the tasks that were added since. */
  refresh(): Promise<void>;
  planOf(taskId: string): string | null;
}

/** After `coverWithViews`. */
export async function observePlans(db: Database.Database): Promise<ObservedPlans> {
  for (const sql of TABLES) db.exec(sql);
  const read = db.prepare<[number, number], Record<string, unknown>>(READ);
  const last = db.prepare("SELECT max(rowid) FROM tasks").pluck();
  const insertTask = db.prepare(
    "INSERT OR IGNORE INTO observed_tasks (task_id, plan_id, subtask_id, ordinal, agent) VALUES (?, ?, ?, ?, ?)",
  );
  const insertEdge = db.prepare("INSERT OR IGNORE INTO console_edges (depends_on, task) VALUES (?, ?)");
  const find = db
    .prepare<[string, string, string], number>(
      `SELECT seq FROM observed_tasks WHERE plan_id = ? AND subtask_id = ?
        UNION ALL SELECT seq FROM observed_tasks WHERE task_id = ? LIMIT 1`,
    )
    .pluck();
  const plan = db.prepare("SELECT plan_id FROM observed_tasks WHERE task_id = ?").pluck();
  const ordinals = new Map<string, number>();
  /** Who waits for a name that no task of the plan has yet. */
  const awaited = new Map<string, Array<number | bigint>>();
  let seen = 0;

  const takeAll = db.transaction((rows: ReadonlyArray<Record<string, unknown>>) => rows.forEach(take));

  async function refresh(): Promise<void> {
    // Rows were deleted or renumbered at the end: what is new cannot be told any more.
    if (integer(last.get()) < seen) forget();
    for (;;) {
      const rows = read.all(seen, STEP);
      takeAll(rows);
      seen = integer(rows.at(-1)?.place ?? seen);
      if (rows.length < STEP) return;
      await new Promise((done) => setImmediate(done));
    }
  }

  function forget(): void {
    db.exec("DELETE FROM observed_tasks; DELETE FROM console_edges");
    ordinals.clear();
    awaited.clear();
    seen = 0;
  }

  function take(row: Record<string, unknown>): void {
    const { planId, subtaskId, dependencies } = payloadKeys(json(row.payload));
    if (planId === null) return;
    const ordinal = ordinals.get(planId) ?? 0;
    const added = insertTask.run(row.id, planId, subtaskId ?? row.id, ordinal, text(row.task_type));
    if (added.changes === 0) return;
    ordinals.set(planId, ordinal + 1);
    connect(planId, [subtaskId, text(row.id)], added.lastInsertRowid, dependencies);
  }

  /** A dependency is named by a subtask's id within the plan or by a task's id. */
  function connect(
    planId: string,
    ownNames: ReadonlyArray<string | null>,
    seq: number | bigint,
    dependencies: readonly string[],
  ): void {
    const key = (name: string | null) => JSON.stringify([planId, name]);
    for (const own of ownNames) {
      for (const task of awaited.get(key(own)) ?? []) insertEdge.run(seq, task);
      awaited.delete(key(own));
    }
    for (const name of dependencies) {
      const dependency = find.get(planId, name, name);
      if (dependency !== undefined) insertEdge.run(dependency, seq);
      else awaited.set(key(name), [...(awaited.get(key(name)) ?? []), seq]);
    }
  }

  await refresh();
  return {
    refresh,
    planOf: (taskId) => {
      const planId = plan.get(taskId);
      return typeof planId === "string" ? planId : null;
    },
  };
}
