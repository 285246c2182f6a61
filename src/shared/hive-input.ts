import { z } from "zod";
import type { CreateTaskInput, QueuedTasksInput, RegisterWorkerInput, TaskStatusMetadata } from "./model/hive-records";
import { TASK_STATUSES } from "./model/task";
import { WORKER_STATUSES } from "./model/worker";

/** What the operations on Hive's tables take: for the contract, and for core, which checks every caller's input. */

const LONGEST_TEXT = 2_000_000;

export const hiveId = z.string().min(1).max(1_000);
const name = z.string().min(1).max(1_000);
const text = z.string().max(LONGEST_TEXT);
const object = z.record(z.string(), z.unknown());
const names = z.array(z.string().max(1_000)).max(10_000);

export const taskStatus = z.enum(TASK_STATUSES);
const workerStatus = z.enum(WORKER_STATUSES);
export const workerRole = name;

export const createTaskInput = z.strictObject({
  title: name,
  taskType: name,
  description: text.default(""),
  workflow: object.nullish(),
  payload: object.nullish(),
  priority: z.int().default(1),
  tags: names.default([]),
  maxRetries: z.int().min(0).default(3),
  currentPhase: name.default("start"),
}) satisfies z.ZodType<unknown, CreateTaskInput>;

const optionalText = text.nullable().optional();

const taskStatusMetadata = z.looseObject({
  assignedWorker: hiveId.nullable().optional(),
  assigned_worker: hiveId.nullable().optional(),
  currentPhase: name.optional(),
  current_phase: name.optional(),
  assignee: optionalText,
  assignedAt: optionalText,
  assigned_at: optionalText,
  startedAt: optionalText,
  started_at: optionalText,
  failureReason: optionalText,
  failure_reason: optionalText,
  retryCount: z.int().optional(),
  retry_count: z.int().optional(),
  worktree: optionalText,
  workspaceType: optionalText,
  workspace_type: optionalText,
}) satisfies z.ZodType<unknown, TaskStatusMetadata>;

export const updateTaskStatusInput = z.strictObject({
  taskId: hiveId,
  status: taskStatus,
  metadata: taskStatusMetadata.default({}),
});

export const queuedTasksInput = z.strictObject({
  limit: z.int().min(0).max(10_000).default(10),
  taskType: name.optional(),
}) satisfies z.ZodType<unknown, QueuedTasksInput>;

export const registerWorkerInput = z.strictObject({
  workerId: hiveId,
  role: workerRole,
  capabilities: names.default([]),
  metadata: object.nullish(),
}) satisfies z.ZodType<unknown, RegisterWorkerInput>;

export const heartbeatInput = z.strictObject({ workerId: hiveId, status: workerStatus.optional() });

export const taskIds = z.array(hiveId).max(100_000);
