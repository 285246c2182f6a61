import { inBulk, type Ledger } from "./bulk";
import { integer, json, jsonObject, type Row, text, textOrNull } from "./columns";
import { type ReadableDatabase, statement, type WritableDatabase } from "./database";
import { openGate } from "./gate";
import { LANE_OF_ENTRY } from "./migrations/console-triggers";
import type { Writer } from "./plan-end";
import { parseSpec, type TaskSpec } from "./task-spec";
import { formatTime } from "./time";
import { occupyWorker } from "./turn";

/** One task taken by one worker: the attempt that the caller now owns. */
export interface Claim {
  readonly taskId: string;
  readonly planId: string;
  readonly subtaskId: string;
  readonly title: string;
  readonly runId: string;
  readonly runNumber: number;
  readonly workerId: string;
  readonly correlationId: string | null;
  readonly agent: string;
  /** Null when it does not parse: nothing of it can be run. */
  readonly spec: TaskSpec | null;
  /** The plan's parameters by name, as launched. */
  readonly parameters: Readonly<Record<string, unknown>>;
  /** The plan's folder. */
  readonly folder: string;
  /** Results of the direct dependencies by subtask id; null where there is none. */
  readonly inputs: Readonly<Record<string, unknown>>;
  /** Attempts begun, this one included, of `maxAttempts`. A retry by hand allows further ones. */
  readonly attempts: number;
  readonly maxAttempts: number;
}

export interface ClaimRequest {
  readonly now: number;
  /** Free slots: each gets one task at most. Their rows exist in workers. */
  readonly workerIds: readonly string[];
  /** Written as the events' source. */
  readonly source: string;
  readonly newId: () => string;
}

export const PROMOTE = `UPDATE console_ready INDEXED BY console_ready_later SET held = ${LANE_OF_ENTRY}
  WHERE held = 2 AND not_before <= ?`;
// What a claim needs of a task comes with it: a look-up of its own for each costs more than all of this.
const READY = `SELECT q.seq, q.task_id, q.plan_id, q.priority, t.title, t.task_type, k.subtask_id, k.agent, k.attempts, k.max_attempts,
    s.spec, (SELECT coalesce(max(run_number), 0) + 1 FROM runs WHERE task_id = q.task_id) AS run_number,
    EXISTS (SELECT 1 FROM console_edges WHERE task = q.seq) AS has_inputs
  FROM console_ready q CROSS JOIN console_tasks k ON k.seq = q.seq LEFT JOIN tasks t ON t.id = q.task_id
    LEFT JOIN console_specs s ON s.seq = q.seq`;
export const FREE = `${READY} WHERE q.held = +? ORDER BY q.priority DESC, q.seq LIMIT ?`;
/** The lane of tasks without work: `completeReady` is quicker, but a claim takes them like any other. */
const WITHOUT_WORK = 5;
export const LIMITED_PLANS = `SELECT p.plan_id, p.concurrency - coalesce((SELECT sum(n) FROM console_counts
    WHERE scope = p.plan_id AND status IN ('assigned', 'in_progress')), 0) AS room
  FROM console_plans p WHERE p.concurrency IS NOT NULL AND p.finished_at IS NULL`;
export const FREE_IN_PLAN = `${READY} WHERE q.plan_id = +? AND q.held = 3 ORDER BY q.priority DESC, q.seq LIMIT ?`;
export const TAKE = `UPDATE tasks SET status = 'in_progress', assigned_worker = ?, updated_at = ?
  WHERE id = ? AND status = 'queued'`;
export const TASK_BEGUN = `UPDATE console_tasks SET attempts = attempts + 1, run_id = ?, reason = NULL, not_before = NULL
  WHERE seq = ?`;
export const INPUTS = `SELECT d.subtask_id, r.result_data FROM console_edges e
  JOIN console_tasks d ON d.seq = e.depends_on LEFT JOIN runs r ON r.id = d.result_run_id WHERE e.task = +?`;
const INSERT_RUN = `INSERT INTO runs (id, task_id, worker_id, run_number, status, phase, started_at)
  VALUES (?, ?, ?, ?, 'running', 'start', ?)`;
const INSERT_CONSOLE_RUN = "INSERT INTO console_runs (run_id, task_id, live, started_at) VALUES (?, ?, 1, ?)";
const STOP_EARLIER = `UPDATE console_runs SET stop_requested = coalesce(nullif(stop_requested, 'let_end'), 'cancel')
  WHERE live IS NOT NULL AND run_id IN (SELECT id FROM runs WHERE task_id = ? AND id <> ?)`;
const PLAN_BEGUN = `UPDATE console_plans SET started_at = ? WHERE plan_id = ? AND started_at IS NULL`;

/**
 * Gives each free worker the most urgent ready task: highest priority first, then the oldest, within the plans'
 * limits. Reads the ready queue alone, so its cost does not grow with the number of tasks.
 */
export function claimReady(tx: WritableDatabase, request: ClaimRequest): Claim[] {
  const { now, workerIds } = request;
  if (workerIds.length === 0) return [];
  promoteReady(tx, now);
  const ready = candidates(tx, workerIds.length);
  if (ready.length === 0) return [];
  const planOf = planReader(tx, now);
  for (const gate of ready.filter(isGate)) openReadyGate(tx, gate, planOf, request);
  return inBulk(tx, (ledger) => {
    const claims: Claim[] = [];
    for (const candidate of ready) {
      if (isGate(candidate)) continue;
      const workerId = workerIds[claims.length];
      if (workerId === undefined) break;
      const claim = take(tx, request, { candidate, plan: planOf(text(candidate.plan_id)), workerId, ledger });
      if (claim) claims.push(claim);
    }
    return claims;
  });
}

export function isGate(candidate: Row): boolean {
  return candidate.task_type === "approval";
}

/** Outside of bulk: the triggers see to what follows. */
export function openReadyGate(
  tx: WritableDatabase,
  { task_id, plan_id, seq }: Row,
  planOf: (planId: string) => Row | undefined,
  writer: Writer,
): void {
  const correlationId = textOrNull(planOf(text(plan_id))?.correlation_id);
  const isOpen = openGate(tx, { taskId: text(task_id), seq, correlationId }, writer);
  if (!isOpen) statement(tx, "DELETE FROM console_ready WHERE seq = ?").run(seq);
}

/** Lets in those whose retry time has come. */
export function promoteReady(tx: WritableDatabase, now: number): void {
  statement(tx, PROMOTE).run(now);
}

/** Answers the rows of plans, each read once, whose tasks begin to run. */
export function planReader(tx: WritableDatabase, now: number): (planId: string) => Row | undefined {
  const plans = new Map<string, Row | undefined>();
  return (planId) => {
    if (!plans.has(planId)) {
      const sql = "SELECT correlation_id, folder, parameters FROM console_plans WHERE plan_id = ?";
      plans.set(planId, statement(tx, sql).get(planId));
      statement(tx, PLAN_BEGUN).run(now, planId);
    }
    return plans.get(planId);
  };
}

/** Ready tasks in the order in which they are to start, at most `most`. */
function candidates(tx: WritableDatabase, most: number): Row[] {
  const rows = statement(tx, FREE).all(0, most);
  let isSorted = true;
  const add = (more: readonly Row[]): void => {
    isSorted &&= rows.length === 0 || more.length === 0;
    rows.push(...more);
  };
  add(statement(tx, FREE).all(WITHOUT_WORK, most));
  for (const plan of statement(tx, LIMITED_PLANS).all()) {
    const room = Math.min(integer(plan.room), most);
    if (room > 0) add(statement(tx, FREE_IN_PLAN).all(plan.plan_id, room));
  }
  if (isSorted) return rows;
  return rows
    .sort((a, b) => integer(b.priority) - integer(a.priority) || integer(a.seq) - integer(b.seq))
    .slice(0, most);
}

interface Taking {
  readonly candidate: Row;
  readonly plan: Row | undefined;
  readonly workerId: string;
  readonly ledger: Ledger;
}

function take(
  tx: WritableDatabase,
  { now, source, newId }: ClaimRequest,
  { candidate, plan, workerId, ledger }: Taking,
): Claim | null {
  const seq = integer(candidate.seq);
  const taskId = text(candidate.task_id);
  const planId = text(candidate.plan_id);
  const at = formatTime(now);
  ledger.left(seq);
  // Queued no more, in a way that no trigger saw (a foreign INSERT OR REPLACE): the entry was out of date.
  if (statement(tx, TAKE).run(workerId, at, taskId).changes === 0) return null;
  const runId = newId();
  const runNumber = integer(candidate.run_number);
  statement(tx, TASK_BEGUN).run(runId, seq);
  statement(tx, INSERT_RUN).run(runId, taskId, workerId, runNumber, at);
  statement(tx, INSERT_CONSOLE_RUN).run(runId, taskId, now);
  occupyWorker(tx, workerId, taskId);
  ledger.moved(planId, "queued", "in_progress");
  ledger.changed("task", taskId);
  ledger.changed("run", runId);
  ledger.changed("worker", workerId);

  const correlationId = textOrNull(plan?.correlation_id);
  const subtaskId = text(candidate.subtask_id);
  const attempts = integer(candidate.attempts) + 1;
  if (attempts > 1) stopEarlierRuns(tx, taskId, runId);
  const payload = { task_id: taskId, plan_id: planId, subtask_id: subtaskId, run_id: runId, worker_id: workerId };
  ledger.happened({ id: newId(), type: "task.assigned", at: now, source, correlationId, payload });
  ledger.happened({
    id: newId(),
    type: "task.started",
    at: now,
    source,
    correlationId,
    payload: { ...payload, run_number: runNumber, attempt: attempts },
  });
  return {
    taskId,
    planId,
    subtaskId,
    title: text(candidate.title),
    runId,
    runNumber,
    workerId,
    correlationId,
    agent: text(candidate.agent),
    spec: parseSpec(candidate.spec),
    parameters: jsonObject(plan?.parameters),
    folder: text(plan?.folder),
    inputs: candidate.has_inputs === 1 ? inputsOf(tx, seq) : {},
    attempts,
    maxAttempts: integer(candidate.max_attempts),
  };
}

/** A foreign hand may have queued the task again under a running process: one task, one process. */
export function stopEarlierRuns(tx: WritableDatabase, taskId: string, runId: string): void {
  statement(tx, STOP_EARLIER).run(taskId, runId);
}

function inputsOf(db: ReadableDatabase, seq: number): Record<string, unknown> {
  const inputs: Record<string, unknown> = {};
  for (const row of statement(db, INPUTS).all(seq)) {
    const parsed = json(row.result_data);
    inputs[text(row.subtask_id)] = parsed === undefined ? textOrNull(row.result_data) : parsed;
  }
  return inputs;
}
