import { z } from "zod";
import type { DryRun, PlanForecast, PlanForecastTasks } from "./model/forecast";
import type { TaskWhy } from "./model/why";
import { operation } from "./operation";

const id = z.string().min(1).max(200);
const parameterValue = z.union([z.string().max(100_000), z.number(), z.boolean()]);

/** What will happen, and why something does not. */
export const insightContract = {
  /**
   * What launching an opened plan would do: order, expected times, what is missing. Nothing is written. `slots`: tasks
   * at once; the console's own number without it. `invalid_plan`, `not_allowed` for more than 20,000 tasks.
   */
  "plans.dryRun": operation<DryRun>()(
    z.strictObject({
      sourceId: id,
      parameters: z.record(z.string().max(200), parameterValue),
      slots: z.int().min(1).max(1_000).optional(),
    }),
  ),
  /** When a running plan will have ended and what decides it; the subscribed plan's comes as `forecast` push, too. */
  "plans.forecast": operation<PlanForecast>()(z.strictObject({ planId: id })),
  /** The same with the expected start and end of each task. */
  "plans.forecastTasks": operation<PlanForecastTasks>()(z.strictObject({ planId: id })),
  /** Why a task runs, does not run, or did not end well: every gate with the rows that it was judged by. */
  "tasks.why": operation<TaskWhy>()(z.strictObject({ taskId: id })),
} as const;
