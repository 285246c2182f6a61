import { setImmediate as nextTick } from "node:timers/promises";
import type { Clock } from "./clock";

/** Between two turns of the event loop, in milliseconds: whoever else waits notices nothing. */
const SLICE_MS = 8;

/** Runs a long computation in slices, so that it holds nobody up. It is left off when `isOver` says so: null. */
export function inSlices<T>(steps: Generator<undefined, T>, clock: Clock): Promise<T>;
export function inSlices<T>(steps: Generator<undefined, T>, clock: Clock, isOver: () => boolean): Promise<T | null>;
export async function inSlices<T>(
  steps: Generator<undefined, T>,
  clock: Clock,
  isOver: () => boolean = () => false,
): Promise<T | null> {
  let begun = clock.monotonic();
  for (let step = steps.next(); ; step = steps.next()) {
    if (step.done) return step.value;
    if (clock.monotonic() - begun < SLICE_MS) continue;
    await nextTick();
    if (isOver()) return null;
    begun = clock.monotonic();
  }
}
