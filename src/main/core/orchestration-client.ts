import { HiveError } from "../../shared/errors";
import type {
  CreateTaskInput,
  HiveTask,
  HiveWorker,
  QueuedTasksInput,
  RegisterWorkerInput,
  TaskStatusMetadata,
} from "../../shared/model/hive-records";
import type { TaskStatus } from "../../shared/model/task";
import type { WorkerStatus } from "../../shared/model/worker";
import { type Caller, program } from "./operations/hive/caller";
import * as plans from "./operations/hive/plans";
import * as tasks from "./operations/hive/tasks";
import * as workers from "./operations/hive/workers";
import { openStore, type Store } from "./store/open";

export interface ClientOptions {
  /** Path of the database file. */
  readonly database: string;
  /**
   * `create`: made when missing, else as `operate`. `operate` (default): an existing database, adopted after a
   * backup if the console never saw it. `observe`: not one byte is written; operations that write are refused.
   */
  readonly mode?: "create" | "operate" | "observe";
  /** `source_agent` of the events that this client's acts write. Default "hive-console". */
  readonly source?: string;
  /** A worker whose last heartbeat is older than this is not active, in milliseconds. Default 15,000. */
  readonly heartbeatLimitMs?: number;
  /** How long opening, and any one write, waits for another program's lock, in milliseconds. Default 15,000. */
  readonly busyLimitMs?: number;
}

/**
 * Hive's operations on one open database. Every method answers when what it did is durable. Nothing is thrown for
 * what does not exist: the answer is null, false or an empty list. Errors are HiveErrors with a stable `code`;
 * docs/operations.md names those of each method.
 */
export interface OrchestrationClient {
  /** Queues a new task and gives its id. */
  createTask(input: CreateTaskInput): Promise<string>;
  getTask(taskId: string): Promise<HiveTask | null>;
  /** False: there is no such task. */
  updateTaskStatus(taskId: string, status: TaskStatus, metadata?: TaskStatusMetadata): Promise<boolean>;
  /** All tasks with this status, the highest priority first, then the oldest. */
  getTasksByStatus(status: TaskStatus): Promise<HiveTask[]>;
  /** Queued tasks, the highest priority first, then the oldest. At most 10 unless said otherwise. */
  getQueuedTasks(input?: QueuedTasksInput): Promise<HiveTask[]>;
  /** As getQueuedTasks, of one type or of all. */
  getPendingTasks(taskType?: string): Promise<HiveTask[]>;
  /** Deletes a task with its runs. False: there is no such task. */
  deleteTask(taskId: string): Promise<boolean>;

  /** Registers a worker, or updates its registration. */
  registerWorker(input: RegisterWorkerInput): Promise<true>;
  /** False: there is no such worker. */
  updateWorkerHeartbeat(workerId: string, status?: WorkerStatus): Promise<boolean>;
  /** As updateWorkerHeartbeat. */
  heartbeat(workerId: string, status?: WorkerStatus): Promise<boolean>;
  /** Workers that say they are active and have beaten within the limit, the latest beat first. */
  getActiveWorkers(role?: string): Promise<HiveWorker[]>;
  /** As getActiveWorkers. */
  getAvailableWorkers(role?: string): Promise<HiveWorker[]>;
  getWorker(workerId: string): Promise<HiveWorker | null>;
  /** Takes a worker off the list; its runs stay. False: there is no such worker. */
  unregisterWorker(workerId: string): Promise<boolean>;

  /** Creates the tasks that a plan's data describes, once, and answers how many. */
  createPlannedSubtasksFromPlan(planId: string): Promise<number>;
  /** As createPlannedSubtasksFromPlan. */
  createSubtasksFromPlan(planId: string): Promise<number>;
  /** The plan's status as it stands. */
  getExecutionPlanStatus(planId: string): Promise<string | null>;
  /** As getExecutionPlanStatus. */
  getPlanStatus(planId: string): Promise<string | null>;
  /** As getExecutionPlanStatus, remembered until the plan changes. */
  getExecutionPlanStatusCached(planId: string): Promise<string | null>;
  /** Whether everything that a task depends on is completed. */
  checkSubtaskDependencies(taskId: string): Promise<boolean>;
  /** As checkSubtaskDependencies. */
  checkDependencies(taskId: string): Promise<boolean>;
  /** As checkSubtaskDependencies, for many tasks as of one moment. */
  checkSubtaskDependenciesBatch(taskIds: readonly string[]): Promise<Record<string, boolean>>;
  /** The task of a plan to work on next. */
  getNextPlannedSubtask(planId: string): Promise<HiveTask | null>;
  /** As getNextPlannedSubtask. */
  getNextSubtask(planId: string): Promise<HiveTask | null>;
  /** Marks a draft, generated or approved plan as executing. False: it is none of these. */
  markPlanExecutionStarted(planId: string): Promise<boolean>;
  /** As markPlanExecutionStarted. */
  startPlanExecution(planId: string): Promise<boolean>;

  /** Writes what is queued and lets go of the file. Whatever is called later is refused with `shutting_down`. */
  close(): Promise<void>;
}

/**
 * Opens a database. Throws HiveError: `database_missing`, `database_empty`, `database_not_sqlite`,
 * `database_corrupt`, `database_read_only`, `database_unwritable`, `database_too_new`, `database_busy`, `disk_full`.
 */
export async function getClient(options: ClientOptions): Promise<OrchestrationClient> {
  requireNodeApi();
  const { database, mode = "operate", busyLimitMs, source, heartbeatLimitMs } = checkedOptions(options);
  const store = await openStore({ file: database, mode, ...(busyLimitMs === undefined ? {} : { busyLimitMs }) });
  const caller: Caller = {
    ...program,
    ...(source === undefined ? {} : { source }),
    ...(heartbeatLimitMs === undefined ? {} : { heartbeatLimitMs }),
  };
  return createClient(store, caller);
}

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
    close: () => {
      closed ??= store.close();
      return closed;
    },
  };
}

const MODES: readonly unknown[] = ["create", "operate", "observe", undefined];

/** Callers from plain JavaScript have no compiler. */
function checkedOptions(options: ClientOptions): ClientOptions {
  const refuse = (what: string): never => {
    throw new HiveError("invalid_input", `getClient was called with bad input: ${what}.`, {});
  };
  if (typeof options?.database !== "string" || options.database === "") {
    refuse('it needs { database: "path/to/hive.db" }');
  }
  if (!MODES.includes(options.mode)) refuse(`mode is "create", "operate" or "observe", not "${options.mode}"`);
  const { heartbeatLimitMs } = options;
  if (heartbeatLimitMs !== undefined && !(heartbeatLimitMs > 0)) refuse("heartbeatLimitMs is a number above 0");
  return options;
}

/** The packaged SQLite addon crashes the process on an older Node-API. */
const LEAST_NODE_API = 10;

function requireNodeApi(): void {
  if (process.env.HIVE_SQLITE_BINDING || Number(process.versions.napi) >= LEAST_NODE_API) return;
  throw new HiveError("not_allowed", `hive-console needs Node 22 or newer, and this is ${process.version}.`, {
    node: process.version,
  });
}
