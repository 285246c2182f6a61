import { setImmediate as nextTurn } from "node:timers/promises";
import { predictDrain, slotsToDrainWithin } from "../../../shared/model/fleet-drain";
import { DRAIN_GOAL_MS, FLEET_WINDOW_MS, type FleetQueue, type FleetWorker } from "../../../shared/model/fleet-view";
import { countWaiting, nextPriority, readFleetLanes, readWaitingTask } from "../store/fleet-rows";
import type { Store } from "../store/open";
import type { FleetRates, QueueRates } from "./fleet-rates";

/** Tasks counted between two turns of the event loop: a millisecond or two. */
const CHUNK = 5_000;
/** A lane has few priorities; of more the rest is counted as if it were not there. */
const MOST_PRIORITIES = 50;

/** What waits in a queue. */
export interface Waiting {
  count: number;
  /** Of the oldest task; null: nothing waits. */
  oldest: number | null;
}

/** What waits for the fleet, by queue. Reads in slices. */
export async function countFleetWaiting(store: Store): Promise<Map<string, Waiting>> {
  const queues = new Map<string, Waiting>();
  for (const { lane, queue } of readFleetLanes(store.read)) {
    const waiting = queues.get(queue) ?? { count: 0, oldest: null };
    queues.set(queue, waiting);
    let below = Number.MAX_SAFE_INTEGER;
    for (let priorities = 0; priorities < MOST_PRIORITIES; priorities += 1) {
      const next = nextPriority(store.read, lane, below);
      if (next === null) break;
      below = next.priority;
      waiting.oldest = Math.min(waiting.oldest ?? next.seq, next.seq);
      for (let after = next.seq - 1; ; ) {
        const { count, last } = countWaiting(store.read, { lane, priority: below, after, limit: CHUNK });
        waiting.count += count;
        if (count < CHUNK) break;
        after = last;
        await nextTurn();
      }
    }
  }
  return queues;
}

/** How many tasks waited, at some time. */
interface Sample {
  readonly at: number;
  readonly waiting: ReadonlyMap<string, Waiting>;
}

/** Shorter than this, a change of the queue says nothing of its rate. */
const SHORTEST_MS = 10_000;

/** Keeps what was seen for as long as rates stand for. */
export function createArrivals() {
  let samples: Sample[] = [];
  return {
    note(sample: Sample): void {
      samples = [...samples.filter(({ at }) => at > sample.at - FLEET_WINDOW_MS && at <= sample.at), sample];
    },
    /** Tasks that became ready in a minute: what began and what waits more. Null: it was not watched for long enough. */
    perMinute(queue: string, begunPerMinute: number): number | null {
      const [first, last] = [samples[0], samples.at(-1)];
      if (first === undefined || last === undefined || last.at - first.at < SHORTEST_MS) return null;
      const grown = (last.waiting.get(queue)?.count ?? 0) - (first.waiting.get(queue)?.count ?? 0);
      return Math.max(0, begunPerMinute + (grown * 60_000) / (last.at - first.at));
    },
  };
}

export type Arrivals = ReturnType<typeof createArrivals>;

export interface QueueFacts {
  readonly store: Store;
  readonly workers: readonly FleetWorker[];
  readonly waiting: ReadonlyMap<string, Waiting>;
  readonly rates: FleetRates;
  readonly arrivals: Arrivals;
}

const NOTHING: QueueRates = { begun: 0, ended: 0, durations: [] };

/** Every queue that has tasks, workers or a recent past, by name. */
export function fleetQueues({ store, workers, waiting, rates, arrivals }: QueueFacts): FleetQueue[] {
  const names = new Set([...waiting.keys(), ...workers.map(({ queue }) => queue), ...rates.queues.keys()]);
  return [...names].sort().map((name) => {
    const own = workers.filter(({ queue }) => queue === name);
    const open = own.filter(({ state }) => state === "open");
    const { count, oldest } = waiting.get(name) ?? { count: 0, oldest: null };
    const { begun, ended, durations } = rates.queues.get(name) ?? NOTHING;
    const minutes = Math.max(rates.windowMs, 1) / 60_000;
    const running = own.reduce((sum, { busy }) => sum + busy, 0);
    const slots = open.reduce((sum, { slots: each, elsewhere }) => sum + Math.max(0, each - elsewhere), 0);
    const facts = { waiting: count, running, slots, durations };
    return {
      name,
      waiting: count,
      oldest: oldest === null ? null : readWaitingTask(store.read, oldest),
      running,
      slots,
      workers: own.length,
      hosts: new Set(own.map(({ host }) => host)).size,
      inPerMinute: arrivals.perMinute(name, begun / minutes),
      outPerMinute: ended / minutes,
      usualMs: durations[Math.floor(durations.length / 2)] ?? null,
      drain: predictDrain(facts),
      slotsForGoal: slotsToDrainWithin(DRAIN_GOAL_MS, facts),
    };
  });
}
