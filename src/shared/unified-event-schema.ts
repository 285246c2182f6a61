import { z } from "zod";
import { EVENT_TYPES } from "./model/event";

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
