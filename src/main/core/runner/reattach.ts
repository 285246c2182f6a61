import { readFileSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import { isAlive, processStart, thisHost } from "../process-identity";
import type { LiveRun } from "../store/queue";
import type { AttemptProcess } from "./attempt";
import { forbidStart, readExitCode, readKeeper } from "./exit-file";
import type { ProcessEnd } from "./outcome";
import { canSignalGroup, type ProcessEntry, processesOfRun } from "./process-table";
import { signalProcess } from "./stop-tree";
import type { AttemptFiles } from "./task-files";
import { endFromFile, MACHINE_RESTARTED, UNWATCHED_END, watchProcess } from "./watch";

/** What is left of an attempt that another console started. */
export type Remains =
  | { readonly kind: "process"; readonly process: AttemptProcess; readonly elapsedMs: number }
  /** Its process was never started, and now never will be. */
  | { readonly kind: "never_started" };

interface Identity {
  readonly pid: number | null;
  readonly pidStart: string | null;
  readonly host: string | null;
  readonly bootId: string | null;
}

/** Clock ticks a second in /proc; Linux has shown user space 100 for decades. */
const TICKS_PER_SECOND = 100;

function uptimeMs(): number | null {
  try {
    return Number(readFileSync("/proc/uptime", "latin1").split(" ")[0]) * 1_000;
  } catch {
    return null;
  }
}

/** How long the process has run, by the kernel's clock; 0 when the platform does not tell. */
function elapsed(pidStart: string | null): number {
  const uptime = uptimeMs();
  if (uptime === null || pidStart === null) return 0;
  return Math.max(0, uptime - (Number(pidStart) * 1_000) / TICKS_PER_SECOND);
}

function ended(end: ProcessEnd): Remains {
  const process = { group: null, exited: Promise.resolve(end), release: () => undefined };
  return { kind: "process", process, elapsedMs: 0 };
}

function watched(identity: Identity, files: AttemptFiles): Remains {
  const giveUp = new AbortController();
  return {
    kind: "process",
    process: {
      group: identity.pid,
      exited: watchProcess(() => isAlive(identity) === true, files.exit, giveUp.signal),
      release: () => giveUp.abort(),
    },
    elapsedMs: elapsed(identity.pidStart),
  };
}

/** The process of another machine is beyond us: only its exit file can tell of its end. */
function watchedFromAfar(files: AttemptFiles): Remains {
  const giveUp = new AbortController();
  const exited = watchProcess(async () => (await readExitCode(files.exit)) === null, files.exit, giveUp.signal);
  return { kind: "process", process: { group: null, exited, release: () => giveUp.abort() }, elapsedMs: 0 };
}

/** The process that the attempt began with: the eldest that leads a group. */
function eldestLeader(entries: readonly ProcessEntry[]): ProcessEntry | null {
  const leaders = entries.filter((entry) => entry.pid === entry.group);
  return leaders.reduce<ProcessEntry | null>((a, b) => (a === null || b.start < a.start ? b : a), null);
}

/** A main process that died unwatched may have left its command behind in its group. */
async function endStrays(runId: string, group: number | null): Promise<void> {
  const strays = await processesOfRun(runId, null);
  for (const stray of strays) if (stray.group === group) signalProcess(stray.pid, "SIGKILL");
}

/** From a keeper's first word to the start of its command, on a machine that is very busy. */
const BEGINNING_MS = 5_000;
const PAUSE_MS = 20;

/**
 * The keeper that the exit file names, which does not carry the run's id itself: the command in its group does, once it
 * has begun. Null: there is none, or that number is somebody else's by now.
 */
async function livingKeeper(runId: string, files: AttemptFiles): Promise<number | null> {
  const limit = performance.now() + BEGINNING_MS;
  for (;;) {
    const keeper = await readKeeper(files.exit);
    if (keeper === null || !canSignalGroup(keeper)) return null;
    const theirs = await processesOfRun(runId, null);
    if (theirs.some((entry) => entry.group === keeper)) return keeper;
    if (performance.now() > limit) return null;
    await delay(PAUSE_MS);
  }
}

/**
 * The console died between the start of the process and the note of its pid, or before the start. The exit
 * file decides: whoever makes it first, the process or its finder, has the attempt.
 */
async function withoutPid(run: LiveRun, files: AttemptFiles): Promise<Remains> {
  const keeper = await livingKeeper(run.runId, files);
  const leader = keeper ?? eldestLeader(await processesOfRun(run.runId, null))?.pid ?? null;
  if (leader !== null) return watched({ pid: leader, pidStart: processStart(leader), ...thisHost }, files);
  if (forbidStart(files)) return { kind: "never_started" };
  return ended(await endFromFile(files.exit, UNWATCHED_END));
}

/** Finds out what became of a running attempt that this console did not start itself. */
export async function findRemains(run: LiveRun, files: AttemptFiles): Promise<Remains> {
  const exitCode = await readExitCode(files.exit);
  if (exitCode !== null) {
    await endStrays(run.runId, run.pid);
    return ended({ exitCode, signal: null, trouble: null });
  }
  if (run.pid === null) return withoutPid(run, files);
  const alive = isAlive(run);
  if (alive === true) return watched(run, files);
  if (alive === null && run.host !== null && run.host !== thisHost.host) return watchedFromAfar(files);
  if (run.bootId !== null && thisHost.bootId !== null && run.bootId !== thisHost.bootId) {
    return ended({ exitCode: null, signal: null, trouble: MACHINE_RESTARTED });
  }
  await endStrays(run.runId, run.pid);
  return ended(await endFromFile(files.exit, UNWATCHED_END));
}
