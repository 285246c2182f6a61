import { z } from "zod";
import {
  createTaskInput,
  heartbeatInput,
  hiveId,
  queuedTasksInput,
  registerWorkerInput,
  taskStatus,
  updateTaskStatusInput,
  workerRole,
} from "./hive-input";
import type { HiveTask, HiveWorker } from "./model/hive-records";
import { operation } from "./operation";
import type { Page } from "./page";

const task = z.strictObject({ taskId: hiveId });
const worker = z.strictObject({ workerId: hiveId });
const plan = z.strictObject({ planId: hiveId });
const limit = z.int().min(1).max(500);

/** The Python package's operations as the window calls them. docs/operations.md says what each does. */
export const hiveContract = {
  "tasks.create": operation<{ readonly taskId: string }>()(createTaskInput),
  /** The task's record; `tasks.get` gives what a person is shown. */
  "tasks.read": operation<HiveTask | null>()(task),
  "tasks.updateStatus": operation<boolean>()(updateTaskStatusInput),
  "tasks.byStatus": operation<Page<HiveTask>>()(
    z.strictObject({
      status: taskStatus,
      /** Only for queued tasks. */
      taskType: hiveId.optional(),
      after: z.string().max(1_000).optional(),
      limit: limit.default(100),
    }),
  ),
  "tasks.queued": operation<readonly HiveTask[]>()(queuedTasksInput.extend({ limit: limit.default(10) })),
  "tasks.delete": operation<boolean>()(task),
  "tasks.checkDependencies": operation<boolean>()(task),
  "tasks.checkDependenciesBatch": operation<Readonly<Record<string, boolean>>>()(
    z.strictObject({ taskIds: z.array(hiveId).max(1_000) }),
  ),

  "workers.register": operation<true>()(registerWorkerInput),
  "workers.heartbeat": operation<boolean>()(heartbeatInput),
  "workers.active": operation<readonly HiveWorker[]>()(z.strictObject({ role: workerRole.optional() })),
  "workers.read": operation<HiveWorker | null>()(worker),
  "workers.unregister": operation<boolean>()(worker.extend({ reason: z.string().max(2_000).optional() })),

  /** How many were created. */
  "plans.createSubtasks": operation<{ readonly created: number }>()(plan),
  "plans.status": operation<string | null>()(plan),
  "plans.statusCached": operation<string | null>()(plan),
  "plans.nextSubtask": operation<HiveTask | null>()(plan),
  "plans.start": operation<boolean>()(plan),
} as const;
