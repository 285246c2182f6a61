import { constants } from "node:os";
import type { RetryPolicy } from "../../../shared/model/plan-definition";
import { retryDelayMs } from "../plan/retry";

/** How a process ended, as far as anybody knows. */
export interface ProcessEnd {
  readonly exitCode: number | null;
  /** The signal that ended it. */
  readonly signal: string | null;
  /** Why its end is not known, or why it never began; null when `exitCode` or `signal` tells. */
  readonly trouble: string | null;
}

/** `restart`: it begins anew, and this attempt does not count. */
export type StopReason = "cancel" | "timeout" | "restart";

export type RunOutcome = "success" | "failure" | "timeout" | "cancelled";

/** The end of an attempt as it goes into the database. */
export interface Ending {
  readonly outcome: RunOutcome;
  readonly exitCode: number | null;
  readonly signal: string | null;
  readonly error: string | null;
  /** JSON text. */
  readonly result: string | null;
  /** It would end the same again: it is not retried by itself. */
  readonly isFinal?: boolean;
  /** Not the task's doing: it is queued again at once, and has as many attempts left as before. */
  readonly uncounted?: boolean;
}

/** What became of `HIVE_RESULT_FILE`. */
export type ResultReading =
  | { readonly kind: "none" }
  | { readonly kind: "json"; readonly text: string }
  | { readonly kind: "bad"; readonly message: string };

export interface EndingFacts {
  readonly end: ProcessEnd;
  /** Who stopped it, when it was us. */
  readonly stopped: StopReason | null;
  readonly timeoutMs: number | null;
  readonly subtaskId: string;
  readonly run: string | readonly string[] | null;
  /** The last line of the log that is not empty. */
  readonly lastLine: string | null;
  readonly result: ResultReading;
}

const signalNames = new Map(Object.entries(constants.signals).map(([name, number]) => [number, name]));

/** Signals that somebody sends; the others are a program's own end (a crash, a closed pipe). */
const SENT = new Set(["SIGKILL", "SIGTERM", "SIGINT", "SIGHUP", "SIGQUIT"]);

/** A shell reports a command that a signal ended as 128 + the signal's number. */
export function signalOfExitCode(exitCode: number | null): string | null {
  return exitCode !== null && exitCode > 128 ? (signalNames.get(exitCode - 128) ?? null) : null;
}

/** `90s`, `1.5s`, `250ms`: a duration in one unit, as a person would say it. */
function duration(ms: number): string {
  return ms < 1_000 ? `${ms} ms` : `${Math.round(ms / 100) / 10} s`;
}

function missingCommand(facts: EndingFacts): string | null {
  if (Array.isArray(facts.run)) return facts.run[0] ?? null;
  return /([^\s:]+): (?:command )?(?:not found|Permission denied)\s*$/.exec(facts.lastLine ?? "")?.[1] ?? null;
}

export function notFoundMessage(command: string | null, subtaskId: string): string {
  const what = command === null ? 'A command in "run"' : `The command "${command}"`;
  return `${what} was not found (exit code 127). Install it or correct "run" of subtask "${subtaskId}".`;
}

export function notExecutableMessage(command: string | null, subtaskId: string): string {
  const what = command === null ? 'A command in "run"' : `The command "${command}"`;
  return `${what} cannot be executed (exit code 126). Make it an executable file or correct "run" of subtask "${subtaskId}".`;
}

function withLastLine(text: string, lastLine: string | null): string {
  return lastLine === null ? text : `${text}: ${lastLine}`;
}

function failureMessage(facts: EndingFacts, signal: string | null): string {
  const { end, lastLine } = facts;
  if (end.trouble !== null) return end.trouble;
  if (signal !== null && SENT.has(signal)) return `Killed by signal ${signal} from outside the console`;
  if (signal !== null) return withLastLine(`Ended by signal ${signal}`, lastLine);
  if (end.exitCode === 127) return notFoundMessage(missingCommand(facts), facts.subtaskId);
  if (end.exitCode === 126) return notExecutableMessage(missingCommand(facts), facts.subtaskId);
  return withLastLine(`Exit code ${end.exitCode}`, lastLine);
}

/** An attempt is what its main process made of it, unless we stopped it, or its result cannot be read. */
export function endingOf(facts: EndingFacts): Ending {
  const { end, stopped, result } = facts;
  const signal = end.signal ?? signalOfExitCode(end.exitCode);
  const base = { exitCode: end.exitCode, signal, result: null };
  if (stopped === "cancel") return { ...base, outcome: "cancelled", error: "Stopped on request" };
  if (stopped === "restart") return { ...base, outcome: "failure", error: "Begun anew on request", uncounted: true };
  if (stopped === "timeout") {
    return { ...base, outcome: "timeout", error: `Stopped at its time limit of ${duration(facts.timeoutMs ?? 0)}` };
  }
  if (end.exitCode !== 0 || end.trouble !== null) {
    return { ...base, outcome: "failure", error: failureMessage(facts, signal) };
  }
  if (result.kind === "bad") return { ...base, outcome: "failure", error: result.message };
  return { ...base, outcome: "success", error: null, result: result.kind === "json" ? result.text : null };
}

export interface RetryFacts {
  readonly outcome: RunOutcome;
  /** Null: it ended otherwise, or nobody knows how. */
  readonly exitCode: number | null;
  readonly retries: RetryPolicy;
  /** Attempts begun, of `maxAttempts`. A retry by hand raises both. */
  readonly attempts: number;
  readonly maxAttempts: number;
  readonly now: number;
  readonly random: () => number;
}

/** When the next attempt may begin, in milliseconds since the epoch; null when there is none. */
export function nextAttemptAt(facts: RetryFacts): number | null {
  const { outcome, exitCode, retries, attempts, maxAttempts, now, random } = facts;
  if (outcome !== "failure" && outcome !== "timeout") return null;
  if (retries.onExitCodes !== null) {
    // The exit code of what was stopped at its time limit is the stop's.
    if (outcome === "timeout" || exitCode === null || !retries.onExitCodes.includes(exitCode)) return null;
  }
  const left = maxAttempts - attempts;
  if (left <= 0) return null;
  // Counted from the last launch or retry by hand, so that each begins with the shortest delay.
  const failed = Math.max(1, retries.count + 1 - left);
  return now + retryDelayMs(retries, failed, random);
}
