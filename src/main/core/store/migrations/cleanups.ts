/** What a plan's cancellation leaves to be done: its clean-up. */
export const CLEANUPS: readonly string[] = [
  // state: forgone, it is cancelled with the rest; running, the rest is cancelled and it is under way. No row: it has not begun.
  `CREATE TABLE console_cleanups (
    plan_id TEXT PRIMARY KEY,
    state TEXT NOT NULL
  ) WITHOUT ROWID`,
  `CREATE TRIGGER console_cleanup_deleted AFTER DELETE ON execution_plans
  BEGIN
    DELETE FROM console_cleanups WHERE plan_id = OLD.id;
  END`,
];
