import type { FoundRow } from "../../../../shared/model/doctor";
import { jsonObject, text, textOrNull } from "../columns";
import { type ReadableDatabase, statement, type WritableDatabase } from "../database";
import { appendEvent } from "../events";
import { hasIndex } from "../has-index";
import { EVENTS_BY_CORRELATION } from "../migrations/events-and-board";
import { parseTime } from "../time";
import type { DoctorCheck } from "./check";

/* Whether the events of plans tell how their tasks ended. */

const PLANS = `SELECT p.plan_id, p.correlation_id, p.title FROM console_plans p
  WHERE p.correlation_id IS NOT NULL AND p.plan_id > ? ORDER BY p.plan_id LIMIT 50`;
const ENDED = `SELECT t.id, t.title, t.status, t.updated_at, k.subtask_id, k.run_id, k.plan_id FROM console_tasks k
  CROSS JOIN tasks t ON t.id = k.task_id
  WHERE k.plan_id = ? AND t.status IN ('completed', 'failed', 'cancelled') AND k.skipped = 0`;
const TOLD = `SELECT event_type, payload FROM events INDEXED BY ${EVENTS_BY_CORRELATION}
  WHERE correlation_id = ? AND event_type IN ('task.completed', 'task.failed', 'task.cancelled')`;
const COUNT = "SELECT count(*) AS n FROM console_plans";
const PLAN_OF =
  "SELECT p.correlation_id, k.plan_id FROM console_tasks k JOIN console_plans p ON p.plan_id = k.plan_id WHERE k.task_id = ?";

/** Which tasks of a correlation have an event that says how they ended. */
function toldEnds(db: ReadableDatabase, correlationId: string): Set<string> {
  const told = new Set<string>();
  for (const row of statement(db, TOLD).all(correlationId)) {
    const taskId = textOrNull(jsonObject(row.payload).task_id);
    if (taskId !== null) told.add(`${text(row.event_type)} ${taskId}`);
  }
  return told;
}

function missingOf(db: ReadableDatabase, planId: string, correlationId: string): FoundRow[] {
  const ended = statement(db, ENDED).all(planId);
  if (ended.length === 0) return [];
  const told = toldEnds(db, correlationId);
  return ended
    .filter((row) => !told.has(`task.${text(row.status)} ${text(row.id)}`))
    .map((row) => ({
      entity: "task",
      id: text(row.id),
      planId,
      title: text(row.title),
      words: `It is ${text(row.status)}, and no event says so.`,
      becomes: `told by a task.${text(row.status)} event`,
    }));
}

export const eventsMissing: DoctorCheck = {
  kind: "events_missing",
  severity: "warning",
  needs: ["console_plans", "console_tasks", "events"],
  fine: "An event tells how each task of the console's plans ended.",
  *find({ db }) {
    if (!hasIndex(db, EVENTS_BY_CORRELATION, "events")) return;
    const total = Math.max(1, Number(statement(db, COUNT).get()?.n));
    let seen = 0;
    for (let after = ""; ; ) {
      const plans = statement(db, PLANS).all(after);
      for (const plan of plans) {
        seen += 1;
        const rows = missingOf(db, text(plan.plan_id), text(plan.correlation_id));
        yield { rows, share: seen / total, detail: text(plan.title) };
      }
      const last = plans.at(-1);
      if (last === undefined) return;
      after = text(last.plan_id);
    }
  },
  fix: (tx, row, writer) => reconstruct(tx, row.id, writer),
};

function reconstruct(
  tx: WritableDatabase,
  taskId: string,
  { now, newId }: { readonly now: number; readonly newId: () => string },
): boolean {
  const plan = statement(tx, PLAN_OF).get(taskId);
  const correlationId = textOrNull(plan?.correlation_id);
  if (plan === undefined || correlationId === null) return false;
  const task = statement(tx, `${ENDED} AND t.id = ?`).get(plan.plan_id, taskId);
  if (task === undefined) return false;
  const type = TYPES[text(task.status)];
  if (type === undefined || toldEnds(tx, correlationId).has(`${type} ${taskId}`)) return false;
  appendEvent(tx, {
    id: newId(),
    type,
    at: parseTime(task.updated_at) ?? now,
    source: "hive-doctor",
    correlationId,
    payload: {
      task_id: taskId,
      plan_id: text(task.plan_id),
      subtask_id: textOrNull(task.subtask_id),
      run_id: textOrNull(task.run_id),
      reconstructed: true,
    },
  });
  return true;
}

const TYPES: Readonly<Record<string, "task.completed" | "task.failed" | "task.cancelled">> = {
  completed: "task.completed",
  failed: "task.failed",
  cancelled: "task.cancelled",
};
