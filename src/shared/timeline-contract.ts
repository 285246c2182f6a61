import { z } from "zod";
import type { PlanAttempts } from "./model/plan-attempts";
import type { PlanSummary } from "./model/views";
import { operation } from "./operation";

const id = z.string().min(1).max(1_000);

export const timelineContract = {
  /** Every attempt of a plan's tasks, or of some of them. `not_allowed` for more tasks than a graph is drawn of. */
  "plans.attempts": operation<PlanAttempts>()(
    z.strictObject({ planId: id, taskIds: z.array(id).min(1).max(500).optional() }),
  ),
  /** Other runs of the same plan (of the same source, or title where it came from none), the latest first. */
  "plans.otherRuns": operation<readonly PlanSummary[]>()(
    z.strictObject({ planId: id, limit: z.int().min(1).max(100).default(20) }),
  ),
} as const;
