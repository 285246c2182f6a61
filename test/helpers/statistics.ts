/** Of a Hive database that has grown: rows in the table, then how many share a value of the index's columns. */
const LARGE = [
  "('tasks', 'idx_tasks_status', '100000 20000')",
  "('tasks', 'idx_tasks_status_created', '100000 20000 1')",
  "('tasks', 'idx_tasks_status_priority', '100000 20000 4000')",
  "('tasks', 'idx_tasks_priority', '100000 20000')",
  "('tasks', 'idx_tasks_updated', '100000 2')",
  "('tasks', 'sqlite_autoindex_tasks_1', '100000 1')",
  "('runs', 'idx_runs_task_id', '120000 2')",
  "('runs', 'idx_runs_task_status', '120000 2 2')",
  "('runs', 'sqlite_autoindex_runs_1', '120000 1')",
  "('runs', 'sqlite_autoindex_runs_2', '120000 2 1')",
].join();

/** What another program may have left of ANALYZE. */
export const STATISTICS: Readonly<Record<string, readonly string[]>> = {
  none: [],
  "of three tasks": ["ANALYZE"],
  "that call every index useless": ["ANALYZE", "UPDATE sqlite_stat1 SET stat = '10 10 10 10 10'"],
  "of many tasks": ["ANALYZE", `INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES ${LARGE}`],
};
