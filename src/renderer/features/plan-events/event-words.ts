import type { EventRow } from "../../../shared/model/log-views";
import { WORKER_STATES } from "../../../shared/model/worker";

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

/** The state of a worker that an event tells of; null: it tells of none. */
export function workerStateOf({ type, payload }: EventRow): string | null {
  const status = type.startsWith("agent.") ? entry(payload, "status") : undefined;
  return WORKER_STATES.find((state) => state === status) ?? null;
}

/** Whose glyph and hue an event shows. */
export function lookOfEvent(event: EventRow): { readonly kind: "task" | "worker"; readonly state: string } {
  const worker = workerStateOf(event);
  return worker === null ? { kind: "task", state: stateOfEvent(event.type) } : { kind: "worker", state: worker };
}

interface Saying {
  /** What is said with it, and not once more behind it. */
  readonly keys: readonly string[];
  readonly say: (of: (key: string) => string | null) => string;
}

const together = (...parts: ReadonlyArray<string | null>): string => parts.filter((part) => part).join(", ");
const END: Saying = {
  keys: ["outcome", "run_number", "exit_code", "error", "signal", "will_retry", "retry_at"],
  say: (of) =>
    together(
      of("error") ?? (of("exit_code") === null ? of("outcome") : `exit ${of("exit_code")}`),
      of("run_number") && `attempt ${of("run_number")}`,
      of("will_retry") === "true" ? "is retried" : null,
    ),
};

/** Events that nearly all logs are full of, as a person would say them. */
const SAYINGS: Readonly<Record<string, Saying>> = {
  "task.assigned": { keys: ["worker_id"], say: (of) => `to ${of("worker_id") ?? "a worker"}` },
  "task.started": {
    keys: ["attempt", "run_number", "worker_id"],
    say: (of) => together(`attempt ${of("attempt") ?? of("run_number") ?? "?"}`, of("worker_id")),
  },
  "task.completed": END,
  "task.failed": END,
  "task.cancelled": END,
  "agent.registered": { keys: ["worker_id", "status"], say: (of) => `is ${of("status") ?? "here"}` },
  "agent.heartbeat": {
    keys: ["worker_id", "status", "reason", "lost", "process", "back"],
    say: (of) => [of("status") && `is ${of("status")}`, of("reason")].filter((part) => part).join(": "),
  },
};

/** What an event says, in words as far as there are some; the rest behind them as its writer has it. */
export function wordsOfEvent(event: EventRow): string {
  const { type, payload } = event;
  const saying = SAYINGS[type];
  if (saying === undefined || typeof payload !== "object" || payload === null) return restOfEvent(event);
  const said = saying.say((key) => {
    const value = entry(payload, key);
    return value === undefined || value === null || typeof value === "object" ? null : String(value);
  });
  const others = Object.entries(payload).filter(([key]) => !saying.keys.includes(key));
  return [said, restOfEvent({ ...event, payload: Object.fromEntries(others) })]
    .filter((part) => part !== "")
    .join("  ");
}

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
