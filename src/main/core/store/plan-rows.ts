import type { Page } from "../../../shared/contract";
import type { ParameterValue } from "../../../shared/model/plan-definition";
import type { PlanDetail, PlanSummary } from "../../../shared/model/views";
import { CLEANUP, isCleaning } from "./cleanup";
import { integer, integerOrNull, jsonObject, type Row, text, textOrNull } from "./columns";
import { type ReadableDatabase, statement } from "./database";
import { readCounts } from "./plan-end";
import { parseTime } from "./time";

// A foreign plan has no title of its own; what was asked for is the nearest thing. Its plan_data may be large
// and broken, so lists leave it alone.
const SUMMARY = `SELECT e.id, e.status, e.generated_at, q.task_description, p.title, p.source_name, p.launched_by,
    p.launched_at, p.started_at, p.finished_at, p.cancel_requested_at, p.paused_at,
    ${CLEANUP} AS cleanup
  FROM execution_plans e
    LEFT JOIN console_plans p ON p.plan_id = e.id
    LEFT JOIN planning_queue q ON q.id = e.planning_task_id`;
const ORDER = "ORDER BY coalesce(e.generated_at, '') DESC, e.id DESC LIMIT ?";
export const FIRST_PLANS = `${SUMMARY} ${ORDER}`;
// SQLite seeks by an expression, but not by a row value that holds one: the first condition is for it alone.
export const NEXT_PLANS = `${SUMMARY} WHERE coalesce(e.generated_at, '') <= $at
  AND (coalesce(e.generated_at, '') < $at OR e.id < $id)
  ORDER BY coalesce(e.generated_at, '') DESC, e.id DESC LIMIT $limit`;
const ONE_PLAN = `${SUMMARY} WHERE e.id = +?`;

export interface PlanPage {
  readonly after?: string | undefined;
  readonly limit: number;
}

/** Newest first, by keyset: a page costs the same anywhere in the list. */
export function pagePlans(db: ReadableDatabase, { after, limit }: PlanPage): Page<PlanSummary> {
  const rows =
    after === undefined
      ? statement(db, FIRST_PLANS).all(limit)
      : statement(db, NEXT_PLANS).all({ ...readCursor(after), limit });
  const last = rows[rows.length - 1];
  return {
    rows: rows.map((row) => summary(db, row)),
    next: last && rows.length === limit ? cursor(last) : null,
  };
}

function cursor(row: Row): string {
  return `${encodeURIComponent(text(row.generated_at))}/${text(row.id)}`;
}

function readCursor(after: string): { at: string; id: string } {
  const cut = after.indexOf("/");
  try {
    return { at: decodeURIComponent(after.slice(0, Math.max(cut, 0))), id: after.slice(cut + 1) };
  } catch {
    return { at: "", id: "" };
  }
}

/** Those of these plans that exist, in this order. */
export function readPlanSummaries(db: ReadableDatabase, planIds: readonly string[]): PlanSummary[] {
  const one = statement(db, ONE_PLAN);
  return planIds.flatMap((id) => one.all(id)).map((row) => summary(db, row));
}

const DETAIL = `SELECT p.description, p.correlation_id, p.parameters, p.source_text, p.folder, q.task_description
  FROM execution_plans e
    LEFT JOIN console_plans p ON p.plan_id = e.id
    LEFT JOIN planning_queue q ON q.id = e.planning_task_id
  WHERE e.id = +?`;

export function readPlan(db: ReadableDatabase, planId: string): PlanDetail | null {
  const [plan] = readPlanSummaries(db, [planId]);
  const detail = statement(db, DETAIL).get(planId);
  if (!plan || !detail) return null;
  return {
    ...plan,
    description: textOrNull(detail.description) ?? text(detail.task_description),
    correlationId: textOrNull(detail.correlation_id),
    parameters: parameterValues(detail.parameters),
    definitionText: textOrNull(detail.source_text),
    folder: textOrNull(detail.folder),
  };
}

function parameterValues(raw: unknown): Record<string, ParameterValue> {
  const isValue = (entry: [string, unknown]): entry is [string, ParameterValue] =>
    ["string", "number", "boolean"].includes(typeof entry[1]);
  return Object.fromEntries(Object.entries(jsonObject(raw)).filter(isValue));
}

const TITLE_LENGTH = 120;

function summary(db: ReadableDatabase, row: Row): PlanSummary {
  const id = text(row.id);
  const status = textOrNull(row.status) ?? "draft";
  const counts = shownCounts(readCounts(db, id), integer(statement(db, RETRYING).get(id)?.n));
  return {
    id,
    title: textOrNull(row.title) ?? (text(row.task_description).split("\n")[0]?.slice(0, TITLE_LENGTH) || id),
    status,
    sourceName: textOrNull(row.source_name),
    launchedBy: textOrNull(row.launched_by),
    createdAt: integerOrNull(row.launched_at) ?? parseTime(row.generated_at),
    startedAt: integerOrNull(row.started_at),
    finishedAt: integerOrNull(row.finished_at),
    taskCount: Object.values(counts).reduce((sum, count) => sum + count, 0),
    counts,
    cancelRequested: status === "executing" && (row.cancel_requested_at !== null || isCleaning(row.cleanup)),
    cleaning: status === "executing" && isCleaning(row.cleanup),
    paused: status === "executing" && row.paused_at !== null,
  };
}

const RETRYING = "SELECT count(*) AS n FROM console_ready WHERE plan_id = +? AND held = 2";

/** Counts as shown: `queued`, `waiting`, `blocked` and `retrying` apart, zeros left out. */
export function shownCounts(stored: ReadonlyMap<string, number>, retrying: number): Record<string, number> {
  const counts = new Map(stored);
  const waiting = stored.get("waiting") ?? 0;
  const blocked = stored.get("blocked") ?? 0;
  counts.set("queued", (stored.get("queued") ?? 0) - waiting - retrying);
  counts.set("waiting", waiting - blocked);
  counts.set("retrying", retrying);
  return Object.fromEntries([...counts].filter(([, count]) => count > 0));
}
