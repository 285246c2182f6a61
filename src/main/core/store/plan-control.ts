import { HiveError } from "../../../shared/errors";
import { isLegalPlanTransition, PLAN_TRANSITIONS } from "../../../shared/model/plan";
import { isLegalTaskTransition } from "../../../shared/model/task";
import { appendAudit } from "./audit";
import {
  beginCleanup,
  CLEANUP,
  forgetCleanup,
  forgoCleanup,
  hasSomethingToClean,
  isCleaning,
  RUNS_ALWAYS,
} from "./cleanup";
import { integer, type Row, text, textOrNull } from "./columns";
import { type ReadableDatabase, statement, type WritableDatabase } from "./database";
import { appendEvent } from "./events";
import { endPlanIfOver, noteProgress, PLAN_CANCELLED, type Writer } from "./plan-end";
import { requestStop } from "./queue";
import { formatTime } from "./time";

/** What an operator does to one plan. */
export interface PlanAct {
  readonly planId: string;
  readonly reason: string | null;
  readonly actor: string;
  readonly writer: Writer;
}

const PLAN = `SELECT e.status, p.plan_id, p.title, p.correlation_id, p.cancel_requested_at, p.cancel_reason,
    p.paused_at, p.conditional, ${CLEANUP} AS cleanup
  FROM execution_plans e LEFT JOIN console_plans p ON p.plan_id = e.id WHERE e.id = +?`;
// CROSS JOIN keeps the order: the few live runs, not the plan's many tasks.
export const LIVE_RUNS_OF_PLAN = `SELECT cr.run_id FROM console_runs cr
  CROSS JOIN console_tasks k ON k.task_id = cr.task_id AND k.run_id = cr.run_id
  WHERE cr.live IS NOT NULL AND k.plan_id = +?`;

/**
 * Holds everything of an executing plan that has not begun: what runs goes on, nothing else starts. False: it is
 * paused already. Throws `not_found`, `illegal_transition`, `not_allowed`.
 */
export function pausePlan(tx: WritableDatabase, act: PlanAct): boolean {
  const plan = planToPause(tx, act.planId, "paused");
  if (plan.paused_at !== null) return false;
  statement(tx, SET_PAUSE).run(act.writer.now, act.planId);
  notePause(tx, act, plan, { act: "plans.pause", paused: true });
  return true;
}

/** Lets a paused plan go on. False: it is not paused. Throws as `pausePlan`. */
export function resumePlan(tx: WritableDatabase, act: PlanAct): boolean {
  const plan = planToPause(tx, act.planId, "resumed");
  if (plan.paused_at === null) return false;
  statement(tx, SET_PAUSE).run(null, act.planId);
  notePause(tx, act, plan, { act: "plans.resume", paused: false });
  return true;
}

const SET_PAUSE = "UPDATE console_plans SET paused_at = ? WHERE plan_id = ?";

function planToPause(db: ReadableDatabase, planId: string, word: string): Row {
  const plan = planToControl(db, planId);
  const status = text(plan.status);
  const refuse = (why: string): never => {
    throw new HiveError("illegal_transition", `Plan "${text(plan.title)}" cannot be ${word}: ${why}.`, {
      planId,
      from: status,
    });
  };
  if (status !== "executing") refuse(`it is ${status}, and only an executing plan starts tasks`);
  if (plan.cancel_requested_at !== null) refuse("it is being cancelled, and starts nothing any more");
  if (isCleaning(plan.cleanup)) refuse("it was cancelled, and only cleans up");
  return plan;
}

function notePause(
  tx: WritableDatabase,
  { planId, reason, actor, writer }: PlanAct,
  plan: Row,
  { act, paused }: { readonly act: string; readonly paused: boolean },
): void {
  auditPlan(tx, { planId, reason, actor, writer }, act, { paused: !paused }, { paused });
  appendEvent(tx, {
    id: writer.newId(),
    type: "workflow.checkpoint",
    at: writer.now,
    source: writer.source,
    correlationId: textOrNull(plan.correlation_id),
    payload: { plan_id: planId, title: text(plan.title), paused, by: actor, reason },
  });
}

/** `name`: as the operation is called. */
function auditPlan(
  tx: WritableDatabase,
  { planId, reason, actor, writer }: PlanAct,
  name: string,
  before: unknown,
  after: unknown,
): void {
  appendAudit(tx, { at: writer.now, actor, act: name, entity: "plan", entityId: planId, reason, before, after });
}

/** Throws `not_found`. */
export function requirePlan(db: ReadableDatabase, planId: string): void {
  if (!statement(db, PLAN).get(planId)) throw noSuchPlan(planId);
}

function noSuchPlan(planId: string): HiveError {
  return new HiveError("not_found", `There is no plan ${planId}. It may have been deleted.`, { planId });
}

/** Throws what the act would throw; changes nothing. True: it would change something. */
export function checkPlanAct(
  db: ReadableDatabase,
  act: "plans.pause" | "plans.resume" | "plans.cancel",
  planId: string,
): boolean {
  if (act !== "plans.cancel") {
    return (
      (planToPause(db, planId, act === "plans.pause" ? "paused" : "resumed").paused_at === null) ===
      (act === "plans.pause")
    );
  }
  const plan = planToControl(db, planId);
  if (!isLegalPlanTransition(text(plan.status), "cancelled")) throw illegalPlan(planId, plan, "cancelled");
  return true;
}

/**
 * The first step of a plan's cancellation: nothing of it is claimed from here on, and its running tasks are
 * asked to stop. Answers how many. What runs always is left to clean up when they have, if anything has begun; asked
 * again, nothing is left out. Throws `not_found`, `illegal_transition`,
 * `not_allowed` (a plan that the console does not run).
 */
export function beginPlanCancel(tx: WritableDatabase, act: PlanAct): number {
  const { planId, reason, writer } = act;
  const plan = planToControl(tx, planId);
  const status = text(plan.status);
  if (!isLegalPlanTransition(status, "cancelled")) throw illegalPlan(planId, plan, "cancelled");
  const isAgain = plan.cancel_requested_at !== null || isCleaning(plan.cleanup);
  if (plan.conditional !== 0 && (isAgain || !hasSomethingToClean(tx, planId))) forgoCleanup(tx, planId);
  if (plan.cancel_requested_at === null) {
    const SET =
      "UPDATE console_plans SET cancel_requested_at = ?, cancel_reason = coalesce(cancel_reason, ?) WHERE plan_id = ?";
    statement(tx, SET).run(writer.now, reason, planId);
    auditPlan(tx, act, "plans.cancel", { status }, { status, cancelRequested: true });
  }
  const runs = statement(tx, LIVE_RUNS_OF_PLAN).all(planId);
  for (const run of runs) requestStop(tx, text(run.run_id), "cancel");
  return runs.length;
}

export interface CancelBatch {
  readonly planId: string;
  /** Only tasks with a lower ordinal than this. */
  readonly before: number;
  /** The most tasks to look at. */
  readonly limit: number;
  readonly writer: Writer;
}

export const TASKS_BEFORE = `SELECT k.ordinal, k.task_id, k.subtask_id, k.run_when, t.status, cr.live FROM console_tasks k
    JOIN tasks t ON t.id = k.task_id LEFT JOIN console_runs cr ON cr.run_id = k.run_id
  WHERE k.plan_id = +? AND k.ordinal < +? ORDER BY k.ordinal DESC LIMIT ?`;

/**
 * Cancels what no process works on, from the end of the plan to its beginning: so a task is mostly gone before
 * what it waits for is, and no graph of waiting tasks has to be marked. `left`: steps of the clean-up, which stay;
 * `next`: where to go on; null: done.
 */
export function cancelQueuedBatch(
  tx: WritableDatabase,
  { planId, before, limit, writer }: CancelBatch,
): { cancelled: number; left: number; next: number | null } {
  const plan = statement(tx, PLAN).get(planId);
  if (!plan || plan.cancel_requested_at === null) return { cancelled: 0, left: 0, next: null };
  const rows = statement(tx, TASKS_BEFORE).all(planId, before, limit);
  const reason = textOrNull(plan.cancel_reason) ?? PLAN_CANCELLED;
  const idle = rows.filter(
    (row) => row.live === null && isLegalTaskTransition(text(row.status), "cancelled", "operator"),
  );
  const open = idle.filter(
    (row) => plan.cleanup === "forgone" || row.run_when !== RUNS_ALWAYS || row.status !== "queued",
  );
  for (const row of open) {
    cancelTaskRow(tx, text(row.task_id), reason, writer);
    appendEvent(tx, {
      id: writer.newId(),
      type: "task.cancelled",
      at: writer.now,
      source: writer.source,
      correlationId: textOrNull(plan.correlation_id),
      payload: { task_id: row.task_id, plan_id: planId, subtask_id: row.subtask_id, run_id: null, reason },
    });
  }
  const last = rows[rows.length - 1];
  return {
    cancelled: open.length,
    left: idle.length - open.length,
    next: last && rows.length === limit ? integer(last.ordinal) : null,
  };
}

/** Lets the plan clean up, or ends it, when nothing of it runs any more. */
export function endCancelledPlan(tx: WritableDatabase, planId: string, writer: Writer): boolean {
  beginCleanup(tx, planId, writer);
  noteProgress(tx, planId, writer.now);
  return endPlanIfOver(tx, planId, writer);
}

/** Plans whose cancellation has begun and has not ended: whoever began it may be gone. */
export const CANCELLING = `SELECT plan_id FROM console_plans
  WHERE cancel_requested_at IS NOT NULL AND finished_at IS NULL`;

export function listCancellingPlans(db: ReadableDatabase): string[] {
  return statement(db, CANCELLING)
    .all()
    .map((row) => text(row.plan_id));
}

/** Why a running task is to stop. The first reason stands, as the first request to stop does. */
export function noteStopReason(tx: WritableDatabase, taskId: string, reason: string): void {
  statement(tx, "UPDATE console_tasks SET reason = coalesce(reason, ?) WHERE task_id = ?").run(reason, taskId);
}

/** The row of a task that is cancelled without a process to stop. Its plan's end is the caller's to check. */
export function cancelTaskRow(tx: WritableDatabase, taskId: string, reason: string | null, { now }: Writer): void {
  statement(tx, "UPDATE console_tasks SET reason = ? WHERE task_id = ?").run(reason, taskId);
  statement(tx, "UPDATE tasks SET status = 'cancelled', updated_at = ? WHERE id = ?").run(formatTime(now), taskId);
}

/**
 * Takes an ended plan up again because one of its tasks is to run again. Nothing to do while it executes.
 * Throws `not_allowed` while it is being cancelled, `illegal_transition` when it was closed.
 */
export function reopenPlan(tx: WritableDatabase, planId: string, writer: Writer): void {
  const plan = statement(tx, PLAN).get(planId);
  if (!plan || plan.plan_id === null) return;
  const status = text(plan.status);
  if (status === "executing") {
    if (plan.cancel_requested_at === null && !isCleaning(plan.cleanup)) return;
    throw new HiveError(
      "not_allowed",
      `Plan "${text(plan.title)}" is being cancelled. Wait until its tasks have stopped, then try again.`,
      { planId },
    );
  }
  if (!isLegalPlanTransition(status, "executing")) throw illegalPlan(planId, plan, "executing");
  const at = formatTime(writer.now);
  statement(
    tx,
    "UPDATE console_plans SET finished_at = NULL, cancel_requested_at = NULL, cancel_reason = NULL, paused_at = NULL WHERE plan_id = ?",
  ).run(planId);
  forgetCleanup(tx, planId);
  statement(tx, "UPDATE execution_plans SET status = 'executing' WHERE id = ?").run(planId);
  statement(
    tx,
    "UPDATE plan_execution SET current_phase = 'executing', completed_at = NULL, updated_at = ? WHERE plan_id = ?",
  ).run(at, planId);
  appendEvent(tx, {
    id: writer.newId(),
    type: "plan.execution_started",
    at: writer.now,
    source: writer.source,
    correlationId: textOrNull(plan.correlation_id),
    payload: { plan_id: planId, title: text(plan.title), resumed_from: status },
  });
}

function planToControl(db: ReadableDatabase, planId: string): Row {
  const plan = statement(db, PLAN).get(planId);
  if (!plan) throw noSuchPlan(planId);
  if (plan.plan_id !== null) return plan;
  throw new HiveError(
    "not_allowed",
    `Plan ${planId} was made by another program, which alone can stop it: this console does not run its tasks.`,
    { planId },
  );
}

function illegalPlan(planId: string, plan: Row, to: string): HiveError {
  const from = text(plan.status);
  const legal = PLAN_TRANSITIONS.filter((transition) => transition.from === from).map((transition) => transition.to);
  return new HiveError(
    "illegal_transition",
    `Plan "${text(plan.title)}" cannot go from ${from} to ${to}. ${legalWords(from, legal)}`,
    { planId, from, to, legal },
  );
}

export function legalWords(from: string, legal: readonly string[]): string {
  return legal.length === 0 ? `Nothing follows ${from}.` : `From ${from} it may go to ${legal.join(", ")}.`;
}
