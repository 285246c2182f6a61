import type { Page } from "../../../shared/contract";
import type { AuditFilter, AuditRow, EventFilter, EventRow, LogPage } from "../../../shared/model/log-views";
import { readAudit, searchAudit } from "../store/audit-rows";
import { lastEventCursor, placeBefore, readEvents, searchEvents } from "../store/event-rows";
import { logPlace, readLogPage } from "../store/log-page";
import type { Store } from "../store/open";
import { gapsOfAudit } from "./audit-ranges";
import { gapsOf, without } from "./event-ranges";

const NO_FLOOR = Number.MIN_SAFE_INTEGER;

/**
 * Events in the order of their arrival, by keyset: what arrives meanwhile moves nothing. Every statement is short;
 * a filter that few events pass takes many of them, with the event loop free in between. Throws `invalid_input`.
 */
export async function listEvents(store: Store, request: EventFilter & LogPage = {}): Promise<Page<EventRow>> {
  const { order, from, limit, patience } = logPlace(request);
  const search = searchEvents(store.read, request, order);
  const floor = placeBefore(store.read, request.since);
  const gaps = await gapsOf(store, request);
  const streams = search.streams.map((stream) => without(stream, gaps, order));
  const start = beginning(from, floor, order);
  const page = await readLogPage({ ...search, streams, order, from: start, floor, limit, patience });
  return { rows: readEvents(store.read, page.rows), next: page.next };
}

/** From the beginning to the floor there is nothing to find. */
function beginning(from: number, floor: number, order: string): number {
  return order === "oldest" ? Math.max(from, floor) : from;
}

/** What people did, in the order in which they did it, by keyset. Throws `invalid_input`. */
export async function listAudit(store: Store, request: AuditFilter & LogPage = {}): Promise<Page<AuditRow>> {
  const { order, from, limit, patience } = logPlace(request);
  const search = searchAudit(store.read, request, order);
  const gaps = await gapsOfAudit(store, request);
  const streams = search.streams.map((stream) => without(stream, gaps, order));
  const page = await readLogPage({ ...search, streams, order, from, floor: NO_FLOOR, limit, patience });
  return { rows: readAudit(store.read, page.rows), next: page.next };
}

export interface EventTail {
  /** Resolves when it was closed; rejects when the log cannot be read any more. */
  readonly ended: Promise<void>;
  close(): void;
}

const later = (a: string, b: string): string => (Number(a) > Number(b) ? a : b);

/** Events of programs that change nothing else move no change feed. */
const LOOK_MS = 250;

/**
 * Calls back with events that arrive from now on, in the order of their arrival, whoever writes them. `since`: first with
 * those since a time.
 */
export function tailEvents(
  store: Store,
  filter: EventFilter,
  listener: (events: readonly EventRow[]) => void,
  since?: number,
): EventTail {
  const isNews = since === undefined;
  const wanted = isNews ? filter : { ...filter, since };
  let after = isNews ? lastEventCursor(store.read) : String(Math.max(0, placeBefore(store.read, since)));
  let looking = false;
  let lookAgain = false;
  let closed = false;
  let end: (error?: unknown) => void = () => undefined;
  const ended = new Promise<void>((resolve, reject) => {
    end = (error) => (error === undefined ? resolve() : reject(error));
  });

  const look = async (): Promise<void> => {
    lookAgain = true;
    if (looking) return;
    looking = true;
    while (lookAgain && !closed) {
      lookAgain = false;
      // Somebody deleted the newest ones: their places are given away again.
      const last = lastEventCursor(store.read);
      if (Number(last) < Number(after)) after = last;
      if (last === after) break;
      const page = await listEvents(store, { ...wanted, order: "oldest", after });
      if (closed) break;
      if (page.rows.length > 0) listener(page.rows);
      after = page.next ?? later(page.rows.at(-1)?.cursor ?? last, last);
      lookAgain ||= page.next !== null;
    }
    looking = false;
  };
  const lookSafely = (): void => {
    look().catch((error: unknown) => {
      close();
      end(error);
    });
  };
  const unsubscribe = store.changes.subscribe(lookSafely);
  const timer = setInterval(lookSafely, LOOK_MS);
  if (!isNews) lookSafely();
  const close = (): void => {
    closed = true;
    unsubscribe();
    clearInterval(timer);
    end();
  };
  return { ended, close };
}
