/**
 * Lists of events and of the audit log at any size, and final plans. `events` is a rowid table that every program
 * appends to: its rowid is the order of arrival, whatever ids and times its rows claim, and every index ends in it.
 */
export const EVENTS_BY_KIND = "console_events_by_kind";
export const EVENTS_BY_CORRELATION = "console_events_by_correlation";
export const AUDIT_BY_ENTITY = "console_audit_by_entity";

/** What nearly every task leaves behind: it lies so close in the log that going through that finds it. */
export const DENSE_EVENTS = {
  source: "hive-runner",
  types: ["task.assigned", "task.started", "task.completed"],
} as const;

/** All other events are kept by kind. Every term stands for itself: SQLite would build a table for a list. */
export const SPARSE_EVENT = `(source_agent IS NOT '${DENSE_EVENTS.source}'
  OR (${DENSE_EVENTS.types.map((type) => `event_type <> '${type}'`).join(" AND ")}))`;

/** A time of arrival is noted at most every so many events. */
const MARK_EVERY = 1_024;

const NOW_MS = "CAST(unixepoch('subsec') * 1000 AS INTEGER)";

const appendOnly = (verb: "UPDATE" | "DELETE"): string => `CREATE TRIGGER console_audit_no_${verb.toLowerCase()}
BEFORE ${verb} ON console_audit
BEGIN
SELECT RAISE(ABORT, 'console_audit is append-only');
END`;

export const EVENTS_AND_BOARD: readonly string[] = [
  `CREATE INDEX ${EVENTS_BY_KIND} ON events (event_type, source_agent) WHERE ${SPARSE_EVENT}`,
  `CREATE INDEX ${EVENTS_BY_CORRELATION} ON events (correlation_id) WHERE correlation_id IS NOT NULL`,

  // "By then, these events were there." `created_at` cannot say it: it is what an event's writer says. Noted when
  // the dispatcher renews its lease, so that no event pays for it.
  "CREATE TABLE console_event_marks (event INTEGER PRIMARY KEY, event_id TEXT, at INTEGER NOT NULL)",
  `CREATE TRIGGER console_event_mark AFTER UPDATE OF beat ON console_lease
BEGIN
INSERT OR REPLACE INTO console_event_marks (event, event_id, at)
  SELECT rowid, event_id, ${NOW_MS} FROM events WHERE rowid = (SELECT max(rowid) FROM events)
    AND rowid >= coalesce((SELECT max(event) FROM console_event_marks), 0) + ${MARK_EVERY};
END`,

  `CREATE INDEX ${AUDIT_BY_ENTITY} ON console_audit (entity_id)`,
  appendOnly("UPDATE"),
  appendOnly("DELETE"),

  // content: JSON, as The Board stores it.
  "CREATE TABLE console_final_plans (plan_id TEXT PRIMARY KEY, created_at INTEGER, content TEXT NOT NULL)",
  `CREATE TRIGGER console_final_plan_deleted AFTER DELETE ON execution_plans
BEGIN
DELETE FROM console_final_plans WHERE plan_id = OLD.id;
END`,
];

/** What is there when the console comes is older than its coming. */
export const FIRST_EVENT_MARK = `INSERT INTO console_event_marks (event, event_id, at)
  SELECT rowid, event_id, ${NOW_MS} FROM events ORDER BY rowid DESC LIMIT 1`;
