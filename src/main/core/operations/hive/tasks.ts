import { z } from "zod";
import type { Page } from "../../../../shared/contract";
import { HiveError } from "../../../../shared/errors";
import {
  createTaskInput,
  hiveId,
  queuedTasksInput,
  taskStatus,
  updateTaskStatusInput,
} from "../../../../shared/hive-input";
import type {
  CreateTaskInput,
  HiveTask,
  QueuedTasksInput,
  TaskStatusMetadata,
} from "../../../../shared/model/hive-records";
import type { TaskStatus } from "../../../../shared/model/task";
import { idOrNull } from "../../plan/payload-keys";
import { json } from "../../store/columns";
import { listHiveTasks, readHiveTask, type TaskListPage, type TaskPlace } from "../../store/hive-task-rows";
import { createTaskRow, deleteTaskRow, moveTask } from "../../store/hive-task-writes";
import type { Store } from "../../store/open";
import { type Caller, checked, jsonText, writerOf } from "./caller";

/** Queues a new task and gives its id. Throws `invalid_input`. */
export async function createTask(store: Store, caller: Caller, input: CreateTaskInput): Promise<string> {
  const { title, taskType, description, priority, tags, maxRetries, currentPhase, workflow, payload } = checked(
    createTaskInput,
    input,
    "createTask",
  );
  const id = store.newId();
  const task = {
    ...{ id, title, taskType, description, priority, maxRetries, currentPhase },
    workflow: jsonText(workflow, "workflow"),
    payload: jsonText(payload, "payload"),
    tags: jsonText(tags, "tags"),
    correlationId: idOrNull(payload?.correlation_id),
  };
  await store.write((tx) => createTaskRow(tx, task, writerOf(store, caller)));
  return id;
}

/** Null: there is no such task. */
export async function getTask(store: Store, taskId: string): Promise<HiveTask | null> {
  return readHiveTask(store.read, checked(hiveId, taskId, "getTask"));
}

/**
 * Moves a task to another status and notes what goes with it. False: there is no such task. The same status again
 * is true, and only the metadata are noted. Throws `invalid_input`; `illegal_transition` for a move that no program
 * may make; `not_allowed` for a task that a process of a console works on (cancelling asks that process to stop).
 */
export async function updateTaskStatus(
  store: Store,
  caller: Caller,
  taskId: string,
  status: TaskStatus,
  metadata: TaskStatusMetadata = {},
): Promise<boolean> {
  const input = checked(updateTaskStatusInput, { taskId, status, metadata }, "updateTaskStatus");
  const given = input.metadata;
  // It is noted in the event, so it must be JSON.
  jsonText(given, "metadata");
  const assignedWorker = given.assignedWorker === undefined ? given.assigned_worker : given.assignedWorker;
  const failureReason = given.failureReason === undefined ? given.failure_reason : given.failureReason;
  const change = {
    taskId: input.taskId,
    status: input.status,
    assignedWorker,
    currentPhase: given.currentPhase ?? given.current_phase,
    failureReason,
    olderColumns: defined({
      assignee: given.assignee,
      assigned_at: given.assignedAt === undefined ? given.assigned_at : given.assignedAt,
      started_at: given.startedAt === undefined ? given.started_at : given.startedAt,
      failure_reason: failureReason,
      retry_count: given.retryCount ?? given.retry_count,
      worktree: given.worktree,
      workspace_type: given.workspaceType === undefined ? given.workspace_type : given.workspaceType,
    }),
    given,
  };
  return store.write((tx) => moveTask(tx, change, writerOf(store, caller)));
}

function defined(values: Readonly<Record<string, string | number | null | undefined>>) {
  return Object.fromEntries(
    Object.entries(values).filter((entry): entry is [string, string | number | null] => entry[1] !== undefined),
  );
}

export interface TaskPageRequest {
  readonly status: TaskStatus;
  /** Only queued tasks of this type. Default: all. */
  readonly taskType?: string | undefined;
  /** `next` of the page before. */
  readonly after?: string | undefined;
  readonly limit: number;
}

/**
 * A page of getTasksByStatus. Throws `invalid_input` for a status that nobody knows, a place that no page gave, and
 * a type together with another status than queued.
 */
export function pageTasks(store: Store, request: TaskPageRequest): Page<HiveTask> {
  const { taskType, after, limit } = request;
  const status = checked(taskStatus, request.status, "tasks.byStatus");
  if (taskType !== undefined && status !== "queued") {
    throw new HiveError("invalid_input", "Tasks are listed by type only while they are queued.", { status, taskType });
  }
  const kind = taskType === undefined ? {} : { queuedType: taskType };
  const place = after === undefined ? {} : { after: readPlace(after) };
  const { tasks, next } = listHiveTasks(store.read, { status, limit, ...kind, ...place });
  return { rows: tasks, next: next && JSON.stringify([next.priority, next.age, next.row]) };
}

function readPlace(after: string): TaskPlace {
  const [priority, age, row] = checked(place, after, "tasks.byStatus");
  return { priority, age, row };
}

const place = z
  .string()
  .transform((text) => json(text))
  .pipe(z.tuple([z.union([z.number(), z.string(), z.null()]), z.string(), z.int()]));

/** Between two pages of a long list the event loop breathes. */
const PAGE = 500;

/**
 * All tasks with this status, the highest priority first, then the oldest. Read in pages of 500: of a longer list,
 * a task whose status changes meanwhile may be missing.
 */
export async function getTasksByStatus(store: Store, status: TaskStatus): Promise<HiveTask[]> {
  return collect(store, { status: checked(taskStatus, status, "getTasksByStatus") }, Number.POSITIVE_INFINITY);
}

/** Queued tasks, the highest priority first, then the oldest. */
export async function getQueuedTasks(store: Store, input: QueuedTasksInput = {}): Promise<HiveTask[]> {
  const { limit, taskType } = checked(queuedTasksInput, input, "getQueuedTasks");
  return collect(store, { status: "queued", ...(taskType === undefined ? {} : { queuedType: taskType }) }, limit);
}

async function collect(
  store: Store,
  list: { readonly status: string; readonly queuedType?: string },
  limit: number,
): Promise<HiveTask[]> {
  const tasks: HiveTask[] = [];
  const seen = new Set<string>();
  let after: TaskPlace | null = null;
  while (tasks.length < limit) {
    if (after !== null) await new Promise((done) => setImmediate(done));
    const size = Math.min(PAGE, limit - tasks.length);
    const page: TaskListPage = listHiveTasks(store.read, { ...list, limit: size, ...(after ? { after } : {}) });
    // One that changed its place meanwhile comes once.
    for (const task of page.tasks) if (!seen.has(task.id)) tasks.push(task);
    for (const task of page.tasks) seen.add(task.id);
    after = page.next;
    if (after === null) break;
  }
  return tasks;
}

/** Deletes a task with its runs. False: there is no such task. Throws `not_allowed` while a console's process works on it. */
export async function deleteTask(store: Store, caller: Caller, taskId: string): Promise<boolean> {
  const id = checked(hiveId, taskId, "deleteTask");
  return store.write((tx) => deleteTaskRow(tx, id, writerOf(store, caller)));
}
