import { EVENT_OF_STATUS } from "../../../../shared/model/event";
import { quoted } from "./expressions";
import { TELLING_PREFIX } from "./names";

/** `source_agent` of the events that tell of writes whose programs told nobody. */
export const TOLD_BY = "legacy-sql";

/*
 * A console tells what it writes itself, with more than SQL can know; its transactions have a row in console_telling,
 * so that nothing is told twice.
 */
const NOT_TOLD = "NOT EXISTS (SELECT 1 FROM console_telling)";

const correlation = (row: string): string => `coalesce(CASE WHEN typeof(${row}.payload) = 'text' THEN
    CASE WHEN json_valid(${row}.payload) THEN nullif(CAST(json_extract(${row}.payload, '$.correlation_id') AS TEXT), '') END END,
  CAST(${row}.id AS TEXT))`;

const NOW = "strftime('%Y-%m-%d %H:%M:%f', 'now')";
/** A UUIDv7, made by whatever SQLite the writer brings: in order of time, so that the index grows at its end. */
const NEW_ID = `(SELECT substr(h, 1, 8) || '-' || substr(h, 9, 4) || '-7' || substr(h, 13, 3) || '-8' || substr(h, 16, 3) || '-' || substr(h, 19, 12)
  FROM (SELECT lower(printf('%012x', CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER)) || hex(randomblob(9))) AS h))`;
const asText = (value: string): string => `CAST(${value} AS TEXT)`;

function tell(row: "NEW" | "OLD", type: string, payload: string): string {
  return `INSERT INTO events (event_id, event_type, timestamp, source_agent, correlation_id, payload, metadata, created_at)
    VALUES (${NEW_ID}, ${type}, ${NOW}, ${quoted(TOLD_BY)}, ${correlation(row)}, ${payload}, '{}', ${NOW});`;
}

/** The triggers of `enable_unified_events`: present while the flag is on. */
export function tellingTriggers(): string[] {
  const cases = Object.entries(EVENT_OF_STATUS).map(([status, type]) => `WHEN ${quoted(status)} THEN ${quoted(type)}`);
  const typeOf = `CASE NEW.status ${cases.join(" ")} ELSE 'task.progress' END`;
  const identity = (row: string) => `'task_id', ${asText(`${row}.id`)}`;
  return [
    `CREATE TRIGGER ${TELLING_PREFIX}created AFTER INSERT ON tasks WHEN ${NOT_TOLD}
BEGIN
${tell("NEW", "'task.created'", `json_object(${identity("NEW")}, 'title', ${asText("NEW.title")}, 'task_type', ${asText("NEW.task_type")}, 'status', ${asText("NEW.status")})`)}
END`,
    `CREATE TRIGGER ${TELLING_PREFIX}moved AFTER UPDATE OF status ON tasks WHEN NEW.status IS NOT OLD.status AND ${NOT_TOLD}
BEGIN
${tell("NEW", typeOf, `json_object(${identity("NEW")}, 'from', ${asText("OLD.status")}, 'status', ${asText("NEW.status")}, 'worker_id', ${asText("NEW.assigned_worker")})`)}
END`,
    `CREATE TRIGGER ${TELLING_PREFIX}deleted AFTER DELETE ON tasks WHEN ${NOT_TOLD}
BEGIN
${tell("OLD", "CASE WHEN OLD.status IN ('completed', 'failed', 'cancelled') THEN 'task.progress' ELSE 'task.cancelled' END", `json_object(${identity("OLD")}, 'from', ${asText("OLD.status")}, 'deleted', json('true'))`)}
END`,
  ];
}
