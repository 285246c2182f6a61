import { inBulk, type Ledger } from "./bulk";
import { endWithoutWorker, planReader, promoteReady, stopEarlierRuns } from "./claim-ready";
import { integer, type Row, text, textOrNull } from "./columns";
import { type ReadableDatabase, statement, type WritableDatabase } from "./database";
import { meetDependents, settlePlans } from "./finish-run";
import { insertionOf, insertTogether } from "./insert-together";
import { NOT_ON_HOLD } from "./migrations/sql-workers";
import { formatTime } from "./time";

export interface CompletionRequest {
  readonly now: number;
  /** The most tasks to complete. */
  readonly limit: number;
  /** Named as the one who did it; keeps its own task. Its row exists in workers. */
  readonly workerId: string;
  readonly source: string;
  readonly newId: () => string;
}

export const WITHOUT_WORK = `SELECT q.seq, q.task_id, q.plan_id, q.lane, k.subtask_id, k.attempts, t.task_type,
    (SELECT coalesce(max(run_number), 0) + 1 FROM runs WHERE task_id = q.task_id) AS run_number
  FROM console_ready q CROSS JOIN console_tasks k ON k.seq = q.seq LEFT JOIN tasks t ON t.id = q.task_id
  WHERE q.held = 5 AND ${NOT_ON_HOLD} ORDER BY q.priority DESC, q.seq LIMIT ?`;
const ANY_WITHOUT_WORK = `SELECT 1 FROM console_ready q WHERE q.held = 5 AND ${NOT_ON_HOLD} LIMIT 1`;
const COMPLETE = `UPDATE OR FAIL tasks SET status = 'completed', assigned_worker = ?, updated_at = ?
  WHERE id = ? AND status = 'queued'`;
const TASK_DONE = `UPDATE console_tasks SET attempts = attempts + 1, run_id = $runId, result_run_id = $runId,
  reason = NULL, not_before = NULL WHERE seq = $seq`;
const RUNS = insertionOf(
  "INSERT INTO runs (id, task_id, worker_id, run_number, status, phase, started_at, completed_at)",
  "(?, ?, ?, ?, 'success', 'start', ?, ?)",
);
const CONSOLE_RUNS = insertionOf("INSERT INTO console_runs (run_id, task_id, started_at)", "(?, ?, ?)");

/** Whether `completeReady` has something to do. */
export function hasReadyWithoutWork(db: ReadableDatabase): boolean {
  return statement(db, ANY_WITHOUT_WORK).get() !== undefined;
}

/**
 * Begins and ends, in one step, ready tasks that have nothing to run, lets gates wait for their people, and cancels
 * what is not needed: none of them waits for a slot. Answers how many; what becomes ready by it is left to the next call. Tasks of plans with a limit
 * go through `claimReady`.
 */
export function completeReady(tx: WritableDatabase, request: CompletionRequest): number {
  promoteReady(tx, request.now);
  const ready = statement(tx, WITHOUT_WORK).all(request.limit);
  if (ready.length === 0) return 0;
  const planOf = planReader(tx, request.now);
  const { work, others } = endWithoutWorker(tx, ready, planOf, request);
  const planIds = new Set(others);
  const completed = inBulk(tx, (ledger) => {
    const runs: Completed[] = [];
    for (const task of work) {
      const planId = text(task.plan_id);
      const run = complete(tx, request, { task, plan: planOf(planId), ledger });
      if (run === null) continue;
      planIds.add(planId);
      runs.push(run);
    }
    insertRuns(tx, runs, request);
    return runs.length;
  });
  settlePlans(tx, planIds, request);
  return completed + ready.length - work.length;
}

interface Completing {
  readonly task: Row;
  readonly plan: Row | undefined;
  readonly ledger: Ledger;
}

interface Completed {
  readonly runId: string;
  readonly taskId: string;
  readonly runNumber: number;
}

function insertRuns(tx: WritableDatabase, runs: readonly Completed[], { now, workerId }: CompletionRequest): void {
  const at = formatTime(now);
  insertTogether(tx, RUNS, runs, ({ runId, taskId, runNumber }) => [runId, taskId, workerId, runNumber, at, at]);
  insertTogether(tx, CONSOLE_RUNS, runs, ({ runId, taskId }) => [runId, taskId, now]);
}

/** Null: the task is queued no more. */
function complete(
  tx: WritableDatabase,
  request: CompletionRequest,
  { task, plan, ledger }: Completing,
): Completed | null {
  const { now, workerId, source, newId } = request;
  const seq = integer(task.seq);
  const taskId = text(task.task_id);
  const planId = text(task.plan_id);
  const subtaskId = text(task.subtask_id);
  const at = formatTime(now);
  ledger.left(seq);
  if (statement(tx, COMPLETE).run(workerId, at, taskId).changes === 0) return null;
  const runId = newId();
  const runNumber = integer(task.run_number);
  const attempt = integer(task.attempts) + 1;
  statement(tx, TASK_DONE).run({ runId, seq });
  if (attempt > 1) stopEarlierRuns(tx, taskId, runId);
  meetDependents(tx, seq, ledger);
  ledger.moved(planId, "queued", "completed");
  ledger.changed("task", taskId);
  ledger.changed("run", runId);

  const correlationId = textOrNull(plan?.correlation_id);
  const common = { at: now, source, correlationId };
  const payload = { task_id: taskId, plan_id: planId, subtask_id: subtaskId, run_id: runId };
  const begun = { ...payload, worker_id: workerId };
  ledger.happened({ ...common, id: newId(), type: "task.assigned", payload: begun });
  ledger.happened({
    ...common,
    id: newId(),
    type: "task.started",
    payload: { ...begun, run_number: runNumber, attempt },
  });
  ledger.happened({
    ...common,
    id: newId(),
    type: "task.completed",
    payload: {
      ...payload,
      run_number: runNumber,
      outcome: "success",
      exit_code: null,
      signal: null,
      error: null,
      will_retry: false,
      retry_at: null,
    },
  });
  return { runId, taskId, runNumber };
}
