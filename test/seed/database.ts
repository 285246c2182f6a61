import Database from "better-sqlite3";
import { openStore } from "../../src/main/core/store/open";
import { formatTime } from "../../src/main/core/store/time";

export interface SeedOptions {
  /** From 1,000. */
  readonly tasks: number;
  /** The latest task changed a moment before this time, in milliseconds since the epoch. */
  readonly now: number;
}

/** Seven of ten tasks are in plans, of so many tasks each; the others are of programs without any. */
const PLAN_SIZE = 500;
const SPREAD_MS = 45 * 86_400_000;
/** Pages in memory while it is made. */
const CACHE_KIB = 400_000;

/** A number from 0 to `below - 1` that looks random and is the same in every run. */
const dice = (salt: number, below: number): string =>
  `(((i * 2654435761 + ${salt} * 40503) % 4294967296 / 65536) % ${below})`;

const pick = (salt: number, words: readonly string[]): string =>
  `CASE ${dice(salt, words.length)} ${words.map((word, index) => `WHEN ${index} THEN '${word}'`).join(" ")} END`;

const VERBS = [
  "Build",
  "Test",
  "Lint",
  "Bump",
  "Sync",
  "Reindex",
  "Export",
  "Review",
  "Deploy",
  "Audit",
  "Warm",
  "Rotate",
];
const THINGS = [
  "api client",
  "search index",
  "billing ledger",
  "staging cache",
  "release notes",
  "vite",
  "token store",
  "EU catalogue",
  "partner webhooks",
  "usage shard",
  "signing key",
  "customer exports",
];
const PLANS = [
  "Release",
  "Nightly maintenance",
  "Dependency upgrades",
  "Billing cutover",
  "Catalogue sync",
  "Docs refresh",
];
const TYPES = ["command", "command", "command", "llm", "http", "approval", "code"];
const FAILURES = `CASE ${dice(9, 5)}
  WHEN 0 THEN 'exit code ' || (1 + i % 3) || ': ' || (1 + i % 90) || ' assertions failed'
  WHEN 1 THEN 'Timed out after ' || (10 + i % 50) || ' s'
  WHEN 2 THEN 'HTTP 503 from https://eu.example.com/v2/items/' || i
  WHEN 3 THEN 'ENOENT: no such file or directory, open ''/var/lib/hive/work/' || i || '/result.json'''
  ELSE 'TLS handshake failed with 10.0.' || (i % 200) || '.7:8443' END`;

/** The rarer states are those of a few hundred tasks, whatever the size. */
const STATUS = `CASE
  WHEN NOT in_plan AND i % rare = 3 THEN 'assigned'
  WHEN NOT in_plan AND i % rare IN (13, 16) THEN 'in_progress'
  WHEN NOT in_plan AND i % rare = 6 THEN 'review_pending'
  WHEN NOT in_plan AND i % rare = 9 THEN 'escalated'
  WHEN NOT in_plan AND i % (rare * 2) = 19 THEN 'rework_needed'
  WHEN open AND ${dice(1, 10)} < 4 THEN 'queued'
  WHEN ${dice(2, 100)} < 6 THEN 'failed'
  WHEN ${dice(2, 100)} < 8 THEN 'cancelled'
  ELSE 'completed' END`;

/**
 * Makes a database of many tasks in all states, with and without plans, attempts of those that failed, errors that
 * are alike, tags and workers. Plans with open tasks are paused: opening it to operate starts nothing.
 */
export async function seedDatabase(file: string, { tasks, now }: SeedOptions): Promise<{ plans: number }> {
  const store = await openStore({ file, create: true });
  await store.close();
  const db = new Database(file);
  db.pragma("synchronous = OFF");
  db.pragma(`cache_size = -${CACHE_KIB}`);
  db.pragma("foreign_keys = OFF");
  db.function("stamp", { deterministic: true }, (ms) => formatTime(Number(ms)));
  const plans = Math.floor((tasks * 0.7) / PLAN_SIZE);
  db.transaction(() => {
    const set = db
      .prepare<[], { name: string; sql: string; type: string }>(
        `SELECT type, name, sql FROM sqlite_master WHERE sql IS NOT NULL
        AND (type = 'trigger' OR (type = 'index' AND tbl_name IN ('tasks', 'runs', 'console_tasks')))`,
      )
      .all();
    for (const { type, name } of set) db.exec(`DROP ${type} ${name}`);
    fill(db, { tasks, plans, now });
    for (const { sql } of set) db.exec(sql);
  })();
  db.exec("ANALYZE");
  db.pragma("wal_checkpoint(TRUNCATE)");
  db.close();
  return { plans };
}

interface Sizes {
  readonly tasks: number;
  readonly plans: number;
  readonly now: number;
}

function fill(db: Database.Database, { tasks, plans, now }: Sizes): void {
  const run = (sql: string, ...given: unknown[]) => db.prepare(sql).run(...given);
  const numbers = (count: number) =>
    `WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < ${count})`;
  const rare = Math.max(40, Math.floor(tasks / 400));
  const step = SPREAD_MS / tasks;
  const inPlans = plans * PLAN_SIZE;
  // The last plans, and a tenth of the tasks outside of plans, are not over yet.
  const firstOpen = Math.floor(plans * 0.8) * PLAN_SIZE;
  run(`${numbers(tasks)}, facts AS (
      SELECT i, i < ${inPlans} AS in_plan, (i BETWEEN ${firstOpen} AND ${inPlans - 1}) OR (i >= ${inPlans} AND i % 3 = 0) AS open,
        ${rare} AS rare, ${now} - ${SPREAD_MS} + CAST(i * ${step} AS INTEGER) AS made FROM n
    ), states AS (SELECT *, ${STATUS} AS status FROM facts)
    INSERT INTO tasks (id, title, description, task_type, priority, status, payload, created_at, updated_at, assigned_worker, max_retries, tags)
      SELECT 'task-' || printf('%08d', i), ${pick(3, VERBS)} || ' ' || ${pick(4, THINGS)} || ' ' || i, '',
        ${pick(5, TYPES)}, CASE WHEN ${dice(6, 50)} = 0 THEN 10 ELSE 1 + ${dice(7, 5)} END, status,
        '{"shard":' || i || ',"region":"' || ${pick(8, ["eu-west", "us-east", "ap-south"])} || '"}',
        stamp(made), stamp(min(made + 60000 + ${dice(10, 3_600_000)}, ${now})),
        CASE WHEN status NOT IN ('queued', 'cancelled') THEN 'worker-' || printf('%02d', ${dice(11, 40)}) END,
        2, CASE WHEN ${dice(12, 8)} = 0 THEN '["nightly"]' WHEN ${dice(12, 8)} = 1 THEN '["release","eu"]' END
      FROM states`);
  run(`${numbers(40)} INSERT INTO workers (id, role, status, last_heartbeat, capabilities)
    SELECT 'worker-' || printf('%02d', i), 'command', 'offline', stamp(${now - SPREAD_MS}), '[]' FROM n`);
  run("INSERT INTO planning_queue (id, task_description, status) VALUES ('seed', 'Seeded plans', 'planned')");
  run(`${numbers(plans)} INSERT INTO execution_plans (id, planning_task_id, plan_data, subtask_count, generated_at, status)
    SELECT 'plan-' || printf('%06d', i), 'seed', '{}', ${PLAN_SIZE}, stamp(${now - SPREAD_MS} + CAST(i * ${PLAN_SIZE} * ${step} AS INTEGER)),
      CASE WHEN i * ${PLAN_SIZE} >= ${firstOpen} THEN 'executing' ELSE 'partially_completed' END FROM n`);
  run(`${numbers(plans)} INSERT INTO console_plans (plan_id, task_count, paused_at, launched_by, launched_at, started_at, finished_at, title, parameters, description)
    SELECT 'plan-' || printf('%06d', i), ${PLAN_SIZE}, CASE WHEN i * ${PLAN_SIZE} >= ${firstOpen} THEN ${now} END, 'seed',
      at, at, CASE WHEN i * ${PLAN_SIZE} < ${firstOpen} THEN at + 7200000 END, ${pick(13, PLANS)} || ' ' || (i + 1), '{}', ''
    FROM (SELECT i, ${now - SPREAD_MS} + CAST(i * ${PLAN_SIZE} * ${step} AS INTEGER) AS at FROM n)`);
  // Every second open task of a plan waits for the task before it.
  run(`INSERT INTO console_tasks (seq, task_id, plan_id, subtask_id, ordinal, agent, unmet, attempts, max_attempts, run_id, reason)
    SELECT i + 1, id, 'plan-' || printf('%06d', i / ${PLAN_SIZE}), 's' || (i % ${PLAN_SIZE}), i % ${PLAN_SIZE}, task_type,
      status = 'queued' AND i % 2 = 1 AND previous = 'queued', status IN ('failed', 'completed'), 3,
      CASE WHEN status = 'failed' THEN 'run-' || printf('%08d', i) END, CASE WHEN status = 'failed' THEN ${FAILURES} END
    FROM (SELECT rowid - 1 AS i, id, task_type, status, lag(status) OVER (ORDER BY rowid) AS previous FROM tasks WHERE rowid <= ${inPlans})`);
  run("INSERT INTO console_edges (depends_on, task) SELECT seq - 1, seq FROM console_tasks WHERE unmet = 1");
  run(`INSERT INTO console_ready (seq, task_id, plan_id, held, priority)
    SELECT k.seq, k.task_id, k.plan_id, 1, t.priority FROM console_tasks k JOIN tasks t ON t.rowid = k.seq
    WHERE t.status = 'queued' AND k.unmet = 0`);
  run(`INSERT INTO runs (id, task_id, worker_id, run_number, status, started_at, completed_at, error_message)
    SELECT 'run-' || printf('%08d', i), id, assigned_worker, 1, CASE status WHEN 'failed' THEN 'failure' ELSE 'success' END,
      created_at, updated_at, CASE WHEN status = 'failed' THEN ${FAILURES} END
    FROM (SELECT rowid - 1 AS i, * FROM tasks) WHERE status = 'failed' OR (status = 'completed' AND i % 5 = 0)`);
  run("DELETE FROM console_counts");
  run("INSERT INTO console_counts (scope, status, n) SELECT '', status, count(*) FROM tasks GROUP BY status");
  run(`INSERT INTO console_counts (scope, status, n) SELECT k.plan_id, t.status, count(*)
    FROM console_tasks k JOIN tasks t ON t.rowid = k.seq GROUP BY 1, 2`);
  run(
    `INSERT INTO console_counts (scope, status, n) SELECT plan_id, 'waiting', count(*) FROM console_tasks WHERE unmet > 0 GROUP BY 1`,
  );
}
