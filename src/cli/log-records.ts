import type { AuditRow, EventRow } from "../shared/model/log-views";
import type { Output } from "./output";
import type { Tone } from "./style";
import { column, formatClock, formatDate, plainText, truncate } from "./text";

const TYPE_WIDTH = 24;
const SOURCE_WIDTH = 14;
const TIME_WIDTH = 19;

const iso = (at: number | null): string | null => (at === null ? null : new Date(at).toISOString());

/** With the names that the table's columns have. */
export function eventJson(row: EventRow): Readonly<Record<string, unknown>> {
  return {
    event_id: row.id,
    event_type: row.type,
    timestamp: iso(row.at),
    source_agent: row.source,
    correlation_id: row.correlationId,
    payload: row.payload,
    metadata: row.metadata,
    ...(row.unreadable.length > 0 ? { unreadable: row.unreadable } : {}),
  };
}

export function auditJson(row: AuditRow): Readonly<Record<string, unknown>> {
  const { act, actor, entity, entityId, reason, before, after } = row;
  return { at: iso(row.at), actor, act, entity, entity_id: entityId, reason, before, after };
}

/** `2026-11-21 14:03:27`, local time. */
function when(at: number | null): string {
  if (at === null) return column("?", TIME_WIDTH);
  const day = formatDate(at).slice(0, "2026-11-21".length);
  return `${day} ${formatClock(at)}`;
}

export function printEvent(out: Output, row: EventRow): void {
  const type = out.paint(toneOf(row.type), column(plainText(row.type), TYPE_WIDTH));
  const source = out.paint("grey", column(plainText(row.source), SOURCE_WIDTH));
  const room = out.size().width - TIME_WIDTH - TYPE_WIDTH - SOURCE_WIDTH - 7;
  out.line(`${when(row.at)}  ${type}  ${source}  ${shortened(out, JSON.stringify(row.payload ?? null), room)}`);
}

export function printAct(out: Output, row: AuditRow): void {
  const act = out.paint("cyan", column(plainText(row.act), TYPE_WIDTH));
  const actor = column(plainText(row.actor), SOURCE_WIDTH);
  const change = `${JSON.stringify(row.before)} -> ${JSON.stringify(row.after)}`;
  const words = `${row.entity} ${row.entityId}  ${row.reason === null ? "" : `"${row.reason}"  `}${change}`;
  const room = out.size().width - TIME_WIDTH - TYPE_WIDTH - SOURCE_WIDTH - 7;
  out.line(`${when(row.at)}  ${act}  ${actor}  ${shortened(out, words, room)}`);
}

/** A terminal's line is cut; what goes into a file or a pipe is not. */
function shortened(out: Output, words: string, room: number): string {
  const line = plainText(words);
  return out.isTty ? truncate(line, Math.max(20, room)) : line;
}

function toneOf(type: string): Tone {
  if (/failed|error|rejected|rolled_back/.test(type)) return "red";
  if (type.endsWith("cancelled")) return "yellow";
  return type.endsWith("completed") || type.endsWith("approved") ? "green" : "blue";
}
