import { type ExcusedTasks, isLegalPlanTransition, type PlanStatus, planOutcome } from "../../../shared/model/plan";
import { integer, type Row, text, textOrNull } from "./columns";
import { type ReadableDatabase, statement, type WritableDatabase } from "./database";
import { appendEvent } from "./events";
import { type Concluded, concludeSynthesis } from "./synthesis";
import { formatTime } from "./time";

/** Who writes, and when: what every act of several rows carries along. */
export interface Writer {
  readonly now: number;
  readonly source: string;
  readonly newId: () => string;
}

/** Why a task was cancelled when nobody gave a reason for cancelling its plan. */
export const PLAN_CANCELLED = "Its plan was cancelled";

export const COUNTS = "SELECT status, n FROM console_counts WHERE scope = ?";

/** Counted tasks by stored status, with `waiting` and `blocked` (parts of `queued`) beside. Without zeros. */
export function readCounts(db: ReadableDatabase, scope: string): Map<string, number> {
  const counts = new Map<string, number>();
  for (const row of statement(db, COUNTS).all(scope)) {
    if (integer(row.n) !== 0) counts.set(text(row.status), integer(row.n));
  }
  return counts;
}

/** In these somebody still works on the task, or must decide. An unknown status is nobody's work. */
const OPEN_STATUSES = [
  "assigned",
  "in_progress",
  "review_pending",
  "approved",
  "rejected",
  "rework_needed",
  "escalated",
] as const;

/**
 * Whether nothing of a plan can run any more. Without walking the graph: when no queued task is ready and none
 * is being worked on, then, a plan having no cycles, whatever waits hangs behind a task that will not complete.
 */
export function isOver(counts: ReadonlyMap<string, number>): boolean {
  if (OPEN_STATUSES.some((status) => (counts.get(status) ?? 0) > 0)) return false;
  return (counts.get("queued") ?? 0) - (counts.get("waiting") ?? 0) <= 0;
}

const PLAN = `SELECT e.status, e.planning_task_id, p.cancel_requested_at, p.correlation_id, s.subtask_id AS synthesis,
    EXISTS (SELECT 1 FROM console_cleanups WHERE plan_id = p.plan_id AND state = 'running') AS cleaning
  FROM console_plans p JOIN execution_plans e ON e.id = p.plan_id
    LEFT JOIN console_synthesis s ON s.plan_id = p.plan_id
  WHERE p.plan_id = +?`;
const CLOSE_EXECUTION = `UPDATE plan_execution SET (completed_subtasks, failed_subtasks, blocked_subtasks) = (
    SELECT json_group_array(k.subtask_id) FILTER (WHERE t.status = 'completed'),
      json_group_array(k.subtask_id) FILTER (WHERE t.status IN ('failed', 'cancelled')),
      json_group_array(k.subtask_id) FILTER (WHERE k.blocked = 1)
    FROM console_tasks k JOIN tasks t ON t.id = k.task_id WHERE k.plan_id = $planId),
  active_subtasks = '[]', current_phase = $status,
  progress_percent = CASE $status WHEN 'completed' THEN 100 ELSE progress_percent END, updated_at = $at, completed_at = $at
  WHERE plan_id = $planId`;

/** Ends an executing plan of which nothing is left to run. True when it did. Cheap when there is nothing to do. */
export function endPlanIfOver(tx: WritableDatabase, planId: string, { now, source, newId }: Writer): boolean {
  const counts = readCounts(tx, planId);
  if (!isOver(counts)) return false;
  const plan = statement(tx, PLAN).get(planId);
  if (!plan) return false;
  counts.delete("waiting");
  counts.delete("blocked");
  const isCancelled = plan.cancel_requested_at !== null || plan.cleaning === 1;
  const excused = isCancelled ? undefined : excusedTasks(tx, planId, counts);
  const outcome = planOutcome(Object.fromEntries(counts), isCancelled, excused);
  if (!isLegalPlanTransition(text(plan.status), outcome)) return false;
  const synthesis = synthesisOf(tx, planId, plan, outcome, { now, source, newId });
  const status = synthesis.kind === "failed" ? "synthesis_failed" : outcome;
  const at = formatTime(now);
  statement(tx, "UPDATE execution_plans SET status = ? WHERE id = ?").run(status, planId);
  statement(tx, "UPDATE console_plans SET finished_at = ? WHERE plan_id = ?").run(now, planId);
  statement(tx, CLOSE_EXECUTION).run({ planId, status, at });
  statement(tx, "UPDATE planning_queue SET status = ?, completed_at = ? WHERE id = ?").run(
    status === "completed" ? "completed" : "failed",
    at,
    plan.planning_task_id,
  );
  appendEvent(tx, {
    id: newId(),
    type: "plan.execution_completed",
    at: now,
    source,
    correlationId: textOrNull(plan.correlation_id),
    payload: {
      plan_id: planId,
      status,
      counts: Object.fromEntries(counts),
      ...(synthesis.kind === "failed" && { synthesis_error: synthesis.reason }),
    },
  });
  return true;
}

const EXCUSED = `SELECT count(*) FILTER (WHERE t.status = 'failed' AND k.on_failure = 1) AS failed,
    count(*) FILTER (WHERE t.status = 'cancelled' AND k.skipped = 1) AS skipped
  FROM console_tasks k CROSS JOIN tasks t ON t.id = k.task_id
  WHERE k.plan_id = +? AND (k.on_failure = 1 OR k.skipped = 1)`;

/** Looked for only where something failed or was cancelled. */
function excusedTasks(db: ReadableDatabase, planId: string, counts: ReadonlyMap<string, number>): ExcusedTasks {
  const suspect = (counts.get("failed") ?? 0) + (counts.get("cancelled") ?? 0);
  const row = suspect === 0 ? undefined : statement(db, EXCUSED).get(planId);
  return { failed: integer(row?.failed), skipped: integer(row?.skipped) };
}

/** The end of a plan that has a final result is that result's, unless it was cancelled. */
function synthesisOf(tx: WritableDatabase, planId: string, plan: Row, outcome: PlanStatus, writer: Writer): Concluded {
  const subtaskId = textOrNull(plan.synthesis);
  if (subtaskId === null || outcome === "cancelled") return { kind: "none" };
  return concludeSynthesis(tx, { planId, subtaskId, correlationId: textOrNull(plan.correlation_id), ...writer });
}

const PROGRESS = `UPDATE plan_execution SET progress_percent = $percent, updated_at = $at
  WHERE plan_id = $planId AND progress_percent IS NOT $percent`;

/** Keeps plan_execution.progress_percent for upstream's readers. Writes only when the percentage changes. */
export function noteProgress(tx: WritableDatabase, planId: string, now: number): void {
  const counts = readCounts(tx, planId);
  const total = [...counts].reduce(
    (sum, [status, n]) => (status === "waiting" || status === "blocked" ? sum : sum + n),
    0,
  );
  const percent = total === 0 ? 0 : Math.floor(((counts.get("completed") ?? 0) * 100) / total);
  statement(tx, PROGRESS).run({ planId, percent, at: formatTime(now) });
}

/** Plans among these that are over but not ended: a foreign program finished their last task. */
export function plansToEnd(db: ReadableDatabase, planIds: Iterable<string>): string[] {
  const executing = statement(
    db,
    `SELECT 1 FROM console_plans p JOIN execution_plans e ON e.id = p.plan_id
      WHERE p.plan_id = +? AND e.status = 'executing'`,
  );
  // Counts first: the status stands behind the whole definition, which for a plan of thousands of tasks is long to pass.
  return [...planIds].filter((id) => isOver(readCounts(db, id)) && executing.get(id) !== undefined);
}
