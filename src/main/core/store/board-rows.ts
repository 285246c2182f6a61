import {
  type BoardEvent,
  type BoardPlan,
  type BoardTask,
  kindOfEventType,
  planStatusForBoard,
  taskStateForBoard,
} from "../../../shared/model/board";
import type { EventRow } from "../../../shared/model/log-views";
import { payloadKeys } from "../plan/payload-keys";
import { integer, integerOrNull, json, type Row, text, textOrNull } from "./columns";
import { type ReadableDatabase, statement } from "./database";
import { PAYLOAD_PLAN, PAYLOAD_PLAN_INDEX, PAYLOAD_SUBTASK } from "./migrations/hive-operations";
import { parseTime } from "./time";

const PLAN = `SELECT e.id, e.status, e.generated_at, q.task_description, p.plan_id AS own, p.launched_at, p.finished_at,
    (SELECT x.completed_at FROM plan_execution x WHERE x.plan_id = e.id ORDER BY x.rowid DESC LIMIT 1) AS closed_at
  FROM execution_plans e
    LEFT JOIN planning_queue q ON q.id = e.planning_task_id
    LEFT JOIN console_plans p ON p.plan_id = e.id
  WHERE e.id = +?`;

export function readBoardPlan(db: ReadableDatabase, planId: string): BoardPlan | null {
  const row = statement(db, PLAN).get(planId);
  if (!row) return null;
  return {
    planId: text(row.id),
    status: planStatusForBoard(text(row.status)),
    originalQuery: text(row.task_description),
    createdAt: integerOrNull(row.launched_at) ?? parseTime(row.generated_at),
    closedAt: parseTime(row.closed_at) ?? integerOrNull(row.finished_at),
  };
}

/** Whether the console launched the plan, and so starts its tasks. */
export function isOwnPlan(db: ReadableDatabase, planId: string): boolean {
  return statement(db, "SELECT 1 FROM console_plans WHERE plan_id = ?").get(planId) !== undefined;
}

const COLUMNS = `t.rowid AS place, t.id, t.task_type, t.description, t.status, t.created_at, t.updated_at,
  k.plan_id, k.ordinal, k.agent, k.attempts, k.reason, CASE WHEN k.task_id IS NULL THEN t.payload END AS payload`;
const JOINED = "LEFT JOIN console_tasks k ON k.task_id = t.id";
const ONE_TASK = `SELECT ${COLUMNS} FROM tasks t ${JOINED} WHERE t.id = +?`;
export const BOARD_TASK_PAGE = `SELECT ${COLUMNS} FROM console_tasks k JOIN tasks t ON t.id = k.task_id
  WHERE k.plan_id = +? AND k.ordinal > +? ORDER BY k.ordinal LIMIT ?`;
/** Tasks that say in their payload alone which plan they belong to: those without an id in it first. */
const PAYLOAD_TASKS = `SELECT ${COLUMNS}, ${PAYLOAD_SUBTASK} AS subtask
  FROM tasks t INDEXED BY ${PAYLOAD_PLAN_INDEX} ${JOINED} WHERE ${PAYLOAD_PLAN} IS NOT NULL AND ${PAYLOAD_PLAN} = +?`;
export const UNNAMED_TASK_PAGE = `${PAYLOAD_TASKS} AND ${PAYLOAD_SUBTASK} IS NULL AND t.rowid > +? ORDER BY t.rowid LIMIT ?`;
export const NAMED_TASK_PAGE = `${PAYLOAD_TASKS} AND (${PAYLOAD_SUBTASK}, t.rowid) > (+?, +?)
  ORDER BY ${PAYLOAD_SUBTASK}, t.rowid LIMIT ?`;
const HAS_PAYLOAD_INDEX = `SELECT 1 FROM sqlite_master WHERE type = 'index' AND name = '${PAYLOAD_PLAN_INDEX}'`;
const RUNS = "SELECT run_number, error_message FROM runs WHERE task_id = +? ORDER BY run_number DESC LIMIT 1";

export function readBoardTask(db: ReadableDatabase, taskId: string): BoardTask | null {
  const row = statement(db, ONE_TASK).get(taskId);
  return row ? decodeTask(db, row) : null;
}

/** How far a reader of a plan's tasks has come. */
export type BoardTaskPlace =
  | { readonly list: "plan"; readonly ordinal: number }
  | { readonly list: "unnamed"; readonly row: number }
  | { readonly list: "named"; readonly subtask: string; readonly row: number };

export const FIRST_TASK: BoardTaskPlace = { list: "plan", ordinal: -1 };
const FIRST_ROW = Number.MIN_SAFE_INTEGER;

/** Tasks of a plan in the plan's order, then those that only name it. `next`: null at the end. */
export function pageBoardTasks(
  db: ReadableDatabase,
  planId: string,
  place: BoardTaskPlace,
  limit: number,
): { tasks: BoardTask[]; next: BoardTaskPlace | null } {
  const rows = pageRows(db, planId, place, limit);
  const last = rows.length === limit ? rows[rows.length - 1] : undefined;
  const tasks = rows.filter((row) => place.list === "plan" || row.ordinal === null).map((row) => decodeTask(db, row));
  return { tasks, next: nextPlace(place, last) };
}

function pageRows(db: ReadableDatabase, planId: string, place: BoardTaskPlace, limit: number): Row[] {
  if (place.list === "plan") return statement(db, BOARD_TASK_PAGE).all(planId, place.ordinal, limit);
  // A database that was never adopted is observed through views, which put these tasks into their plans.
  if (statement(db, HAS_PAYLOAD_INDEX).get() === undefined) return [];
  if (place.list === "unnamed") return statement(db, UNNAMED_TASK_PAGE).all(planId, place.row, limit);
  return statement(db, NAMED_TASK_PAGE).all(planId, place.subtask, place.row, limit);
}

function nextPlace(place: BoardTaskPlace, last: Row | undefined): BoardTaskPlace | null {
  if (place.list === "plan") {
    return last ? { list: "plan", ordinal: integer(last.ordinal) } : { list: "unnamed", row: FIRST_ROW };
  }
  if (place.list === "unnamed") {
    return last ? { list: "unnamed", row: integer(last.place) } : { list: "named", subtask: "", row: FIRST_ROW };
  }
  return last ? { list: "named", subtask: text(last.subtask), row: integer(last.place) } : null;
}

function decodeTask(db: ReadableDatabase, row: Row): BoardTask {
  const isRegistered = row.attempts !== null;
  const run = isRegistered ? undefined : statement(db, RUNS).get(row.id);
  return {
    taskId: text(row.id),
    planId: textOrNull(row.plan_id) ?? payloadKeys(json(row.payload)).planId,
    agent: textOrNull(row.agent) ?? text(row.task_type),
    description: text(row.description),
    state: taskStateForBoard(text(row.status)),
    attempts: integerOrNull(isRegistered ? row.attempts : run?.run_number) ?? 0,
    lastError: textOrNull(isRegistered ? row.reason : run?.error_message),
    createdAt: parseTime(row.created_at),
    updatedAt: parseTime(row.updated_at),
  };
}

/** Marks what The Board recorded: its words are in the metadata, and what it said in the payload's `data`. */
export const BOARD_ORIGIN = "the-board";

export function boardEvent({ id, type, at, payload, metadata }: EventRow): BoardEvent {
  const said = keysOf(payload);
  const noted = keysOf(metadata);
  const isBoards = noted.get("origin") === BOARD_ORIGIN;
  const kind = noted.get("kind");
  return {
    eventId: id,
    planId: textOrNull(said.get("plan_id")),
    taskId: textOrNull(said.get("task_id")),
    kind: isBoards && typeof kind === "string" ? kind : kindOfEventType(type),
    payload: (isBoards ? said.get("data") : payload) ?? null,
    createdAt: at,
  };
}

function keysOf(value: unknown): ReadonlyMap<string, unknown> {
  return new Map(typeof value === "object" && value !== null ? Object.entries(value) : []);
}
