import { z } from "zod";
import type { PlanHistory, PlanHistoryCheck } from "./model/plan-history";
import { operation } from "./operation";

const planId = z.string().min(1).max(1_000);

/** A plan as it was. */
export const historyContract = {
  /**
   * Everything that events and acts tell of a plan's tasks, to be folded to any moment. `after`: `cursor` of an earlier
   * answer, for what arrived since. `not_allowed` for more tasks than a graph is drawn of.
   */
  "plans.history": operation<PlanHistory>()(z.strictObject({ planId, after: z.string().max(30).optional() })),
  /** Whether what was told leads to where the tasks stand, and the tasks for which it does not. */
  "plans.checkHistory": operation<PlanHistoryCheck>()(z.strictObject({ planId })),
} as const;
