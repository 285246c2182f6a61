import { integer, integerOrNull, text, textOrNull } from "./columns";
import { type ReadableDatabase, statement } from "./database";
import { parseTime } from "./time";

/** What counting an event takes. */
export interface EventKindRow {
  readonly place: number;
  readonly type: string;
  readonly source: string;
  /** Null when it cannot be read. */
  readonly at: number | null;
}

const COLUMNS = "SELECT rowid AS place, event_type, source_agent, timestamp FROM events";
export const KINDS_AFTER = `${COLUMNS} WHERE rowid > +? ORDER BY rowid LIMIT ?`;
export const KINDS_BEFORE = `${COLUMNS} WHERE rowid < +? ORDER BY rowid DESC LIMIT ?`;

/** In the order of arrival. */
export function readKindsAfter(db: ReadableDatabase, place: number, limit: number): EventKindRow[] {
  return statement(db, KINDS_AFTER).all(place, limit).map(decode);
}

/** The latest first. */
export function readKindsBefore(db: ReadableDatabase, place: number, limit: number): EventKindRow[] {
  return statement(db, KINDS_BEFORE).all(place, limit).map(decode);
}

function decode(row: Readonly<Record<string, unknown>>): EventKindRow {
  return {
    place: integer(row.place),
    type: text(row.event_type),
    source: text(row.source_agent),
    at: parseTime(row.timestamp),
  };
}

const LAST = "SELECT max(rowid) AS place FROM events";
const ID_AT = "SELECT event_id FROM events WHERE rowid = +?";

/** 0: there are none. */
export function lastEventPlace(db: ReadableDatabase): number {
  return integerOrNull(statement(db, LAST).get()?.place) ?? 0;
}

export function readEventIdAt(db: ReadableDatabase, place: number): string | null {
  return textOrNull(statement(db, ID_AT).get(place)?.event_id);
}
