import { integer, integerOrNull, json, jsonObject, type Row, text, textOrNull } from "./columns";
import { type ReadableDatabase, statement, type WritableDatabase } from "./database";
import { appendEvent } from "./events";
import { openGate } from "./gate";
import { parseSpec, type TaskSpec } from "./task-spec";
import { formatTime } from "./time";

export { type FinishedRun, finishRun, type RunEnd } from "./finish-run";
export type { TaskSpec } from "./task-spec";

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

export const PROMOTE = `UPDATE console_ready INDEXED BY console_ready_later
  SET held = (SELECT CASE WHEN p.paused_at IS NOT NULL OR p.cancel_requested_at IS NOT NULL THEN 1
      WHEN p.concurrency IS NOT NULL THEN 3 ELSE 0 END FROM console_plans p WHERE p.plan_id = console_ready.plan_id)
  WHERE held = 2 AND not_before <= ?`;
export const FREE = `SELECT seq, task_id, plan_id, priority FROM console_ready
  WHERE held = 0 ORDER BY priority DESC, seq LIMIT ?`;
export const LIMITED_PLANS = `SELECT p.plan_id, p.concurrency - coalesce((SELECT sum(n) FROM console_counts
    WHERE scope = p.plan_id AND status IN ('assigned', 'in_progress')), 0) AS room
  FROM console_plans p WHERE p.concurrency IS NOT NULL AND p.finished_at IS NULL`;
export const FREE_IN_PLAN = `SELECT seq, task_id, plan_id, priority FROM console_ready
  WHERE plan_id = +? AND held = 3 ORDER BY priority DESC, seq LIMIT ?`;
export const TAKE = `UPDATE tasks SET status = 'in_progress', assigned_worker = ?, updated_at = ?
  WHERE id = ? AND status = 'queued' AND task_type IS NOT 'approval' RETURNING title`;
export const TASK_BEGUN = `UPDATE console_tasks SET attempts = attempts + 1, run_id = ?, reason = NULL WHERE seq = ?
  RETURNING subtask_id, agent, attempts, max_attempts`;
export const NEXT_RUN_NUMBER = "SELECT coalesce(max(run_number), 0) + 1 AS number FROM runs WHERE task_id = +?";
export const INPUTS = `SELECT d.subtask_id, r.result_data FROM console_edges e
  JOIN console_tasks d ON d.seq = e.depends_on LEFT JOIN runs r ON r.id = d.result_run_id WHERE e.task = +?`;
const INSERT_RUN = `INSERT INTO runs (id, task_id, worker_id, run_number, status, phase, started_at)
  VALUES (?, ?, ?, ?, 'running', 'start', ?)`;
const INSERT_CONSOLE_RUN = "INSERT INTO console_runs (run_id, task_id, live, started_at) VALUES (?, ?, 1, ?)";
const STOP_EARLIER = `UPDATE console_runs SET stop_requested = coalesce(stop_requested, 'cancel')
  WHERE live IS NOT NULL AND run_id IN (SELECT id FROM runs WHERE task_id = ? AND id <> ?)`;
const OCCUPY = "UPDATE workers SET status = 'active', current_task_id = ? WHERE id = ?";
const PLAN_BEGUN = `UPDATE console_plans SET started_at = ? WHERE plan_id = ? AND started_at IS NULL`;

/**
 * Gives each free worker the most urgent ready task: highest priority first, then the oldest, within the plans'
 * limits. Reads the ready queue alone, so its cost does not grow with the number of tasks.
 */
export function claimReady(tx: WritableDatabase, request: ClaimRequest): Claim[] {
  const { now, workerIds } = request;
  if (workerIds.length === 0) return [];
  statement(tx, PROMOTE).run(now);
  const plans = new Map<string, Row | undefined>();
  const claims: Claim[] = [];
  for (const candidate of candidates(tx, workerIds.length)) {
    const workerId = workerIds[claims.length];
    if (workerId === undefined) break;
    const planId = text(candidate.plan_id);
    if (!plans.has(planId)) {
      plans.set(
        planId,
        statement(tx, "SELECT correlation_id, folder, parameters FROM console_plans WHERE plan_id = ?").get(planId),
      );
      statement(tx, PLAN_BEGUN).run(now, planId);
    }
    const claim = take(tx, request, candidate, plans.get(planId), workerId);
    if (claim) claims.push(claim);
  }
  return claims;
}

/** Ready tasks in the order in which they are to start, at most `most`. */
function candidates(tx: WritableDatabase, most: number): Row[] {
  const rows = statement(tx, FREE).all(most);
  for (const plan of statement(tx, LIMITED_PLANS).all()) {
    const room = Math.min(integer(plan.room), most);
    if (room > 0) rows.push(...statement(tx, FREE_IN_PLAN).all(plan.plan_id, room));
  }
  return rows
    .sort((a, b) => integer(b.priority) - integer(a.priority) || integer(a.seq) - integer(b.seq))
    .slice(0, most);
}

function take(
  tx: WritableDatabase,
  { now, source, newId }: ClaimRequest,
  candidate: Row,
  plan: Row | undefined,
  workerId: string,
): Claim | null {
  const { seq } = candidate;
  const taskId = text(candidate.task_id);
  const planId = text(candidate.plan_id);
  const at = formatTime(now);
  const taken = statement(tx, TAKE).get(workerId, at, taskId);
  if (!taken) {
    const gate = { taskId, seq, correlationId: textOrNull(plan?.correlation_id) };
    if (openGate(tx, gate, { now, source, newId })) return null;
    // Queued no more, in a way that no trigger saw (a foreign INSERT OR REPLACE): the entry is out of date.
    statement(tx, "DELETE FROM console_ready WHERE seq = ?").run(seq);
    return null;
  }
  const runId = newId();
  const begun = statement(tx, TASK_BEGUN).get(runId, seq);
  const runNumber = integer(statement(tx, NEXT_RUN_NUMBER).get(taskId)?.number);
  statement(tx, INSERT_RUN).run(runId, taskId, workerId, runNumber, at);
  statement(tx, INSERT_CONSOLE_RUN).run(runId, taskId, now);
  statement(tx, OCCUPY).run(taskId, workerId);

  const correlationId = textOrNull(plan?.correlation_id);
  const subtaskId = text(begun?.subtask_id);
  const attempts = integer(begun?.attempts);
  // A foreign hand may have queued it again under a running process: one task, one process.
  if (attempts > 1) statement(tx, STOP_EARLIER).run(taskId, runId);
  const payload = { task_id: taskId, plan_id: planId, subtask_id: subtaskId, run_id: runId, worker_id: workerId };
  appendEvent(tx, { id: newId(), type: "task.assigned", at: now, source, correlationId, payload });
  appendEvent(tx, {
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
    title: text(taken.title),
    runId,
    runNumber,
    workerId,
    correlationId,
    agent: text(begun?.agent),
    spec: parseSpec(statement(tx, "SELECT spec FROM console_specs WHERE seq = ?").get(seq)?.spec),
    parameters: jsonObject(plan?.parameters),
    folder: text(plan?.folder),
    inputs: inputsOf(tx, seq),
    attempts,
    maxAttempts: integer(begun?.max_attempts),
  };
}

function inputsOf(db: ReadableDatabase, seq: unknown): Record<string, unknown> {
  const inputs: Record<string, unknown> = {};
  for (const row of statement(db, INPUTS).all(seq)) {
    const parsed = json(row.result_data);
    inputs[text(row.subtask_id)] = parsed === undefined ? textOrNull(row.result_data) : parsed;
  }
  return inputs;
}

/** Notes that a worker has this task, when its row was taken over from an earlier console. */
export function occupyWorker(tx: WritableDatabase, workerId: string, taskId: string): void {
  statement(tx, OCCUPY).run(taskId, workerId);
}

export interface RunProcess {
  readonly runId: string;
  readonly pid: number;
  readonly pidStart: string | null;
  readonly host: string;
  readonly bootId: string | null;
  /** Absolute. */
  readonly logPath: string;
}

/** Records which process carries out the run, so that any console can find it again. */
export function setRunProcess(tx: WritableDatabase, process: RunProcess): void {
  const sql = `UPDATE console_runs SET pid = $pid, pid_start = $pidStart, host = $host, boot_id = $bootId,
    log_path = $logPath WHERE run_id = $runId`;
  statement(tx, sql).run({ ...process });
}

export type StopReason = "cancel" | "timeout";

/** A run that the database holds for running, whoever started it from a console. */
export interface LiveRun {
  readonly runId: string;
  readonly taskId: string;
  /** Null when a foreign hand took the task out of its plan. */
  readonly planId: string | null;
  readonly subtaskId: string | null;
  readonly title: string;
  readonly runNumber: number;
  readonly workerId: string;
  readonly startedAt: number;
  readonly pid: number | null;
  readonly pidStart: string | null;
  readonly host: string | null;
  readonly bootId: string | null;
  readonly logPath: string | null;
  readonly stopRequested: StopReason | null;
  readonly correlationId: string | null;
  /** Null when it does not parse. */
  readonly spec: TaskSpec | null;
  readonly attempts: number;
  readonly maxAttempts: number;
}

const LIVE_COLUMNS = `SELECT r.id, r.task_id, r.run_number, r.worker_id, t.title, cr.started_at, cr.pid, cr.pid_start,
    cr.host, cr.boot_id, cr.log_path, cr.stop_requested, k.plan_id, k.subtask_id, k.attempts, k.max_attempts,
    s.spec, p.correlation_id
  FROM console_runs cr JOIN runs r ON r.id = cr.run_id
    LEFT JOIN tasks t ON t.id = cr.task_id
    LEFT JOIN console_tasks k ON k.task_id = cr.task_id
    LEFT JOIN console_specs s ON s.seq = k.seq
    LEFT JOIN console_plans p ON p.plan_id = k.plan_id`;
export const LIVE_RUNS = `${LIVE_COLUMNS} WHERE cr.live IS NOT NULL`;
export const STOP_REQUESTS = `${LIVE_COLUMNS} WHERE cr.live IS NOT NULL AND cr.stop_requested IS NOT NULL`;

export function listLiveRuns(db: ReadableDatabase): LiveRun[] {
  return statement(db, LIVE_RUNS).all().map(decodeLiveRun);
}

/** Live runs that somebody, perhaps another process, asked to stop. */
export function listStopRequests(db: ReadableDatabase): LiveRun[] {
  return statement(db, STOP_REQUESTS).all().map(decodeLiveRun);
}

/** Asks whoever owns the run's process to end it. The first reason stands. False: it does not run any more. */
export function requestStop(tx: WritableDatabase, runId: string, reason: StopReason): boolean {
  const sql = `UPDATE console_runs SET stop_requested = coalesce(stop_requested, ?)
    WHERE run_id = ? AND live IS NOT NULL`;
  return statement(tx, sql).run(reason, runId).changes > 0;
}

/** When the next task that waits for its retry time may start, in milliseconds since the epoch. */
export const NEXT_NOT_BEFORE = `SELECT not_before FROM console_ready INDEXED BY console_ready_later
  WHERE held = 2 ORDER BY not_before LIMIT 1`;

export function nextNotBefore(db: ReadableDatabase): number | null {
  return integerOrNull(statement(db, NEXT_NOT_BEFORE).get()?.not_before);
}

function decodeLiveRun(row: Row): LiveRun {
  const stop = textOrNull(row.stop_requested);
  return {
    runId: text(row.id),
    taskId: text(row.task_id),
    planId: textOrNull(row.plan_id),
    subtaskId: textOrNull(row.subtask_id),
    title: text(row.title),
    runNumber: integer(row.run_number),
    workerId: text(row.worker_id),
    startedAt: integer(row.started_at),
    pid: integerOrNull(row.pid),
    pidStart: textOrNull(row.pid_start),
    host: textOrNull(row.host),
    bootId: textOrNull(row.boot_id),
    logPath: textOrNull(row.log_path),
    stopRequested: stop === "cancel" || stop === "timeout" ? stop : null,
    correlationId: textOrNull(row.correlation_id),
    spec: parseSpec(row.spec),
    attempts: integer(row.attempts),
    maxAttempts: integer(row.max_attempts),
  };
}
