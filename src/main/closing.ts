import type { OperationInput } from "../shared/contract";

export type CloseChoice = OperationInput<"app.close">["choice"];

/** What becomes of tasks that run here when the process ends. */
export type TasksAtEnd = "leave" | "cancel";

export interface ClosingOptions {
  /** Tasks that this process started and that still run. */
  readonly running: () => number;
  /** Asks the page to ask. Resolves false when the page cannot: it is gone, or does not answer in time. */
  readonly askPage: (running: number) => Promise<boolean>;
  /** Asks with the system's dialog. */
  readonly askNatively: (running: number) => Promise<CloseChoice>;
  /** Stops everything in order, then ends the process. Called once. */
  readonly end: (tasks: TasksAtEnd) => Promise<void>;
}

export interface Closing {
  /** The operator wants the window to close. */
  request(): void;
  /** The page's answer. Resolves when it has been carried out. */
  answer(choice: CloseChoice): Promise<void>;
  /** Ends without a question: a signal, or the end of the session. */
  endNow(tasks: TasksAtEnd): void;
}

type Phase = "open" | "asking" | "asked" | "asking_natively" | "ending";

/**
 * Whether the window may close. While tasks run here the operator decides; a page that hangs or has crashed
 * never keeps the window open, and neither does one that lost the question: asking to close a second time
 * brings the system's dialog.
 */
export function createClosing({ running, askPage, askNatively, end }: ClosingOptions): Closing {
  let phase: Phase = "open";
  let ending: Promise<void> | null = null;

  function finish(tasks: TasksAtEnd): Promise<void> {
    phase = "ending";
    ending ??= end(tasks);
    return ending;
  }

  async function answer(choice: CloseChoice): Promise<void> {
    if (phase === "ending" || choice !== "stay") await finish(choice === "cancel_tasks" ? "cancel" : "leave");
    else phase = "open";
  }

  async function ask(count: number): Promise<void> {
    phase = "asking";
    const asked = await askPage(count);
    if (phase !== "asking") return;
    if (asked) phase = "asked";
    else await fallBack(count);
  }

  async function fallBack(count: number): Promise<void> {
    phase = "asking_natively";
    await answer(await askNatively(count));
  }

  return {
    request() {
      if (phase === "ending") return;
      const count = running();
      if (count === 0) void finish("leave");
      else if (phase === "open") void ask(count);
      else if (phase === "asked") void fallBack(count);
    },
    answer,
    endNow: (tasks) => void finish(tasks),
  };
}
