import { EVENT_SOURCE } from "../runner/claim-batch";
import { appendEvent } from "../store/events";
import type { Store } from "../store/open";
import { wasGivenUp } from "../store/run-rows";

const MOST_TOLD = 10_000;

/**
 * Answers a function that tells of attempts that came back too late: their workers are back from the dead, and they had
 * been given up. Once for each; an end that the database has, and that is only heard again, is no news.
 */
export function createLateEnds(store: Store): (runId: string) => void {
  const told = new Set<string>();
  return (runId) => {
    if (told.has(runId) || !wasGivenUp(store.read, runId)) return;
    if (told.size >= MOST_TOLD) told.clear();
    told.add(runId);
    const error = "An attempt came back too late, and changes nothing: its worker had been given up for lost.";
    const event = { type: "system.error", at: store.clock.now(), source: EVENT_SOURCE, correlationId: null } as const;
    const payload = { error, run_id: runId };
    store.write((tx) => appendEvent(tx, { ...event, id: store.newId(), payload })).catch(() => undefined);
  };
}
