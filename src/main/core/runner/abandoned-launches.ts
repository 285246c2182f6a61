import type { Store } from "../store/open";
import { discardLaunch, type Launch, listLaunches } from "../store/staged-launch";

/** A launch that has not got on for this long has lost its writer: a slice of it takes milliseconds. */
const ABANDONED_MS = 30_000;

interface Sighting {
  readonly written: number;
  /** On the monotonic clock. */
  readonly since: number;
}

/** Answers a function that looks once, and removes what earlier looks have seen standing still. */
export function createLaunchWatch(store: Store): () => Promise<void> {
  let sightings = new Map<string, Sighting>();
  return async () => {
    const now = store.clock.monotonic();
    const before = sightings;
    const sight = ({ planId, written }: Launch): [string, Sighting] => {
      const known = before.get(planId);
      return [planId, known?.written === written ? known : { written, since: now }];
    };
    sightings = new Map(listLaunches(store.read).map(sight));
    for (const [planId, { since }] of sightings) if (now - since >= ABANDONED_MS) await discardLaunch(store, planId);
  };
}
