/** A plan's states in the database (`execution_plans.status`): upstream's seven and The Board's three. */
export const PLAN_STATUSES = [
  "draft",
  "generated",
  "approved",
  "executing",
  "completed",
  "failed",
  "cancelled",
  "partially_completed",
  "closed",
  "synthesis_failed",
] as const;

export type PlanStatus = (typeof PLAN_STATUSES)[number];

export const TERMINAL_PLAN_STATUSES: readonly PlanStatus[] = [
  "completed",
  "failed",
  "cancelled",
  "partially_completed",
  "closed",
  "synthesis_failed",
];

export const PLAN_TRANSITIONS: ReadonlyArray<{
  readonly from: PlanStatus;
  readonly to: PlanStatus;
  readonly when: string;
}> = [
  { from: "draft", to: "generated", when: "a planner filled it" },
  { from: "draft", to: "approved", when: "an operator approved it" },
  { from: "draft", to: "executing", when: "an operator launched it" },
  { from: "draft", to: "cancelled", when: "an operator dropped it" },
  { from: "generated", to: "approved", when: "an operator approved it" },
  { from: "generated", to: "executing", when: "an operator launched it" },
  { from: "generated", to: "cancelled", when: "an operator dropped it" },
  { from: "approved", to: "executing", when: "an operator launched it" },
  { from: "approved", to: "cancelled", when: "an operator dropped it" },
  { from: "executing", to: "completed", when: "every task completed" },
  { from: "executing", to: "partially_completed", when: "nothing is left to run, some tasks completed, some did not" },
  { from: "executing", to: "failed", when: "nothing is left to run and no task completed" },
  { from: "executing", to: "cancelled", when: "an operator cancelled it and its tasks have stopped" },
  { from: "executing", to: "synthesis_failed", when: "its final synthesis failed" },
  { from: "completed", to: "executing", when: "a task of it is run again" },
  { from: "partially_completed", to: "executing", when: "a task of it is retried" },
  { from: "failed", to: "executing", when: "a task of it is retried" },
  { from: "cancelled", to: "executing", when: "a task of it is retried" },
  { from: "synthesis_failed", to: "executing", when: "its synthesis is retried" },
  { from: "completed", to: "closed", when: "an operator closed it" },
  { from: "partially_completed", to: "closed", when: "an operator closed it" },
];

export function isTerminalPlan(status: string): boolean {
  return (TERMINAL_PLAN_STATUSES as readonly string[]).includes(status);
}

export function isLegalPlanTransition(from: string, to: string): boolean {
  return PLAN_TRANSITIONS.some((transition) => transition.from === from && transition.to === to);
}

/**
 * How a plan ends, from the states of its tasks once none is left to run. `cancelRequested`: an operator
 * cancelled the plan as a whole.
 */
export function planOutcome(counts: Readonly<Record<string, number>>, cancelRequested: boolean): PlanStatus {
  if (cancelRequested) return "cancelled";
  const total = Object.values(counts).reduce((sum, count) => sum + count, 0);
  const completed = counts.completed ?? 0;
  if (completed === total) return "completed";
  return completed > 0 ? "partially_completed" : "failed";
}
