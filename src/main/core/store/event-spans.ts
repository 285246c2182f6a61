import { integer, integerOrNull, textOrNull } from "./columns";
import { type ReadableDatabase, statement, type WritableDatabase } from "./database";
import { EVENTS_OF_A_SPAN } from "./migrations/event-spans";
import { parseTime } from "./time";

/** Events that arrived together, and between which times they claim to have happened. */
export interface EventSpan {
  /** From 0; its events have the places after `span * EVENTS_OF_A_SPAN`. */
  readonly span: number;
  readonly last: number;
  readonly lastId: string | null;
  /** Null: no time among them can be read. */
  readonly minAt: number | null;
  readonly maxAt: number | null;
}

/** What is noted of a span, and whether its events are still those. */
export interface NotedSpan {
  readonly span: number;
  readonly minAt: number | null;
  readonly maxAt: number | null;
  readonly isTrue: boolean;
}

const spanOf = (place: number): number => Math.floor((place - 1) / EVENTS_OF_A_SPAN);

export const NOTED_SPANS = `SELECT s.span, s.min_at, s.max_at, e.event_id IS s.last_id AND e.rowid IS NOT NULL AS is_true
  FROM console_event_spans s LEFT JOIN events e ON e.rowid = s.last WHERE s.span >= +? ORDER BY s.span LIMIT ?`;
export const EVENTS_OF_SPAN = `SELECT rowid AS place, event_id, timestamp FROM events
  WHERE rowid > +? AND rowid <= +? ORDER BY rowid`;
const SAVE = `INSERT OR REPLACE INTO console_event_spans (span, last, last_id, min_at, max_at)
  VALUES ($span, $last, $lastId, $minAt, $maxAt)`;
const DROP = "DELETE FROM console_event_spans WHERE span = ?";
export const PLACES = "SELECT (SELECT min(rowid) FROM events) AS first, (SELECT max(rowid) FROM events) AS last";

/** The next of them from a span on, in order. */
export function readNotedSpans(db: ReadableDatabase, from: number, limit: number): NotedSpan[] {
  return statement(db, NOTED_SPANS)
    .all(from, limit)
    .map((row) => ({
      span: integer(row.span),
      minAt: integerOrNull(row.min_at),
      maxAt: integerOrNull(row.max_at),
      isTrue: row.is_true === 1,
    }));
}

/** What a span holds now; null: nothing. About a millisecond. */
export function measureSpan(db: ReadableDatabase, span: number): EventSpan | null {
  const from = span * EVENTS_OF_A_SPAN;
  const rows = statement(db, EVENTS_OF_SPAN).all(from, from + EVENTS_OF_A_SPAN);
  const last = rows.at(-1);
  if (last === undefined) return null;
  let [minAt, maxAt] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const { timestamp } of rows) {
    const at = parseTime(timestamp);
    if (at === null) continue;
    minAt = Math.min(minAt, at);
    maxAt = Math.max(maxAt, at);
  }
  const isTimed = minAt <= maxAt;
  return {
    span,
    last: integer(last.place),
    lastId: textOrNull(last.event_id),
    minAt: isTimed ? minAt : null,
    maxAt: isTimed ? maxAt : null,
  };
}

export function saveSpans(tx: WritableDatabase, spans: readonly EventSpan[]): void {
  for (const span of spans) statement(tx, SAVE).run({ ...span });
}

export function dropSpans(tx: WritableDatabase, spans: readonly number[]): void {
  for (const span of spans) statement(tx, DROP).run(span);
}

/** The first span that may hold events, and the last one that no further event can come into; null: there is none. */
export function readFullSpans(db: ReadableDatabase): { readonly first: number; readonly last: number } | null {
  const row = statement(db, PLACES).get();
  const [first, last] = [integerOrNull(row?.first), integerOrNull(row?.last)];
  if (first === null || last === null) return null;
  const full = spanOf(last + 1) - 1;
  return full < spanOf(first) ? null : { first: spanOf(first), last: full };
}

const THERE = "SELECT count(*) AS n FROM sqlite_master WHERE type = 'table' AND name = 'console_event_spans'";
const noted = new WeakMap<ReadableDatabase, boolean>();

/** False in a database that was never adopted, or by an earlier version. */
export function hasSpans(db: ReadableDatabase): boolean {
  const known = noted.get(db) ?? statement(db, THERE).get()?.n === 1;
  noted.set(db, known);
  return known;
}
