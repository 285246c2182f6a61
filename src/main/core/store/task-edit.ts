import { HiveError } from "../../../shared/errors";
import { type Row, textOrNull } from "./columns";
import { type ReadableDatabase, statement, type WritableDatabase } from "./database";
import { appendTaskEvent, auditTask, type TaskAct } from "./task-act";
import { queueAgain, reopenPlanOf } from "./task-control";
import type { ScopedTask } from "./task-scope";
import type { TaskSpec } from "./task-spec";

/** What can be edited of a task, as it stands. */
export interface EditableRow {
  /** JSON text; null: the console does not run it. */
  readonly spec: string | null;
  readonly payload: string | null;
  readonly folder: string | null;
  /** JSON text. */
  readonly parameters: string | null;
  readonly dependencies: readonly string[];
}

const EDITABLE = `SELECT s.spec, t.payload, p.folder, p.parameters FROM tasks t
    LEFT JOIN console_tasks k ON k.task_id = t.id
    LEFT JOIN console_specs s ON s.seq = k.seq
    LEFT JOIN console_plans p ON p.plan_id = k.plan_id
  WHERE t.id = ?`;
const DEPENDENCY_IDS = `SELECT d.subtask_id FROM console_edges e JOIN console_tasks d ON d.seq = e.depends_on
  WHERE e.task = ?`;

export function readEditable(db: ReadableDatabase, { taskId, seq }: ScopedTask): EditableRow {
  const row: Row = statement(db, EDITABLE).get(taskId) ?? {};
  return {
    spec: textOrNull(row.spec),
    payload: textOrNull(row.payload),
    folder: textOrNull(row.folder),
    parameters: textOrNull(row.parameters),
    dependencies: statement(db, DEPENDENCY_IDS)
      .all(seq)
      .flatMap((edge) => textOrNull(edge.subtask_id) ?? []),
  };
}

/** What is to stand there instead; undefined: as it is. */
export interface CheckedEdit {
  readonly before: EditableRow;
  readonly spec: TaskSpec | undefined;
  /** JSON text or null. */
  readonly payload: string | null | undefined;
  /** For the audit log: the edited keys, as they were and as they are. */
  readonly was: unknown;
  readonly is: unknown;
}

const KEEP = `INSERT OR IGNORE INTO console_spec_history (seq, last_run, spec)
  SELECT $seq, max(run_number), $spec FROM runs WHERE task_id = $taskId HAVING max(run_number) IS NOT NULL`;

/**
 * Writes an edit and queues the task again, unless it is queued already. What earlier attempts ran stays on record.
 * Throws `not_allowed` when somebody else edited it since it was read.
 */
export function applyEdit(tx: WritableDatabase, act: TaskAct, task: ScopedTask, edit: CheckedEdit): void {
  const { before, spec, payload } = edit;
  const current = readEditable(tx, task);
  if (current.spec !== before.spec || current.payload !== before.payload) {
    throw new HiveError(
      "not_allowed",
      `Task "${task.title}" was edited by somebody else meanwhile. Look at it again.`,
      {
        taskId: task.taskId,
      },
    );
  }
  if (spec !== undefined) {
    statement(tx, KEEP).run({ seq: task.seq, taskId: task.taskId, spec: before.spec });
    statement(tx, "UPDATE console_specs SET spec = ? WHERE seq = ?").run(JSON.stringify(spec), task.seq);
    statement(tx, "UPDATE tasks SET max_retries = ? WHERE id = ?").run(spec.retries.count, task.taskId);
  }
  if (payload !== undefined) statement(tx, "UPDATE tasks SET payload = ? WHERE id = ?").run(payload, task.taskId);
  const { status } = task.facts;
  if (status !== "queued") {
    reopenPlanOf(tx, act, task);
    queueAgain(tx, act, task);
  }
  auditTask(tx, act, "tasks.editAndRetry", { status, work: edit.was }, { status: "queued", work: edit.is });
  const words = { status: "queued", was: status, edited_by: act.actor, reason: act.reason };
  appendTaskEvent(tx, act, task, "task.progress", words);
}

const RUN_SPEC = `SELECT r.id, (SELECT h.spec FROM console_spec_history h WHERE h.seq = k.seq AND h.last_run >= r.run_number
      ORDER BY h.last_run LIMIT 1) AS old_spec, s.spec
  FROM runs r LEFT JOIN console_tasks k ON k.task_id = r.task_id LEFT JOIN console_specs s ON s.seq = k.seq
  WHERE r.id = ?`;

/** What an attempt ran, as JSON text. Null: there is no such attempt. */
export function readRunSpec(db: ReadableDatabase, runId: string): { spec: string | null; isOutdated: boolean } | null {
  const row = statement(db, RUN_SPEC).get(runId);
  if (!row) return null;
  const old = textOrNull(row.old_spec);
  return { spec: old ?? textOrNull(row.spec), isOutdated: old !== null };
}
