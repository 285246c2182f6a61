/** Plans that end in a final result, and the subtask that gives it. A row for these alone, read when such a plan ends. */
export const SYNTHESIS: readonly string[] = [
  "CREATE TABLE console_synthesis (plan_id TEXT PRIMARY KEY, subtask_id TEXT NOT NULL) WITHOUT ROWID",
  `CREATE TRIGGER console_synthesis_deleted AFTER DELETE ON execution_plans
BEGIN
DELETE FROM console_synthesis WHERE plan_id = OLD.id;
END`,
];
