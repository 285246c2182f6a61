const PLAN_ROOM = `(p.concurrency IS NULL OR p.concurrency > coalesce((SELECT sum(n) FROM console_counts
    WHERE scope = p.plan_id AND status IN ('assigned', 'in_progress')), 0))`;
const FIRST = (where: string) => `(SELECT q.seq FROM console_ready q CROSS JOIN console_tasks k ON k.seq = q.seq
      CROSS JOIN console_specs s ON s.seq = q.seq
    WHERE ${where} AND k.agent = 'command' AND s.spec NOT LIKE '%"late":%' ORDER BY q.priority DESC, q.seq LIMIT 1)`;

/**
 * For programs that claim with SQL: what each worker without a task may take now, the first of each lane. Commands
 * alone, and those that can be run as they stand.
 */
const CONSOLE_OFFERS = `CREATE VIEW console_offers AS
  SELECT h.worker_id, q.task_id, q.plan_id, k.subtask_id, q.priority, q.seq, s.spec,
    (SELECT coalesce(max(run_number), 0) + 1 FROM runs WHERE task_id = q.task_id) AS run_number
  FROM (
    SELECT w.id AS worker_id, ${FIRST("q.held = 0")} AS seq FROM workers w
    UNION ALL
    SELECT w.id, ${FIRST("q.plan_id = p.plan_id AND q.held = 3")} FROM workers w
      CROSS JOIN console_plans p WHERE p.concurrency IS NOT NULL AND p.finished_at IS NULL AND ${PLAN_ROOM}
    UNION ALL
    SELECT w.id, ${FIRST("q.held = 7 AND q.lane = l.lane")} FROM workers w
      CROSS JOIN console_lanes l
      LEFT JOIN console_groups g ON g.name = l.group_name LEFT JOIN console_plans p ON p.plan_id = l.plan_id
    WHERE l.role IN ('', w.role) AND (g.name IS NULL OR g.running < g.capacity) AND (p.plan_id IS NULL OR ${PLAN_ROOM})
      AND NOT EXISTS (SELECT 1 FROM json_each(l.capabilities) n WHERE n.value NOT IN (SELECT value
        FROM json_each(CASE WHEN json_valid(w.capabilities) THEN w.capabilities ELSE '[]' END)))
  ) h
    CROSS JOIN console_ready q ON q.seq = h.seq
    CROSS JOIN console_tasks k ON k.seq = q.seq
    CROSS JOIN console_specs s ON s.seq = q.seq
    CROSS JOIN workers v ON v.id = h.worker_id
  WHERE v.current_task_id IS NULL AND v.status NOT IN ('offline', 'error')
    AND NOT EXISTS (SELECT 1 FROM console_drains WHERE worker_id = h.worker_id)`;

/**
 * For the same programs: an attempt of theirs, what it is to run, and whether it is to stop. An update of its status
 * reports its end (`console_attempt_reported`).
 */
const CONSOLE_ATTEMPTS = `CREATE VIEW console_attempts AS
  SELECT r.id AS run_id, r.run_number, r.worker_id, r.task_id, r.status, r.result_data, r.error_message, cr.exit_code,
    cr.live IS NULL OR coalesce(cr.stop_requested IN ('cancel', 'timeout'), 0) AS stop, s.spec,
    (SELECT json_group_object(name, value) FROM (
      SELECT key AS name, value FROM json_each(s.spec, '$.env')
      UNION ALL SELECT 'HIVE_PARAM_' || upper(replace(replace(replace(key, '-', '_'), '.', '_'), ' ', '_')),
        CASE type WHEN 'true' THEN 'true' WHEN 'false' THEN 'false' ELSE CAST(value AS TEXT) END
        FROM json_each(p.parameters)
      UNION ALL SELECT 'HIVE_TASK_ID', r.task_id
      UNION ALL SELECT 'HIVE_RUN_ID', r.id
      UNION ALL SELECT 'HIVE_PLAN_ID', k.plan_id
      UNION ALL SELECT 'HIVE_ATTEMPT', CAST(r.run_number AS TEXT))) AS environment
  FROM console_runs cr
    CROSS JOIN runs r ON r.id = cr.run_id
    CROSS JOIN console_tasks k ON k.task_id = cr.task_id
    CROSS JOIN console_specs s ON s.seq = k.seq
    CROSS JOIN console_plans p ON p.plan_id = k.plan_id
  WHERE cr.claimed IS NOT NULL OR cr.live IS NULL`;

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
  CONSOLE_OFFERS,
  CONSOLE_ATTEMPTS,
  // Where they send an attempt that another program has begun with an SQL statement of its own.
  "CREATE VIEW console_sql_claims AS SELECT '' AS run_id, '' AS task_id, '' AS worker_id, '' AS plan_id, 0 AS seq",

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
