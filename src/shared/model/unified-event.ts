import type { EventType } from "./event";

/** An event of the bus. `timestamp` is milliseconds since the epoch. */
export interface UnifiedEvent<Type extends string = string> {
  readonly eventType: Type;
  readonly correlationId: string;
  readonly payload: Readonly<Record<string, unknown>>;
  readonly sourceAgent: string;
  readonly timestamp: number;
  readonly metadata: Readonly<Record<string, unknown>>;
}

type OfFamily<Family extends string> = Extract<EventType, `${Family}.${string}`>;
export type TaskEventType = OfFamily<"task">;
export type ReviewEventType = OfFamily<"review">;
export type WorkflowEventType = OfFamily<"workflow">;
export type DeploymentEventType = OfFamily<"deployment">;
export type PlanEventType = OfFamily<"plan">;
export type AgentEventType = OfFamily<"agent">;

interface Given {
  readonly correlationId: string;
  readonly sourceAgent?: string | undefined;
  /** More of the payload. */
  readonly data?: Readonly<Record<string, unknown>> | undefined;
  readonly metadata?: Readonly<Record<string, unknown>> | undefined;
  /** Milliseconds since the epoch. Default: now. */
  readonly timestamp?: number | undefined;
}

function make<Type extends EventType>(
  eventType: Type,
  own: Readonly<Record<string, unknown>>,
  { correlationId, data, metadata, timestamp }: Given,
  sourceAgent: string,
): UnifiedEvent<Type> {
  const payload = { ...own, ...data };
  return {
    eventType,
    correlationId,
    payload,
    sourceAgent,
    timestamp: timestamp ?? Date.now(),
    metadata: metadata ?? {},
  };
}

/** `sourceAgent` says who tells it: there is no usual one. */
export function createTaskEvent<Type extends TaskEventType>(
  eventType: Type,
  given: Given & { readonly taskId: string; readonly sourceAgent: string },
): UnifiedEvent<Type> {
  return make(eventType, { task_id: given.taskId }, given, given.sourceAgent);
}

export function createReviewEvent<Type extends ReviewEventType>(
  eventType: Type,
  given: Given & { readonly taskId: string },
): UnifiedEvent<Type> {
  return make(eventType, { task_id: given.taskId }, given, given.sourceAgent ?? "ai-reviewer");
}

export function createWorkflowEvent<Type extends WorkflowEventType>(
  eventType: Type,
  given: Given & { readonly workflowId: string; readonly phase: string },
): UnifiedEvent<Type> {
  const own = { workflow_id: given.workflowId, phase: given.phase };
  return make(eventType, own, given, given.sourceAgent ?? "orchestrator");
}

export function createDeploymentEvent<Type extends DeploymentEventType>(
  eventType: Type,
  given: Given & { readonly deploymentId: string; readonly serviceName: string; readonly environment: string },
): UnifiedEvent<Type> {
  const { deploymentId, serviceName, environment } = given;
  const own = { deployment_id: deploymentId, service_name: serviceName, environment };
  return make(eventType, own, given, given.sourceAgent ?? "ai-deployer");
}

export function createPlanEvent<Type extends PlanEventType>(
  eventType: Type,
  given: Given & { readonly planId: string },
): UnifiedEvent<Type> {
  return make(eventType, { plan_id: given.planId }, given, given.sourceAgent ?? "ai-planner");
}

export function createAgentEvent<Type extends AgentEventType>(
  eventType: Type,
  given: Given & { readonly agentId: string },
): UnifiedEvent<Type> {
  return make(eventType, { agent_id: given.agentId }, given, given.sourceAgent ?? given.agentId);
}

export function createSystemError(given: Given & { readonly message: string; readonly sourceAgent: string }) {
  return make("system.error", { message: given.message }, given, given.sourceAgent);
}

/** An event as upstream's programs send it to each other. */
export interface UnifiedEventRecord {
  readonly event_type: string;
  readonly correlation_id: string;
  readonly payload: Readonly<Record<string, unknown>>;
  readonly source_agent: string;
  /** ISO 8601, UTC. */
  readonly timestamp: string;
  readonly metadata: Readonly<Record<string, unknown>>;
}

export function toEventRecord(event: UnifiedEvent): UnifiedEventRecord {
  return {
    event_type: event.eventType,
    correlation_id: event.correlationId,
    payload: event.payload,
    source_agent: event.sourceAgent,
    timestamp: new Date(event.timestamp).toISOString(),
    metadata: event.metadata,
  };
}
