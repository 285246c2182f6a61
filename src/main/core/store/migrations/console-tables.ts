import { SQL_WORKER_VIEWS } from "./sql-workers";

/**
 * The console's own tables. Times are milliseconds since the epoch. There are no foreign keys between them and
 * the upstream tables: Python's connections do not enforce any, so triggers keep both sides together.
 */
export const CONSOLE_TABLES: readonly string[] = [
  // The long texts come last, so that what a claim reads is in a row's first page.
  `CREATE TABLE console_plans (
    plan_id TEXT PRIMARY KEY,
    correlation_id TEXT,
    task_count INTEGER NOT NULL,
    concurrency INTEGER,
    conditional INTEGER NOT NULL DEFAULT 0,
    cancel_requested_at INTEGER,
    cancel_reason TEXT,
    paused_at INTEGER,
    launched_by TEXT,
    launched_at INTEGER NOT NULL,
    started_at INTEGER,
    finished_at INTEGER,
    title TEXT NOT NULL,
    source_name TEXT,
    folder TEXT,
    parameters TEXT NOT NULL,
    description TEXT NOT NULL,
    source_text TEXT
  )`,
  // A claim asks these few plans one by one: their tasks are in a lane of their own.
  `CREATE INDEX console_plans_limited ON console_plans (plan_id) WHERE concurrency IS NOT NULL AND finished_at IS NULL`,
  `CREATE INDEX console_plans_cancelling ON console_plans (plan_id)
    WHERE cancel_requested_at IS NOT NULL AND finished_at IS NULL`,
  `CREATE INDEX console_plans_recent ON execution_plans (coalesce(generated_at, ''), id)`,

  // unmet: dependencies that it waits for; blocked: 1 behind a failed or cancelled task. Both only while queued.
  // run_when: 0 its dependencies succeeded, 1 one of them did not, 2 always. on_failure: 0 fail, 1 continue, 2
  // escalate. skipped: 1 when it is cancelled because it was not needed.
  `CREATE TABLE console_tasks (
    seq INTEGER PRIMARY KEY,
    task_id TEXT NOT NULL UNIQUE,
    plan_id TEXT NOT NULL,
    subtask_id TEXT NOT NULL,
    ordinal INTEGER NOT NULL,
    agent TEXT NOT NULL,
    unmet INTEGER NOT NULL DEFAULT 0,
    blocked INTEGER NOT NULL DEFAULT 0,
    not_before INTEGER,
    attempts INTEGER NOT NULL DEFAULT 0,
    max_attempts INTEGER NOT NULL DEFAULT 1,
    run_when INTEGER NOT NULL DEFAULT 0,
    on_failure INTEGER NOT NULL DEFAULT 0,
    skipped INTEGER NOT NULL DEFAULT 0,
    lane INTEGER,
    run_id TEXT,
    result_run_id TEXT,
    reason TEXT,
    UNIQUE (plan_id, subtask_id)
  )`,
  `CREATE UNIQUE INDEX console_tasks_by_plan ON console_tasks (plan_id, ordinal)`,
  // Apart from console_tasks, whose rows are rewritten at every step of a task.
  `CREATE TABLE console_specs (seq INTEGER PRIMARY KEY, spec TEXT NOT NULL)`,
  // Both columns are console_tasks.seq.
  `CREATE TABLE console_edges (
    depends_on INTEGER NOT NULL,
    task INTEGER NOT NULL,
    PRIMARY KEY (depends_on, task)
  ) WITHOUT ROWID`,
  `CREATE INDEX console_edges_by_task ON console_edges (task, depends_on)`,

  // held: 0 free, 1 its plan is paused or being cancelled, 2 until not_before, 3 free within its plan's limit,
  // 4 of a plan that the console does not run: never claimed, handed out on request; 5 free, and a
  // no-op, a gate or not needed (lane -1): it needs no slot; 7 free for those that its lane lets.
  `CREATE TABLE console_ready (
    seq INTEGER PRIMARY KEY,
    task_id TEXT NOT NULL,
    plan_id TEXT NOT NULL,
    held INTEGER NOT NULL,
    priority INTEGER NOT NULL,
    not_before INTEGER,
    lane INTEGER
  )`,
  `CREATE INDEX console_ready_order ON console_ready (held, priority DESC, seq)`,
  `CREATE INDEX console_ready_by_plan ON console_ready (plan_id, held, priority DESC, seq)`,
  `CREATE INDEX console_ready_later ON console_ready (not_before) WHERE held = 2`,
  `CREATE INDEX console_ready_in_lane ON console_ready (lane, priority DESC, seq) WHERE held = 7`,

  // Plans whose entries in console_ready are being put right in slices, by their tasks' ordinals: those from next on may
  // be missing, or queue where they did before. hold 1: nothing of the plan may be claimed until that is done.
  `CREATE TABLE console_requeue (
    plan_id TEXT PRIMARY KEY,
    next INTEGER NOT NULL,
    hold INTEGER NOT NULL
  ) WITHOUT ROWID`,

  // Tasks that ask for the same: a place in a group, a worker's role, its capabilities. '' and []: nothing. The plan
  // is named when it limits itself. A claim looks at the first of each lane.
  `CREATE TABLE console_lanes (
    lane INTEGER PRIMARY KEY,
    plan_id TEXT NOT NULL,
    group_name TEXT NOT NULL,
    role TEXT NOT NULL,
    capabilities TEXT NOT NULL,
    UNIQUE (group_name, role, capabilities, plan_id)
  )`,
  // running: tasks of the group that are assigned or in progress, over all plans.
  `CREATE TABLE console_groups (
    name TEXT PRIMARY KEY,
    capacity INTEGER NOT NULL,
    running INTEGER NOT NULL DEFAULT 0
  ) WITHOUT ROWID`,

  // Besides the stored statuses a plan's scope counts two derived ones: 'waiting' (queued with unmet ones,
  // blocked included) and 'blocked'. Scope '' counts every task of the database.
  `CREATE TABLE console_counts (
    scope TEXT NOT NULL,
    status TEXT NOT NULL,
    n INTEGER NOT NULL,
    PRIMARY KEY (scope, status)
  ) WITHOUT ROWID`,

  // live: 1 while the run runs, else null. claimed: null by a program of ours, 1 by another one's SQL, 2 that reported
  // its end, which is to be settled.
  `CREATE TABLE console_runs (
    run_id TEXT PRIMARY KEY,
    task_id TEXT NOT NULL,
    live INTEGER,
    claimed INTEGER,
    pid INTEGER,
    pid_start TEXT,
    host TEXT,
    boot_id TEXT,
    log_path TEXT,
    exit_code INTEGER,
    signal TEXT,
    stop_requested TEXT,
    started_at INTEGER NOT NULL
  ) WITHOUT ROWID`,
  `CREATE INDEX console_runs_live ON console_runs (live) WHERE live IS NOT NULL`,
  `CREATE INDEX console_runs_reported ON console_runs (claimed) WHERE claimed = 2`,
  `CREATE INDEX console_runs_stopping ON console_runs (live) WHERE live IS NOT NULL AND stop_requested IS NOT NULL`,

  `CREATE TABLE console_workers (
    worker_id TEXT PRIMARY KEY,
    pid INTEGER,
    pid_start TEXT,
    host TEXT,
    boot_id TEXT,
    program TEXT,
    slot INTEGER
  ) WITHOUT ROWID`,

  `CREATE TABLE console_lease (
    name TEXT PRIMARY KEY,
    epoch INTEGER NOT NULL,
    beat INTEGER NOT NULL,
    holder_id TEXT,
    pid INTEGER,
    pid_start TEXT,
    host TEXT,
    boot_id TEXT,
    program TEXT,
    slots INTEGER
  ) WITHOUT ROWID`,

  // Names of dependencies that no task known by its plan has: of tasks (console_tasks.seq) of other programs.
  `CREATE TABLE console_awaited (
    name TEXT NOT NULL,
    plan_id TEXT NOT NULL,
    task INTEGER NOT NULL,
    PRIMARY KEY (name, plan_id, task)
  ) WITHOUT ROWID`,
  `CREATE INDEX console_awaited_by_task ON console_awaited (task)`,
  // Up to which entry of console_changes tasks of other programs were taken into their plans; -1: never.
  `CREATE TABLE console_foreign (one INTEGER PRIMARY KEY, seen INTEGER NOT NULL)`,
  // What a task was when an INSERT met it: REPLACE takes rows away without a word to triggers.
  `CREATE TABLE console_replaced (id TEXT PRIMARY KEY, status TEXT) WITHOUT ROWID`,

  // Has its row only within a transaction, while bulk.ts does what triggers do otherwise.
  `CREATE TABLE console_bulk (one INTEGER PRIMARY KEY)`,

  // The tasks that one walk of a trigger has come to; empty otherwise. It is worked off by console_walked.
  "CREATE TABLE console_walk (seq INTEGER PRIMARY KEY)",
  "CREATE VIEW console_walked AS SELECT 0 AS step",

  // Where triggers send a task that goes from one status to another.
  "CREATE VIEW console_moves AS SELECT '' AS id, '' AS was, '' AS status",
  ...SQL_WORKER_VIEWS,

  // entity: task, run, worker, plan with one id; or in the plural with a JSON list of ids.
  `CREATE TABLE console_changes (seq INTEGER PRIMARY KEY, entity TEXT NOT NULL, id TEXT NOT NULL)`,

  `CREATE TABLE console_audit (
    seq INTEGER PRIMARY KEY,
    at INTEGER NOT NULL,
    actor TEXT NOT NULL,
    act TEXT NOT NULL,
    entity TEXT NOT NULL,
    entity_id TEXT NOT NULL,
    reason TEXT,
    before TEXT,
    after TEXT
  )`,
];
