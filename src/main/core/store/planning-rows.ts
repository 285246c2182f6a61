import type { PlanningDrop, PlanningFailure, PlanningRequest, ProposedPlan } from "../../../shared/model/planning";
import { integer, integerOrNull, json, type Row, text, textOrNull } from "./columns";
import { type ReadableDatabase, statement } from "./database";
import { hasIndex } from "./has-index";
import { parseTime } from "./time";

const COLUMNS = `q.id, q.task_description, q.priority, q.requestor, q.context_data, q.status, q.complexity_estimate,
  q.assigned_agent, q.created_at, q.assigned_at, q.completed_at, q.rowid AS row`;
const PLANS = "SELECT count(*) AS n FROM execution_plans WHERE planning_task_id = +?";

/** A launch writes a row of its own there, as upstream's tables ask: nobody requested that one. */
const OF_OTHERS = "q.assigned_agent IS NOT 'hive-console'";

export interface PlanningPage {
  readonly requests: readonly PlanningRequest[];
  /** Null: nothing follows. */
  readonly next: number | null;
}

const BY_STATUS_INDEX = "console_requests_by_status";
/** `?`: a status, how many, after how many. Hive's own indexes would lead through every launch there ever was. */
export const requestsOfStatus = (indexed: string): string =>
  `SELECT ${COLUMNS} FROM planning_queue q ${indexed} WHERE q.status = +? AND ${OF_OTHERS}
    ORDER BY q.priority DESC, q.created_at, q.rowid LIMIT ? OFFSET ?`;
export const LATEST_REQUESTS = `SELECT ${COLUMNS} FROM planning_queue q WHERE ${OF_OTHERS}
  ORDER BY q.created_at DESC, q.rowid DESC LIMIT ? OFFSET ?`;

/** Of one status the most urgent first; of all the latest first. `after`: how many came before. */
export function listRequests(
  db: ReadableDatabase,
  { status, after, limit }: { readonly status: string | undefined; readonly after: number; readonly limit: number },
): PlanningPage {
  const indexed = hasIndex(db, BY_STATUS_INDEX, "planning_queue") ? `INDEXED BY ${BY_STATUS_INDEX}` : "";
  const rows =
    status === undefined
      ? statement(db, LATEST_REQUESTS).all(limit + 1, after)
      : statement(db, requestsOfStatus(indexed)).all(status, limit + 1, after);
  const requests = rows.slice(0, limit).map((row) => decode(db, row));
  return { requests, next: rows.length > limit ? after + limit : null };
}

const FAILURE = `SELECT timestamp, source_agent, payload FROM events
  WHERE correlation_id = +? AND event_type = 'agent.error' ORDER BY rowid DESC LIMIT 1`;

/** Why the latest planner of a request made no plan; null: none failed. */
export function readFailure(db: ReadableDatabase, requestId: string): PlanningFailure | null {
  const row = statement(db, FAILURE).get(requestId);
  if (!row) return null;
  const payload = json(row.payload);
  const given = typeof payload === "object" && payload !== null && "error" in payload ? payload.error : null;
  return {
    at: parseTime(row.timestamp),
    agent: text(row.source_agent),
    error: typeof given === "string" && given !== "" ? given : "It did not say why.",
  };
}

export function readRequest(db: ReadableDatabase, requestId: string): PlanningRequest | null {
  const row = statement(db, `SELECT ${COLUMNS} FROM planning_queue q WHERE q.id = +?`).get(requestId);
  return row ? decode(db, row) : null;
}

const DROPPED = `SELECT at, actor, reason FROM console_audit
  WHERE entity_id = +? AND act IN ('planning.drop', 'planning.reject') ORDER BY seq DESC LIMIT 1`;

/** Who gave a request up last, or rejected its plan; null: nobody did. */
export function readDrop(db: ReadableDatabase, requestId: string): PlanningDrop | null {
  const row = statement(db, DROPPED).get(requestId);
  return row ? { at: integer(row.at), actor: text(row.actor), reason: textOrNull(row.reason) } : null;
}

function decode(db: ReadableDatabase, row: Row): PlanningRequest {
  const raw = textOrNull(row.context_data);
  const context = raw === null || raw === "" ? null : (json(raw) ?? raw);
  return {
    id: text(row.id),
    description: text(row.task_description),
    priority: integer(row.priority),
    requestor: textOrNull(row.requestor),
    context,
    status: text(row.status),
    complexity: textOrNull(row.complexity_estimate),
    agent: textOrNull(row.assigned_agent),
    createdAt: parseTime(row.created_at),
    assignedAt: parseTime(row.assigned_at),
    completedAt: parseTime(row.completed_at),
    plans: integer(statement(db, PLANS).get(row.id)?.n),
  };
}

const PROPOSALS = `SELECT id, status, subtask_count, dependency_count, estimated_duration, estimated_complexity,
    generated_at, plan_data
  FROM execution_plans WHERE planning_task_id = +? ORDER BY coalesce(generated_at, '') DESC, id DESC LIMIT 50`;

/** The plans that were made for a request, without findings and steps; the latest first. */
export function readProposals(
  db: ReadableDatabase,
  requestId: string,
): Array<Omit<ProposedPlan, "findings" | "steps">> {
  return statement(db, PROPOSALS)
    .all(requestId)
    .map((row) => ({
      id: text(row.id),
      status: text(row.status),
      subtasks: integer(row.subtask_count),
      dependencies: integer(row.dependency_count),
      estimatedMinutes: integerOrNull(row.estimated_duration),
      complexity: textOrNull(row.estimated_complexity),
      generatedAt: parseTime(row.generated_at),
      data: text(row.plan_data),
    }));
}
