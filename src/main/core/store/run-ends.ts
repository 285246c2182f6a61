import { integer, text } from "./columns";
import { type ReadableDatabase, statement } from "./database";
import { columnsOf } from "./migrations/found";
import { parseTime } from "./time";

/** An attempt and when it began and ended. */
export interface RunSpan {
  /** Its place in the order in which attempts were begun. */
  readonly place: number;
  readonly id: string;
  readonly status: string;
  readonly startedAt: number | null;
  readonly completedAt: number | null;
}

const SPAN = "SELECT rowid AS place, id, status, started_at, completed_at FROM runs";
export const SPANS_AFTER = `${SPAN} WHERE rowid > +? ORDER BY rowid LIMIT ?`;
export const SPANS_BEFORE = `${SPAN} WHERE rowid < +? ORDER BY rowid DESC LIMIT ?`;
const SPAN_BY_ID = `${SPAN} WHERE id = +?`;
const SPAN_AT = `${SPAN} WHERE rowid = +?`;
const LAST_PLACE = "SELECT max(rowid) AS place FROM runs";

/** False in a database without any attempts: there is no such table. */
export function hasRuns(db: ReadableDatabase): boolean {
  return columnsOf(db, "runs").length > 0;
}

export function readSpansAfter(db: ReadableDatabase, place: number, limit: number): RunSpan[] {
  return statement(db, SPANS_AFTER).all(place, limit).map(decode);
}

/** The latest first. */
export function readSpansBefore(db: ReadableDatabase, place: number, limit: number): RunSpan[] {
  return statement(db, SPANS_BEFORE).all(place, limit).map(decode);
}

/** Those of these attempts that exist. */
export function readSpans(db: ReadableDatabase, runIds: readonly string[]): RunSpan[] {
  const one = statement(db, SPAN_BY_ID);
  return runIds.flatMap((id) => one.all(id)).map(decode);
}

/** Which attempt is at a place; null: none is any more. */
export function readRunIdAt(db: ReadableDatabase, place: number): string | null {
  const row = statement(db, SPAN_AT).get(place);
  return row === undefined ? null : text(row.id);
}

export function lastRunPlace(db: ReadableDatabase): number {
  return integer(statement(db, LAST_PLACE).get()?.place);
}

function decode(row: Readonly<Record<string, unknown>>): RunSpan {
  return {
    place: integer(row.place),
    id: text(row.id),
    status: text(row.status),
    startedAt: parseTime(row.started_at),
    completedAt: parseTime(row.completed_at),
  };
}
