import { type AuditFilter, type AuditRow, LOG_ORDERS, type LogOrder } from "../../../shared/model/log-views";
import { topicFilter } from "../../../shared/model/topic";
import { integer, integerOrNull, json, type Row, text, textOrNull } from "./columns";
import { type ReadableDatabase, statement } from "./database";
import { keyset, type LogStream } from "./log-page";
import { AUDIT_BY_ENTITY } from "./migrations/events-and-board";

const SCANNED = "seq AS place, at, actor, act, entity, entity_id";

function scans(where: string, index: string): Readonly<Record<LogOrder, string>> {
  const one = (order: LogOrder) => {
    const { beyond, sorted } = keyset(order, "seq");
    return `SELECT ${SCANNED} FROM console_audit ${index} WHERE ${where}${beyond} ${sorted}`;
  };
  return { newest: one("newest"), oldest: one("oldest") };
}

const EVERY_ACT = scans("", "");
const ACTS_ON_ENTITY = scans("entity_id = +$entityId AND ", `INDEXED BY ${AUDIT_BY_ENTITY}`);
export const AUDIT_SCANS = LOG_ORDERS.flatMap((order) => [EVERY_ACT[order], ACTS_ON_ENTITY[order]]);

export interface AuditSearch {
  readonly streams: readonly LogStream[];
  readonly accepts: (row: Row) => boolean;
}

/** A database that was never adopted has no audit log: it is empty. */
export function searchAudit(db: ReadableDatabase, filter: AuditFilter, order: LogOrder): AuditSearch {
  const { actor, entity, since, until } = filter;
  const one = topicFilter(filter.act === undefined ? [] : [filter.act], []);
  const any = topicFilter(filter.acts ?? [], filter.except ?? []);
  const accepts = (row: Row): boolean =>
    (one === null || one(text(row.act))) &&
    (any === null || any(text(row.act))) &&
    (actor === undefined || actor === row.actor) &&
    (entity === undefined || entity.kind === row.entity) &&
    (since === undefined || integer(row.at) >= since) &&
    (until === undefined || integer(row.at) < until);
  if (!hasAudit(db)) return { streams: [], accepts };
  const sql = entity === undefined ? EVERY_ACT[order] : ACTS_ON_ENTITY[order];
  const values = entity === undefined ? {} : { entityId: entity.id };
  return { streams: [{ read: (from, limit) => statement(db, sql).all({ ...values, from, limit }) }], accepts };
}

function hasAudit(db: ReadableDatabase): boolean {
  const sql = "SELECT 1 FROM sqlite_master WHERE type = 'index' AND name = ?";
  return statement(db, sql).get(AUDIT_BY_ENTITY) !== undefined;
}

export const ACT_AT = "SELECT at FROM console_audit WHERE seq = ?";
export const LAST_ACT = "SELECT max(seq) AS last FROM console_audit";
export const ACTS_OF_SPAN =
  "SELECT min(at) AS min_at, max(at) AS max_at FROM console_audit WHERE seq > +? AND seq <= +?";

/** The place of the last act; 0: there is none, or no audit log. */
export function lastAuditPlace(db: ReadableDatabase): number {
  return hasAudit(db) ? (integerOrNull(statement(db, LAST_ACT).get()?.last) ?? 0) : 0;
}

/** When the act at this place was; null: there is none. */
export function auditTimeAt(db: ReadableDatabase, place: number): number | null {
  return integerOrNull(statement(db, ACT_AT).get(place)?.at);
}

/** Between which times the acts after one place, up to and with another, lie. Null: there are none. */
export function measureActs(db: ReadableDatabase, from: number, to: number) {
  const row = statement(db, ACTS_OF_SPAN).get(from, to);
  return { minAt: integerOrNull(row?.min_at), maxAt: integerOrNull(row?.max_at) };
}

const ONE_ACT = `SELECT seq AS place, at, actor, act, entity, entity_id, reason, before, after
  FROM console_audit WHERE seq = ?`;

export function readAudit(db: ReadableDatabase, places: readonly Row[]): AuditRow[] {
  const one = statement(db, ONE_ACT);
  return places.flatMap(({ place }) => one.all(place)).map(decodeAct);
}

function decodeAct(row: Row): AuditRow {
  return {
    cursor: text(row.place),
    at: integer(row.at),
    actor: text(row.actor),
    act: text(row.act),
    entity: text(row.entity),
    entityId: text(row.entity_id),
    reason: textOrNull(row.reason),
    before: json(row.before) ?? null,
    after: json(row.after) ?? null,
  };
}
