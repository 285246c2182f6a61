import { z } from "zod";
import {
  MISSED_POLICIES,
  OVERLAP_POLICIES,
  type ScheduleDetail,
  type ScheduleRow,
  type Timing,
} from "./model/schedule";
import { operation } from "./operation";
import type { Page } from "./page";

const id = z.string().min(1).max(200);
const act = z.strictObject({ scheduleId: id, reason: z.string().max(2_000).optional() });
const timing: z.ZodType<Timing> = z.discriminatedUnion("kind", [
  z.strictObject({
    kind: z.literal("cron"),
    expression: z.string().min(1).max(200),
    timezone: z.string().min(1).max(100),
  }),
  z.strictObject({
    kind: z.literal("interval"),
    everyMs: z.int().min(1),
    from: z.int().min(0).max(8.64e15),
  }),
]);

const parameters = z.record(z.string().max(200), z.union([z.string().max(100_000), z.number(), z.boolean()]));

/** Plans that are launched by the clock. docs/schedules.md explains them. */
export const scheduleContract = {
  /** By name, by keyset. */
  "schedules.list": operation<Page<ScheduleRow>>()(
    z.strictObject({ after: z.string().max(200).optional(), limit: z.int().min(1).max(200).default(100) }),
  ),
  /** One with its next times, what became of the latest, and whether its plan could be launched now. */
  "schedules.get": operation<ScheduleDetail>()(z.strictObject({ scheduleId: id })),
  /** The next times of a timing that nobody has stored yet. */
  "schedules.preview": operation<{ readonly next: readonly number[] }>()(
    z.strictObject({ timing, count: z.int().min(1).max(50).default(5) }),
  ),
  /** Schedules an opened plan file or sample; its file is read again at each launch. */
  "schedules.create": operation<ScheduleRow>()(
    z.strictObject({
      sourceId: id,
      name: z.string().trim().min(1).max(200),
      timing,
      parameters: parameters.default({}),
      overlap: z.enum(OVERLAP_POLICIES).default("skip"),
      missed: z.enum(MISSED_POLICIES).default("skip"),
      paused: z.boolean().default(false),
    }),
  ),
  /**
   * Changes what is given; what is left out stays, and so do secrets among the parameters. With another timing it is due by
   * that from now on.
   */
  "schedules.update": operation<ScheduleRow>()(
    act.extend({
      name: z.string().trim().min(1).max(200).optional(),
      timing: timing.optional(),
      parameters: parameters.optional(),
      overlap: z.enum(OVERLAP_POLICIES).optional(),
      missed: z.enum(MISSED_POLICIES).optional(),
    }),
  ),
  "schedules.pause": operation<ScheduleRow>()(act),
  "schedules.resume": operation<ScheduleRow>()(act),
  /** Plans that it has launched stay. */
  "schedules.delete": operation<null>()(act),
  /** Launches its plan at once, whatever else of it runs; its due times stay as they are. */
  "schedules.runNow": operation<{ readonly planId: string }>()(z.strictObject({ scheduleId: id })),
} as const;
