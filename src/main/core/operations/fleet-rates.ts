import { setImmediate as nextTurn } from "node:timers/promises";
import { FLEET_WINDOW_MS } from "../../../shared/model/fleet-view";
import { isRunTerminal } from "../../../shared/model/run";
import { fleetQueueOf } from "../store/fleet-rows";
import type { Store } from "../store/open";
import { hasRuns } from "../store/run-ends";
import { readWorkerRunsBefore } from "../store/worker-runs";

/*
 * What the fleet's attempts came to is counted while somebody looks: from the newest attempt backwards, in slices, for as
 * far as the window goes.
 */

const CHUNK = 400;
/** With more attempts than this in the window, it is shorter. */
const MOST_ROWS = 20_000;
/** An attempt that began so long before the window is found in no time; its end is then not counted. */
const LONGEST_MS = 60 * 60_000;

export interface QueueRates {
  /** Attempts that began in the window. */
  readonly begun: number;
  readonly ended: number;
  /** Of those that succeeded, sorted. */
  readonly durations: readonly number[];
}

export interface FleetRates {
  readonly queues: ReadonlyMap<string, QueueRates>;
  /** What the figures stand for, in milliseconds. */
  readonly windowMs: number;
}

interface Counting {
  begun: number;
  ended: number;
  durations: number[];
}

export async function countFleetRates(store: Store): Promise<FleetRates> {
  const now = store.clock.now();
  const queues = new Map<string, Counting>();
  let from = now - FLEET_WINDOW_MS;
  let before = Number.MAX_SAFE_INTEGER;
  for (let rows = 0; hasRuns(store.read); ) {
    const runs = readWorkerRunsBefore(store.read, before, CHUNK);
    for (const { workerId, startedAt, completedAt, status } of runs) {
      const queue = fleetQueueOf(workerId);
      if (queue === null) continue;
      const counting = queues.get(queue) ?? { begun: 0, ended: 0, durations: [] };
      queues.set(queue, counting);
      if (startedAt !== null && startedAt >= from) counting.begun += 1;
      if (completedAt === null || completedAt < from || !isRunTerminal(status)) continue;
      counting.ended += 1;
      if (status === "success" && startedAt !== null) counting.durations.push(Math.max(0, completedAt - startedAt));
    }
    const last = runs.at(-1);
    if (last === undefined || runs.length < CHUNK) break;
    rows += runs.length;
    before = last.place;
    if (last.startedAt !== null && last.startedAt < from - LONGEST_MS) break;
    if (rows >= MOST_ROWS) {
      from = Math.max(from, last.startedAt ?? from);
      break;
    }
    await nextTurn();
  }
  for (const { durations } of queues.values()) durations.sort((a, b) => a - b);
  return { queues, windowMs: now - from };
}
