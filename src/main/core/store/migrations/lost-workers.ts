/**
 * Workers that were told of as lost, so that each is told of once, whoever dispatches. `beat`: the heartbeat they had
 * then; one that has another by now is back. Rows of workers that signed off or went are taken away by the next look.
 */
export const LOST_WORKERS: readonly string[] = [
  `CREATE TABLE console_lost_workers (
    worker_id TEXT PRIMARY KEY,
    state TEXT NOT NULL,
    beat INTEGER,
    at INTEGER NOT NULL
  ) WITHOUT ROWID`,
];
