/**
 * Between which times the events of each thousand or so lie, in the order of their arrival. What a range of time asks for
 * is found by these, without reading all that arrived before or since, and no writer of an event pays for it: whoever
 * dispatches notes them later. Missing ones cost time, never an event.
 */

/** Events of one span by their places: the first has 1 to 1,024. */
export const EVENTS_OF_A_SPAN = 1_024;

export const EVENT_SPANS: readonly string[] = [
  // last, last_id: its last event; when that is another by now, places were given away again. Times in milliseconds, null:
  // none of its events has a time that can be read.
  `CREATE TABLE console_event_spans (
    span INTEGER PRIMARY KEY,
    last INTEGER NOT NULL,
    last_id TEXT,
    min_at INTEGER,
    max_at INTEGER
  )`,
  `CREATE TRIGGER console_event_moved AFTER UPDATE OF timestamp ON events
BEGIN
DELETE FROM console_event_spans WHERE span = (OLD.rowid - 1) / ${EVENTS_OF_A_SPAN};
END`,
];
