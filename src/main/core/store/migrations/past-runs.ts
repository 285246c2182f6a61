/** What past runs of a plan are found by: its source, or its title where it came from none. */
export const PAST_RUN_INDEXES: readonly string[] = [
  "CREATE INDEX console_plans_by_source ON console_plans (coalesce(source_name, title), launched_at)",
];
