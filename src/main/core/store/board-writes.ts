import { HiveError } from "../../../shared/errors";
import { eventTypeOfKind, planStatusForBoard, taskStateFromBoard } from "../../../shared/model/board";
import type { EventType } from "../../../shared/model/event";
import {
  isLegalPlanTransition,
  isTerminalPlan,
  PLAN_STATUSES,
  PLAN_TRANSITIONS,
  type PlanStatus,
} from "../../../shared/model/plan";
import { isTaskStatus } from "../../../shared/model/task";
import { appendAudit } from "./audit";
import { BOARD_ORIGIN, isOwnPlan, readBoardTask } from "./board-rows";
import { integer, text, textOrNull } from "./columns";
import { statement, type WritableDatabase } from "./database";
import { appendEvent, appendForeignEvent } from "./events";
import { type ActWriter, moveTask } from "./hive-task-writes";
import { legalWords, reopenPlan } from "./plan-control";
import type { Writer } from "./plan-end";
import { changeTask } from "./task-control";
import { formatTime } from "./time";

/**
 * Moves a task, in The Board's words or Hive's. False: there is no such task. Throws `invalid_input` for a word that
 * is in neither, `illegal_transition`, `not_allowed`.
 */
export function moveBoardTask(
  tx: WritableDatabase,
  { taskId, state, error }: { readonly taskId: string; readonly state: string; readonly error: string | null },
  writer: ActWriter,
): boolean {
  const status = taskStateFromBoard(state);
  if (!isTaskStatus(status)) {
    throw new HiveError("invalid_input", `"${state}" is no state of a task: neither The Board nor Hive knows it.`, {
      taskId,
      state,
    });
  }
  const failureReason = error === null ? {} : { failureReason: error };
  const given = error === null ? {} : { error };
  return moveTask(tx, { taskId, status, ...failureReason, olderColumns: {}, given }, writer);
}

const TASK = `SELECT t.status, k.attempts, k.run_id, cr.live FROM tasks t LEFT JOIN console_tasks k ON k.task_id = t.id
  LEFT JOIN console_runs cr ON cr.run_id = k.run_id WHERE t.id = +?`;
const COUNT_ATTEMPT = `UPDATE console_tasks SET attempts = attempts + 1, max_attempts = max(max_attempts, attempts + 1)
  WHERE task_id = ? RETURNING attempts`;

/** False: there is no such task. Throws `not_allowed` for one whose attempts are counted by its runs. */
export function countAttempt(tx: WritableDatabase, taskId: string, writer: Writer): boolean {
  const task = statement(tx, TASK).get(taskId);
  if (!task) return false;
  if (task.attempts === null || task.run_id !== null) {
    throw new HiveError(
      "not_allowed",
      `The attempts of task ${taskId} are its runs, and are counted as they begin. Start a run instead.`,
      { taskId },
    );
  }
  const attempts = integer(statement(tx, COUNT_ATTEMPT).get(taskId)?.attempts);
  statement(tx, "UPDATE tasks SET updated_at = ? WHERE id = ?").run(formatTime(writer.now), taskId);
  recordBoardEvent(tx, { ...placeOf(tx, taskId), kind: "task_attempt", payload: { attempts } }, writer);
  return true;
}

/** Throws `not_found`, `illegal_transition`, `not_allowed`. */
export function retryBoardTask(
  tx: WritableDatabase,
  { taskId, reason, actor }: { readonly taskId: string; readonly reason: string | null; readonly actor: string },
  writer: Writer,
): void {
  const task = statement(tx, TASK).get(taskId);
  const isEscalated = task?.status === "escalated";
  if (isEscalated) {
    moveTask(tx, { taskId, status: "queued", olderColumns: {}, given: { reason } }, { ...writer, actor });
  } else changeTask(tx, { taskId, reason, actor, writer }, { act: "tasks.retry" });
  statement(tx, "UPDATE console_tasks SET reason = NULL WHERE task_id = ?").run(taskId);
  // The runner counts an attempt when it begins; whoever else runs this one does not.
  const counts = task?.run_id === null && task.attempts !== null;
  if (counts) statement(tx, COUNT_ATTEMPT).run(taskId);
  const attempts = readBoardTask(tx, taskId)?.attempts ?? 0;
  recordBoardEvent(tx, { ...placeOf(tx, taskId), kind: "task_retry", payload: { attempts } }, writer);
}

function placeOf(tx: WritableDatabase, taskId: string): { planId: string | null; taskId: string } {
  return { planId: readBoardTask(tx, taskId)?.planId ?? null, taskId };
}

export interface PlanMove {
  readonly planId: string;
  readonly status: PlanStatus;
  /** Notes now as the time of its closing. */
  readonly close: boolean;
}

const PLAN = `SELECT e.status, e.planning_task_id, q.task_description FROM execution_plans e
  LEFT JOIN planning_queue q ON q.id = e.planning_task_id WHERE e.id = +?`;
const SET_EXECUTION = `UPDATE plan_execution SET current_phase = $status, updated_at = $at,
    completed_at = CASE WHEN $close THEN $at WHEN $status = 'executing' THEN NULL ELSE completed_at END
  WHERE plan_id = $planId`;
const NEW_EXECUTION = `INSERT INTO plan_execution (id, plan_id, current_phase, started_at, updated_at, completed_at)
  SELECT $id, $planId, $status, $at, $at, CASE WHEN $close THEN $at END
  WHERE NOT EXISTS (SELECT 1 FROM plan_execution WHERE plan_id = $planId)`;
const SET_QUEUE = `UPDATE planning_queue SET status = ?, completed_at = ? WHERE id = ?`;

/**
 * Moves a plan. False: there is no such plan. The status that it has already only notes its closing. Throws
 * `illegal_transition`; `not_allowed` for the end of a plan that the console runs, which follows from its tasks.
 */
export function movePlan(tx: WritableDatabase, move: PlanMove, writer: ActWriter): boolean {
  const { planId, status, close } = move;
  const plan = statement(tx, PLAN).get(planId);
  if (!plan) return false;
  const from = text(plan.status);
  const moves = from !== status;
  if (!moves && !close) return true;
  if (moves) requireLegal(planId, from, status);
  const own = isOwnPlan(tx, planId);
  if (own && moves && from === "executing") {
    throw new HiveError(
      "not_allowed",
      `Hive Console runs plan ${planId} and ends it when its tasks have ended. Cancel it if it is to end now.`,
      { planId, from, to: status },
    );
  }
  if (own && status === "executing") reopenPlan(tx, planId, writer);
  else {
    writePlan(tx, move, plan.planning_task_id, moves, writer);
    if (moves) appendPlanEvent(tx, planId, from, status, writer);
  }
  auditMove(tx, move, from, writer);
  return true;
}

function requireLegal(planId: string, from: string, to: PlanStatus): void {
  if (isLegalPlanTransition(from, to)) return;
  const legal = PLAN_TRANSITIONS.filter((transition) => transition.from === from).map((transition) => transition.to);
  throw new HiveError(
    "illegal_transition",
    `Plan ${planId} cannot go from ${from} to ${to}. ${legalWords(from, legal)}`,
    { planId, from, to, legal, boardStatus: planStatusForBoard(from) },
  );
}

function writePlan(tx: WritableDatabase, move: PlanMove, planningId: unknown, moves: boolean, writer: Writer): void {
  const { planId, status } = move;
  const at = formatTime(writer.now);
  const close = move.close ? 1 : 0;
  if (moves) statement(tx, "UPDATE execution_plans SET status = ? WHERE id = ?").run(status, planId);
  statement(tx, NEW_EXECUTION).run({ id: writer.newId(), planId, status, at, close });
  statement(tx, SET_EXECUTION).run({ planId, status, at, close });
  if (moves && isTerminalPlan(status)) {
    const outcome = status === "completed" || status === "closed" ? "completed" : "failed";
    statement(tx, SET_QUEUE).run(outcome, at, planningId);
  }
}

const EVENT_OF: Readonly<Partial<Record<PlanStatus, EventType>>> = {
  generated: "plan.generated",
  approved: "plan.approved",
  executing: "plan.execution_started",
};

function appendPlanEvent(tx: WritableDatabase, planId: string, from: string, status: PlanStatus, writer: Writer): void {
  appendEvent(tx, {
    id: writer.newId(),
    type: EVENT_OF[status] ?? "plan.execution_completed",
    at: writer.now,
    source: writer.source,
    correlationId: correlationOfPlan(tx, planId),
    payload: { plan_id: planId, from, status },
  });
}

function auditMove(tx: WritableDatabase, { planId, status, close }: PlanMove, from: string, writer: ActWriter): void {
  if (writer.actor === null) return;
  appendAudit(tx, {
    at: writer.now,
    actor: writer.actor,
    act: "board.updatePlanStatus",
    entity: "plan",
    entityId: planId,
    reason: null,
    before: { status: from },
    after: { status, ...(close ? { closed: true } : {}) },
  });
}

export function isPlanStatus(status: string): status is PlanStatus {
  return (PLAN_STATUSES as readonly string[]).includes(status);
}

export interface BoardEventToRecord {
  readonly planId: string | null;
  readonly taskId: string | null;
  readonly kind: string;
  readonly payload: unknown;
}

/** Appends an event in The Board's words; gives its id. */
export function recordBoardEvent(tx: WritableDatabase, event: BoardEventToRecord, writer: Writer): string {
  const { planId, taskId, kind, payload } = event;
  const id = writer.newId();
  appendForeignEvent(tx, {
    id,
    type: eventTypeOfKind(kind),
    at: writer.now,
    source: writer.source,
    correlationId: planId === null ? taskId : correlationOfPlan(tx, planId),
    payload: { task_id: taskId, plan_id: planId, data: payload ?? null },
    metadata: { origin: BOARD_ORIGIN, kind },
  });
  return id;
}

function correlationOfPlan(tx: WritableDatabase, planId: string): string {
  const row = statement(tx, "SELECT correlation_id FROM console_plans WHERE plan_id = ?").get(planId);
  return textOrNull(row?.correlation_id) ?? planId;
}
