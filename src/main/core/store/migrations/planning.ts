/** What the queue of requests to plan is read by, and how agents have been found. */
export const PLANNING: readonly string[] = [
  "CREATE INDEX console_planning_order ON planning_queue (status, priority DESC, created_at)",
  "CREATE INDEX console_plans_by_request ON execution_plans (planning_task_id)",
  // One row for each check of an agent that somebody asked for; at: milliseconds since the epoch.
  `CREATE TABLE console_agent_checks (
    agent TEXT NOT NULL,
    at INTEGER NOT NULL,
    status TEXT NOT NULL,
    message TEXT NOT NULL,
    took_ms INTEGER NOT NULL,
    PRIMARY KEY (agent, at)
  ) WITHOUT ROWID`,
];
