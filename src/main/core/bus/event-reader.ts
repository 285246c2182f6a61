import type { EventRow } from "../../../shared/model/log-views";
import { type EventCondition, eventMatcher } from "../../../shared/model/notification";
import { lastEventCursor, readEvents, searchEvents } from "../store/event-rows";
import { readLogPage } from "../store/log-page";
import type { Store } from "../store/open";

export interface EventPattern {
  /** A shell glob over the type. */
  readonly topic: string;
  readonly where: readonly EventCondition[];
}

export interface EventsRead {
  /** Those that match, in the order of their arrival. */
  readonly events: readonly EventRow[];
  /** Everything up to this place was looked at. */
  readonly position: number;
  /** There may be more beyond it. */
  readonly isMore: boolean;
}

/** Rows looked at before it answers what it has. */
const PATIENCE = 20_000;

/** Where the log ends now. */
export function endOfLog(store: Store): number {
  return Number(lastEventCursor(store.read));
}

/**
 * The next events beyond a place in the log that match, at most `limit`: whoever keeps the place that it answers, and
 * begins there again, misses none and gets none twice. Each statement is bounded; a long search breathes in between.
 */
export async function readEventsAfter(
  store: Store,
  { topic, where }: EventPattern,
  after: number,
  limit: number,
): Promise<EventsRead> {
  const end = endOfLog(store);
  // Somebody deleted the newest ones: their places are given away again.
  if (end <= after) return { events: [], position: end, isMore: false };
  const search = searchEvents(store.read, { topic }, "oldest");
  const page = await readLogPage({
    ...search,
    order: "oldest",
    from: after,
    floor: Number.MIN_SAFE_INTEGER,
    limit,
    patience: PATIENCE,
  });
  const events = readEvents(store.read, page.rows);
  const last = Number(events.at(-1)?.cursor ?? after);
  return {
    events: events.filter(eventMatcher(topic, where)),
    position: page.next === null ? Math.max(last, end) : Number(page.next),
    isMore: page.next !== null,
  };
}
