import type { Page } from "../../../shared/contract";
import { isTerminalTask } from "../../../shared/model/task";
import type { RunRow, TaskDetail, TaskLink, TaskRow } from "../../../shared/model/views";
import { integer, integerOrNull, json, type Row, text, textOrNull } from "./columns";
import { type ReadableDatabase, statement } from "./database";
import { isGood, isOver } from "./migrations/standing";
import { parseSpec } from "./task-spec";
import { isStop, ownReason, taskState, waitingReason, workLine } from "./task-state";
import { parseTime } from "./time";

const COLUMNS = `t.id, t.title, t.status, t.task_type, t.priority, t.assigned_worker, t.created_at, t.updated_at, t.max_retries,
    k.seq, k.plan_id, k.subtask_id, k.ordinal, k.agent, k.unmet, k.blocked, k.not_before, k.attempts, k.max_attempts,
    k.reason, r.id AS run_id, r.run_number, r.started_at, r.completed_at, r.error_message, cr.live, cr.stop_requested`;
// A task that the console did not launch has its runs, but nothing that names the latest.
const RUN = `LEFT JOIN runs r ON r.id = coalesce(k.run_id,
      (SELECT id FROM runs WHERE task_id = t.id ORDER BY run_number DESC LIMIT 1))
    LEFT JOIN console_runs cr ON cr.run_id = r.id`;
export const TASK_PAGE = `SELECT ${COLUMNS} FROM console_tasks k JOIN tasks t ON t.id = k.task_id ${RUN}
  WHERE k.plan_id = +? AND k.ordinal > +? ORDER BY k.ordinal LIMIT ?`;
export const ONE_TASK = `SELECT ${COLUMNS} FROM tasks t LEFT JOIN console_tasks k ON k.task_id = t.id ${RUN} WHERE t.id = +?`;

export interface TaskPage {
  readonly planId: string;
  /** The ordinal after which the page begins; -1: from the first. */
  readonly after: number;
  readonly limit: number;
}

export function pageTasks(db: ReadableDatabase, { planId, after, limit }: TaskPage, now: number): Page<TaskRow> {
  const rows = statement(db, TASK_PAGE).all(planId, after, limit);
  const last = rows[rows.length - 1];
  return { rows: decodeRows(db, rows, now), next: last && rows.length === limit ? text(last.ordinal) : null };
}

/** Those of these tasks that exist, in this order. */
export function readTaskRows(db: ReadableDatabase, taskIds: readonly string[], now: number): TaskRow[] {
  const one = statement(db, ONE_TASK);
  return decodeRows(
    db,
    taskIds.flatMap((id) => one.all(id)),
    now,
  );
}

function decodeRows(db: ReadableDatabase, rows: readonly Row[], now: number): TaskRow[] {
  const causes: Causes = new Map();
  return rows.map((row) => decode(db, row, now, causes));
}

function decode(db: ReadableDatabase, row: Row, now: number, causes: Causes): TaskRow {
  const status = text(row.status);
  const facts = {
    status,
    unmet: integer(row.unmet),
    blocked: integer(row.blocked) === 1,
    notBefore: integerOrNull(row.not_before),
    stopRequested: row.live !== null && isStop(row.stop_requested),
  };
  const state = taskState(facts, now);
  const attempts = integerOrNull(row.attempts) ?? integer(row.run_number);
  const maxAttempts = integerOrNull(row.max_attempts) ?? integer(row.max_retries) + 1;
  const note = textOrNull(row.reason) ?? (status === "failed" ? textOrNull(row.error_message) : null);
  const ended = isTerminalTask(status);
  return {
    id: text(row.id),
    planId: textOrNull(row.plan_id),
    subtaskId: textOrNull(row.subtask_id),
    ordinal: integer(row.ordinal),
    title: text(row.title),
    status,
    state,
    agent: textOrNull(row.agent) ?? text(row.task_type),
    priority: integerOrNull(row.priority) ?? 1,
    attempts,
    maxAttempts,
    workerId: textOrNull(row.assigned_worker),
    runId: textOrNull(row.run_id),
    createdAt: parseTime(row.created_at),
    startedAt: parseTime(row.started_at),
    finishedAt: ended ? (parseTime(row.completed_at) ?? parseTime(row.updated_at)) : null,
    notBefore: status === "queued" ? facts.notBefore : null,
    reason: graphReason(db, row, state, causes) ?? ownReason({ state, note, attempts, maxAttempts }),
  };
}

const GOOD = isGood("t.status", "d.on_failure", "d.skipped");
export const UNMET_TITLES = `SELECT t.title FROM console_edges e CROSS JOIN console_tasks k ON k.seq = e.task
    CROSS JOIN console_tasks d ON d.seq = e.depends_on CROSS JOIN tasks t ON t.id = d.task_id
  WHERE e.task = +? AND NOT CASE k.run_when WHEN 0 THEN ${GOOD} ELSE ${isOver("t.status")} OR d.blocked = 1 END LIMIT 3`;

function graphReason(db: ReadableDatabase, row: Row, state: string, causes: Causes): string | null {
  if (state === "waiting") {
    const titles = statement(db, UNMET_TITLES)
      .all(row.seq)
      .map((dependency) => text(dependency.title));
    return waitingReason(titles, integer(row.unmet));
  }
  if (state !== "blocked") return null;
  const cause = causeOf(db, integer(row.seq), causes);
  return cause === null ? "Blocked" : `Blocked: ${cause}`;
}

export const STOPPED_DEPENDENCY = `SELECT t.title, t.status FROM console_edges e
  CROSS JOIN console_tasks d ON d.seq = e.depends_on CROSS JOIN tasks t ON t.id = d.task_id
  WHERE e.task = +? AND t.status IN ('failed', 'cancelled') AND NOT ${GOOD} LIMIT 1`;
const BLOCKED_DEPENDENCY = `SELECT d.seq, t.title FROM console_edges e
  CROSS JOIN console_tasks d ON d.seq = e.depends_on CROSS JOIN tasks t ON t.id = d.task_id
  WHERE e.task = +? AND d.blocked = 1 LIMIT 1`;

/** What blocks a task, by its seq: tasks of one page mostly share it. */
type Causes = Map<number, string | null>;

const LONGEST_WALK = 200;

/** Follows the blocked dependencies up to the task that stopped. */
function causeOf(db: ReadableDatabase, seq: number, causes: Causes): string | null {
  const path: number[] = [];
  let cause: string | null = null;
  let current = seq;
  for (let step = 0; step < LONGEST_WALK; step += 1) {
    const known = causes.get(current);
    if (known !== undefined) {
      cause = known;
      break;
    }
    path.push(current);
    const stopped = statement(db, STOPPED_DEPENDENCY).get(current);
    if (stopped) {
      cause = `${text(stopped.title)} ${stopped.status === "failed" ? "failed" : "was cancelled"}`;
      break;
    }
    const blocked = statement(db, BLOCKED_DEPENDENCY).get(current);
    if (!blocked) break;
    cause = `${text(blocked.title)} is blocked`;
    current = integer(blocked.seq);
  }
  for (const walked of path) causes.set(walked, cause);
  return cause;
}

const MOST_LINKS = 500;
const LINK = `SELECT t.id, t.title, t.status, k.subtask_id, k.unmet, k.blocked, k.not_before, cr.live, cr.stop_requested
  FROM console_edges e JOIN console_tasks k ON k.seq = e.`;
const LINK_END = `JOIN tasks t ON t.id = k.task_id LEFT JOIN console_runs cr ON cr.run_id = k.run_id WHERE e.`;
export const DEPENDENCIES = `${LINK}depends_on ${LINK_END}task = +? LIMIT ${MOST_LINKS}`;
export const DEPENDENTS = `${LINK}task ${LINK_END}depends_on = +? LIMIT ${MOST_LINKS}`;
const EXTRA = `SELECT t.description, k.seq, k.result_run_id, s.spec FROM tasks t
  LEFT JOIN console_tasks k ON k.task_id = t.id LEFT JOIN console_specs s ON s.seq = k.seq WHERE t.id = +?`;
const RESULT = `SELECT result_data FROM runs WHERE id = coalesce(?,
  (SELECT id FROM runs WHERE task_id = ? AND status = 'success' ORDER BY run_number DESC LIMIT 1))`;
const MOST_RUNS = 100;
export const RUNS_OF_TASK = `SELECT r.id, r.task_id, r.run_number, r.status, r.worker_id, r.started_at, r.completed_at,
    r.error_message, r.output_log IS NOT NULL AS has_text, cr.exit_code, cr.signal, cr.pid, cr.log_path
  FROM runs r LEFT JOIN console_runs cr ON cr.run_id = r.id
  WHERE r.task_id = +? ORDER BY r.run_number DESC LIMIT ${MOST_RUNS}`;

export function readTask(db: ReadableDatabase, taskId: string, now: number): TaskDetail | null {
  const [task] = readTaskRows(db, [taskId], now);
  const extra = statement(db, EXTRA).get(taskId);
  if (!task || !extra) return null;
  const spec = parseSpec(extra.spec);
  const result = statement(db, RESULT).get(extra.result_run_id, taskId)?.result_data;
  const links = (sql: string) =>
    statement(db, sql)
      .all(extra.seq)
      .map((row) => decodeLink(row, now));
  return {
    ...task,
    description: text(extra.description),
    command: spec && workLine(spec),
    cwd: spec?.cwd ?? null,
    timeoutMs: spec?.timeoutMs ?? null,
    dependencies: links(DEPENDENCIES),
    dependents: links(DEPENDENTS),
    runs: statement(db, RUNS_OF_TASK).all(taskId).map(decodeRun),
    result: json(result) ?? textOrNull(result),
  };
}

function decodeLink(row: Row, now: number): TaskLink {
  const facts = {
    status: text(row.status),
    unmet: integer(row.unmet),
    blocked: integer(row.blocked) === 1,
    notBefore: integerOrNull(row.not_before),
    stopRequested: row.live !== null && isStop(row.stop_requested),
  };
  return {
    id: text(row.id),
    subtaskId: textOrNull(row.subtask_id),
    title: text(row.title),
    state: taskState(facts, now),
  };
}

function decodeRun(row: Row): RunRow {
  return {
    id: text(row.id),
    taskId: text(row.task_id),
    number: integer(row.run_number),
    status: text(row.status),
    workerId: text(row.worker_id),
    startedAt: parseTime(row.started_at),
    completedAt: parseTime(row.completed_at),
    exitCode: integerOrNull(row.exit_code),
    signal: textOrNull(row.signal),
    error: textOrNull(row.error_message),
    pid: integerOrNull(row.pid),
    hasLog: textOrNull(row.log_path) !== null || row.has_text === 1,
  };
}
