import { payloadKeys } from "../plan/payload-keys";
import { json, textOrNull } from "./columns";
import { type ReadableDatabase, statement } from "./database";
import { PAYLOAD_PLAN, PAYLOAD_SUBTASK } from "./migrations/hive-operations";
import { isGood, isOver } from "./migrations/standing";

/**
 * Whether a task's dependencies are met. Tasks that the console knows by their plan answer by counter and edges;
 * those that another program inserted by what their payload says, id by id.
 */

/** Nothing but its payload tells whether a task `k` may begin: its plan is not known, or a dependency is not. */
export const UNCOUNTED = `(k.seq IS NULL OR EXISTS (SELECT 1 FROM console_awaited a WHERE a.task = k.seq))`;

// A queued task's counter is kept by triggers; in any other status it stands at 0 and the edges are asked.
export const DEPENDENCY_STATE = `SELECT CASE WHEN ${UNCOUNTED} THEN t.payload END AS payload, ${UNCOUNTED} AS uncounted,
    CASE WHEN ${UNCOUNTED} THEN NULL WHEN t.status = 'queued' THEN k.unmet > 0
      ELSE EXISTS (SELECT 1 FROM console_edges e JOIN console_tasks d ON d.seq = e.depends_on
        JOIN tasks dt ON dt.id = d.task_id WHERE e.task = k.seq AND NOT CASE k.run_when
          WHEN 0 THEN ${isGood("dt.status", "d.on_failure", "d.skipped")}
          ELSE ${isOver("dt.status")} OR d.blocked = 1 END) END AS waits
  FROM tasks t LEFT JOIN console_tasks k ON k.task_id = t.id WHERE t.id = +?`;

/** True for a task that does not exist or has none. False where its payload cannot be read: nobody knows then. */
export function dependenciesMet(db: ReadableDatabase, taskId: string): boolean {
  const row = statement(db, DEPENDENCY_STATE).get(taskId);
  if (!row) return true;
  return row.uncounted === 1 ? payloadMet(db, row.payload) : row.waits === 0;
}

/** The dependencies that a payload names: each must be completed; one that nobody knows is not. */
export function payloadMet(db: ReadableDatabase, raw: unknown): boolean {
  const given = textOrNull(raw);
  if (given === null || given === "") return true;
  const payload = json(given);
  if (payload === undefined) return false;
  const { planId, dependencies } = payloadKeys(payload);
  return dependencies.every((dependency) => isCompleted(db, dependency, planId));
}

const STATUS = "SELECT status FROM tasks WHERE id = ?";
const STATUS_IN_PLAN = `SELECT t.status FROM console_tasks k JOIN tasks t ON t.id = k.task_id
  WHERE k.plan_id = +? AND k.subtask_id = +?`;
export const STATUS_BY_PAYLOAD = `SELECT t.status FROM tasks t
  WHERE ${PAYLOAD_PLAN} = +? AND ${PAYLOAD_SUBTASK} = +?`;

/** A dependency is the id of a task or of a subtask of the same plan. Of several such subtasks one is enough. */
function isCompleted(db: ReadableDatabase, dependency: string, planId: string | null): boolean {
  const task = statement(db, STATUS).get(dependency);
  if (task) return task.status === "completed";
  if (planId === null) return false;
  const known = statement(db, STATUS_IN_PLAN).get(planId, dependency);
  if (known) return known.status === "completed";
  return statement(db, STATUS_BY_PAYLOAD)
    .all(planId, dependency)
    .some((row) => row.status === "completed");
}
