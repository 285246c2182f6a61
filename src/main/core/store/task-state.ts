import type { TaskState } from "../../../shared/model/task";
import type { TaskSpec } from "./task-spec";

/** What a running attempt was asked when it may go on to its end, which is not retried. */
export const LET_END = "let_end";

/** Whether a running attempt is being stopped. `asked`: `console_runs.stop_requested`. */
export function isStop(asked: unknown): boolean {
  return asked !== null && asked !== undefined && asked !== LET_END;
}

/** What a task's shown state follows from. */
export interface TaskFacts {
  readonly status: string;
  /** Dependencies not completed. */
  readonly unmet: number;
  readonly blocked: boolean;
  readonly notBefore: number | null;
  /** Its running attempt was asked to stop. */
  readonly stopRequested: boolean;
}

/** The shown state; a status that nobody knows is shown as it stands. */
export function taskState(facts: TaskFacts, now: number): TaskState | (string & {}) {
  if (facts.status === "queued") {
    if (facts.blocked) return "blocked";
    if (facts.unmet > 0) return "waiting";
    return facts.notBefore !== null && facts.notBefore > now ? "retrying" : "queued";
  }
  return facts.status === "in_progress" && facts.stopRequested ? "stopping" : facts.status;
}

export interface ReasonFacts {
  readonly state: string;
  /** Why it failed or was cancelled last. */
  readonly note: string | null;
  readonly attempts: number;
  readonly maxAttempts: number;
}

/** One line for the states that need no look at other tasks. */
export function ownReason({ state, note, attempts, maxAttempts }: ReasonFacts): string | null {
  switch (state) {
    case "retrying":
      return `${attempts === 0 ? "It could not begin" : `Attempt ${attempts} of ${maxAttempts} failed`}${note === null ? "" : `: ${note}`}`;
    case "in_progress":
      return note;
    case "stopping":
      return note === null ? "Asked to stop" : `Asked to stop: ${note}`;
    case "failed":
    case "cancelled":
    case "queued":
    case "review_pending":
    case "rejected":
    case "rework_needed":
    case "escalated":
      return note;
    default:
      return null;
  }
}

const NAMED = 3;

/** `Waits for Build, Test and 4 more`. */
export function waitingReason(titles: readonly string[], unmet: number): string | null {
  if (titles.length === 0) return null;
  const named = titles.slice(0, NAMED);
  const more = unmet - named.length;
  return `Waits for ${named.join(", ")}${more > 0 ? ` and ${more} more` : ""}`;
}

/** A shell would take these as they stand. */
const PLAIN = /^[\w@%+=:,./-]+$/;

/** What a task does, as a person would type or say it; null: nothing. */
export function workLine({ run, http, llm, program, approval }: TaskSpec): string | null {
  if (http) return `${http.method} ${http.url}`;
  if (llm) return llm.model === null ? llm.prompt : `${llm.model}: ${llm.prompt}`;
  if (program) return program.prompt;
  return approval ? approval.instructions : commandLine(run);
}

/** A command as a person would type it. */
export function commandLine(run: string | readonly string[] | null): string | null {
  if (run === null || typeof run === "string") return run;
  return run.map((word) => (PLAIN.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`)).join(" ");
}
