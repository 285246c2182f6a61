import type { EventRow } from "../../../shared/model/log-views";

const STATES: ReadonlyArray<readonly [pattern: RegExp, state: string]> = [
  [/\.(failed|error|rejected)$/, "failed"],
  [/\.(completed|execution_completed|approved)$/, "completed"],
  [/\.(started|progress|execution_started|in_progress)$/, "in_progress"],
  [/\.(assigned|registered)$/, "assigned"],
  [/\.(cancelled)$/, "cancelled"],
  [/^review\./, "review_pending"],
  [/\.rolled_back$/, "rework_needed"],
];

/** The state of a task whose glyph and hue an event shows. */
export function stateOfEvent(type: string): string {
  return STATES.find(([pattern]) => pattern.test(type))?.[1] ?? "queued";
}

function entry(payload: unknown, key: string): unknown {
  return typeof payload === "object" && payload !== null
    ? (payload as Readonly<Record<string, unknown>>)[key]
    : undefined;
}

/** The task that an event tells of. */
export function taskOfEvent({ payload }: EventRow): { readonly id: string; readonly name: string } | null {
  const id = entry(payload, "task_id");
  if (typeof id !== "string") return null;
  const name = entry(payload, "subtask_id");
  return { id, name: typeof name === "string" ? name : id };
}

/** Named in columns of their own, or in every event of the plan. */
const ELSEWHERE = new Set(["task_id", "subtask_id", "plan_id", "run_id"]);
/** What a reader looks for first; the rest follows as its writer has it. */
const FIRST = ["error", "reason", "status", "verdict", "outcome", "will_retry", "attempt", "worker_id"];

const rankOf = (key: string): number => (FIRST.includes(key) ? FIRST.indexOf(key) : FIRST.length);

/** What else is in the payload, on a line. */
export function restOfEvent({ payload, unreadable }: EventRow): string {
  if (unreadable.includes("payload")) return typeof payload === "string" ? payload : "";
  if (typeof payload !== "object" || payload === null || Array.isArray(payload)) return JSON.stringify(payload) ?? "";
  return Object.entries(payload)
    .filter(([key, value]) => !ELSEWHERE.has(key) && value !== null && value !== false)
    .sort(([a], [b]) => rankOf(a) - rankOf(b))
    .map(([key, value]) => `${key}=${typeof value === "string" ? value : JSON.stringify(value)}`)
    .join("  ");
}
