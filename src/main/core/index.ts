/** The package's public export: Hive's operations on a database, and the models. docs/operations.md explains it. */

export { ERROR_CODES, type ErrorBody, type ErrorCode, HiveError } from "../../shared/errors";
export { AGENT_CAPABILITIES, type AgentCapability, type AgentHealth } from "../../shared/model/agent";
export type {
  BoardEvent,
  BoardEventsRequest,
  BoardPlan,
  BoardPlanProgress,
  BoardPlanSummary,
  BoardTask,
  FinalPlan,
  StoredFinalPlan,
} from "../../shared/model/board";
export type { BoardImportReport, BoardTable, ImportCounts, ImportFinding } from "../../shared/model/board-import";
export { EVENT_TYPES, type EventType } from "../../shared/model/event";
export type {
  CreateTaskInput,
  HiveTask,
  HiveWorker,
  QueuedTasksInput,
  RegisterWorkerInput,
  TaskStatusMetadata,
  Unreadable,
} from "../../shared/model/hive-records";
export type {
  AuditFilter,
  AuditRow,
  EventFilter,
  EventRow,
  LogEntity,
  LogOrder,
  LogPage,
} from "../../shared/model/log-views";
export {
  ExecutionPlan,
  type ExecutionPlanFields,
  PLAN_STATUSES,
  type PlanModelStatus,
  type PlanStatus,
  planModelStatus,
  SubTask,
} from "../../shared/model/plan";
export { RUN_STATUSES, Run, type RunFields, type RunStatus } from "../../shared/model/run";
export { TASK_STATUSES, Task, type TaskFields, type TaskStatus } from "../../shared/model/task";
export {
  createAgentEvent,
  createDeploymentEvent,
  createPlanEvent,
  createReviewEvent,
  createSystemError,
  createTaskEvent,
  createWorkflowEvent,
  toEventRecord,
  type UnifiedEvent,
  type UnifiedEventRecord,
} from "../../shared/model/unified-event";
export {
  HEARTBEAT_INTERVAL_MS,
  HEARTBEAT_LIMIT_MS,
  WORKER_STATUSES,
  Worker,
  type WorkerFields,
  type WorkerStatus,
} from "../../shared/model/worker";
export type { Page } from "../../shared/page";
export type {
  AgentDefinitionOf as AgentDefinition,
  AgentInfo,
  AgentOf as Agent,
  AgentTaskOf as AgentTask,
} from "./agents/agent-types";
export { defineAgent } from "./agents/define-agent";
export { type AgentRegistry, type AgentStats, createAgentRegistry, type RegistryOptions } from "./agents/registry";
export { type AdapterOptions, autoRegisterAdapters } from "./agents/standard-adapters";
export type { BoardClient } from "./board-client";
export type { BusStats, EventBus, HandlerError, ReplayRequest } from "./bus/event-bus";
export { createTopicRegistry, type EventHandler, type TopicRegistry } from "./bus/topic-registry";
export { getClient } from "./get-client";
export type { ClientOptions, OrchestrationClient } from "./orchestration-client";
