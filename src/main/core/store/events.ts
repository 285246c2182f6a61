import type { EventType } from "../../../shared/model/event";
import { statement, type WritableDatabase } from "./database";
import { formatTime } from "./time";

export interface NewEvent {
  readonly id: string;
  readonly type: EventType;
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly source: string;
  readonly correlationId: string | null;
  readonly payload: Readonly<Record<string, unknown>>;
  readonly metadata?: Readonly<Record<string, unknown>>;
}

const INSERT = `INSERT INTO events (event_id, event_type, timestamp, source_agent, correlation_id, payload, metadata, created_at)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?)`;

/** Writes one event; belongs into the transaction of the change that it tells of. */
export function appendEvent(tx: WritableDatabase, event: NewEvent): void {
  appendForeignEvent(tx, event);
}

/** The same, for events in another system's words. */
export function appendForeignEvent(
  tx: WritableDatabase,
  event: Omit<NewEvent, "type"> & { readonly type: string },
): void {
  const at = formatTime(event.at);
  insertEventRow(tx, {
    id: event.id,
    type: event.type,
    timestamp: at,
    source: event.source,
    correlationId: event.correlationId,
    payload: JSON.stringify(event.payload),
    metadata: event.metadata ? JSON.stringify(event.metadata) : "{}",
    createdAt: at,
  });
}

/** An event that happened earlier and elsewhere, as its columns are to be. */
export interface EventColumns {
  readonly id: string;
  readonly type: string;
  readonly timestamp: string;
  readonly source: string;
  readonly correlationId: string | null;
  readonly payload: string;
  readonly metadata: string;
  readonly createdAt: string;
}

export function insertEventRow(tx: WritableDatabase, event: EventColumns): void {
  const { id, type, timestamp, source, correlationId, payload, metadata, createdAt } = event;
  statement(tx, INSERT).run(id, type, timestamp, source, correlationId, payload, metadata, createdAt);
}
