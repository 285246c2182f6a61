import { HiveError } from "../../shared/errors";
import type {
  CreateTaskInput,
  QueuedTasksInput,
  RegisterWorkerInput,
  TaskStatusMetadata,
} from "../../shared/model/hive-records";
import type { AuditFilter, EventFilter, LogPage } from "../../shared/model/log-views";
import type { TaskStatus } from "../../shared/model/task";
import type { WorkerStatus } from "../../shared/model/worker";
import { createEventBus } from "./bus/create-event-bus";
import { createBoardClient } from "./create-board-client";
import { listAudit, listEvents } from "./operations/events";
import { type Caller, program } from "./operations/hive/caller";
import * as plans from "./operations/hive/plans";
import * as tasks from "./operations/hive/tasks";
import * as workers from "./operations/hive/workers";
import type { OrchestrationClient } from "./orchestration-client";
import type { Store } from "./store/open";

/** The client of a store that is open already. Closing the client closes the store. */
export function createClient(store: Store, caller: Caller = program): OrchestrationClient {
  let closed: Promise<void> | null = null;
  const open = <Arguments extends unknown[], Answer>(act: (...given: Arguments) => Promise<Answer>) => {
    return async (...given: Arguments): Promise<Answer> => {
      if (closed === null) return act(...given);
      throw new HiveError("shutting_down", `The client of ${store.file} was closed: get a new one.`, {
        file: store.file,
      });
    };
  };
  const getQueuedTasks = open((input?: QueuedTasksInput) => tasks.getQueuedTasks(store, input));
  const beat = open((id: string, status?: WorkerStatus) => workers.updateWorkerHeartbeat(store, caller, id, status));
  const getActiveWorkers = open((role?: string) => workers.getActiveWorkers(store, caller, role));
  const createSubtasks = open((id: string) => plans.createPlannedSubtasksFromPlan(store, caller, id));
  const getPlanStatus = open((id: string) => plans.getExecutionPlanStatus(store, id));
  const checkDependencies = open((id: string) => plans.checkSubtaskDependencies(store, id));
  const getNextSubtask = open((id: string) => plans.getNextPlannedSubtask(store, id));
  const startPlan = open((id: string) => plans.markPlanExecutionStarted(store, caller, id));
  const bus = createEventBus(store);
  return {
    createTask: open((input: CreateTaskInput) => tasks.createTask(store, caller, input)),
    getTask: open((id: string) => tasks.getTask(store, id)),
    updateTaskStatus: open((id: string, status: TaskStatus, metadata?: TaskStatusMetadata) =>
      tasks.updateTaskStatus(store, caller, id, status, metadata),
    ),
    getTasksByStatus: open((status: TaskStatus) => tasks.getTasksByStatus(store, status)),
    getQueuedTasks,
    getPendingTasks: (taskType) => getQueuedTasks(taskType === undefined ? {} : { taskType }),
    deleteTask: open((id: string) => tasks.deleteTask(store, caller, id)),
    registerWorker: open((input: RegisterWorkerInput) => workers.registerWorker(store, caller, input)),
    updateWorkerHeartbeat: beat,
    heartbeat: beat,
    getActiveWorkers,
    getAvailableWorkers: getActiveWorkers,
    getWorker: open((id: string) => workers.getWorker(store, caller, id)),
    unregisterWorker: open((id: string) => workers.unregisterWorker(store, caller, id)),
    createPlannedSubtasksFromPlan: createSubtasks,
    createSubtasksFromPlan: createSubtasks,
    getExecutionPlanStatus: getPlanStatus,
    getPlanStatus,
    getExecutionPlanStatusCached: open((id: string) => plans.getExecutionPlanStatusCached(store, id)),
    checkSubtaskDependencies: checkDependencies,
    checkDependencies,
    checkSubtaskDependenciesBatch: open((ids: readonly string[]) => plans.checkSubtaskDependenciesBatch(store, ids)),
    getNextPlannedSubtask: getNextSubtask,
    getNextSubtask,
    markPlanExecutionStarted: startPlan,
    startPlanExecution: startPlan,
    bus,
    board: createBoardClient(store, caller.source, open),
    listEvents: open((request?: EventFilter & LogPage) => listEvents(store, request)),
    listAudit: open((request?: AuditFilter & LogPage) => listAudit(store, request)),
    close: () => {
      closed ??= bus.close().then(() => store.close());
      return closed;
    },
  };
}
