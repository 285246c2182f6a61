import type { ExpiredPlan, RetentionRules } from "../../../shared/model/retention";
import { integer, integerOrNull, type Row, text, textOrNull } from "./columns";
import { type ReadableDatabase, statement, type WritableDatabase } from "./database";
import { formatTime, parseTime } from "./time";

/* Which plans, tasks, events and logs the rules let go. Nothing that runs, nor anything of a plan that has not ended. */

const DAY_MS = 86_400_000;

const RULE_OF: Readonly<Record<string, "completedDays" | "failedDays" | "cancelledDays">> = {
  completed: "completedDays",
  closed: "completedDays",
  failed: "failedDays",
  partially_completed: "failedDays",
  synthesis_failed: "failedDays",
  cancelled: "cancelledDays",
};

/** Before this time, by a rule in days; null: the rule keeps for ever. */
export function cutOf(days: number, now: number): number | null {
  return days === 0 ? null : now - days * DAY_MS;
}

const ENDED = `SELECT e.id, coalesce(p.title, substr(q.task_description, 1, 120), e.id) AS title, e.status, e.generated_at,
    p.finished_at, x.completed_at
  FROM execution_plans e LEFT JOIN console_plans p ON p.plan_id = e.id
    LEFT JOIN planning_queue q ON q.id = e.planning_task_id
    LEFT JOIN plan_execution x ON x.id = (SELECT id FROM plan_execution WHERE plan_id = e.id LIMIT 1)
  WHERE e.status IN ('completed', 'closed', 'failed', 'partially_completed', 'synthesis_failed', 'cancelled')`;
const TASK_COUNT = "SELECT count(*) AS n FROM console_tasks WHERE plan_id = ?";
// An ended plan may still have a task that somebody forced, or an attempt that is being stopped.
const AT_WORK = `SELECT 1 FROM console_tasks k CROSS JOIN tasks t ON t.id = k.task_id
    LEFT JOIN console_runs cr ON cr.run_id = k.run_id
  WHERE k.plan_id = ? AND (t.status NOT IN ('completed', 'failed', 'cancelled', 'rejected', 'approved') OR cr.live IS NOT NULL)
  LIMIT 1`;

/** Plans that may go, the oldest first. */
export function expiredPlans(db: ReadableDatabase, rules: RetentionRules, now: number): ExpiredPlan[] {
  if (rules.completedDays + rules.failedDays + rules.cancelledDays === 0) return [];
  const ended = statement(db, ENDED)
    .all()
    .map((row) => ({ row, endedAt: endOf(row) }))
    .sort((a, b) => (b.endedAt ?? 0) - (a.endedAt ?? 0));
  return ended
    .slice(rules.keepPlans)
    .filter(({ row, endedAt }) => {
      const rule = RULE_OF[text(row.status)];
      const cut = rule === undefined ? null : cutOf(rules[rule], now);
      return cut !== null && endedAt !== null && endedAt < cut && !isAtWork(db, text(row.id));
    })
    .map(({ row, endedAt }) => ({
      id: text(row.id),
      title: text(row.title),
      status: text(row.status),
      endedAt,
      tasks: integer(statement(db, TASK_COUNT).get(row.id)?.n),
    }))
    .reverse();
}

function endOf(row: Row): number | null {
  return integerOrNull(row.finished_at) ?? parseTime(row.completed_at) ?? parseTime(row.generated_at);
}

export function isAtWork(db: ReadableDatabase, planId: string): boolean {
  return statement(db, AT_WORK).get(planId) !== undefined;
}

const RUN_COUNT =
  "SELECT count(*) AS n FROM console_tasks k CROSS JOIN runs r ON r.task_id = k.task_id WHERE k.plan_id = ?";

export function countRunsOf(db: ReadableDatabase, planId: string): number {
  return integer(statement(db, RUN_COUNT).get(planId)?.n);
}

const SLICE = `SELECT k.task_id AS id FROM console_tasks k WHERE k.plan_id = ? ORDER BY k.ordinal LIMIT ?`;

/** Some tasks of a plan, with all that hangs on them; answers how many. The caller's transaction has foreign keys on. */
export function removeTasksOfPlan(tx: WritableDatabase, planId: string, limit: number): number {
  const ids = statement(tx, SLICE)
    .all(planId, limit)
    .map((row) => text(row.id));
  for (const id of ids) removeTask(tx, id);
  return ids.length;
}

function removeTask(tx: WritableDatabase, taskId: string): void {
  statement(tx, "UPDATE workers SET current_task_id = NULL WHERE current_task_id = +?").run(taskId);
  // Not left to the foreign key: a database made elsewhere may have none.
  statement(tx, "DELETE FROM runs WHERE task_id = +?").run(taskId);
  statement(tx, "DELETE FROM tasks WHERE id = ?").run(taskId);
}

/** The plan's own rows; its tasks are gone by then. */
export function removePlan(tx: WritableDatabase, planId: string): void {
  const queueId = textOrNull(
    statement(tx, "SELECT planning_task_id AS id FROM execution_plans WHERE id = ?").get(planId)?.id,
  );
  statement(tx, "DELETE FROM plan_execution WHERE plan_id = ?").run(planId);
  statement(tx, "DELETE FROM execution_plans WHERE id = ?").run(planId);
  const isUsed =
    statement(tx, "SELECT 1 FROM execution_plans WHERE planning_task_id = ? LIMIT 1").get(queueId) !== undefined;
  if (queueId !== null && !isUsed) statement(tx, "DELETE FROM planning_queue WHERE id = ?").run(queueId);
}

const LOOSE = `SELECT t.id FROM tasks t WHERE t.status = ? AND coalesce(replace(t.updated_at, 'T', ' '), '') < ?
  AND coalesce(t.updated_at, '') <> '' AND NOT EXISTS (SELECT 1 FROM console_tasks k WHERE k.task_id = t.id)
  AND NOT EXISTS (SELECT 1 FROM console_runs cr WHERE cr.task_id = t.id AND cr.live IS NOT NULL) LIMIT ?`;
const LOOSE_STATES = ["completed", "failed", "cancelled"] as const;

/** Tasks of no plan that have ended long enough ago. */
export function expiredLooseTasks(db: ReadableDatabase, rules: RetentionRules, now: number, limit: number): string[] {
  return LOOSE_STATES.flatMap((status) => {
    const cut = cutOf(rules[RULE_OF[status] ?? "completedDays"], now);
    if (cut === null) return [];
    return statement(db, LOOSE)
      .all(status, formatTime(cut), limit)
      .map((row) => text(row.id));
  }).slice(0, limit);
}

export function removeLooseTasks(tx: WritableDatabase, rules: RetentionRules, now: number, limit: number): number {
  const ids = expiredLooseTasks(tx, rules, now, limit);
  for (const id of ids) removeTask(tx, id);
  return ids.length;
}

// What arrived before a mark had happened by then, as far as its writer's clock goes.
const BOUND = "SELECT max(event) AS place FROM console_event_marks WHERE at < ?";
const EXPIRED_EVENTS = `FROM events WHERE rowid <= $bound AND timestamp < $cut AND NOT EXISTS (
  SELECT 1 FROM console_plans p JOIN execution_plans e ON e.id = p.plan_id
  WHERE p.correlation_id = events.correlation_id AND e.status = 'executing')`;
const COUNT_EVENTS = `SELECT count(*) AS n ${EXPIRED_EVENTS}`;
const REMOVE_EVENTS = `DELETE FROM events WHERE rowid IN (SELECT rowid ${EXPIRED_EVENTS} LIMIT $limit)`;

function eventBounds(db: ReadableDatabase, cut: number) {
  return { bound: integer(statement(db, BOUND).get(cut)?.place), cut: formatTime(cut) };
}

export function countExpiredEvents(db: ReadableDatabase, cut: number): number {
  return integer(statement(db, COUNT_EVENTS).get(eventBounds(db, cut))?.n);
}

export function removeEvents(tx: WritableDatabase, cut: number, limit: number): number {
  return statement(tx, REMOVE_EVENTS).run({ ...eventBounds(tx, cut), limit }).changes;
}

export interface OldLog {
  readonly runId: string;
  readonly path: string;
}

const OLD_LOGS = `SELECT run_id, log_path FROM console_runs WHERE run_id > $after AND live IS NULL AND log_path IS NOT NULL
  AND started_at < $cut ORDER BY run_id LIMIT $limit`;

/** Logs of attempts that began before a time and are over, in the order of their ids. */
export function oldLogs(db: ReadableDatabase, cut: number, after: string, limit: number): OldLog[] {
  return statement(db, OLD_LOGS)
    .all({ after, cut, limit })
    .map((row) => ({ runId: text(row.run_id), path: text(row.log_path) }));
}

/** The attempt has no log any more. */
export function forgetLogs(tx: WritableDatabase, runIds: readonly string[]): void {
  const forget = statement(tx, "UPDATE console_runs SET log_path = NULL WHERE run_id = ? AND live IS NULL");
  for (const id of runIds) forget.run(id);
}
