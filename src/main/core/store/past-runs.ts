import { integer, integerOrNull, text, textOrNull } from "./columns";
import { type ReadableDatabase, statement } from "./database";
import { parseTime } from "./time";

/** A plan that has ended. */
export interface PastPlan {
  readonly id: string;
  readonly folder: string | null;
  readonly taskCount: number;
  /** Milliseconds from its first task's begin to its end; null unless it completed. */
  readonly tookMs: number | null;
}

const COLUMNS = "p.plan_id, p.folder, p.task_count, p.started_at, p.finished_at, e.status";
export const PAST_PLANS = `SELECT ${COLUMNS} FROM console_plans p CROSS JOIN execution_plans e ON e.id = p.plan_id
  WHERE coalesce(p.source_name, p.title) = +? AND p.finished_at IS NOT NULL ORDER BY p.launched_at DESC LIMIT ?`;

/** Those of one source (its name; the plan's title where it came from none), the latest first. */
export function listPastPlans(db: ReadableDatabase, source: string, limit: number): PastPlan[] {
  return statement(db, PAST_PLANS).all(source, limit).map(decodePlan);
}

export const LATEST_PLANS = `SELECT ${COLUMNS}
  FROM execution_plans e CROSS JOIN console_plans p ON p.plan_id = e.id
  WHERE p.finished_at IS NOT NULL ORDER BY coalesce(e.generated_at, '') DESC, e.id DESC LIMIT ?`;

/** Those of any source, the latest first. */
export function listLatestPlans(db: ReadableDatabase, limit: number): PastPlan[] {
  return statement(db, LATEST_PLANS).all(limit).map(decodePlan);
}

function decodePlan(row: Readonly<Record<string, unknown>>): PastPlan {
  const startedAt = integerOrNull(row.started_at);
  const finishedAt = integerOrNull(row.finished_at);
  const completed = row.status === "completed" && startedAt !== null && finishedAt !== null;
  return {
    id: text(row.plan_id),
    folder: textOrNull(row.folder),
    taskCount: integer(row.task_count),
    tookMs: completed ? Math.max(0, finishedAt - startedAt) : null,
  };
}

/** What a completed task took. */
export interface PastTask {
  readonly subtaskId: string;
  readonly agent: string;
  readonly title: string;
  /** Milliseconds that its attempts took together; the waits between them are not in it. */
  readonly durationMs: number;
}

export const PAST_TASKS = `SELECT k.ordinal, k.subtask_id, k.agent, t.title, r.started_at, r.completed_at
  FROM console_tasks k CROSS JOIN tasks t ON t.id = k.task_id CROSS JOIN runs r ON r.task_id = k.task_id
  WHERE k.plan_id = +? AND k.ordinal > +? AND k.ordinal <= +? AND t.status = 'completed'`;

/** Completed tasks of a plan with ordinals after `after`, up to `last`. Join points and gates took no time. */
export function readPastTasks(
  db: ReadableDatabase,
  { planId, after, last }: { readonly planId: string; readonly after: number; readonly last: number },
): PastTask[] {
  const found = new Map<number, { subtaskId: string; agent: string; title: string; durationMs: number }>();
  for (const row of statement(db, PAST_TASKS).all(planId, after, last)) {
    const agent = text(row.agent);
    const began = parseTime(row.started_at);
    const ended = parseTime(row.completed_at);
    if (agent === "noop" || agent === "approval" || began === null || ended === null) continue;
    // A wall clock that was set back meanwhile measures nothing.
    const durationMs = Math.max(0, ended - began);
    const known = found.get(integer(row.ordinal));
    if (known) known.durationMs += durationMs;
    else {
      found.set(integer(row.ordinal), {
        subtaskId: text(row.subtask_id),
        agent,
        title: text(row.title),
        durationMs,
      });
    }
  }
  return [...found.values()];
}
