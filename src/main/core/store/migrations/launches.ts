/** Launches of large plans, which take several transactions. */
export const LAUNCHES: readonly string[] = [
  // A plan that is being written: a draft until its row here goes. written grows with each of the transactions.
  "CREATE TABLE console_launches (plan_id TEXT PRIMARY KEY, written INTEGER NOT NULL) WITHOUT ROWID",
  `CREATE TRIGGER console_launch_deleted AFTER DELETE ON execution_plans
BEGIN
DELETE FROM console_launches WHERE plan_id = OLD.id;
END`,
];
