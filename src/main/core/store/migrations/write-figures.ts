/** What consoles wrote by minute, and what requests to plan are listed by. */
export const WRITE_FIGURES: readonly string[] = [
  // minute: milliseconds since the epoch. mode: plain, events, dual, dual_events. b0 to b11: writes by latency, as
  // LATENCY_BOUNDS_MS has the upper bounds; slower ones are in none.
  `CREATE TABLE console_write_figures (
    minute INTEGER NOT NULL,
    mode TEXT NOT NULL,
    writes INTEGER NOT NULL,
    sum_ms REAL NOT NULL,
    commits INTEGER NOT NULL,
    rollbacks INTEGER NOT NULL,
    ${Array.from({ length: 12 }, (_, at) => `b${at} INTEGER NOT NULL`).join(",\n    ")},
    PRIMARY KEY (minute, mode)
  ) WITHOUT ROWID`,
  // Each launch has a row in the queue as well, which nobody requested: a million of them must not be walked through.
  `CREATE INDEX console_requests_by_status ON planning_queue (status, priority DESC, created_at)
    WHERE assigned_agent IS NOT 'hive-console'`,
  "CREATE INDEX console_requests_recent ON planning_queue (created_at) WHERE assigned_agent IS NOT 'hive-console'",
];
