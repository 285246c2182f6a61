import { FinalFailure, WorkFailure } from "../agents/agent";
import type { Attempt } from "./attempt";
import { type Ending, endingOf, type StopReason } from "./outcome";

export interface WorkContext {
  readonly subtaskId: string;
  /** Null: no limit. */
  readonly timeoutMs: number | null;
  /** How long it has been running already. */
  readonly elapsedMs: number;
}

/** The longest delay that a timer of Node takes. */
const LONGEST_TIMER_MS = 2_147_483_647;

/**
 * Supervises work inside the console: its time limit, a stop on request, and how it ended. Released, it is cut off
 * here, for the next console to take up.
 */
export function superviseWork(
  work: (signal: AbortSignal) => Promise<string | null>,
  { subtaskId, timeoutMs, elapsedMs }: WorkContext,
): Attempt {
  const cut = new AbortController();
  let stopped: StopReason | "released" | null = null;
  let over = false;
  const stop = (reason: StopReason | "released"): void => {
    if (over || stopped !== null) return;
    stopped = reason;
    cut.abort();
  };
  const limit =
    timeoutMs === null
      ? undefined
      : setTimeout(() => stop("timeout"), Math.min(Math.max(0, timeoutMs - elapsedMs), LONGEST_TIMER_MS));

  const ending = (reason: StopReason | null, error: string | null, result: string | null): Ending => {
    const facts = { stopped: reason, timeoutMs, subtaskId, run: null, lastLine: null };
    const end = { exitCode: error === null ? 0 : null, signal: null, trouble: error };
    const reading = result === null ? ({ kind: "none" } as const) : ({ kind: "json", text: result } as const);
    return { ...endingOf({ ...facts, end, result: reading }), exitCode: null };
  };

  const supervise = async (): Promise<Ending | null> => {
    let error: string | null = null;
    let isFinal = false;
    let result: string | null = null;
    try {
      result = await work(cut.signal);
    } catch (thrown) {
      error = thrown instanceof WorkFailure ? thrown.message : unexpected(thrown);
      isFinal = thrown instanceof FinalFailure;
    }
    over = true;
    clearTimeout(limit);
    if (stopped === "released") return null;
    return { ...ending(stopped, error, result), isFinal };
  };
  return { ended: supervise(), stop, release: () => stop("released") };
}

function unexpected(thrown: unknown): string {
  return `Something unexpected failed: ${thrown instanceof Error ? thrown.message : String(thrown)}`;
}
