import { execFile } from "node:child_process";
import { setTimeout as delay } from "node:timers/promises";
import { canSignalGroup, isGroupAlive, processesOfRun } from "./process-table";

export interface StopTarget {
  readonly runId: string;
  /** The process group, which is the main process's pid; null when that number may be somebody else's by now. */
  readonly group: number | null;
}

/** Sends a signal to a process, or with a negative number to a group. */
export function signalProcess(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {
    // It is gone already, which is what the signal was for.
  }
}

function signalGroup(group: number, name: NodeJS.Signals): void {
  signalProcess(-group, name);
}

async function untilGroupEnds(group: number, graceMs: number): Promise<void> {
  const end = performance.now() + graceMs;
  let pause = 10;
  while (await isGroupAlive(group)) {
    const left = end - performance.now();
    if (left <= 0) return;
    await delay(Math.min(pause, left));
    pause = Math.min(pause * 2, 100);
  }
}

/** Asks a group to end, and after the grace period makes it. A stopped process is woken so that it can obey. */
async function endGroup(group: number, graceMs: number): Promise<void> {
  signalGroup(group, "SIGTERM");
  signalGroup(group, "SIGCONT");
  await untilGroupEnds(group, graceMs);
  if (canSignalGroup(group)) signalGroup(group, "SIGKILL");
}

/** Each round kills what it finds; a process that forks meanwhile is found by the next one. */
const SWEEP_ROUNDS = 100;

async function killAll(target: StopTarget): Promise<void> {
  for (let round = 0; round < SWEEP_ROUNDS; round += 1) {
    const living = await processesOfRun(target.runId, target.group);
    if (living.length === 0) return;
    for (const entry of living) signalProcess(entry.pid, "SIGKILL");
    await delay(10);
  }
}

/** Untested: Windows has no groups and no SIGTERM; `taskkill /T` follows the tree of parents. */
function stopOnWindows(pid: number): Promise<void> {
  return new Promise((resolve) => {
    execFile("taskkill", ["/pid", String(pid), "/T", "/F"], () => resolve());
  });
}

/**
 * Stops everything that belongs to an attempt: SIGTERM to its group, the grace period (cut short when nothing
 * of the group is left), SIGKILL to the group, then to what left the group (setsid, double fork). Resolves
 * when nothing of it is alive.
 */
export async function stopTree(target: StopTarget, graceMs: number): Promise<void> {
  if (process.platform === "win32") {
    if (target.group !== null) await stopOnWindows(target.group);
    return;
  }
  if (target.group !== null) await endGroup(target.group, graceMs);
  await killAll(target);
}

/** What a finished command left in its group gets this long to end by itself after SIGTERM. */
const LEFTOVER_GRACE_MS = 500;

/**
 * An attempt is over when its main process has ended: what it left running in its group is stopped, so that
 * its dependents find a quiet folder. A process that took a session of its own on purpose (a daemon) stays.
 * One system call when nothing was left.
 */
export async function stopLeftovers(group: number): Promise<void> {
  if (process.platform === "win32" || !canSignalGroup(group)) return;
  if (await isGroupAlive(group)) await endGroup(group, LEFTOVER_GRACE_MS);
}
