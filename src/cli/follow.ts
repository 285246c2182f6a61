import { setTimeout as delay } from "node:timers/promises";
import type { Core } from "../main/core/client";
import { forecasterOf } from "../main/core/operations/forecast";
import { cancelPlan, getPlan } from "../main/core/operations/plans";
import { HiveError } from "../shared/errors";
import type { RunnerInfo } from "../shared/model/views";
import { EXIT, type ExitCode, exitCodeOfPlan } from "./exit-codes";
import { collectFailures } from "./failures";
import { killPlan } from "./kill";
import { planSource } from "./plan-source";
import type { Reporter } from "./reporters";
import type { Interrupts } from "./signals";
import { plural } from "./text";
import { type WatchedSubtask, watchPlan } from "./watch";

/** How long a killed plan gets to be recorded as such. */
const RECORDING_MS = 5_000;

export interface Followed {
  readonly planId: string;
  readonly subtasks: readonly WatchedSubtask[];
  /** Who cancels it when it is interrupted, for the audit log. */
  readonly operator: string;
  /** It was begun elsewhere, perhaps long ago: its time is told, not that of the watching. */
  readonly joined?: boolean;
  /** An interruption only ends the watching: the plan goes on. Default: it cancels the plan. */
  readonly leaves?: boolean;
}

/**
 * Shows a plan until it has ended. The first interruption cancels it, and what cleans up still runs; the second does
 * without that and kills its processes, the third leaves at once.
 */
export async function followPlan(
  core: Core,
  followed: Followed,
  reporter: Reporter,
  interrupts: Interrupts,
): Promise<ExitCode> {
  const { store } = core;
  const { planId } = followed;
  const began = store.clock.monotonic();
  let notices: Notices | null = null;
  const watch = watchPlan(planSource(store, planId), followed.subtasks, (plan, tasks, changed) => {
    reporter.changed(plan, tasks, changed);
    notices?.paused(plan.paused);
  });
  reporter.began(getPlan(store, { planId }), watch.tasks, followed.joined === true);
  reporter.changed(
    watch.plan,
    watch.tasks,
    watch.tasks.filter((task) => task.attempts > 0 || task.status !== "queued"),
  );
  notices = createNotices(core, reporter);
  notices.paused(watch.plan.paused);
  const forgetForecast = forecasterOf(store).watch(planId, reporter.predicted, () => {});
  try {
    if (followed.leaves) {
      await Promise.race([watch.ended, new Promise<void>((left) => interrupts.react(() => left()))]);
      if (interrupts.count > 0) {
        reporter.left({ planId, title: watch.plan.title });
        return EXIT.interrupted;
      }
    } else await Promise.race([watch.ended, interrupted(core, followed, interrupts, notices)]);
    const { status } = watch.plan;
    const { startedAt, finishedAt } = watch.plan;
    const durationMs =
      followed.joined && startedAt !== null && finishedAt !== null
        ? finishedAt - startedAt
        : Math.round(store.clock.monotonic() - began);
    const failures = await collectFailures(store, planId, watch.tasks);
    reporter.ended({ planId, title: watch.plan.title, status, durationMs, tasks: watch.tasks }, failures);
    return interrupts.count > 0 ? EXIT.interrupted : exitCodeOfPlan(status);
  } finally {
    forgetForecast();
    notices.end();
    watch.close();
  }
}

interface Notices {
  /** Outranks what the runner has to say; null: nothing more. */
  interruption(text: string): void;
  paused(isPaused: boolean): void;
  end(): void;
}

/** Who starts the tasks, if not this process, and what keeps it from doing so. */
function createNotices({ runner }: Core, reporter: Reporter): Notices {
  let isInterrupted = false;
  let last: string | null = null;
  let other: number | null = null;
  let isPaused = false;
  const show = (text: string | null) => {
    if (isInterrupted || text === last) return;
    last = text;
    reporter.notice(text);
  };
  const tell = () => {
    if (isPaused) {
      show("The plan is paused: what runs goes on, nothing else starts until it is resumed.");
      return;
    }
    if (runner === null) {
      show(null);
      return;
    }
    const info = runner.info();
    if (info.pausedReason !== null) show(info.pausedReason);
    else if (!info.dispatching && info.dispatcher !== null) {
      other = info.dispatcher.pid;
      show(describeDispatcher(info.dispatcher));
    } else if (info.dispatching && other !== null) {
      show(`Process ${other} does not start tasks any more: this one does now.`);
    } else if (info.dispatching) show(null);
  };
  tell();
  const unsubscribe = runner?.onChange(tell);
  return {
    interruption(text) {
      isInterrupted = true;
      reporter.notice(text);
    },
    paused(next) {
      if (next === isPaused) return;
      isPaused = next;
      tell();
    },
    end: () => unsubscribe?.(),
  };
}

const PROGRAMS: Readonly<Record<string, string>> = { window: "the window", cli: "another hive command" };

function describeDispatcher({ pid, host, program }: NonNullable<RunnerInfo["dispatcher"]>): string {
  const name = PROGRAMS[program] ?? program;
  return `Tasks are started by ${name} that has this database open (process ${pid} on ${host}); watching it.`;
}

/** Resolves when an interrupted plan need not be waited for any longer. */
function interrupted(core: Core, followed: Followed, interrupts: Interrupts, notices: Notices): Promise<void> {
  const { store } = core;
  const { planId, operator } = followed;
  const cancel = async () => {
    notices.interruption("Cancelling: no more tasks are started. ^C again kills what still runs.");
    try {
      const { stopping, cleaning } = await cancelPlan(store, { planId, reason: INTERRUPTED, actor: operator });
      const stops = stopping > 0 ? [`waiting for ${plural(stopping, "task")} to stop`] : [];
      const cleans = cleaning > 0 ? [`${plural(cleaning, "clean-up step")} to run`] : [];
      const rest = [...stops, ...cleans].join(", then ");
      if (rest !== "") notices.interruption(`Cancelling: ${rest}. ^C again kills at once.`);
    } catch (error) {
      passWhenOver(error);
    }
  };
  const kill = async () => {
    notices.interruption("Killing what still runs.");
    await cancelPlan(store, { planId, reason: INTERRUPTED, actor: operator }).catch(passWhenOver);
    await killPlan(store, planId);
    await delay(RECORDING_MS, undefined, { ref: false });
  };
  return new Promise((resolve, reject) => {
    interrupts.react((count) => {
      if (count === 1) cancel().catch(reject);
      else if (count === 2) kill().then(resolve, reject);
      else process.exit(EXIT.interrupted);
    });
  });
}

const INTERRUPTED = "interrupted in the terminal";

/** It ended by itself meanwhile: nothing is left to cancel. */
function passWhenOver(error: unknown): void {
  if (!(error instanceof HiveError && error.code === "illegal_transition")) throw error;
}
