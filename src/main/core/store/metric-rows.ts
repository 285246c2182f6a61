import { integer, integerOrNull, text } from "./columns";
import { type ReadableDatabase, statement } from "./database";
import { parseTime } from "./time";

/** Bounded reads for the figures of a database: none looks at more than the newest few thousand rows. */

export function taskCounts(db: ReadableDatabase): Array<{ readonly status: string; readonly n: number }> {
  return statement(db, "SELECT status, n FROM console_counts WHERE scope = '' AND n > 0 ORDER BY status")
    .all()
    .map((row) => ({ status: text(row.status), n: integer(row.n) }));
}

const NEWEST_EVENTS = 5_000;
const EVENTS = `SELECT count(*) AS n, coalesce(sum(source_agent = $toldBy), 0) AS told FROM (
  SELECT created_at, source_agent FROM events ORDER BY rowid DESC LIMIT ${NEWEST_EVENTS}) WHERE created_at >= $since`;

/** Events that were written since then, at most 5,000; `told` of them by triggers, for programs that tell nobody. */
export function eventsSince(
  db: ReadableDatabase,
  since: string,
  toldBy: string,
): { readonly n: number; readonly told: number } {
  const row = statement(db, EVENTS).get({ since, toldBy });
  return { n: integer(row?.n), told: integer(row?.told) };
}

export function lastEvent(db: ReadableDatabase): number {
  return integer(statement(db, "SELECT max(rowid) AS place FROM events").get()?.place);
}

const NEWEST_DELIVERIES = 1_000;
const DELIVERIES = `SELECT d.at, d.outcome, d.took_ms, e.timestamp FROM (
    SELECT at, outcome, took_ms, event_id FROM console_deliveries WHERE is_test = 0 ORDER BY id DESC LIMIT ${NEWEST_DELIVERIES}) d
  LEFT JOIN events e ON e.event_id = d.event_id`;

export interface DeliveryFact {
  readonly delivered: boolean;
  readonly tookMs: number;
  /** From the event's time to its delivery; null: its time cannot be read, or it is gone. */
  readonly lagMs: number | null;
}

/** The newest thousand. */
export function newestDeliveries(db: ReadableDatabase): DeliveryFact[] {
  return statement(db, DELIVERIES)
    .all()
    .map((row) => {
      const happened = parseTime(row.timestamp);
      return {
        delivered: row.outcome === "delivered",
        tookMs: integer(row.took_ms),
        lagMs: happened === null ? null : Math.max(0, integer(row.at) - happened),
      };
    });
}

const SUBSCRIPTIONS = "SELECT subscription_id, state, position, failures FROM console_subscriptions";

export function subscriptionFacts(db: ReadableDatabase) {
  return statement(db, SUBSCRIPTIONS)
    .all()
    .map((row) => ({
      id: text(row.subscription_id),
      state: text(row.state),
      position: integer(row.position),
      failures: integer(row.failures),
    }));
}

const NEWEST_RUNS = 2_000;
const RUNS = `SELECT k.agent, r.status, r.started_at, r.completed_at FROM (
    SELECT task_id, status, started_at, completed_at FROM runs ORDER BY rowid DESC LIMIT ${NEWEST_RUNS}) r
  CROSS JOIN console_tasks k ON k.task_id = r.task_id`;

export interface AgentRun {
  readonly agent: string;
  readonly status: string;
  /** Null while it runs, or where its times cannot be read. */
  readonly tookMs: number | null;
}

/** Attempts of the consoles' own plans among the newest two thousand of the database. */
export function newestAgentRuns(db: ReadableDatabase): AgentRun[] {
  return statement(db, RUNS)
    .all()
    .map((row) => {
      const begun = parseTime(row.started_at);
      const ended = parseTime(row.completed_at);
      return {
        agent: text(row.agent),
        status: text(row.status),
        tookMs: begun === null || ended === null ? null : Math.max(0, ended - begun),
      };
    });
}

export interface AgentCheckRow {
  readonly agent: string;
  readonly at: number;
  readonly status: string;
  readonly message: string;
  readonly tookMs: number;
}

const LATEST_CHECKS = `SELECT c.agent, c.at, c.status, c.message, c.took_ms FROM (
    SELECT agent, max(at) AS at FROM console_agent_checks GROUP BY agent) latest
  CROSS JOIN console_agent_checks c ON c.agent = latest.agent AND c.at = latest.at`;
const CHECKS =
  "SELECT agent, at, status, message, took_ms FROM console_agent_checks WHERE agent = +? ORDER BY at DESC LIMIT ?";

/** The last one of each agent. */
export function latestAgentChecks(db: ReadableDatabase): AgentCheckRow[] {
  return statement(db, LATEST_CHECKS).all().map(decodeCheck);
}

/** The latest first. */
export function listAgentChecks(db: ReadableDatabase, agent: string, limit: number): AgentCheckRow[] {
  return statement(db, CHECKS).all(agent, limit).map(decodeCheck);
}

function decodeCheck(row: Readonly<Record<string, unknown>>): AgentCheckRow {
  return {
    agent: text(row.agent),
    at: integer(row.at),
    status: text(row.status),
    message: text(row.message),
    tookMs: integerOrNull(row.took_ms) ?? 0,
  };
}
