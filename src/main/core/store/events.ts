import type { EventType } from "../../../shared/model/event";
import { statement, type WritableDatabase } from "./database";
import { insertionOf, insertTogether } from "./insert-together";
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

const COLUMNS = "events (event_id, event_type, timestamp, source_agent, correlation_id, payload, metadata, created_at)";
const ROW = "(?, ?, ?, ?, ?, ?, ?, ?)";
const INSERT = `INSERT INTO ${COLUMNS} VALUES ${ROW}`;
// FAIL: where it fails the caller's work is undone as a whole, so SQLite need not be able to undo this statement.
const INSERTION = insertionOf(`INSERT OR FAIL INTO ${COLUMNS}`, ROW);

/** Writes one event; belongs into the transaction of the change that it tells of. */
export function appendEvent(tx: WritableDatabase, event: NewEvent): void {
  appendForeignEvent(tx, event);
}

/** Writes several; quicker than one by one. A throw leaves it to the caller to undo those that were written. */
export function appendEvents(tx: WritableDatabase, events: readonly NewEvent[]): void {
  insertTogether(tx, INSERTION, events, (event) => values(columnsOf(event)));
}

/** The same as `appendEvent`, for events in another system's words. */
export function appendForeignEvent(tx: WritableDatabase, event: AnyEvent): void {
  insertEventRow(tx, columnsOf(event));
}

type AnyEvent = Omit<NewEvent, "type"> & { readonly type: string };

function columnsOf(event: AnyEvent): EventColumns {
  const at = formatTime(event.at);
  return {
    id: event.id,
    type: event.type,
    timestamp: at,
    source: event.source,
    correlationId: event.correlationId,
    payload: JSON.stringify(event.payload),
    metadata: event.metadata ? JSON.stringify(event.metadata) : "{}",
    createdAt: at,
  };
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
  statement(tx, INSERT).run(...values(event));
}

function values(event: EventColumns): readonly unknown[] {
  const { id, type, timestamp, source, correlationId, payload, metadata, createdAt } = event;
  return [id, type, timestamp, source, correlationId, payload, metadata, createdAt];
}
