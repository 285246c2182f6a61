import type { PlanFinding } from "./plan-definition";

/** States of a request (`planning_queue.status`), as upstream's planner and orchestrator write them. */
export const PLANNING_STATUSES = ["pending", "assigned", "planned", "completed", "failed"] as const;
export type PlanningStatus = (typeof PLANNING_STATUSES)[number];

export const PLANNING_TRANSITIONS: ReadonlyArray<{
  readonly from: PlanningStatus;
  readonly to: PlanningStatus;
  readonly when: string;
}> = [
  { from: "pending", to: "assigned", when: "a planner claims it" },
  { from: "pending", to: "failed", when: "an operator drops it" },
  { from: "assigned", to: "planned", when: "its planner made a plan" },
  { from: "assigned", to: "failed", when: "its planner could not" },
  { from: "assigned", to: "pending", when: "an operator takes it from its planner" },
  { from: "planned", to: "pending", when: "its plan was rejected, to be made anew" },
  { from: "planned", to: "failed", when: "its plan was rejected, or failed" },
  { from: "planned", to: "completed", when: "its plan completed" },
  { from: "failed", to: "pending", when: "it is to be planned once more" },
  { from: "failed", to: "completed", when: "its plan was retried, and completed" },
];

export const COMPLEXITIES = ["simple", "medium", "complex"] as const;
export type Complexity = (typeof COMPLEXITIES)[number];

/** Upstream's; the highest first. */
export const DEFAULT_PLANNING_PRIORITY = 50;

export interface PlanningRequest {
  readonly id: string;
  readonly description: string;
  readonly priority: number;
  readonly requestor: string | null;
  /** Parsed; the text as it stands where it does not parse; null: none. */
  readonly context: unknown;
  /** As it stands, also when nobody knows it. */
  readonly status: string;
  readonly complexity: string | null;
  readonly agent: string | null;
  readonly createdAt: number | null;
  readonly assignedAt: number | null;
  readonly completedAt: number | null;
  /** How many plans were made for it. */
  readonly plans: number;
}

/** One subtask of a plan that was made, as it would be launched. */
export interface ProposedStep {
  readonly id: string;
  readonly title: string;
  readonly agent: string;
  readonly dependencies: readonly string[];
}

/** A plan that was made for a request. */
export interface ProposedPlan {
  readonly id: string;
  readonly status: string;
  readonly subtasks: number;
  readonly dependencies: number;
  /** Minutes, as the planner guessed; null: it did not. */
  readonly estimatedMinutes: number | null;
  readonly complexity: string | null;
  readonly generatedAt: number | null;
  /** JSON text as it stands: what is edited. */
  readonly data: string;
  /** What is wrong with it; launching takes that there is no error among them. Empty once it was launched. */
  readonly findings: readonly PlanFinding[];
  /** The first 200, as they would be launched; empty where it cannot be, and once it was. */
  readonly steps: readonly ProposedStep[];
}

/** Why a planner made no plan. */
export interface PlanningFailure {
  readonly at: number | null;
  readonly agent: string;
  readonly error: string;
}

/** Who gave a request up, or rejected its plan. */
export interface PlanningDrop {
  readonly at: number;
  readonly actor: string;
  readonly reason: string | null;
}

/** Who could plan a request: an agent whose answers are subtasks. */
export interface Planner {
  readonly id: string;
  readonly title: string;
  readonly status: "healthy" | "degraded" | "unhealthy";
  /** One line: what is missing, and what to do. */
  readonly message: string;
}

export interface PlanningDetail extends PlanningRequest {
  /** Of its latest planner that failed; null: none did. */
  readonly failure: PlanningFailure | null;
  /** The latest time that somebody gave it up, or rejected its plan; null: nobody did. */
  readonly dropped: PlanningDrop | null;
  /** The latest first. */
  readonly proposals: readonly ProposedPlan[];
}
