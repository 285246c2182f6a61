/** Plans that are launched by the clock. Times are milliseconds since the epoch. */
export const SCHEDULES: readonly string[] = [
  // Either cron and timezone, or every_ms and starts_at. checked_until: what was due by then is decided.
  // trimmed_until: of what was due by then rows may have been removed.
  `CREATE TABLE console_schedules (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    cron TEXT,
    timezone TEXT,
    every_ms INTEGER,
    starts_at INTEGER,
    plan_file TEXT NOT NULL,
    parameters TEXT NOT NULL,
    overlap TEXT NOT NULL,
    missed TEXT NOT NULL,
    paused_at INTEGER,
    pause_reason TEXT,
    next_at INTEGER,
    checked_until INTEGER NOT NULL,
    trimmed_until INTEGER NOT NULL DEFAULT 0,
    created_at INTEGER NOT NULL,
    created_by TEXT NOT NULL
  ) WITHOUT ROWID`,
  // One row for each due time that was decided, which is what makes it happen once. cause: time or operator.
  `CREATE TABLE console_schedule_launches (
    id TEXT PRIMARY KEY,
    schedule_id TEXT NOT NULL,
    due_at INTEGER NOT NULL,
    cause TEXT NOT NULL,
    outcome TEXT NOT NULL,
    plan_id TEXT,
    reason TEXT,
    decided_at INTEGER,
    UNIQUE (schedule_id, due_at, cause)
  ) WITHOUT ROWID`,
  `CREATE INDEX console_schedule_launches_open ON console_schedule_launches (schedule_id, due_at)
    WHERE outcome IN ('claimed', 'waiting')`,
];
