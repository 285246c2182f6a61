import { text, textOrNull } from "./columns";
import { type ReadableDatabase, statement, type WritableDatabase } from "./database";
import { appendEvent } from "./events";
import { readCounts, type Writer } from "./plan-end";

/** Of `console_plans p`: how its clean-up stands. Null: it has not begun. */
export const CLEANUP = "(SELECT state FROM console_cleanups WHERE plan_id = p.plan_id)";

/** Whether a cancelled plan is doing its clean-up: a column that is `CLEANUP`. */
export function isCleaning(cleanup: unknown): boolean {
  return cleanup === "running";
}

/** `console_tasks.run_when` of what runs however those before it end. */
export const RUNS_ALWAYS = 2;

const SET = `INSERT INTO console_cleanups (plan_id, state) VALUES (?, ?)
  ON CONFLICT (plan_id) DO UPDATE SET state = excluded.state`;

/** The clean-up is cancelled with the rest. */
export function forgoCleanup(tx: WritableDatabase, planId: string): void {
  statement(tx, SET).run(planId, "forgone");
}

export function forgetCleanup(tx: WritableDatabase, planId: string): void {
  statement(tx, "DELETE FROM console_cleanups WHERE plan_id = ?").run(planId);
}

const NOT_BEGUN = new Set(["queued", "waiting", "blocked", "cancelled"]);

/** A plan of which nothing has begun leaves nothing to clean up. */
export function hasSomethingToClean(db: ReadableDatabase, planId: string): boolean {
  return [...readCounts(db, planId).keys()].some((status) => !NOT_BEGUN.has(status));
}

const CLEANING_PLAN = `SELECT p.cancel_requested_at, p.cancel_reason, p.correlation_id, p.title, p.conditional, ${CLEANUP} AS cleanup
  FROM console_plans p WHERE p.plan_id = +?`;
const STILL_LIVE = `SELECT 1 FROM console_runs cr CROSS JOIN console_tasks k ON k.task_id = cr.task_id AND k.run_id = cr.run_id
  WHERE cr.live IS NOT NULL AND k.plan_id = +? LIMIT 1`;
/** 1: there is a step of the clean-up; 0: nothing else is queued. Null: nothing is queued. */
const QUEUED_OF_PLAN = `SELECT max(k.run_when = ${RUNS_ALWAYS}) AS always, max(k.run_when <> ${RUNS_ALWAYS}) AS others
  FROM console_tasks k CROSS JOIN tasks t ON t.id = k.task_id WHERE k.plan_id = +? AND t.status = 'queued'`;

/**
 * Of a plan that is being cancelled: lets what runs always begin, once nothing else runs or is left to be cancelled.
 * Its claims need nothing more than that the plan is held no longer.
 */
export function beginCleanup(tx: WritableDatabase, planId: string, { now, source, newId }: Writer): void {
  const plan = statement(tx, CLEANING_PLAN).get(planId);
  if (!plan || plan.cancel_requested_at === null || plan.cleanup !== null || plan.conditional === 0) return;
  if (statement(tx, STILL_LIVE).get(planId) !== undefined) return;
  const queued = statement(tx, QUEUED_OF_PLAN).get(planId);
  if (queued?.always !== 1 || queued.others === 1) return;
  statement(tx, SET).run(planId, "running");
  statement(tx, "UPDATE console_plans SET cancel_requested_at = NULL, paused_at = NULL WHERE plan_id = ?").run(planId);
  appendEvent(tx, {
    id: newId(),
    type: "workflow.checkpoint",
    at: now,
    source,
    correlationId: textOrNull(plan.correlation_id),
    payload: { plan_id: planId, title: text(plan.title), cleaning_up: true, reason: plan.cancel_reason },
  });
}
