import { HiveError } from "../../shared/errors";
import type { ExplorerPart, FromExplorer, JobAsk, JobName, JobOf, JobPart, ToExplorer } from "./protocol";

/** A process that does the jobs. */
export interface ExplorerProcess {
  post(message: ToExplorer): void;
  onMessage(listener: (message: FromExplorer) => void): void;
  /** Once, however it ended. */
  onExit(listener: (code: number) => void): void;
  kill(): void;
  /** How much memory it holds now, in bytes; null where that cannot be told. */
  memory(): Promise<number | null>;
}

export interface ExplorerOptions {
  readonly fork: () => ExplorerProcess;
  /** A process without a job ends after so many milliseconds. Default: a minute. */
  readonly idleMs?: number;
}

export interface JobOptions<Name extends JobName> {
  readonly onPart: (part: JobPart<Name>) => void;
  /** After so many milliseconds it is stopped; null: it has no limit. */
  readonly timeoutMs: number | null;
  /** A process that holds more memory for it, in bytes, is stopped. Default: no limit. */
  readonly memoryBytes?: number;
}

export interface RunningJob<Ask = never> {
  /** Resolves at its end, also when it was cancelled; rejects when it failed, took too long or too much memory. */
  readonly ended: Promise<void>;
  /** Asks the job for something while it runs. */
  ask(ask: Ask): void;
  /** From now on it may take so many milliseconds; null: as long as it likes, because it waits for somebody. */
  allow(timeoutMs: number | null): void;
  /** Kills its process at once: nothing else can stop what blocks it. */
  cancel(): void;
}

/**
 * Runs jobs that may block, each in a process of its own. A process that is done waits for the next job; one whose job is
 * cancelled or late is killed, and the next job gets a new one.
 */
export interface Explorer {
  run<Name extends JobName>(job: JobOf<Name>, options: JobOptions<Name>): RunningJob<JobAsk<Name>>;
  /** Ends every process; their jobs count as cancelled. */
  stop(): void;
  /** Resolves when the processes that were ended are gone, and what they had open with them. */
  gone(): Promise<void>;
}

/** A process and the job that it works on. */
interface Hand {
  readonly process: ExplorerProcess;
  readonly exited: Promise<void>;
  /** While it waits for a job. */
  idleTimer: NodeJS.Timeout | null;
  settle: ((error: HiveError | null) => void) | null;
  onPart: ((part: ExplorerPart) => void) | null;
  jobId: number;
}

/** Memory is looked at this often, in milliseconds. */
const LOOK_MS = 150;
const MEGABYTE = 1_000_000;

export function createExplorer({ fork, idleMs = 60_000 }: ExplorerOptions): Explorer {
  const hands = new Set<Hand>();
  const leaving = new Set<Promise<void>>();
  let idle: Hand | null = null;
  let lastId = 0;

  function start(): Hand {
    let leave: () => void = () => undefined;
    const exited = new Promise<void>((resolve) => {
      leave = resolve;
    });
    const hand: Hand = { process: fork(), exited, idleTimer: null, settle: null, onPart: null, jobId: 0 };
    hands.add(hand);
    hand.process.onMessage((message) => {
      if (message.id !== hand.jobId) return;
      if ("part" in message) hand.onPart?.(message.part);
      else if ("failure" in message) {
        const { code, message: words, details } = message.failure;
        hand.settle?.(new HiveError(code, words, details));
      } else hand.settle?.(null);
    });
    hand.process.onExit((code) => {
      leave();
      hands.delete(hand);
      if (idle === hand) idle = null;
      hand.settle?.(
        new HiveError(
          "internal",
          `The process that did this ended with code ${code}: it may have run out of memory. Another one is started for what comes next. Ask for less, or try again.`,
          { code },
        ),
      );
    });
    return hand;
  }

  function end(hand: Hand): void {
    hands.delete(hand);
    if (idle === hand) idle = null;
    if (hand.idleTimer !== null) clearTimeout(hand.idleTimer);
    leaving.add(hand.exited);
    void hand.exited.then(() => leaving.delete(hand.exited));
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
    run<Name extends JobName>(job: JobOf<Name>, options: JobOptions<Name>): RunningJob<JobAsk<Name>> {
      const { onPart, timeoutMs, memoryBytes } = options;
      const hand = takeIdle() ?? start();
      const jobId = ++lastId;
      hand.jobId = jobId;
      // A job's parts are its own: its id came back with them.
      hand.onPart = onPart as (part: ExplorerPart) => void;
      let finish: (error: HiveError | null) => void = () => undefined;
      const ended = new Promise<void>((resolve, reject) => {
        finish = (error) => (error === null ? resolve() : reject(error));
      });
      // Not everybody waits for the end.
      ended.catch(() => undefined);
      // By now the process may work on another job.
      const isOver = (): boolean => hand.jobId !== jobId || hand.settle === null;
      const kill = (error: HiveError | null): void => {
        if (isOver()) return;
        const { settle } = hand;
        end(hand);
        settle?.(error);
      };
      let timer: NodeJS.Timeout | null = null;
      const allow = (ms: number | null): void => {
        if (timer !== null) clearTimeout(timer);
        timer = null;
        if (ms === null || isOver()) return;
        const words = `It took longer than ${Math.round(ms / 1_000)} s and was stopped.`;
        timer = setTimeout(() => kill(new HiveError("not_allowed", words, { timeoutMs: ms })), ms);
      };
      const watch = memoryBytes === undefined ? null : setInterval(() => void look(memoryBytes), LOOK_MS);
      async function look(most: number): Promise<void> {
        const bytes = await hand.process.memory();
        if (bytes === null || bytes <= most) return;
        const words = `It took more than ${Math.round(most / MEGABYTE).toLocaleString("en")} MB of memory and was stopped. Ask for less at once.`;
        kill(new HiveError("not_allowed", words, { memoryBytes: most }));
      }
      hand.settle = (error) => {
        hand.settle = null;
        hand.onPart = null;
        if (timer !== null) clearTimeout(timer);
        if (watch !== null) clearInterval(watch);
        finish(error);
        if (hands.has(hand)) rest(hand);
      };
      allow(timeoutMs);
      hand.process.post({ id: jobId, job } as ToExplorer);
      return {
        ended,
        ask: (ask) => {
          if (!isOver()) hand.process.post({ id: jobId, ask });
        },
        allow,
        cancel: () => kill(null),
      };
    },
    stop() {
      for (const hand of [...hands]) {
        const { settle } = hand;
        end(hand);
        settle?.(null);
      }
    },
    gone: async () => {
      await Promise.all(leaving);
    },
  };
}
