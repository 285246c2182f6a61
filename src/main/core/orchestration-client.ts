import type {
  CreateTaskInput,
  HiveTask,
  HiveWorker,
  QueuedTasksInput,
  RegisterWorkerInput,
  TaskStatusMetadata,
} from "../../shared/model/hive-records";
import type { AuditFilter, AuditRow, EventFilter, EventRow, LogPage } from "../../shared/model/log-views";
import type { TaskStatus } from "../../shared/model/task";
import type { WorkerStatus } from "../../shared/model/worker";
import type { Page } from "../../shared/page";
import type { BoardClient } from "./board-client";
import type { EventBus } from "./bus/event-bus";

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

  /** Events in the order of their arrival, a page at a time; the latest first unless said otherwise. */
  listEvents(request?: EventFilter & LogPage): Promise<Page<EventRow>>;
  /** What people did, a page at a time; the latest first unless said otherwise. */
  listAudit(request?: AuditFilter & LogPage): Promise<Page<AuditRow>>;
  /** Events as they arrive, whoever writes them, and events of one's own. docs/events.md explains it. */
  readonly bus: EventBus;
  /** The Board's operations on this database. */
  readonly board: BoardClient;

  /** Writes what is queued and lets go of the file. Whatever is called later is refused with `shutting_down`. */
  close(): Promise<void>;
}
