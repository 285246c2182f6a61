import { z } from "zod";
import { EVENT_TYPES, type EventType } from "./event";

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

const id = z.string().min(1);

/** What the payload of each family holds at least. Whatever else comes with it is kept. */
export const EVENT_PAYLOADS = {
  task: z.looseObject({ task_id: id }),
  review: z.looseObject({ task_id: id }),
  workflow: z.looseObject({ workflow_id: id, phase: z.string() }),
  deployment: z.looseObject({ deployment_id: id, service_name: z.string(), environment: z.string() }),
  plan: z.looseObject({ plan_id: id }),
  agent: z.looseObject({ agent_id: id }),
  system: z.looseObject({ message: z.string() }),
} as const;
export type EventFamily = keyof typeof EVENT_PAYLOADS;

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

const object = z.record(z.string(), z.unknown());

/** What the bus takes: any type, for other systems have their own. Known types must hold what their family does. */
export const unifiedEvent = z
  .strictObject({
    eventType: z.string().min(1).max(200),
    correlationId: z.string().min(1).max(200),
    payload: object,
    sourceAgent: z.string().min(1).max(200),
    timestamp: z.int().min(0).max(8.64e15),
    metadata: object.default({}),
  })
  .superRefine(({ eventType, payload }, context) => {
    const family = familyOf(eventType);
    const found = family === null ? undefined : EVENT_PAYLOADS[family].safeParse(payload).error;
    for (const { path, message } of found?.issues ?? []) {
      context.addIssue({ code: "custom", path: ["payload", ...path], message });
    }
  });

/** Null: none of the bus's own types. */
export function familyOf(eventType: string): EventFamily | null {
  if (!EVENT_TYPES.some((type) => type === eventType)) return null;
  const name = eventType.slice(0, eventType.indexOf("."));
  return name in EVENT_PAYLOADS ? (name as EventFamily) : null;
}
