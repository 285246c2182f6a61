import { type EventFilter, type EventRow, LOG_ORDERS, type LogOrder } from "../../../shared/model/log-views";
import { type TopicMatcher, topicFilter } from "../../../shared/model/topic";
import { payloadKeys } from "../plan/payload-keys";
import { integerOrNull, json, type Row, text, textOrNull } from "./columns";
import { type ReadableDatabase, statement } from "./database";
import { keyset, type LogStream } from "./log-page";
import { DENSE_EVENTS, EVENTS_BY_CORRELATION, EVENTS_BY_KIND, SPARSE_EVENT } from "./migrations/events-and-board";
import { parseTime } from "./time";

/** What deciding takes; the rest is read for rows of the page alone. `names`: the payload holds a certain text. */
const SCANNED = `rowid AS place, event_type, source_agent, timestamp, correlation_id,
  $needle IS NULL OR instr(payload, $needle) > 0 AS names`;

function scan(order: LogOrder, where: string, index: string | null): string {
  const { beyond, sorted } = keyset(order, "rowid");
  return `SELECT ${SCANNED} FROM events ${index === null ? "" : `INDEXED BY ${index}`} WHERE ${where}${beyond} ${sorted}`;
}

type Scan = Readonly<Record<LogOrder, string>>;

const scans = (where: string, index: string | null): Scan => ({
  newest: scan("newest", where, index),
  oldest: scan("oldest", where, index),
});

const EVERY_EVENT = scans("", null);
const EVENTS_OF_KIND = scans(
  `event_type = +$type AND source_agent = +$source AND ${SPARSE_EVENT} AND `,
  EVENTS_BY_KIND,
);
const EVENTS_OF_CORRELATION = scans("correlation_id = +$correlation AND ", EVENTS_BY_CORRELATION);
export const EVENT_SCANS = LOG_ORDERS.flatMap((order) =>
  [EVERY_EVENT, EVENTS_OF_KIND, EVENTS_OF_CORRELATION].map((statements) => statements[order]),
);

const KINDS = `SELECT event_type, source_agent FROM events INDEXED BY ${EVENTS_BY_KIND} WHERE ${SPARSE_EVENT}`;
const KINDS_ORDER = "ORDER BY event_type, source_agent LIMIT 1";
const FIRST_KIND = `${KINDS} ${KINDS_ORDER}`;
// Two steps: for a row value SQLite seeks by the first column alone, and reads all of a type to find the next writer.
export const NEXT_SOURCE = `${KINDS} AND event_type = +? AND source_agent > +? ${KINDS_ORDER}`;
export const NEXT_TYPE = `${KINDS} AND event_type > +? ${KINDS_ORDER}`;
/** With more kinds than this their lists are not merged; the whole log is searched. */
const MOST_KINDS = 256;

export interface EventSearch {
  readonly streams: readonly LogStream[];
  readonly accepts: (row: Row) => boolean;
}

/** The shortest lists that together hold what the filter asks for, and what is left to check on each row. */
export function searchEvents(db: ReadableDatabase, filter: EventFilter, order: LogOrder): EventSearch {
  const { correlationId, source, entity } = filter;
  const topic = topicOf(filter);
  const own = entity === undefined ? null : correlationsOf(db, entity);
  const isNamed = entity?.kind === "task" || entity?.kind === "run";
  const needle = entity && isNamed ? JSON.stringify(entity.id) : null;
  const accepts = (row: Row): boolean =>
    (topic === null || topic(text(row.event_type))) &&
    (source === undefined || source === row.source_agent) &&
    (correlationId === undefined || correlationId === row.correlation_id) &&
    (own === null || own.includes(text(row.correlation_id))) &&
    row.names === 1 &&
    isWithin(row, filter);
  const list = (statements: Scan, values: Readonly<Record<string, unknown>>): LogStream => ({
    read: (from, limit) => statement(db, statements[order]).all({ ...values, needle, from, limit }),
  });
  const everything = { streams: [list(EVERY_EVENT, {})], accepts };
  if (!hasEventIndexes(db)) return everything;
  const correlations = correlationId === undefined ? own : [correlationId];
  if (correlations !== null) {
    return { streams: correlations.map((correlation) => list(EVENTS_OF_CORRELATION, { correlation })), accepts };
  }
  if (topic === null && source === undefined) return everything;
  const isWanted = (kind: Kind): boolean =>
    (topic?.(kind.type) ?? true) && (source === undefined || source === kind.source);
  if (DENSE_EVENTS.types.some((type) => isWanted({ type, source: DENSE_EVENTS.source }))) return everything;
  const kinds = listKinds(db);
  if (kinds === null) return everything;
  const wanted = kinds.filter(isWanted);
  return { streams: wanted.map((kind) => list(EVENTS_OF_KIND, { ...kind })), accepts };
}

/** Null: every type passes. */
export function topicOf({ topic, topics = [], except = [] }: EventFilter): TopicMatcher | null {
  const one = topic === undefined ? null : topicFilter([topic], []);
  const any = topicFilter(topics, except);
  return one === null || any === null ? (one ?? any) : (type) => one(type) && any(type);
}

function isWithin(row: Row, { since, until }: EventFilter): boolean {
  if (since === undefined && until === undefined) return true;
  const at = parseTime(row.timestamp);
  return at !== null && at >= (since ?? at) && (until === undefined || at < until);
}

interface Kind {
  readonly type: string;
  readonly source: string;
}

/** Every pair of type and source that is kept by kind; null: too many. Costs as many steps as there are pairs. */
function listKinds(db: ReadableDatabase): Kind[] | null {
  const kinds: Kind[] = [];
  let row = statement(db, FIRST_KIND).get();
  while (row !== undefined) {
    if (kinds.length === MOST_KINDS) return null;
    kinds.push({ type: text(row.event_type), source: text(row.source_agent) });
    row =
      statement(db, NEXT_SOURCE).get(row.event_type, row.source_agent) ?? statement(db, NEXT_TYPE).get(row.event_type);
  }
  return kinds;
}

const CORRELATION_OF_PLAN = "SELECT correlation_id FROM console_plans WHERE plan_id = +?";
const CORRELATION_OF_TASK = `SELECT k.plan_id, p.correlation_id, CASE WHEN p.plan_id IS NULL THEN t.payload END AS payload
  FROM tasks t LEFT JOIN console_tasks k ON k.task_id = t.id LEFT JOIN console_plans p ON p.plan_id = k.plan_id
  WHERE t.id = +?`;

/** The correlations that events of a thing are written under; null: any. */
function correlationsOf(db: ReadableDatabase, entity: NonNullable<EventFilter["entity"]>): string[] | null {
  const { kind, id } = entity;
  if (!hasEventIndexes(db)) return kind === "worker" || kind === "plan" ? [id] : null;
  if (kind === "worker") return [id];
  if (kind === "plan") return distinct([id, statement(db, CORRELATION_OF_PLAN).get(id)?.correlation_id]);
  const taskId = kind === "task" ? id : statement(db, "SELECT task_id FROM runs WHERE id = ?").get(id)?.task_id;
  const task = statement(db, CORRELATION_OF_TASK).get(taskId ?? null);
  const inPayload = payloadKeys(json(task?.payload)).correlationId;
  return distinct([taskId, task?.plan_id, task?.correlation_id, inPayload]);
}

function distinct(values: readonly unknown[]): string[] {
  return [...new Set(values.flatMap((value) => textOrNull(value) ?? []))];
}

const MARK_BEFORE = `SELECT event, event_id FROM console_event_marks
  WHERE event < coalesce((SELECT min(event) FROM console_event_marks WHERE at >= ?), 9223372036854775807)
  ORDER BY event DESC LIMIT 1`;
/** A writer's clock may be behind, and what happened may be told later. */
const SLACK_MS = 3_600_000;

/** A place that everything since this time came after, as far as it is known. */
export function placeBefore(db: ReadableDatabase, since: number | undefined): number {
  const nothing = Number.MIN_SAFE_INTEGER;
  if (since === undefined || !hasEventIndexes(db)) return nothing;
  const mark = statement(db, MARK_BEFORE).get(since - SLACK_MS);
  if (!mark) return nothing;
  // Rows may have been deleted since, and their places given to others.
  const there = statement(db, "SELECT event_id FROM events WHERE rowid = ?").get(mark.event);
  return there?.event_id === mark.event_id ? (integerOrNull(mark.event) ?? nothing) : nothing;
}

const indexed = new WeakMap<ReadableDatabase, boolean>();

/** False in a database that was never adopted: there the log is searched from its end. */
function hasEventIndexes(db: ReadableDatabase): boolean {
  const known = indexed.get(db);
  if (known !== undefined) return known;
  const found = statement(db, "SELECT count(*) AS n FROM sqlite_master WHERE type = 'index' AND name IN (?, ?)").get(
    EVENTS_BY_KIND,
    EVENTS_BY_CORRELATION,
  );
  indexed.set(db, found?.n === 2);
  return found?.n === 2;
}

const ONE_EVENT = `SELECT rowid AS place, event_id, event_type, timestamp, source_agent, correlation_id, payload, metadata
  FROM events WHERE rowid = ?`;
const LAST_PLACE = "SELECT max(rowid) AS place FROM events";

/** The events at these places, as far as they are still there. */
export function readEvents(db: ReadableDatabase, places: readonly Row[]): EventRow[] {
  const one = statement(db, ONE_EVENT);
  return places.flatMap(({ place }) => one.all(place)).map(decodeEvent);
}

/** Where the log ends now. */
export function lastEventCursor(db: ReadableDatabase): string {
  return String(integerOrNull(statement(db, LAST_PLACE).get()?.place) ?? 0);
}

function decodeEvent(row: Row): EventRow {
  const at = parseTime(row.timestamp);
  const payload = json(row.payload);
  const metadata = json(row.metadata);
  const unreadable: EventRow["unreadable"][number][] = [];
  if (at === null) unreadable.push("timestamp");
  if (payload === undefined) unreadable.push("payload");
  if (metadata === undefined) unreadable.push("metadata");
  return {
    cursor: text(row.place),
    id: text(row.event_id),
    type: text(row.event_type),
    source: text(row.source_agent),
    correlationId: textOrNull(row.correlation_id),
    at,
    payload: payload === undefined ? textOrNull(row.payload) : payload,
    metadata: metadata === undefined ? textOrNull(row.metadata) : metadata,
    unreadable,
  };
}
