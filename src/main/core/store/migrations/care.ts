/** What looking after a database needs: lists of workers in one order, and the backups that were made of it. */

/** The order of lists of workers. A heartbeat changes neither column, so it pays nothing for this. */
const WORKER_ORDER_INDEX = "console_workers_order";

export const CARE: readonly string[] = [
  `CREATE INDEX ${WORKER_ORDER_INDEX} ON workers (status IS 'offline', role, id)`,

  "CREATE INDEX console_workers_process ON console_workers (pid, host)",

  // cause: operator, schedule, restore, retention. verdict: sound, damaged, missing; null: never verified. report: JSON.
  `CREATE TABLE console_backups (
    id TEXT PRIMARY KEY,
    file TEXT NOT NULL UNIQUE,
    made_at INTEGER NOT NULL,
    bytes INTEGER NOT NULL,
    cause TEXT NOT NULL,
    actor TEXT NOT NULL,
    verified_at INTEGER,
    verdict TEXT,
    report TEXT
  )`,
  "CREATE INDEX console_backups_recent ON console_backups (made_at)",
];
