import type { EventType } from "./event";
import type { PlanStatus } from "./plan";
import type { TaskStatus } from "./task";

/**
 * The Board's vocabulary and Hive's. The Board says `open`, `pending` and `task_retry` where Hive says `approved`,
 * `queued` and `task.progress`. A word that is in no table goes through as it stands, both ways.
 */

/** A plan's states: The Board's word and what the database holds. */
export const BOARD_PLAN_STATUSES: ReadonlyArray<readonly [board: string, hive: PlanStatus]> = [
  ["open", "approved"],
  ["in_progress", "executing"],
  ["completed", "completed"],
  ["failed", "failed"],
  ["cancelled", "cancelled"],
  ["partially_completed", "partially_completed"],
  ["closed", "closed"],
  ["synthesis_failed", "synthesis_failed"],
];

/** Plan states that The Board has no word of its own for, and what it is told instead. */
export const HIVE_ONLY_PLAN_STATUSES: ReadonlyArray<readonly [hive: PlanStatus, board: string]> = [
  ["draft", "open"],
  ["generated", "open"],
];

/** A task's states: The Board's word and what the database holds. */
export const BOARD_TASK_STATES: ReadonlyArray<readonly [board: string, hive: TaskStatus]> = [
  ["pending", "queued"],
  ["in_progress", "in_progress"],
  ["completed", "completed"],
  ["failed", "failed"],
  ["escalated", "escalated"],
  ["cancelled", "cancelled"],
];

/** Task states that The Board has no word of its own for, and what it is told instead. */
export const HIVE_ONLY_TASK_STATES: ReadonlyArray<readonly [hive: TaskStatus, board: string]> = [
  ["assigned", "in_progress"],
  ["review_pending", "in_progress"],
  ["approved", "in_progress"],
  ["rework_needed", "in_progress"],
  ["rejected", "escalated"],
];

/** Kinds of The Board's events and the types of the bus that say the same. Any other kind becomes `board.<kind>`. */
export const BOARD_EVENT_KINDS: ReadonlyArray<readonly [kind: string, type: EventType]> = [
  ["plan_created", "plan.requested"],
  ["plan_started", "plan.execution_started"],
  ["plan_completed", "plan.execution_completed"],
  ["task_created", "task.created"],
  ["task_started", "task.started"],
  ["task_completed", "task.completed"],
  ["task_failed", "task.failed"],
  ["task_cancelled", "task.cancelled"],
];

/** Kinds that the bus says in more general words: the way back is known from the event's metadata alone. */
export const BOARD_ONLY_EVENT_KINDS: ReadonlyArray<readonly [kind: string, type: EventType]> = [
  ["task_retry", "task.progress"],
  ["task_state_changed", "task.progress"],
];

const PLAN_TO_HIVE = new Map<string, string>(BOARD_PLAN_STATUSES);
const TASK_TO_HIVE = new Map<string, string>(BOARD_TASK_STATES);
const KIND_TO_TYPE = new Map<string, string>([...BOARD_EVENT_KINDS, ...BOARD_ONLY_EVENT_KINDS]);
const PLAN_TO_BOARD = toBoard(BOARD_PLAN_STATUSES, HIVE_ONLY_PLAN_STATUSES);
const TASK_TO_BOARD = toBoard(BOARD_TASK_STATES, HIVE_ONLY_TASK_STATES);
const TYPE_TO_KIND = toBoard(BOARD_EVENT_KINDS, []);

type Pairs = ReadonlyArray<readonly [string, string]>;

function toBoard(common: Pairs, hiveOnly: Pairs): ReadonlyMap<string, string> {
  return new Map([...common.map(([board, hive]) => [hive, board] as const), ...hiveOnly]);
}

export function isBoardPlanStatus(status: string): boolean {
  return PLAN_TO_HIVE.has(status);
}

export function isBoardTaskState(state: string): boolean {
  return TASK_TO_HIVE.has(state);
}

export function planStatusFromBoard(status: string): string {
  return PLAN_TO_HIVE.get(status) ?? status;
}

export function planStatusForBoard(status: string): string {
  return PLAN_TO_BOARD.get(status) ?? status;
}

export function taskStateFromBoard(state: string): string {
  return TASK_TO_HIVE.get(state) ?? state;
}

export function taskStateForBoard(status: string): string {
  return TASK_TO_BOARD.get(status) ?? status;
}

/** Begins the types of events whose kind the bus does not know. */
const FOREIGN_TOPIC = "board.";

export function eventTypeOfKind(kind: string): string {
  return KIND_TO_TYPE.get(kind) ?? `${FOREIGN_TOPIC}${kind}`;
}

/** For events that name no kind of their own: `task.assigned` is `task_assigned`. */
export function kindOfEventType(type: string): string {
  if (type.startsWith(FOREIGN_TOPIC)) return type.slice(FOREIGN_TOPIC.length);
  return TYPE_TO_KIND.get(type) ?? type.replaceAll(".", "_");
}

/** What The Board shows of a plan. Times are milliseconds since the epoch; one that cannot be read is null. */
export interface BoardPlan {
  readonly planId: string;
  /** In The Board's words; one that nobody knows as it stands. */
  readonly status: string;
  /** The goal. */
  readonly originalQuery: string;
  readonly createdAt: number | null;
  readonly closedAt: number | null;
}

export interface BoardTask {
  readonly taskId: string;
  readonly planId: string | null;
  readonly agent: string;
  readonly description: string;
  /** In The Board's words; one that nobody knows as it stands. */
  readonly state: string;
  readonly attempts: number;
  readonly lastError: string | null;
  readonly createdAt: number | null;
  readonly updatedAt: number | null;
}

export interface BoardEvent {
  readonly eventId: string;
  readonly planId: string | null;
  readonly taskId: string | null;
  readonly kind: string;
  /** Parsed; `{ raw }` for a text that is no JSON; null: none. */
  readonly payload: unknown;
  readonly createdAt: number | null;
}

export interface BoardPlanSummary {
  readonly planId: string;
  readonly planStatus: string;
  /** Tasks by state; states without a task are left out. */
  readonly taskCounts: Readonly<Record<string, number>>;
  readonly totalTasks: number;
  readonly createdAt: number | null;
  readonly closedAt: number | null;
}

/** What the CEO makes of the specialists' answers. */
export interface FinalPlan {
  readonly planId: string;
  readonly synthesizedStrategy: string;
  readonly contributingAgents: readonly string[];
  readonly identifiedRisks: readonly string[];
  /** 0 to 1. */
  readonly confidenceScore: number;
}

export interface BoardPlanProgress extends BoardPlanSummary {
  /** Completed tasks in 100 of all, rounded down; 0 without tasks. */
  readonly progressPercent: number;
  /**
   * Who starts its tasks: `console` when this program launched the plan, else `other`: The Board's programs, or
   * whoever asks for its tasks.
   */
  readonly runBy: "console" | "other";
  readonly hasFinalPlan: boolean;
}

/** A final plan as it is stored. */
export interface StoredFinalPlan {
  readonly planId: string;
  /** The text as stored: JSON in The Board's snake_case, unless a foreign hand wrote something else. */
  readonly content: string;
  /** Null when `content` is no final plan. */
  readonly finalPlan: FinalPlan | null;
  readonly createdAt: number | null;
}

/** Which events of a plan to read. */
export interface BoardEventsRequest {
  readonly taskId?: string | undefined;
  /** Default 200, at most 1,000. */
  readonly limit?: number | undefined;
}
