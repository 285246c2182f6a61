import { setImmediate as nextTurn } from "node:timers/promises";
import type { TaskFacts } from "../../../shared/model/task-change";
import type { TaskFilter } from "../../../shared/model/task-filter";
import { HEARTBEAT_LIMIT_MS } from "../../../shared/model/worker";
import { CLEANUP, isCleaning, RUNS_ALWAYS } from "./cleanup";
import { integer, integerOrNull, type Row, text, textOrNull } from "./columns";
import { type ReadableDatabase, statement } from "./database";
import { readCounts } from "./plan-end";
import { filterSql, storedStatuses } from "./task-filter-sql";
import { isStop, taskState } from "./task-state";
import { parseTime } from "./time";

/** A task as an act sees it. */
export interface ScopedTask {
  readonly taskId: string;
  readonly rowid: number;
  readonly title: string;
  readonly subtaskId: string | null;
  readonly planId: string | null;
  readonly planTitle: string | null;
  /** As shown. */
  readonly state: string;
  /** `console_tasks.seq`; null outside a plan. */
  readonly seq: number | null;
  readonly runId: string | null;
  readonly correlationId: string | null;
  /** However those before it end. */
  readonly runsAlways: boolean;
  readonly facts: TaskFacts;
}

const COLUMNS = `SELECT t.rowid AS row, t.id, t.title, t.status, t.priority, k.seq, k.plan_id, k.subtask_id, k.run_id, k.unmet,
    k.blocked, k.not_before, k.run_when, p.plan_id AS ours, p.title AS plan_title, p.correlation_id, p.cancel_requested_at,
    ${CLEANUP} AS cleanup,
    e.status AS plan_status, cr.live, cr.stop_requested,
    (SELECT max(w.last_heartbeat) FROM workers w WHERE w.current_task_id = t.id AND w.status <> 'offline') AS held_at`;
const SURROUNDINGS = `LEFT JOIN console_plans p ON p.plan_id = k.plan_id
    LEFT JOIN execution_plans e ON e.id = p.plan_id
    LEFT JOIN console_runs cr ON cr.run_id = k.run_id`;
// An index on the status would read all tasks of that status for each window of rows.
const BY_ROW = `FROM tasks t NOT INDEXED LEFT JOIN console_tasks k ON k.task_id = t.id ${SURROUNDINGS}`;
const BY_ID = `FROM tasks t LEFT JOIN console_tasks k ON k.task_id = t.id ${SURROUNDINGS}`;
const BY_PLAN = `FROM console_tasks k CROSS JOIN tasks t ON t.id = k.task_id ${SURROUNDINGS}`;

export const ONE_TASK_IN_SCOPE = `${COLUMNS} ${BY_ID} WHERE t.id = +?`;
export const ROWS_IN_SCOPE = `${COLUMNS} ${BY_ROW} WHERE t.rowid IN (SELECT value FROM json_each($rows))`;
export const WINDOW_OF_ROWS = `${COLUMNS} ${BY_ROW} WHERE t.rowid > $after AND t.rowid <= $until`;
export const WINDOW_OF_PLAN = `${COLUMNS} ${BY_PLAN} WHERE k.plan_id = +$plan AND k.ordinal > $after AND k.ordinal <= $until`;
export const NAMED_TASKS = `${COLUMNS} ${BY_ID} WHERE t.id IN (SELECT value FROM json_each($named))`;

const SEQS_IN_SCOPE = `${COLUMNS} FROM json_each($seqs) s CROSS JOIN console_tasks k ON k.seq = s.value
  CROSS JOIN tasks t ON t.id = k.task_id ${SURROUNDINGS}`;

/** Those of these places in plans (`console_tasks.seq`) that have a task, in this order. */
export function readScopedSeqs(db: ReadableDatabase, seqs: readonly number[], now: number): ScopedTask[] {
  return statement(db, SEQS_IN_SCOPE)
    .all({ seqs: JSON.stringify(seqs) })
    .map((row) => decode(row, now));
}

/** Null: there is no such task. */
export function readScopedTask(db: ReadableDatabase, taskId: string, now: number): ScopedTask | null {
  const row = statement(db, ONE_TASK_IN_SCOPE).get(taskId);
  return row ? decode(row, now) : null;
}

/** Those of these rows that match the filter now, by row. */
export function readMatchingRows(
  db: ReadableDatabase,
  filter: TaskFilter,
  rowids: readonly number[],
  now: number,
): Map<number, ScopedTask> {
  const { where, bindings } = filterSql(filter, now);
  const sql = where === "" ? ROWS_IN_SCOPE : `${ROWS_IN_SCOPE} AND (${where})`;
  const rows = statement(db, sql).all({ ...bindings, rows: JSON.stringify(rowids) });
  return new Map(rows.map((row) => [integer(row.row), decode(row, now)]));
}

/** A statement looks at this many rows at most: a few milliseconds, whatever the filter asks. */
const WINDOW = 500;

/**
 * Everything that a filter matches, window by window in the order of creation or of the plan; other work of the
 * process goes on between two. Reads outside any transaction, so each window is of its own moment.
 */
export async function* scanTasks(db: ReadableDatabase, filter: TaskFilter, now: number): AsyncGenerator<ScopedTask[]> {
  const { where, bindings } = filterSql(filter, now);
  const narrowed = (sql: string) => (where === "" ? sql : `${sql} AND (${where})`);
  for (const { sql, values } of windows(db, filter)) {
    const rows = statement(db, narrowed(sql)).all({ ...bindings, ...values });
    if (rows.length > 0) yield rows.map((row) => decode(row, now));
    await nextTurn();
  }
}

interface Window {
  readonly sql: string;
  readonly values: Readonly<Record<string, unknown>>;
}

function* windows(db: ReadableDatabase, filter: TaskFilter): Generator<Window> {
  const { ids, planIds } = filter;
  if (ids !== undefined) {
    const named = [...new Set(ids)];
    for (let at = 0; at < named.length; at += WINDOW) {
      yield { sql: NAMED_TASKS, values: { named: JSON.stringify(named.slice(at, at + WINDOW)) } };
    }
    return;
  }
  if (planIds === undefined) {
    const rows = rowsByStatus(db, filter);
    if (rows !== null) {
      for (let at = 0; at < rows.length; at += WINDOW) {
        yield { sql: ROWS_IN_SCOPE, values: { rows: JSON.stringify(rows.slice(at, at + WINDOW)) } };
      }
      return;
    }
    const last = integer(statement(db, "SELECT max(rowid) AS n FROM tasks").get()?.n);
    const first = integer(statement(db, "SELECT min(rowid) AS n FROM tasks").get()?.n);
    yield* ranges(WINDOW_OF_ROWS, first - 1, last, {});
    return;
  }
  for (const plan of new Set(planIds)) {
    const last = integerOrNull(statement(db, LAST_ORDINAL).get(plan)?.n);
    if (last !== null) yield* ranges(WINDOW_OF_PLAN, -1, last, { plan });
  }
}

/** So many rows are found by their status in a few milliseconds. */
const FEW = 10_000;
export const ROWS_OF_STATUS = "SELECT rowid AS row FROM tasks WHERE status = +?";

/** The few failed ones of a million, without a look at the million. Null: there are too many, or nobody counts them. */
function rowsByStatus(db: ReadableDatabase, filter: TaskFilter): number[] | null {
  const counts = readCounts(db, "");
  if ((filter.states ?? filter.not?.states) === undefined || counts.size === 0) return null;
  const statuses = storedStatuses(filter, [...counts.keys()]);
  if (statuses.reduce((sum, status) => sum + (counts.get(status) ?? 0), 0) > FEW) return null;
  const rows = statuses.flatMap((status) => statement(db, ROWS_OF_STATUS).all(status));
  return rows.map(({ row }) => integer(row)).sort((a, b) => a - b);
}

const LAST_ORDINAL = "SELECT max(ordinal) AS n FROM console_tasks WHERE plan_id = ?";

function* ranges(
  sql: string,
  before: number,
  last: number,
  more: Readonly<Record<string, unknown>>,
): Generator<Window> {
  for (let after = before; after < last; after += WINDOW) {
    yield { sql, values: { ...more, after, until: Math.min(after + WINDOW, last) } };
  }
}

function decode(row: Row, now: number): ScopedTask {
  const status = text(row.status);
  const live = row.live === 1;
  const stopRequested = live ? textOrNull(row.stop_requested) : null;
  const heldAt = parseTime(row.held_at);
  return {
    taskId: text(row.id),
    rowid: integer(row.row),
    title: text(row.title),
    subtaskId: textOrNull(row.subtask_id),
    planId: textOrNull(row.plan_id),
    planTitle: textOrNull(row.plan_title),
    state: taskState(
      {
        status,
        unmet: integer(row.unmet),
        blocked: integer(row.blocked) === 1,
        notBefore: integerOrNull(row.not_before),
        stopRequested: isStop(stopRequested),
      },
      now,
    ),
    seq: integerOrNull(row.seq),
    runId: textOrNull(row.run_id),
    correlationId: textOrNull(row.correlation_id),
    runsAlways: row.run_when === RUNS_ALWAYS,
    facts: {
      status,
      live,
      stopRequested,
      isHeld: heldAt !== null && now - heldAt <= HEARTBEAT_LIMIT_MS,
      priority: integerOrNull(row.priority) ?? 1,
      plan:
        row.ours === null
          ? null
          : { status: text(row.plan_status), cancelling: row.cancel_requested_at !== null || isCleaning(row.cleanup) },
    },
  };
}
