import { type Ending, endingOf, type ProcessEnd, type StopReason } from "./outcome";
import { lastLogLine, readResult } from "./result-file";
import { stopLeftovers, stopTree } from "./stop-tree";
import type { AttemptFiles } from "./task-files";

/** The process of an attempt, our child or another console's. */
export interface AttemptProcess {
  /** Its process group (its own pid); null when it never began, or that number may be somebody else's by now. */
  readonly group: number | null;
  /** Null: the watch was given up. */
  readonly exited: Promise<ProcessEnd | null>;
  /** Stops watching it, so that this program may end before it. */
  release(): void;
  /** It was stopped, and is likely to be gone. */
  look?(): void;
}

export interface AttemptContext {
  readonly runId: string;
  readonly subtaskId: string;
  /** For messages. */
  readonly run: string | readonly string[] | null;
  /** Null: no limit. */
  readonly timeoutMs: number | null;
  readonly files: AttemptFiles;
  /** How long it has been running already, by a clock that does not jump. */
  readonly elapsedMs: number;
  /** From SIGTERM to SIGKILL; read when it is stopped. */
  readonly graceMs: number;
}

/** An attempt under supervision, whatever agent carries it out. */
export interface Attempt {
  /** Resolves when nothing of it runs any more; null when it was released before. */
  readonly ended: Promise<Ending | null>;
  /** Stops it. The first reason counts; later calls change nothing. */
  stop(reason: StopReason): void;
  /** Gives up supervision; the process runs on. */
  release(): void;
  /** Its end is in the database. Default: it left files on this host, which are removed. */
  recorded?(): void;
}

/** The longest delay that a timer of Node takes; a longer one would fire at once. */
const LONGEST_TIMER_MS = 2_147_483_647;

/** Supervises a process: its time limit, a stop on request, what it leaves behind, and how it ended. */
export function superviseProcess(process: AttemptProcess, context: AttemptContext): Attempt {
  const { runId, timeoutMs, files } = context;
  let stopped: StopReason | null = null;
  let stopping: Promise<void> | null = null;
  let over = false;
  let giveUp: (nothing: null) => void = () => undefined;
  const released = new Promise<null>((resolve) => {
    giveUp = resolve;
  });

  const stop = (reason: StopReason): void => {
    if (over || stopping !== null) return;
    stopped = reason;
    stopping = stopTree({ runId, group: process.group }, context.graceMs).then(() => process.look?.());
  };
  const limit =
    timeoutMs === null
      ? undefined
      : setTimeout(() => stop("timeout"), Math.min(Math.max(0, timeoutMs - context.elapsedMs), LONGEST_TIMER_MS));

  const supervise = async (): Promise<Ending | null> => {
    const end = await Promise.race([process.exited, released]);
    over = true;
    clearTimeout(limit);
    if (end === null) return null;
    if (stopping !== null) await stopping;
    else if (process.group !== null) await stopLeftovers(process.group);
    const succeeded = end.exitCode === 0 && stopped === null;
    return endingOf({
      end,
      stopped,
      timeoutMs,
      subtaskId: context.subtaskId,
      run: context.run,
      lastLine: succeeded || stopped !== null ? null : await lastLogLine(files.log),
      result: succeeded ? await readResult(files.result) : { kind: "none" },
    });
  };
  return {
    ended: supervise(),
    stop,
    release() {
      process.release();
      giveUp(null);
    },
  };
}
