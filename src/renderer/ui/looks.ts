/**
 * How a state is shown: a word, a glyph and a hue. A state nobody knows keeps its own word, with a question
 * mark, and is never hidden.
 */

export type Tone =
  | "waiting"
  | "queued"
  | "assigned"
  | "running"
  | "review"
  | "rework"
  | "escalated"
  | "failed"
  | "approved"
  | "rejected"
  | "completed"
  | "cancelled"
  | "stuck";

export type GlyphName =
  | "ring"
  | "ring-dashed"
  | "ring-dot"
  | "ring-pie"
  | "ring-check"
  | "ring-slash"
  | "ring-bar"
  | "ring-clock"
  | "ring-square"
  | "ring-half"
  | "ring-unknown"
  | "eye"
  | "arrow-back"
  | "octagon-x"
  | "triangle"
  | "clock"
  | "cross"
  | "check"
  | "hex-fill"
  | "hex-ring"
  | "hex-dashed"
  | "hex-cross"
  | "hex-slash"
  | "hex-alert"
  | "hex-unknown";

export interface Look {
  readonly label: string;
  readonly glyph: GlyphName;
  readonly tone: Tone;
}

/** Whose state it is: the same word may mean something else for a task, a plan, a run, a worker or an agent. */
export type StateKind = "task" | "plan" | "run" | "worker" | "agent";

type Looks = Readonly<Record<string, Look>>;

const look = (label: string, glyph: GlyphName, tone: Tone): Look => ({ label, glyph, tone });

const TASK_LOOKS: Looks = {
  waiting: look("Waiting", "ring-dashed", "waiting"),
  queued: look("Queued", "ring", "queued"),
  assigned: look("Assigned", "ring-dot", "assigned"),
  in_progress: look("In progress", "ring-pie", "running"),
  stopping: look("Stopping", "ring-square", "cancelled"),
  retrying: look("Retrying", "ring-clock", "rework"),
  blocked: look("Blocked", "ring-bar", "waiting"),
  review_pending: look("Review", "eye", "review"),
  rework_needed: look("Rework", "arrow-back", "rework"),
  approved: look("Approved", "ring-check", "approved"),
  rejected: look("Rejected", "octagon-x", "rejected"),
  escalated: look("Escalated", "triangle", "escalated"),
  stuck: look("Stuck", "clock", "stuck"),
  failed: look("Failed", "cross", "failed"),
  completed: look("Completed", "check", "completed"),
  cancelled: look("Cancelled", "ring-slash", "cancelled"),
};

const PLAN_LOOKS: Looks = {
  draft: look("Draft", "ring-dashed", "waiting"),
  generated: look("Generated", "ring", "queued"),
  approved: look("Approved", "ring-check", "approved"),
  pending: look("Pending", "ring", "queued"),
  executing: look("In progress", "ring-pie", "running"),
  in_progress: look("In progress", "ring-pie", "running"),
  paused: look("Paused", "ring-bar", "escalated"),
  stopping: look("Stopping", "ring-square", "cancelled"),
  completed: look("Completed", "check", "completed"),
  partially_completed: look("Partly completed", "ring-half", "rework"),
  failed: look("Failed", "cross", "failed"),
  synthesis_failed: look("Synthesis failed", "cross", "failed"),
  cancelled: look("Cancelled", "ring-slash", "cancelled"),
  closed: look("Closed", "ring-check", "cancelled"),
};

const RUN_LOOKS: Looks = {
  pending: look("Starting", "ring-dot", "assigned"),
  running: look("Running", "ring-pie", "running"),
  success: look("Succeeded", "check", "completed"),
  failure: look("Failed", "cross", "failed"),
  timeout: look("Timed out", "clock", "failed"),
  cancelled: look("Cancelled", "ring-slash", "cancelled"),
};

const WORKER_LOOKS: Looks = {
  busy: look("Busy", "hex-fill", "running"),
  idle: look("Idle", "hex-ring", "completed"),
  stale: look("Stale", "hex-dashed", "stuck"),
  zombie: look("Zombie", "hex-slash", "failed"),
  dead: look("Dead", "hex-cross", "failed"),
  error: look("Error", "hex-alert", "failed"),
  offline: look("Offline", "hex-ring", "cancelled"),
};

const AGENT_LOOKS: Looks = {
  healthy: look("Healthy", "check", "completed"),
  degraded: look("Degraded", "triangle", "escalated"),
  unhealthy: look("Unhealthy", "cross", "failed"),
  broken: look("Broken file", "octagon-x", "rejected"),
  unchecked: look("Not checked", "ring-dashed", "waiting"),
};

const LOOKS: Readonly<Record<StateKind, Looks>> = {
  task: TASK_LOOKS,
  plan: PLAN_LOOKS,
  run: RUN_LOOKS,
  worker: WORKER_LOOKS,
  agent: AGENT_LOOKS,
};

/** Every state has a look; for one nobody knows, the word as it stands in the database. */
export function lookOf(kind: StateKind, state: string): Look {
  const looks = LOOKS[kind];
  const known = Object.hasOwn(looks, state) ? looks[state] : undefined;
  return known ?? look(state === "" ? "No state" : state, kind === "worker" ? "hex-unknown" : "ring-unknown", "queued");
}

/** The order of segments in a bar, from what is over to what has not begun. Others follow in the middle. */
const SEGMENT_ORDER = [
  "completed",
  "approved",
  "in_progress",
  "stopping",
  "review_pending",
  "assigned",
  "retrying",
  "rework_needed",
  "escalated",
  "stuck",
  "rejected",
  "failed",
  "cancelled",
  "queued",
  "waiting",
  "blocked",
];
const LAST_KNOWN_BEGUN = SEGMENT_ORDER.indexOf("cancelled");

export interface Segment extends Look {
  readonly state: string;
  readonly count: number;
}

/** Counts by state as segments of a bar: ordered, without the empty ones. */
export function segmentsOf(counts: Readonly<Record<string, number>>): Segment[] {
  const rank = (state: string): number => {
    const index = SEGMENT_ORDER.indexOf(state);
    return index === -1 ? LAST_KNOWN_BEGUN + 0.5 : index;
  };
  return Object.entries(counts)
    .filter(([, count]) => count > 0)
    .sort(([a], [b]) => rank(a) - rank(b) || (a < b ? -1 : 1))
    .map(([state, count]) => ({ state, count, ...lookOf("task", state) }));
}

interface PlanStanding {
  readonly status: string;
  readonly cancelRequested: boolean;
  readonly paused?: boolean;
}

/** A plan asked to cancel shows that it is stopping until its tasks have ended; one that is held, that it is paused. */
export function planState({ status, cancelRequested, paused = false }: PlanStanding): string {
  if (status !== "executing") return status;
  if (cancelRequested) return "stopping";
  return paused ? "paused" : status;
}
