/** Tasks of other programs that a console has given to an agent, each by the plan that carries it out. */
export const ROUTED_TASKS: readonly string[] = [
  `CREATE TABLE console_routed (
    task_id TEXT PRIMARY KEY,
    plan_id TEXT NOT NULL UNIQUE,
    at INTEGER NOT NULL,
    ended INTEGER NOT NULL DEFAULT 0
  ) WITHOUT ROWID`,
  "CREATE INDEX console_routed_open ON console_routed (at) WHERE ended = 0",
];
