import { z } from "zod";
import { type AuditRow, type EventRow, LOG_ENTITIES, LOG_ORDERS, MOST_LOG_ROWS } from "./model/log-views";
import { operation } from "./operation";
import type { Page } from "./page";

const pattern = z.string().min(1).max(500);
const name = z.string().min(1).max(1_000);
const time = z.number().min(-8.64e15).max(8.64e15);
const entity = z.strictObject({ kind: z.enum(LOG_ENTITIES), id: name });
const page = {
  after: z.string().max(30).optional(),
  order: z.enum(LOG_ORDERS).default("newest"),
  limit: z.int().min(1).max(MOST_LOG_ROWS).default(100),
};

/** The logs as the window reads them. docs/events.md says what the filters mean. */
export const logContract = {
  "events.list": operation<Page<EventRow>>()(
    z.strictObject({
      topic: pattern.optional(),
      correlationId: name.optional(),
      source: name.optional(),
      entity: entity.optional(),
      since: time.optional(),
      until: time.optional(),
      ...page,
    }),
  ),
  "audit.list": operation<Page<AuditRow>>()(
    z.strictObject({
      act: pattern.optional(),
      actor: name.optional(),
      entity: entity.optional(),
      since: time.optional(),
      until: time.optional(),
      ...page,
    }),
  ),
} as const;
