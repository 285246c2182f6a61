import { HiveError } from "../../shared/errors";
import type { ExplorerJob, ExplorerPart, FromExplorer, ToExplorer } from "./protocol";

/** A process that does the jobs. */
export interface ExplorerProcess {
  post(message: ToExplorer): void;
  onMessage(listener: (message: FromExplorer) => void): void;
  /** Once, however it ended. */
  onExit(listener: (code: number) => void): void;
  kill(): void;
}

export interface ExplorerOptions {
  readonly fork: () => ExplorerProcess;
  /** A process without a job ends after so many milliseconds. Default: a minute. */
  readonly idleMs?: number;
}

export interface JobOptions {
  readonly onPart: (part: ExplorerPart) => void;
  /** After so many milliseconds it is stopped. */
  readonly timeoutMs: number;
}

export interface RunningJob {
  /** Resolves at its end, also when it was cancelled; rejects when it failed or took too long. */
  readonly ended: Promise<void>;
  /** Kills its process at once: nothing else can stop what blocks it. */
  cancel(): void;
}

/**
 * Runs jobs that may block, each in a process of its own. A process that is done waits for the next job; one whose job is
 * cancelled or late is killed, and the next job gets a new one.
 */
export interface Explorer {
  run(job: ExplorerJob, options: JobOptions): RunningJob;
  /** Ends every process; their jobs count as cancelled. */
  stop(): void;
}

/** A process and the job that it works on. */
interface Hand {
  readonly process: ExplorerProcess;
  /** While it waits for a job. */
  idleTimer: NodeJS.Timeout | null;
  settle: ((error: HiveError | null) => void) | null;
  onPart: ((part: ExplorerPart) => void) | null;
  jobId: number;
}

export function createExplorer({ fork, idleMs = 60_000 }: ExplorerOptions): Explorer {
  const hands = new Set<Hand>();
  let idle: Hand | null = null;
  let lastId = 0;

  function start(): Hand {
    const hand: Hand = { process: fork(), idleTimer: null, settle: null, onPart: null, jobId: 0 };
    hands.add(hand);
    hand.process.onMessage((message) => {
      if (message.id !== hand.jobId) return;
      if ("part" in message) hand.onPart?.(message.part);
      else if ("failure" in message) hand.settle?.(new HiveError("file_unreadable", message.failure));
      else hand.settle?.(null);
    });
    hand.process.onExit((code) => {
      hands.delete(hand);
      if (idle === hand) idle = null;
      hand.settle?.(new HiveError("internal", `The process that searched ended with code ${code}. Try again.`));
    });
    return hand;
  }

  function end(hand: Hand): void {
    hands.delete(hand);
    if (idle === hand) idle = null;
    if (hand.idleTimer !== null) clearTimeout(hand.idleTimer);
    hand.process.kill();
  }

  function rest(hand: Hand): void {
    if (idle !== null) {
      end(hand);
      return;
    }
    idle = hand;
    hand.idleTimer = setTimeout(() => end(hand), idleMs);
    hand.idleTimer.unref();
  }

  function takeIdle(): Hand | null {
    const hand = idle;
    idle = null;
    if (hand?.idleTimer) clearTimeout(hand.idleTimer);
    return hand;
  }

  return {
    run(job, { onPart, timeoutMs }) {
      const hand = takeIdle() ?? start();
      const jobId = ++lastId;
      hand.jobId = jobId;
      hand.onPart = onPart;
      let finish: (error: HiveError | null) => void = () => undefined;
      const ended = new Promise<void>((resolve, reject) => {
        finish = (error) => (error === null ? resolve() : reject(error));
      });
      // Not everybody waits for the end.
      ended.catch(() => undefined);
      const kill = (error: HiveError | null): void => {
        // By now the process may work on another job.
        if (hand.jobId !== jobId || hand.settle === null) return;
        const { settle } = hand;
        end(hand);
        settle(error);
      };
      const late = `It took longer than ${Math.round(timeoutMs / 1_000)} s and was stopped.`;
      const timer = setTimeout(() => kill(new HiveError("not_allowed", late)), timeoutMs);
      hand.settle = (error) => {
        clearTimeout(timer);
        hand.settle = null;
        hand.onPart = null;
        finish(error);
        if (hands.has(hand)) rest(hand);
      };
      hand.process.post({ id: jobId, job });
      return { ended, cancel: () => kill(null) };
    },
    stop() {
      for (const hand of [...hands]) {
        const { settle } = hand;
        end(hand);
        settle?.(null);
      }
    },
  };
}
