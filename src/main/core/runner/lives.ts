import { unlink } from "node:fs/promises";
import { HiveError, toErrorBody } from "../../../shared/errors";
import { processStart, thisHost } from "../process-identity";
import type { Store } from "../store/open";
import { type Claim, type LiveRun, setRunProcess } from "../store/queue";
import { superviseProcess } from "./attempt";
import type { Begun } from "./begun";
import { concealEnding, concealLog } from "./conceal";
import type { Executor } from "./executor";
import { type HeldRun, hold } from "./held-run";
import { type Ending, nextAttemptAt, type StopReason } from "./outcome";
import type { Persistence } from "./persistence";
import { findRemains } from "./reattach";
import { readSecrets } from "./secrets";
import { attemptFiles } from "./task-files";
import type { EndToWrite } from "./turns";

/** What its owner is doing: `leaving` lets its attempts run on, `cancelling` stops them. */
export type Phase = "opening" | "open" | "leaving" | "cancelling";

export interface LivesOptions {
  readonly store: Store;
  /** The attempts under way, by run; kept up to date here. */
  readonly held: Map<string, HeldRun>;
  readonly executor: Executor;
  readonly persistence: Persistence;
  readonly graceMs: number;
  readonly phase: () => Phase;
  /** Writes an end; false: it will not be written. */
  readonly end: (end: EndToWrite) => Promise<boolean>;
  /** The end of this run cannot be written. */
  readonly onRefused: (runId: string) => void;
  readonly onChange: () => void;
}

/** The lives of attempts, from their beginning to the record of their end. */
export interface Lives {
  start(claim: Claim): void;
  /** Takes up an attempt that another program began. */
  adopt(run: LiveRun): void;
  /** The first reason counts. */
  askStop(run: HeldRun, reason: StopReason): void;
  count(): number;
  /** Resolves when all that are under way now are over, or released. */
  settled(): Promise<void>;
}

export function createLives(options: LivesOptions): Lives {
  const { store, held, executor } = options;
  const { clock } = store;
  const { persist } = options.persistence;
  const underWay = new Set<Promise<void>>();

  const begin = (one: Claim): Promise<Begun> => {
    if (one.spec !== null) return executor.start({ ...one, spec: one.spec });
    throw new HiveError(
      "invalid_plan",
      `What task ${one.taskId} runs cannot be read from the database (console_specs). Launch its plan again.`,
    );
  };

  const findAgain = async (run: LiveRun): Promise<Begun> => {
    const resumed = executor.resume(run);
    if (resumed !== null) return resumed;
    const files = attemptFiles(store.filesFolder, run.planId ?? "", run.runId);
    const remains = await findRemains(run, files);
    if (remains.kind === "never_started") {
      return { kind: "postponed", why: "The console ended before it had started this attempt", delayMs: 0 };
    }
    const { group } = remains.process;
    if (run.pid === null && group !== null) {
      const identity = { pid: group, pidStart: processStart(group), ...thisHost };
      void persist((tx) => setRunProcess(tx, { runId: run.runId, ...identity, logPath: files.log }));
    }
    const attempt = superviseProcess(remains.process, {
      runId: run.runId,
      subtaskId: run.subtaskId ?? run.taskId,
      run: run.spec?.run ?? null,
      timeoutMs: run.spec?.timeoutMs ?? null,
      files,
      elapsedMs: remains.elapsedMs,
      get graceMs() {
        return options.graceMs;
      },
    });
    return { kind: "running", attempt };
  };

  const live = async (run: HeldRun, beginning: () => Promise<Begun>): Promise<void> => {
    let begun: Begun;
    try {
      begun = await beginning();
    } catch (error) {
      await finish(run, failure(toErrorBody(error).message), null);
      return;
    }
    if (begun.kind === "running") {
      run.attempt = begun.attempt;
      if (options.phase() === "cancelling") askStop(run, "cancel");
      else if (run.stopAsked !== null) begun.attempt.stop(run.stopAsked);
      if (options.phase() === "leaving") begun.attempt.release();
      const ended = await begun.attempt.ended;
      const ending = ended !== null && run.hasSecrets ? await withoutSecrets(run, ended) : ended;
      if (ending !== null) await finish(run, ending, retryTime(run, ending));
    } else if (begun.kind === "postponed" && run.stopAsked === "cancel") {
      await finish(run, { ...failure("Stopped on request"), outcome: "cancelled" }, null);
    } else if (begun.kind === "postponed") {
      await finish(run, { ...failure(begun.why), uncounted: true }, clock.now() + begun.delayMs);
    }
  };

  /** Nothing of it runs any more: what it printed stays as it is now. */
  const withoutSecrets = async ({ planId, runId }: HeldRun, ending: Ending): Promise<Ending> => {
    const files = attemptFiles(store.filesFolder, planId ?? "", runId);
    try {
      const secrets = await readSecrets(store.filesFolder, planId ?? "");
      await concealLog(files.log, secrets);
      await concealLog(files.result, secrets);
      return concealEnding(ending, secrets);
    } catch (error) {
      const why = toErrorBody(error).message;
      return {
        ...ending,
        error: ending.error && `It failed; why is not shown, for secrets could not be hidden: ${why}`,
        result: null,
      };
    }
  };

  const oversee = (run: HeldRun, beginning: () => Promise<Begun>): void => {
    const life = live(run, beginning).finally(() => {
      held.delete(run.runId);
      underWay.delete(life);
      options.onChange();
    });
    underWay.add(life);
  };

  const retryTime = (run: HeldRun, { outcome, exitCode, isFinal, uncounted }: Ending): number | null => {
    if (uncounted) return clock.now();
    if (isFinal) return null;
    const { retries, attempts, maxAttempts } = run;
    const now = clock.now();
    return retries && nextAttemptAt({ outcome, exitCode, retries, attempts, maxAttempts, now, random: store.random });
  };

  const finish = async (run: HeldRun, ending: Ending, retryAt: number | null): Promise<void> => {
    const { runId } = run;
    const now = clock.now();
    run.finishing = true;
    if (!(await options.end({ ...ending, runId, now, retryAt }))) {
      options.onRefused(runId);
      return;
    }
    if (run.attempt === null) return;
    if (run.attempt.recorded !== undefined) {
      run.attempt.recorded();
      return;
    }
    // Without a process the exit file, if there is one, forbids a late start and has to stay.
    const files = attemptFiles(store.filesFolder, run.planId ?? "", runId);
    for (const file of [files.exit, files.inputs, files.prompt, files.work]) void unlink(file).catch(() => undefined);
  };

  const askStop = (run: HeldRun, reason: StopReason): void => {
    run.stopAsked ??= reason;
    run.attempt?.stop(reason);
  };

  return {
    start: (claim) => oversee(hold(held, claim), () => begin(claim)),
    adopt: (run) => oversee(hold(held, run), () => findAgain(run)),
    askStop,
    count: () => underWay.size,
    async settled() {
      await Promise.allSettled([...underWay]);
    },
  };
}

function failure(error: string): Ending {
  return { outcome: "failure", exitCode: null, signal: null, error, result: null };
}
