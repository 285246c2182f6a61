import { z } from "zod";
import { HiveError } from "../../../shared/errors";
import type { EventRow } from "../../../shared/model/log-views";
import type { UnifiedEvent } from "../../../shared/model/unified-event";
import { unifiedEvent } from "../../../shared/unified-event-schema";
import { appendForeignEvent } from "../store/events";
import type { Store } from "../store/open";
import type { EventBus, HandlerError } from "./event-bus";
import { endOfLog, readEventsAfter } from "./event-reader";
import { createTopicRegistry, type EventHandler } from "./topic-registry";

interface Listening {
  readonly name: number;
  readonly since: number;
  readonly patterns: Set<string>;
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
  /** Who listens, by number, and the place in the log that each began at. */
  const listening = new Map<EventHandler<EventRow>, Listening>();
  const lags: number[] = [];
  let named = 0;
  let pending = 0;
  let delivered = 0;
  let errors = 0;
  let position = endOfLog(store);
  let looking: Promise<void> | null = null;
  let lookAgain = false;
  let closed = false;

  const call = async (handler: EventHandler<EventRow>, event: EventRow): Promise<void> => {
    if (closed) return;
    try {
      await handler(event);
      delivered += 1;
      if (event.at !== null) {
        lags.push(Math.max(0, store.clock.now() - event.at));
        if (lags.length > LAGS) lags.shift();
      }
    } catch (error) {
      errors += 1;
      for (const listener of listeners) {
        try {
          listener({ event, error });
        } catch {
          // Who is told of errors and makes one himself is told of nothing more, and harms nobody.
        }
      }
    }
  };

  const deliver = (event: EventRow): void => {
    for (const handler of registry.getHandlers(event.type)) {
      const listener = listening.get(handler);
      // It arrived before this one listened, and was not read until now.
      if (listener === undefined || Number(event.cursor) <= listener.since) continue;
      const line = `${listener.name} ${event.correlationId ?? event.id}`;
      pending += 1;
      const next = (lines.get(line) ?? Promise.resolve()).then(() => call(handler, event));
      lines.set(line, next);
      void next.then(() => {
        pending -= 1;
        if (lines.get(line) === next) lines.delete(line);
      });
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
      const isFirst = registry.listPatterns().length === 0;
      const known = listening.get(handler);
      if (known) known.patterns.add(pattern);
      else {
        const since = endOfLog(store);
        if (isFirst) position = since;
        named += 1;
        listening.set(handler, { name: named, since, patterns: new Set([pattern]) });
      }
      registry.register(pattern, handler);
    },
    unregister(pattern, handler) {
      const known = listening.get(handler);
      known?.patterns.delete(pattern);
      if (known?.patterns.size === 0) listening.delete(handler);
      return registry.unregister(pattern, handler);
    },
    clear() {
      listening.clear();
      registry.clear();
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
    stats: () => ({ delivered, errors, pending, lagMs: { p50: quantile(lags, 0.5), p95: quantile(lags, 0.95) } }),
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
