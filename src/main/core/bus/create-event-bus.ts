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
