import type { PlanSummary, StateCounts, TaskRow, WorkerRow } from "./views";

/** Why something is listed as wanting a person, the most urgent first. */
export const ATTENTION_KINDS = ["escalated", "review", "failed", "stuck", "rework", "worker"] as const;
export type AttentionKind = (typeof ATTENTION_KINDS)[number];

/** At most so many of a kind are listed. */
export const MOST_OF_A_KIND = 20;

export interface TaskAttention {
  readonly kind: Exclude<AttentionKind, "worker">;
  readonly task: TaskRow;
  readonly planTitle: string | null;
  /** Since when it is so, as far as its row tells. */
  readonly since: number | null;
  /** Tasks that wait for this very one, counted up to 1,000. */
  readonly blocks: number;
  /** Of a stuck task: what is known of the worker it was given to; null: no such worker is registered. */
  readonly worker: WorkerRow | null;
}

/** A worker that is not well, and holds no task that is listed itself. */
interface WorkerAttention {
  readonly kind: "worker";
  readonly worker: WorkerRow;
  readonly since: number | null;
}

export type AttentionItem = TaskAttention | WorkerAttention;

/** Events that a person wants to hear of. */
export const TOLD_EVENTS = [
  "task.completed",
  "task.failed",
  "task.cancelled",
  "review.requested",
  "review.approved",
  "review.rejected",
  "workflow.failed",
  "deployment.completed",
  "deployment.failed",
  "deployment.rolled_back",
  "plan.execution_started",
  "plan.execution_completed",
  "agent.error",
  "system.error",
] as const;
export type ToldEvent = (typeof TOLD_EVENTS)[number];

/** Something that happened, in a line. */
export interface ActivityItem {
  /** Its place in the order of arrival. */
  readonly cursor: string;
  readonly type: ToldEvent;
  readonly at: number | null;
  /** A task's or a plan's title; else the closest thing that the event names. */
  readonly subject: string;
  readonly planId: string | null;
  readonly taskId: string | null;
  /** The worker that did it, or the program that says so. */
  readonly by: string;
  /** A plan's or an attempt's end, as the event says it. */
  readonly outcome: string | null;
  /** A failed attempt that is tried again. */
  readonly willRetry: boolean;
}

export interface Overview {
  /** Nothing was ever done with this database: neither plans nor tasks. */
  readonly isEmpty: boolean;
  /**
   * All tasks of the database by state. `waiting`, `blocked` and `retrying` are told apart from `queued` for the
   * plans below.
   */
  readonly counts: StateCounts;
  /** Plans that run, newest first. */
  readonly plans: readonly PlanSummary[];
  /** More plans run than are listed. */
  readonly hasMorePlans: boolean;
  /** By urgency, then by priority, then the longest waiting first; failures the latest first. */
  readonly attention: readonly AttentionItem[];
  /** What happened last, the latest first. */
  readonly activity: readonly ActivityItem[];
}

/** The ranges of the throughput chart: how far back, and how long each of its bars is. */
export const THROUGHPUT_RANGES = {
  "1h": { label: "1 h", ms: 3_600_000, stepMs: 60_000 },
  "6h": { label: "6 h", ms: 6 * 3_600_000, stepMs: 5 * 60_000 },
  "24h": { label: "24 h", ms: 24 * 3_600_000, stepMs: 15 * 60_000 },
  "7d": { label: "7 d", ms: 7 * 24 * 3_600_000, stepMs: 2 * 3_600_000 },
} as const;
export type ThroughputRange = keyof typeof THROUGHPUT_RANGES;
export const THROUGHPUT_RANGE_NAMES = ["1h", "6h", "24h", "7d"] as const satisfies readonly ThroughputRange[];

/** Attempts that ended, by the time of their end. */
export interface Throughput {
  readonly range: ThroughputRange;
  /** Where the first bar begins. */
  readonly since: number;
  readonly stepMs: number;
  /** Attempts that succeeded, by bar. */
  readonly completed: readonly number[];
  /** Attempts that failed or timed out, by bar. */
  readonly failed: readonly number[];
  /** Of the successful attempts, in milliseconds, to within a tenth; null without any. */
  readonly durationP50: number | null;
  readonly durationP95: number | null;
  /** Attempts older than this were not read, because there are too many; null: all of the range is told. */
  readonly readBackTo: number | null;
}
