import { z } from "zod";
import { HiveError } from "../../../shared/errors";
import type { EventRow } from "../../../shared/model/log-views";
import type { UnifiedEvent } from "../../../shared/model/unified-event";
import { unifiedEvent } from "../../../shared/unified-event-schema";
import { appendForeignEvent } from "../store/events";
import type { Store } from "../store/open";
import { endOfLog, readEventsAfter } from "./event-reader";
import { createTopicRegistry, type EventHandler, type TopicRegistry } from "./topic-registry";

/** Why a handler did not do what it was to do. */
export interface HandlerError {
  readonly event: EventRow;
  readonly error: unknown;
}

/** What was delivered since the bus was made. */
export interface BusStats {
  readonly delivered: number;
  readonly errors: number;
  /** Milliseconds from an event's time to the end of its delivery, of the last thousand: half were quicker, and most. */
  readonly lagMs: { readonly p50: number | null; readonly p95: number | null };
}

export interface ReplayRequest {
  /** Shell glob over the type. Default: every type. */
  readonly pattern?: string | undefined;
  /** `cursor` of the last event known. Default: from the beginning. */
  readonly after?: string | undefined;
}

/** The events of one database, whoever writes them: this process, another console, or a Python program. */
export interface EventBus extends TopicRegistry<EventRow> {
  /**
   * Writes an event; resolves with its id when that is durable. Its handlers hear of it as they do of all others.
   * Throws `invalid_input` for a known type whose payload lacks what its family holds.
   */
  publish(event: UnifiedEvent): Promise<string>;
  /** Calls the handler with what is in the log beyond a place, in order; answers the place that it came to. */
  replay(request: ReplayRequest, handler: EventHandler<EventRow>): Promise<string>;
  /** A throwing handler harms no other: whoever wants to know is told here. Returns what ends it. */
  onError(listener: (error: HandlerError) => void): () => void;
  stats(): BusStats;
  /** Delivers no more; resolves when the handlers that are at work have ended. */
  close(): Promise<void>;
}

/** Events of programs that change nothing else move no change feed. */
const LOOK_MS = 250;
const CHUNK = 200;
const LAGS = 1_000;

/**
 * Delivers what arrives in the log from now on to the handlers of its type. Each handler gets the events of one
 * correlation one after the other, in the order of the log; those of different correlations do not wait for each other.
 */
export function createEventBus(store: Store): EventBus {
  const registry = createTopicRegistry<EventRow>();
  const listeners = new Set<(error: HandlerError) => void>();
  const lines = new Map<string, Promise<void>>();
  const names = new WeakMap<EventHandler<EventRow>, number>();
  const lags: number[] = [];
  let named = 0;
  let delivered = 0;
  let errors = 0;
  let position = endOfLog(store);
  let looking: Promise<void> | null = null;
  let lookAgain = false;
  let closed = false;

  const call = async (handler: EventHandler<EventRow>, event: EventRow): Promise<void> => {
    try {
      await handler(event);
      delivered += 1;
      if (event.at !== null) {
        lags.push(Math.max(0, store.clock.now() - event.at));
        if (lags.length > LAGS) lags.shift();
      }
    } catch (error) {
      errors += 1;
      for (const listener of listeners) listener({ event, error });
    }
  };

  const deliver = (event: EventRow): void => {
    for (const handler of registry.getHandlers(event.type)) {
      let name = names.get(handler);
      if (name === undefined) {
        named += 1;
        name = named;
        names.set(handler, name);
      }
      const line = `${name} ${event.correlationId ?? event.id}`;
      const next = (lines.get(line) ?? Promise.resolve()).then(() => call(handler, event));
      lines.set(line, next);
      void next.then(() => lines.get(line) === next && lines.delete(line));
    }
  };

  const read = async (): Promise<void> => {
    while (lookAgain && !closed) {
      lookAgain = false;
      const found = await readEventsAfter(store, EVERYTHING, position, CHUNK);
      if (closed) return;
      position = found.position;
      for (const event of found.events) deliver(event);
      lookAgain ||= found.isMore;
    }
  };
  const skipToEnd = (): void => {
    try {
      position = endOfLog(store);
    } catch {
      // The database is locked, or was closed under the bus.
    }
  };
  const look = (): void => {
    // Without a listener nothing is read; whoever comes later hears of what arrives from then on.
    if (registry.listPatterns().length === 0) {
      skipToEnd();
      return;
    }
    lookAgain = true;
    // What cannot be read now is read at the next look.
    looking ??= read()
      .catch(() => undefined)
      .finally(() => {
        looking = null;
      });
  };
  const unsubscribe = store.changes.subscribe(look);
  const timer = setInterval(look, LOOK_MS);
  timer.unref();

  return {
    ...registry,
    register(pattern, handler) {
      if (registry.listPatterns().length === 0) position = endOfLog(store);
      registry.register(pattern, handler);
    },
    async publish(given) {
      const event = checkedEvent(given);
      const id = store.newId();
      await store.write((tx) =>
        appendForeignEvent(tx, {
          id,
          type: event.eventType,
          at: event.timestamp,
          source: event.sourceAgent,
          correlationId: event.correlationId,
          payload: event.payload,
          metadata: event.metadata,
        }),
      );
      look();
      return id;
    },
    async replay({ pattern = "*", after }, handler) {
      let place = after === undefined ? Number.MIN_SAFE_INTEGER : Number(after);
      for (;;) {
        const {
          events,
          position: reached,
          isMore,
        } = await readEventsAfter(store, { topic: pattern, where: [] }, place, CHUNK);
        for (const event of events) await handler(event);
        place = reached;
        if (!isMore) return String(place);
      }
    },
    onError(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    stats: () => ({ delivered, errors, lagMs: { p50: quantile(lags, 0.5), p95: quantile(lags, 0.95) } }),
    async close() {
      closed = true;
      unsubscribe();
      clearInterval(timer);
      await looking;
      await Promise.all(lines.values());
    },
  };
}

function checkedEvent(given: UnifiedEvent): z.output<typeof unifiedEvent> {
  const parsed = unifiedEvent.safeParse(given);
  if (parsed.success) return parsed.data;
  throw new HiveError("invalid_input", `This is no event; nothing was written:\n${z.prettifyError(parsed.error)}`, {
    issues: parsed.error.issues.map(({ path, message }) => ({ path: path.join("."), message })),
  });
}

const EVERYTHING = { topic: "*", where: [] } as const;

function quantile(values: readonly number[], share: number): number | null {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.ceil(share * sorted.length) - 1] ?? null;
}
