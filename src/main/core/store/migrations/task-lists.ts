/** What lists of tasks over the whole database need: an order of change, and views that operators keep by name. */

/** When a task changed last, so that times written with a blank and with a `T` sort together. */
export const TASK_CHANGED = "coalesce(replace(t.updated_at, 'T', ' '), '')";

/**
 * Only tasks that nobody works on are kept in order of change: a claim pays nothing for it. Every term stands for
 * itself: for a list SQLite builds a table, at each write of a task.
 */
export const SETTLED = "t.status <> 'queued' AND t.status <> 'assigned' AND t.status <> 'in_progress'";

/** The slots of a console each have their share of all tasks: only those of other workers are kept by worker. */
export const OF_OTHER_WORKERS = "(t.assigned_worker < 'local-' OR t.assigned_worker >= 'local.')";
export const isLocalWorker = (id: string): boolean => id.startsWith("local-");

export const RECENT_INDEX = "console_tasks_recent";
export const TYPE_INDEX = "console_tasks_type";
export const WORKER_INDEX = "console_tasks_worker";

const columnsOf = (expression: string): string => expression.replaceAll("t.", "");

export const TASK_LISTS: readonly string[] = [
  `CREATE INDEX ${RECENT_INDEX} ON tasks (status, ${columnsOf(TASK_CHANGED)}) WHERE ${columnsOf(SETTLED)}`,
  `CREATE INDEX ${TYPE_INDEX} ON tasks (task_type)`,
  `CREATE INDEX ${WORKER_INDEX} ON tasks (assigned_worker) WHERE ${columnsOf(OF_OTHER_WORKERS)}`,

  // content: JSON, what the window shows in this view.
  `CREATE TABLE console_views (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    content TEXT NOT NULL,
    actor TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    changed_at INTEGER NOT NULL
  )`,
];
