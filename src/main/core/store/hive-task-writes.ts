import { HiveError } from "../../../shared/errors";
import { EVENT_OF_STATUS } from "../../../shared/model/event";
import { isTaskStatus, isTerminalTask, requireLegalTaskTransition, type TaskStatus } from "../../../shared/model/task";
import { payloadKeys } from "../plan/payload-keys";
import { appendAudit } from "./audit";
import { json, type Row, text, textOrNull } from "./columns";
import { statement, type WritableDatabase } from "./database";
import { appendEvent } from "./events";
import { reopenPlan } from "./plan-control";
import { endPlanIfOver, noteProgress, type Writer } from "./plan-end";
import { requestStop } from "./queue";
import { parseSpec } from "./task-spec";
import { formatTime } from "./time";

/** Who calls an operation. An operator's acts are audited; a program's are told by their events alone. */
export interface ActWriter extends Writer {
  /** Null: a program. */
  readonly actor: string | null;
}

/** A task as upstream inserts it. JSON is text already; null: none. */
export interface TaskToCreate {
  readonly id: string;
  readonly title: string;
  readonly description: string;
  readonly taskType: string;
  readonly priority: number;
  readonly currentPhase: string;
  readonly workflow: string | null;
  readonly payload: string | null;
  readonly maxRetries: number;
  readonly tags: string | null;
  /** Groups its events with others; null: they are grouped by the task's id. */
  readonly correlationId: string | null;
}

const INSERT = `INSERT INTO tasks (id, title, description, task_type, priority, current_phase, workflow, payload,
    max_retries, tags, created_at, updated_at)
  VALUES ($id, $title, $description, $taskType, $priority, $currentPhase, $workflow, $payload, $maxRetries, $tags, $at, $at)`;

export function createTaskRow(tx: WritableDatabase, task: TaskToCreate, writer: ActWriter): void {
  const { correlationId, ...columns } = task;
  statement(tx, INSERT).run({ ...columns, at: formatTime(writer.now) });
  appendEvent(tx, {
    id: writer.newId(),
    type: "task.created",
    at: writer.now,
    source: writer.source,
    correlationId: correlationId ?? task.id,
    payload: { task_id: task.id, title: task.title, task_type: task.taskType, priority: task.priority },
  });
  audit(tx, writer, "tasks.create", task.id, null, { status: "queued", title: task.title });
}

/** What goes with a change of status. Undefined: left as it is. */
export interface StatusChange {
  readonly taskId: string;
  readonly status: TaskStatus;
  readonly assignedWorker?: string | null | undefined;
  readonly currentPhase?: string | undefined;
  readonly failureReason?: string | null | undefined;
  /** Columns that only some databases have, by their names there. */
  readonly olderColumns: Readonly<Record<string, string | number | null>>;
  /** All that was given, for the event. */
  readonly given: Readonly<Record<string, unknown>>;
}

export const TASK_TO_MOVE = `SELECT t.status, t.title, k.seq, k.plan_id, k.subtask_id, k.run_id, p.plan_id AS own_plan,
    p.correlation_id, cr.live, CASE WHEN p.plan_id IS NULL THEN t.payload END AS payload
  FROM tasks t
    LEFT JOIN console_tasks k ON k.task_id = t.id
    LEFT JOIN console_plans p ON p.plan_id = k.plan_id
    LEFT JOIN console_runs cr ON cr.run_id = k.run_id
  WHERE t.id = +?`;

/**
 * Moves a task as an outside program may. False: there is no such task. The same status again only notes what goes
 * with it. A task that a process of a console works on ends with that process: it can be cancelled, which asks the
 * process to stop, and nothing else. Throws `illegal_transition`, `not_allowed`.
 */
export function moveTask(tx: WritableDatabase, change: StatusChange, writer: ActWriter): boolean {
  const task = statement(tx, TASK_TO_MOVE).get(change.taskId);
  if (!task) return false;
  const from = text(task.status);
  const moves = from !== change.status;
  if (moves) requireLegal(change, from);
  if (moves && task.live !== null) return stopLiveRun(tx, change, task, writer);
  if (moves && change.status === "queued") reopen(tx, change.taskId, task, from, writer);
  writeColumns(tx, change, moves, writer);
  appendMove(tx, change, task, writer);
  if (moves) {
    audit(tx, writer, "tasks.updateStatus", change.taskId, { status: from }, { status: change.status });
    settlePlan(tx, task, writer);
  }
  return true;
}

function requireLegal({ taskId, status }: StatusChange, from: string): void {
  if (isTaskStatus(from)) {
    requireLegalTaskTransition(taskId, from, status, "external");
    return;
  }
  throw new HiveError(
    "illegal_transition",
    `Task ${taskId} has the status "${from}", which Hive Console does not know and leaves alone. The program that ` +
      `set it can change it.`,
    { taskId, from, to: status, legal: [] },
  );
}

function stopLiveRun(tx: WritableDatabase, change: StatusChange, task: Row, writer: ActWriter): true {
  const { taskId, status } = change;
  const runId = text(task.run_id);
  if (status !== "cancelled") {
    throw new HiveError(
      "not_allowed",
      `A process of Hive Console works on task ${taskId} (run ${runId}) and decides how it ends. Cancel the task, or ` +
        `wait until it has ended.`,
      { taskId, runId, to: status },
    );
  }
  requestStop(tx, runId, "cancel");
  const before = { status: text(task.status) };
  audit(tx, writer, "tasks.updateStatus", taskId, before, { ...before, stopping: true });
  return true;
}

/** A failed or cancelled task of a plan that the console runs gets as many attempts as at first, as on a retry. */
function reopen(tx: WritableDatabase, taskId: string, task: Row, from: string, writer: Writer): void {
  if (task.own_plan === null || (from !== "failed" && from !== "cancelled")) return;
  reopenPlan(tx, text(task.plan_id), writer);
  const spec = parseSpec(statement(tx, "SELECT spec FROM console_specs WHERE seq = ?").get(task.seq)?.spec);
  statement(
    tx,
    "UPDATE console_tasks SET max_attempts = attempts + 1 + ?, reason = NULL, not_before = NULL WHERE task_id = ?",
  ).run(spec?.retries.count ?? 0, taskId);
}

const SET = `UPDATE tasks SET status = $status, updated_at = $at,
    assigned_worker = CASE WHEN $setWorker THEN $worker ELSE assigned_worker END,
    current_phase = coalesce($phase, current_phase)
  WHERE id = $id`;
// The status stays out: naming it would fire what watches it.
const TOUCH = `UPDATE tasks SET updated_at = $at,
    assigned_worker = CASE WHEN $setWorker THEN $worker ELSE assigned_worker END,
    current_phase = coalesce($phase, current_phase)
  WHERE id = $id`;
const HAS_COLUMN = "SELECT 1 FROM pragma_table_info('tasks') WHERE name = ?";

function writeColumns(tx: WritableDatabase, change: StatusChange, moves: boolean, { now }: Writer): void {
  const { taskId, status, assignedWorker, currentPhase, failureReason } = change;
  const columns = {
    id: taskId,
    at: formatTime(now),
    setWorker: assignedWorker === undefined ? 0 : 1,
    worker: assignedWorker ?? null,
    phase: currentPhase ?? null,
  };
  statement(tx, moves ? SET : TOUCH).run(moves ? { ...columns, status } : columns);
  for (const [column, value] of Object.entries(change.olderColumns)) {
    if (statement(tx, HAS_COLUMN).get(column)) {
      statement(tx, `UPDATE tasks SET ${column} = ? WHERE id = ?`).run(value, taskId);
    }
  }
  if (failureReason !== undefined) {
    statement(tx, "UPDATE console_tasks SET reason = ? WHERE task_id = ?").run(failureReason, taskId);
  }
}

/** Nothing changed and nothing noted is no news. */
function appendMove(tx: WritableDatabase, change: StatusChange, task: Row, writer: Writer): void {
  const from = text(task.status);
  const moves = from !== change.status;
  if (!moves && Object.keys(change.given).length === 0) return;
  appendEvent(tx, {
    id: writer.newId(),
    type: moves ? EVENT_OF_STATUS[change.status] : "task.progress",
    at: writer.now,
    source: writer.source,
    correlationId: correlationOf(task, change.taskId),
    payload: {
      ...identity(task, change.taskId),
      from,
      status: change.status,
      worker_id: change.assignedWorker ?? null,
      phase: change.currentPhase ?? null,
      error: change.failureReason ?? null,
    },
    metadata: change.given,
  });
}

/**
 * Deletes a task with its runs; who was at it is at nothing. False: there is no such task. Throws `not_allowed`
 * while a process of a console works on it.
 */
export function deleteTaskRow(tx: WritableDatabase, taskId: string, writer: ActWriter): boolean {
  const task = statement(tx, TASK_TO_MOVE).get(taskId);
  if (!task) return false;
  if (task.live !== null) {
    throw new HiveError(
      "not_allowed",
      `A process of Hive Console works on task ${taskId} (run ${text(task.run_id)}). Cancel the task, and delete it when it has stopped.`,
      { taskId, runId: text(task.run_id) },
    );
  }
  const status = text(task.status);
  statement(tx, "UPDATE workers SET current_task_id = NULL WHERE current_task_id = +?").run(taskId);
  // Not left to the foreign key: a database made elsewhere may have none.
  statement(tx, "DELETE FROM runs WHERE task_id = +?").run(taskId);
  statement(tx, "DELETE FROM tasks WHERE id = ?").run(taskId);
  appendEvent(tx, {
    id: writer.newId(),
    type: isTerminalTask(status) ? "task.progress" : "task.cancelled",
    at: writer.now,
    source: writer.source,
    correlationId: correlationOf(task, taskId),
    payload: { ...identity(task, taskId), from: status, deleted: true },
  });
  audit(tx, writer, "tasks.delete", taskId, { status, title: text(task.title) }, null);
  settlePlan(tx, task, writer);
  return true;
}

function identity(task: Row, taskId: string): Readonly<Record<string, unknown>> {
  return { task_id: taskId, plan_id: textOrNull(task.plan_id), subtask_id: textOrNull(task.subtask_id) };
}

/** The plan's, else what the payload says, else the task's own id: its events can always be found together. */
function correlationOf(task: Row, taskId: string): string {
  return textOrNull(task.correlation_id) ?? payloadKeys(json(task.payload)).correlationId ?? taskId;
}

function settlePlan(tx: WritableDatabase, task: Row, writer: Writer): void {
  const planId = textOrNull(task.plan_id);
  if (planId === null) return;
  noteProgress(tx, planId, writer.now);
  endPlanIfOver(tx, planId, writer);
}

function audit(
  tx: WritableDatabase,
  { actor, now }: ActWriter,
  act: string,
  entityId: string,
  before: unknown,
  after: unknown,
): void {
  if (actor === null) return;
  appendAudit(tx, { at: now, actor, act, entity: "task", entityId, reason: null, before, after });
}
