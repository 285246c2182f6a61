import { isTerminalTask } from "../../../shared/model/task";
import { type PlannedSubtask, readPlanData } from "../plan/plan-data";
import { integer, type Row, text, textOrNull } from "./columns";
import { type ReadableDatabase, statement, type WritableDatabase } from "./database";
import { appendEvent } from "./events";
import type { ActWriter } from "./hive-task-writes";
import { MANAGED_BY, PAYLOAD_PLAN, PAYLOAD_SUBTASK } from "./migrations/hive-operations";
import { formatTime } from "./time";

/** The subtasks of a plan as its data describes them, ready to be created. */
export interface PlannedWork {
  readonly planId: string;
  /** Each after its dependencies. */
  readonly subtasks: readonly PlannedSubtask[];
  /**
   * Every dependency is a subtask of the plan, so readiness can be kept by counters. Else (a dependency is a task
   * outside, or not there yet) the tasks are created as upstream does, and asked by their payloads.
   */
  readonly counted: boolean;
}

const PLAN = "SELECT plan_data FROM execution_plans WHERE id = ?";

/** Null: there is no such plan. Throws `invalid_plan`. */
export function readPlannedWork(db: ReadableDatabase, planId: string): PlannedWork | null {
  const plan = statement(db, PLAN).get(planId);
  if (!plan) return null;
  const subtasks = readPlanData(planId, text(plan.plan_data));
  const ids = new Set(subtasks.map(({ id }) => id));
  const counted = subtasks.every(({ dependencies }) => dependencies.every((dependency) => ids.has(dependency)));
  return { planId, subtasks, counted };
}

/**
 * Creates those of `subtasks` (a stretch of the work, in its order) that do not exist, and answers how many. One
 * that a Python program made already is taken as it is. A plan deleted meanwhile gets nothing.
 */
export function createPlannedRows(
  tx: WritableDatabase,
  { planId, counted }: PlannedWork,
  subtasks: readonly PlannedSubtask[],
  writer: ActWriter,
): number {
  if (!statement(tx, PLAN).get(planId)) return 0;
  const hasAssignee = statement(tx, "SELECT 1 FROM pragma_table_info('tasks') WHERE name = 'assignee'").get();
  let created = 0;
  for (const subtask of subtasks) {
    if (statement(tx, REGISTERED).get(planId, subtask.id)) continue;
    let taskId = existingTask(tx, planId, subtask.id);
    if (taskId === null) {
      taskId = writer.newId();
      insertTask(tx, { planId, taskId, subtask, counted }, writer);
      if (hasAssignee && subtask.assignee !== null) {
        statement(tx, "UPDATE tasks SET assignee = ? WHERE id = ?").run(subtask.assignee, taskId);
      }
      created += 1;
    }
    if (counted) register(tx, planId, taskId, subtask);
  }
  return created;
}

const REGISTERED = "SELECT seq, task_id FROM console_tasks WHERE plan_id = ? AND subtask_id = ?";
const BY_OLD_ID = "SELECT id FROM tasks WHERE id = ?";
export const BY_PAYLOAD = `SELECT t.id FROM tasks t WHERE ${PAYLOAD_PLAN} = +? AND ${PAYLOAD_SUBTASK} = +?
  ORDER BY t.rowid LIMIT 1`;

/** The task that another program made for this subtask: by the ids of older versions, or by its payload. */
function existingTask(tx: WritableDatabase, planId: string, subtaskId: string): string | null {
  const found =
    statement(tx, BY_OLD_ID).get(`subtask_${planId}_${subtaskId}`) ?? statement(tx, BY_PAYLOAD).get(planId, subtaskId);
  return textOrNull(found?.id);
}

interface NewSubtask {
  readonly planId: string;
  readonly taskId: string;
  readonly subtask: PlannedSubtask;
  readonly counted: boolean;
}

const INSERT_TASK = `INSERT INTO tasks (id, title, description, task_type, priority, workflow, payload, created_at, updated_at)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`;

function insertTask(tx: WritableDatabase, { planId, taskId, subtask, counted }: NewSubtask, writer: ActWriter): void {
  const at = formatTime(writer.now);
  // Both names of the plan: upstream's versions differ in which one they read.
  const payload = {
    plan_id: planId,
    parent_plan_id: planId,
    subtask_id: subtask.id,
    dependencies: subtask.dependencies,
    ...subtask.extras,
    ...(counted ? { managed_by: MANAGED_BY } : {}),
  };
  statement(tx, INSERT_TASK).run(
    taskId,
    subtask.title,
    subtask.description,
    subtask.taskType,
    subtask.priority,
    subtask.workflow === null ? null : JSON.stringify(subtask.workflow),
    JSON.stringify(payload),
    at,
    at,
  );
  appendEvent(tx, {
    id: writer.newId(),
    type: "task.created",
    at: writer.now,
    source: writer.source,
    correlationId: planId,
    payload: { task_id: taskId, plan_id: planId, subtask_id: subtask.id, title: subtask.title },
  });
}

const DEPENDENCY = `SELECT d.seq, d.blocked, t.status FROM console_tasks d JOIN tasks t ON t.id = d.task_id
  WHERE d.plan_id = +? AND d.subtask_id = +?`;
const NEXT_ORDINAL = "SELECT coalesce(max(ordinal), -1) + 1 AS ordinal FROM console_tasks WHERE plan_id = +?";
const INSERT_CONSOLE_TASK = `INSERT INTO console_tasks (task_id, plan_id, subtask_id, ordinal, agent, unmet, blocked, max_attempts)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?)`;

/** Makes the task known by its plan. Its dependencies are known already; triggers keep the counters from here on. */
function register(tx: WritableDatabase, planId: string, taskId: string, subtask: PlannedSubtask): void {
  const task = statement(tx, "SELECT status, max_retries FROM tasks WHERE id = ?").get(taskId);
  const dependencies = subtask.dependencies.flatMap((id) => statement(tx, DEPENDENCY).all(planId, id));
  const queued = task?.status === "queued";
  const unmet = queued ? dependencies.filter(({ status }) => status !== "completed").length : 0;
  const blocked = queued && dependencies.some(isObstacle) ? 1 : 0;
  const ordinal = integer(statement(tx, NEXT_ORDINAL).get(planId)?.ordinal);
  const { lastInsertRowid: seq } = statement(tx, INSERT_CONSOLE_TASK).run(
    taskId,
    planId,
    subtask.id,
    ordinal,
    subtask.taskType,
    unmet,
    blocked,
    integer(task?.max_retries) + 1,
  );
  for (const dependency of dependencies) {
    statement(tx, "INSERT INTO console_edges (depends_on, task) VALUES (?, ?)").run(dependency.seq, seq);
  }
}

function isObstacle({ status, blocked }: Row): boolean {
  return (isTerminalTask(text(status)) && status !== "completed") || (status === "queued" && blocked === 1);
}
