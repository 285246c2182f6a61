/**
 * What the Python package's operations need to cost the same in a database of any size. The indexes stand on
 * upstream tables, so every program pays for them at each write; each serves a statement that would otherwise read
 * the table.
 */

/**
 * The order of upstream's lists: by priority, then by age. Python programs write times both with a blank and with
 * a `T`; rowid, the last term of every index, keeps tasks of the same second in the order of their making.
 */
export const TASK_AGE = "coalesce(replace(t.created_at, 'T', ' '), '')";

const columnsOf = (expression: string): string => expression.replaceAll("t.", "");

/** A key of the payload as text. Malformed text and anything but text is null, never an error. */
const payloadKey = (key: string): string => `CAST(json_extract(t.payload, '$.${key}') AS TEXT)`;

/** Names the console in the payload of subtasks that it registered: they need no entry in the index below. */
export const MANAGED_BY = "hive-console";

/** The plan that a task of another program belongs to by its payload; null for all others. */
export const PAYLOAD_PLAN = `CASE WHEN typeof(t.payload) = 'text' AND json_valid(t.payload)
  AND json_extract(t.payload, '$.managed_by') IS NOT '${MANAGED_BY}'
  THEN coalesce(${payloadKey("plan_id")}, ${payloadKey("parent_plan_id")}) END`;

/** The id of such a task within its plan. Only together with the plan: it checks nothing itself. */
export const PAYLOAD_SUBTASK = `CASE WHEN typeof(t.payload) = 'text' AND json_valid(t.payload) THEN ${payloadKey("subtask_id")} END`;

export const TASK_ORDER_INDEX = "console_tasks_order";
export const QUEUED_BY_TYPE_INDEX = "console_tasks_queued";
export const PAYLOAD_PLAN_INDEX = "console_tasks_payload";
const WORKER_BEAT_INDEX = "console_workers_beat";

export const OPERATION_INDEXES: readonly string[] = [
  `CREATE INDEX ${TASK_ORDER_INDEX} ON tasks (status, priority DESC, ${columnsOf(TASK_AGE)})`,
  `CREATE INDEX ${QUEUED_BY_TYPE_INDEX} ON tasks (task_type, priority DESC, ${columnsOf(TASK_AGE)})
    WHERE status = 'queued'`,
  `CREATE INDEX ${PAYLOAD_PLAN_INDEX} ON tasks (${columnsOf(PAYLOAD_PLAN)}, ${columnsOf(PAYLOAD_SUBTASK)})
    WHERE ${columnsOf(PAYLOAD_PLAN)} IS NOT NULL`,
  `CREATE INDEX ${WORKER_BEAT_INDEX} ON workers (status, last_heartbeat)`,
  // Deleting a task asks who is at it, for the foreign key as well.
  "CREATE INDEX console_workers_task ON workers (current_task_id) WHERE current_task_id IS NOT NULL",
];
