import type { HiveTask } from "../../../shared/model/hive-records";
import { text } from "./columns";
import { type ReadableDatabase, statement } from "./database";
import { payloadMet, UNCOUNTED } from "./dependencies";
import { decodeHiveTask, HIVE_TASK_COLUMNS, HIVE_TASK_CONSOLE } from "./hive-task-rows";
import { PAYLOAD_PLAN } from "./migrations/hive-operations";

const TASK = `${HIVE_TASK_COLUMNS} FROM console_ready q JOIN tasks t ON t.id = q.task_id ${HIVE_TASK_CONSOLE}`;

/** Free, or free within the plan's limit, or of a plan that the console does not run, or without work, or for whom its lane lets. */
const OPEN_LANES = [0, 3, 4, 5, 7] as const;

/** The first ready task of a plan that the console knows. A row that no trigger saw change is passed over. */
export const READY_IN_PLAN = `SELECT ${TASK} WHERE q.plan_id = +? AND q.held = +? AND t.status = 'queued'
    AND q.lane IS NOT -1
  ORDER BY q.priority DESC, q.seq LIMIT 1`;

// What the console runs, only it adds tasks to.
const OWN_PLAN = "SELECT 1 FROM console_plans WHERE plan_id = ?";
export const QUEUED_BY_PAYLOAD = `SELECT ${HIVE_TASK_COLUMNS} FROM tasks t ${HIVE_TASK_CONSOLE}
  WHERE ${PAYLOAD_PLAN} = +? AND t.status = 'queued' AND ${UNCOUNTED}`;

/**
 * The task of a plan to work on next: queued, its dependencies met, the highest priority first, then the oldest.
 * Null: none. Among the tasks that the console knows by their plan it is one look; those that other programs
 * inserted are gone through, as many as the plan has queued.
 */
export function readNextSubtask(db: ReadableDatabase, planId: string): HiveTask | null {
  const ready = OPEN_LANES.flatMap((held) => statement(db, READY_IN_PLAN).all(planId, held));
  const foreign = statement(db, OWN_PLAN).get(planId) ? [] : statement(db, QUEUED_BY_PAYLOAD).all(planId);
  const candidates = [...ready.map((row) => ({ row, known: true })), ...foreign.map((row) => ({ row, known: false }))];
  candidates.sort(
    (a, b) =>
      compare(b.row.priority, a.row.priority) ||
      compare(a.row.console_age, b.row.console_age) ||
      compare(a.row.console_row, b.row.console_row),
  );
  const next = candidates.find(({ row, known }) => known || payloadMet(db, row.payload));
  return next ? decodeHiveTask(next.row) : null;
}

function compare(a: unknown, b: unknown): number {
  if (typeof a === "number" && typeof b === "number") return a - b;
  const [left, right] = [text(a), text(b)];
  return left < right ? -1 : left > right ? 1 : 0;
}
