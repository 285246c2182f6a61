import { setTimeout as delay } from "node:timers/promises";
import { readExitCode } from "./exit-file";
import type { ProcessEnd } from "./outcome";

/** How often a process that is not our child is looked at. */
const LOOK_INTERVAL_MS = 200;

export const UNWATCHED_END = "Its process ended while no console watched it, and left no exit code";
export const MACHINE_RESTARTED = "The machine restarted while it ran";

/** The end of a process that nobody waited for: what its wrapper left, or why nothing is known. */
export async function endFromFile(exitFile: string, otherwise: string): Promise<ProcessEnd> {
  const exitCode = await readExitCode(exitFile);
  return { exitCode, signal: null, trouble: exitCode === null ? otherwise : null };
}

/**
 * Watches a process that another console started, until it is gone. `isAlive` must know it by more than its
 * pid. With `signal` the watch is given up, and answers null.
 */
export async function watchProcess(
  isAlive: () => boolean | Promise<boolean>,
  exitFile: string,
  signal: AbortSignal,
): Promise<ProcessEnd | null> {
  while (await isAlive()) {
    if (signal.aborted) return null;
    await delay(LOOK_INTERVAL_MS, undefined, { signal }).catch(() => undefined);
  }
  return signal.aborted ? null : endFromFile(exitFile, UNWATCHED_END);
}
