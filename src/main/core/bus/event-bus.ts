import type { EventRow } from "../../../shared/model/log-views";
import type { UnifiedEvent } from "../../../shared/model/unified-event";
import type { EventHandler, TopicRegistry } from "./topic-registry";

/** Why a handler did not do what it was to do. */
export interface HandlerError {
  readonly event: EventRow;
  readonly error: unknown;
}

/** What was delivered since the bus was made. */
export interface BusStats {
  readonly delivered: number;
  readonly errors: number;
  /** Events that handlers have not got to the end of, those that wait for the one before them included. */
  readonly pending: number;
  /** Milliseconds from an event's time to the end of its delivery, of the last thousand: half were quicker, and most. */
  readonly lagMs: { readonly p50: number | null; readonly p95: number | null };
}

export interface ReplayRequest {
  /** Shell glob over the type. Default: every type. */
  readonly pattern?: string | undefined;
  /** `cursor` of the last event known. Default: from the beginning. */
  readonly after?: string | undefined;
}

/**
 * The events of one database, whoever writes them: this process, another console, or a Python program. A handler hears
 * of what arrives from its registration on, once: what it throws is told and not tried again, for only it knows whether
 * half of its work may be done twice. At least once is what subscriptions promise, whose place is in the database.
 */
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
  /** Delivers no more, not even what waits for its turn; resolves when the handlers that are at work have ended. */
  close(): Promise<void>;
}
