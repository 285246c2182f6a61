import { integer, integerOrNull, json, text, textOrNull } from "./columns";
import { type ReadableDatabase, statement, type WritableDatabase } from "./database";
import { moveTask } from "./hive-task-writes";
import type { Writer } from "./plan-end";

/** A task that another program wrote, of no plan, that says what whoever does it must be good for. */
export interface WantingTask {
  readonly id: string;
  readonly title: string;
  readonly description: string;
  readonly priority: number;
  /** Parsed; undefined where it is no JSON. */
  readonly payload: unknown;
}

const COLUMNS = "SELECT t.id, t.title, t.description, t.priority, t.payload";
/** The key is looked for as text: JSON functions fail on what is none. */
const WANTS = `+t.status = 'queued' AND t.assigned_worker IS NULL AND instr(t.payload, '"required_capabilities"') > 0
  AND NOT EXISTS (SELECT 1 FROM console_tasks k WHERE k.task_id = t.id)
  AND NOT EXISTS (SELECT 1 FROM console_routed c WHERE c.task_id = t.id AND c.ended = 0)`;
export const WANTING_AFTER = `${COLUMNS} FROM tasks t WHERE t.rowid > +? AND t.rowid <= +? AND ${WANTS} ORDER BY t.rowid`;
export const WANTING_AMONG = `${COLUMNS} FROM json_each(?) j CROSS JOIN tasks t ON t.id = j.value WHERE ${WANTS}`;
export const PLACE_AFTER =
  "SELECT max(place) AS place FROM (SELECT rowid AS place FROM tasks WHERE rowid > +? ORDER BY rowid LIMIT ?)";

/** The place of the last of the next `limit` tasks; null: there are no more. */
export function taskPlaceAfter(db: ReadableDatabase, place: number, limit: number): number | null {
  return integerOrNull(statement(db, PLACE_AFTER).get(place, limit)?.place);
}

export function wantingBetween(db: ReadableDatabase, after: number, until: number): WantingTask[] {
  return statement(db, WANTING_AFTER).all(after, until).map(decode);
}

export function wantingAmong(db: ReadableDatabase, ids: readonly string[]): WantingTask[] {
  return statement(db, WANTING_AMONG).all(JSON.stringify(ids)).map(decode);
}

function decode(row: Readonly<Record<string, unknown>>): WantingTask {
  return {
    id: text(row.id),
    title: text(row.title),
    description: textOrNull(row.description) ?? "",
    priority: integerOrNull(row.priority) ?? 1,
    payload: json(row.payload),
  };
}

const NOTE = `INSERT INTO console_routed (task_id, plan_id, at) VALUES (?, ?, ?)
  ON CONFLICT (task_id) DO UPDATE SET plan_id = excluded.plan_id, at = excluded.at, ended = 0`;

/** Gives the task to a plan; false: somebody else took it meanwhile. */
export function takeTask(tx: WritableDatabase, taskId: string, planId: string, writer: Writer): boolean {
  if (wantingAmong(tx, [taskId]).length === 0) return false;
  const given = { routed_to_plan: planId };
  moveTask(tx, { taskId, status: "assigned", olderColumns: {}, given }, { ...writer, actor: null });
  statement(tx, NOTE).run(taskId, planId, writer.now);
  return true;
}

/** A task that was given to an agent, with what became of both. */
export interface RoutedTask {
  readonly taskId: string;
  readonly planId: string;
  /** Null: it was deleted. */
  readonly status: string | null;
  /** Null: it was deleted. */
  readonly planStatus: string | null;
  /** Of the task that carries it out. */
  readonly carried: string | null;
  readonly isCancelling: boolean;
}

export const OPEN_ROUTED = `SELECT c.task_id, c.plan_id, t.status, e.status AS plan_status, p.cancel_requested_at, w.status AS carried
  FROM console_routed c LEFT JOIN tasks t ON t.id = c.task_id LEFT JOIN execution_plans e ON e.id = c.plan_id
    LEFT JOIN console_plans p ON p.plan_id = c.plan_id LEFT JOIN console_tasks k ON k.plan_id = c.plan_id
    LEFT JOIN tasks w ON w.id = k.task_id
  WHERE c.ended = 0 ORDER BY c.at LIMIT ?`;

export function openRouted(db: ReadableDatabase, limit: number): RoutedTask[] {
  return statement(db, OPEN_ROUTED)
    .all(limit)
    .map((row) => ({
      taskId: text(row.task_id),
      planId: text(row.plan_id),
      status: textOrNull(row.status),
      planStatus: textOrNull(row.plan_status),
      carried: textOrNull(row.carried),
      isCancelling: row.cancel_requested_at !== null,
    }));
}

/** A task's payload, parsed; undefined where it is no JSON or there is no such task. */
export function readPayload(db: ReadableDatabase, taskId: string): unknown {
  return json(statement(db, "SELECT payload FROM tasks WHERE id = +?").get(taskId)?.payload);
}

const PLAN_OF = "SELECT plan_id, ended FROM console_routed WHERE task_id = +?";

/** The plan that carries a task out, or did; null: it was given to nobody. */
export function routedPlan(db: ReadableDatabase, taskId: string): { planId: string; hasEnded: boolean } | null {
  const row = statement(db, PLAN_OF).get(taskId);
  return row === undefined ? null : { planId: text(row.plan_id), hasEnded: integer(row.ended) === 1 };
}

const END = "UPDATE console_routed SET ended = 1 WHERE task_id = ? AND plan_id = ?";

export function endRouted(tx: WritableDatabase, { taskId, planId }: Pick<RoutedTask, "taskId" | "planId">): void {
  statement(tx, END).run(taskId, planId);
}

const LAST_RUN = `SELECT r.result_data, r.error_message FROM console_tasks k JOIN runs r ON r.task_id = k.task_id
  WHERE k.plan_id = +? ORDER BY r.run_number DESC LIMIT 1`;

/** What the plan's only task left behind. */
export function routedEnd(
  db: ReadableDatabase,
  planId: string,
): { readonly result: unknown; readonly error: string | null } {
  const row = statement(db, LAST_RUN).get(planId);
  return { result: json(row?.result_data ?? null), error: textOrNull(row?.error_message ?? null) };
}

const SUMMARY = "UPDATE tasks SET summary = ? WHERE id = ? AND summary IS NULL";

/** The answer in a task's own words, where it has none. */
export function noteSummary(tx: WritableDatabase, taskId: string, summary: string): void {
  statement(tx, SUMMARY).run(summary, taskId);
}
