import type { EventType } from "../../../shared/model/event";
import { type TopicMatcher, topicMatcher } from "../../../shared/model/topic";

/** May answer a promise: it is waited for by whoever delivers. */
export type EventHandler<Event> = (event: Event) => unknown;

/** Who wants to hear of which types. Patterns are shell globs over the whole type: `task.*`, `*.failed`, `*`. */
export interface TopicRegistry<Event> {
  /** Twice the same handler for a pattern is once. */
  register(pattern: string, handler: EventHandler<Event>): void;
  /** False: it was not registered for this pattern. */
  unregister(pattern: string, handler: EventHandler<Event>): boolean;
  /** Those whose pattern matches, each once, in the order in which they came. */
  getHandlers(topic: string): Array<EventHandler<Event>>;
  getHandlersForEventType(type: EventType): Array<EventHandler<Event>>;
  /** Patterns that have a handler. */
  listPatterns(): string[];
  clear(): void;
}

export function createTopicRegistry<Event>(): TopicRegistry<Event> {
  const topics = new Map<string, { readonly matches: TopicMatcher; readonly handlers: Set<EventHandler<Event>> }>();
  const getHandlers = (topic: string) => {
    const found = new Set<EventHandler<Event>>();
    for (const { matches, handlers } of topics.values()) {
      if (matches(topic)) for (const handler of handlers) found.add(handler);
    }
    return [...found];
  };
  return {
    register(pattern, handler) {
      const known = topics.get(pattern);
      if (known) known.handlers.add(handler);
      else topics.set(pattern, { matches: topicMatcher(pattern), handlers: new Set([handler]) });
    },
    unregister(pattern, handler) {
      const known = topics.get(pattern);
      if (!known?.handlers.delete(handler)) return false;
      if (known.handlers.size === 0) topics.delete(pattern);
      return true;
    },
    getHandlers,
    getHandlersForEventType: getHandlers,
    listPatterns: () => [...topics.keys()],
    clear: () => topics.clear(),
  };
}
