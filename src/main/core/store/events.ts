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
  statement(tx, INSERT).run(
    event.id,
    event.type,
    at,
    event.source,
    event.correlationId,
    JSON.stringify(event.payload),
    event.metadata ? JSON.stringify(event.metadata) : "{}",
    at,
  );
}
