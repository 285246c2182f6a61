import { z } from "zod";
import {
  COMPLEXITIES,
  DEFAULT_PLANNING_PRIORITY,
  type Planner,
  type PlanningDetail,
  type PlanningRequest,
} from "./model/planning";
import { operation } from "./operation";
import type { Page } from "./page";

const id = z.string().min(1).max(200);
const reason = z.string().max(2_000).optional();
const request = z.strictObject({ requestId: id, reason });
const plan = { planId: id, reason };

/** The queue of what is to be planned, and the plans that are made for it. docs/planning.md explains it. */
export const planningContract = {
  /** The highest priority first, then the oldest; without a status all, the latest first. */
  "planning.list": operation<Page<PlanningRequest>>()(
    z.strictObject({
      status: z.string().min(1).max(50).optional(),
      after: z.string().max(1_000).optional(),
      limit: z.int().min(1).max(500).default(100),
    }),
  ),
  "planning.get": operation<PlanningDetail>()(z.strictObject({ requestId: id })),
  "planning.add": operation<PlanningRequest>()(
    z.strictObject({
      description: z.string().trim().min(1).max(100_000),
      priority: z.int().min(0).max(1_000).default(DEFAULT_PLANNING_PRIORITY),
      context: z.record(z.string(), z.json()).optional(),
      complexity: z.enum(COMPLEXITIES).optional(),
    }),
  ),
  /** Gives the next pending request, or this one, to a planner. Null: there is none. */
  "planning.claim": operation<PlanningRequest | null>()(
    z.strictObject({ requestId: id.optional(), agent: z.string().min(1).max(200) }),
  ),
  /** Lets an agent plan the next pending request, or this one. Answers when the plan is there. Null: there is none. */
  "planning.plan": operation<PlanningDetail | null>()(
    z.strictObject({ requestId: id.optional(), agent: z.string().min(1).max(50).default("ai-planner") }),
  ),
  /** Agents that could plan a request, and what those lack that cannot now. Takes at most five seconds. */
  "planning.planners": operation<readonly Planner[]>()(z.strictObject({})),
  /** Back to those that wait: taken from its planner, or to be planned once more. */
  "planning.retry": operation<PlanningDetail>()(request),
  "planning.drop": operation<PlanningDetail>()(request),
  /** Another text for a plan that was not launched. `invalid_plan` changes nothing. */
  "planning.edit": operation<PlanningDetail>()(z.strictObject({ ...plan, data: z.string().max(2_097_152) })),
  "planning.approve": operation<PlanningDetail>()(z.strictObject(plan)),
  /** The plan is cancelled; its request waits again, or is failed. */
  "planning.reject": operation<PlanningDetail>()(z.strictObject({ ...plan, again: z.boolean().default(true) })),
  /** Launches an approved plan: its tasks start at once. */
  "planning.launch": operation<{ readonly planId: string }>()(z.strictObject(plan)),
} as const;
