import { z } from "zod";
import { type EventFigures, FIGURE_RANGE_NAMES } from "./model/event-figures";
import {
  AUDIT_ENTITIES,
  type AuditRow,
  type EventRow,
  type EventSubjects,
  LOG_ENTITIES,
  LOG_ORDERS,
  MOST_LOG_ROWS,
} from "./model/log-views";
import { operation } from "./operation";
import type { Page } from "./page";

const pattern = z.string().min(1).max(500);
const name = z.string().min(1).max(1_000);
const time = z.number().min(-8.64e15).max(8.64e15);
const entity = z.strictObject({ kind: z.enum(LOG_ENTITIES), id: name });
const patterns = z.array(pattern).max(100).readonly();
const page = {
  after: z.string().max(30).optional(),
  order: z.enum(LOG_ORDERS).default("newest"),
  limit: z.int().min(1).max(MOST_LOG_ROWS).default(100),
  patience: z.int().min(1).max(1_000_000_000).optional(),
};

const eventFilter = {
  topic: pattern.optional(),
  topics: patterns.optional(),
  except: patterns.optional(),
  correlationId: name.optional(),
  source: name.optional(),
  entity: entity.optional(),
  since: time.optional(),
  until: time.optional(),
};
const ids = z.array(name).max(1_000).default([]);

/** The logs as the window reads them. docs/events.md says what the filters mean. */
export const logContract = {
  "events.list": operation<Page<EventRow>>()(
    z.strictObject({
      ...eventFilter,
      ...page,
    }),
  ),
  /** Events by type over time and by writer. While `isCounting`, the next answer knows more. */
  "events.figures": operation<EventFigures>()(
    z.strictObject({ ...eventFilter, range: z.enum(FIGURE_RANGE_NAMES).default("15m") }),
  ),
  /** What the tasks and plans are called that events name. */
  "events.subjects": operation<EventSubjects>()(z.strictObject({ taskIds: ids, planIds: ids })),
  "audit.list": operation<Page<AuditRow>>()(
    z.strictObject({
      act: pattern.optional(),
      acts: patterns.optional(),
      except: patterns.optional(),
      actor: name.optional(),
      entity: z.strictObject({ kind: z.enum(AUDIT_ENTITIES), id: name }).optional(),
      since: time.optional(),
      until: time.optional(),
      ...page,
    }),
  ),
} as const;
