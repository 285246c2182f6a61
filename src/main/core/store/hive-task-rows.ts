import type { HiveTask } from "../../../shared/model/hive-records";
import { payloadKeys } from "../plan/payload-keys";
import { integerOrNull, type Row, text, textOrNull } from "./columns";
import { type ReadableDatabase, statement } from "./database";
import { QUEUED_BY_TYPE_INDEX, TASK_AGE, TASK_ORDER_INDEX } from "./migrations/hive-operations";
import { parseTime } from "./time";
import { readsUnified } from "./unified/flags";
import { UNIFIED_AS_TASKS } from "./unified/reading";

/** The columns that a task's record has under a name of its own. What else a database has comes as `extra`. */
const NAMED = new Set([
  ...["id", "title", "description", "task_type", "priority", "status", "current_phase", "workflow", "payload"],
  ...["created_at", "updated_at", "assigned_worker", "due_date", "max_retries", "tags", "summary"],
  ...["generated_artifacts", "related_document_ids", "knowledge_fragments"],
]);

/** Beside `t.*`: what the console knows, and where the row stands in the lists. Prefixed, so that nothing clashes. */
export const HIVE_TASK_COLUMNS = `t.*, k.plan_id AS console_plan_id, k.subtask_id AS console_subtask_id, k.reason AS console_reason,
  t.rowid AS console_row, ${TASK_AGE} AS console_age`;
export const HIVE_TASK_CONSOLE = "LEFT JOIN console_tasks k ON k.task_id = t.id";

const ONE = `SELECT ${HIVE_TASK_COLUMNS} FROM tasks t ${HIVE_TASK_CONSOLE} WHERE t.id = +?`;

const ONE_UNIFIED = `SELECT ${HIVE_TASK_COLUMNS.replace("t.rowid", "0")} FROM ${UNIFIED_AS_TASKS} t ${HIVE_TASK_CONSOLE} WHERE t.id = +?`;

export function readHiveTask(db: ReadableDatabase, taskId: string): HiveTask | null {
  const row = (readsUnified(db) ? statement(db, ONE_UNIFIED).get(taskId) : undefined) ?? statement(db, ONE).get(taskId);
  return row ? decodeHiveTask(row) : null;
}

/**
 * After the cutover a list's tasks are what the unified tables say; which ones and in what order is still asked of the
 * legacy table, where tasks are claimed.
 */
function asUnified(db: ReadableDatabase, rows: readonly Row[]): readonly Row[] {
  if (!readsUnified(db)) return rows;
  return rows.map((row) => statement(db, ONE_UNIFIED).get(row.id) ?? row);
}

/** Where a list goes on: the place of the last row read. */
export interface TaskPlace {
  readonly priority: unknown;
  readonly age: unknown;
  readonly row: unknown;
}

export interface TaskList {
  readonly status: string;
  /** Only tasks of this type, which must then be queued. */
  readonly queuedType?: string;
  readonly after?: TaskPlace;
  readonly limit: number;
}

export interface TaskListPage {
  readonly tasks: readonly HiveTask[];
  /** Null: nothing follows. */
  readonly next: TaskPlace | null;
}

const ORDER = `ORDER BY t.priority DESC, ${TASK_AGE}, t.rowid LIMIT $limit`;
const OLDER = `${TASK_AGE} >= +$age AND (${TASK_AGE}, t.rowid) > (+$age, +$row)`;

/** The parts of a list in its order: each is one range of the index, so a page costs the same anywhere. */
const PARTS = {
  all: [""],
  afterNumber: [`AND t.priority = +$priority AND ${OLDER}`, "AND t.priority < +$priority", "AND t.priority IS NULL"],
  afterNull: [`AND t.priority IS NULL AND ${OLDER}`],
} as const;

/** The statements of a list. Without its index (a database that was never adopted) SQLite sorts. */
export function taskListStatements(
  kind: "status" | "queuedType",
  parts: keyof typeof PARTS,
  indexed: boolean,
): string[] {
  const index = kind === "status" ? TASK_ORDER_INDEX : QUEUED_BY_TYPE_INDEX;
  const where = kind === "status" ? "t.status = +$status" : "t.status = 'queued' AND t.task_type = +$queuedType";
  const from = `FROM tasks t ${indexed ? `INDEXED BY ${index} ` : ""}${HIVE_TASK_CONSOLE}`;
  return PARTS[parts].map((part) => `SELECT ${HIVE_TASK_COLUMNS} ${from} WHERE ${where} ${part} ${ORDER}`);
}

/** Tasks by priority, the highest first, then by age, the oldest first. */
export function listHiveTasks(db: ReadableDatabase, { status, queuedType, after, limit }: TaskList): TaskListPage {
  const parts = after === undefined ? "all" : after.priority === null ? "afterNull" : "afterNumber";
  const kind = queuedType === undefined ? "status" : "queuedType";
  const rows: Row[] = [];
  for (const sql of taskListStatements(kind, parts, isIndexed(db))) {
    if (rows.length >= limit) break;
    const bindings = {
      limit: limit - rows.length,
      ...(queuedType === undefined ? { status } : { queuedType }),
      ...(sql.includes("$age") ? { age: after?.age, row: after?.row } : {}),
      ...(sql.includes("$priority") ? { priority: after?.priority } : {}),
    };
    rows.push(...statement(db, sql).all(bindings));
  }
  const last = rows[rows.length - 1];
  const next = last && rows.length >= limit ? placeOf(last) : null;
  return { tasks: asUnified(db, rows).map(decodeHiveTask), next };
}

function placeOf(row: Row): TaskPlace {
  return { priority: row.priority, age: row.console_age, row: row.console_row };
}

const indexed = new WeakMap<ReadableDatabase, boolean>();
// A view that covers the table (a database that is only observed) has no index.
const IS_INDEXED = `SELECT 1 FROM main.sqlite_master WHERE type = 'index' AND name = '${TASK_ORDER_INDEX}'
  AND NOT EXISTS (SELECT 1 FROM temp.sqlite_master WHERE name = 'tasks')`;

/** Whether this database has our indexes. Asked once: nobody takes them away while the file is open. */
function isIndexed(db: ReadableDatabase): boolean {
  const known = indexed.get(db);
  if (known !== undefined) return known;
  const found = db.prepare(IS_INDEXED).get() !== undefined;
  indexed.set(db, found);
  return found;
}

export function decodeHiveTask(row: Row): HiveTask {
  const unreadable: Record<string, string> = {};
  const payload = jsonColumn(row, "payload", unreadable);
  const inPlan = payloadKeys(payload);
  return {
    id: text(row.id),
    title: text(row.title),
    description: text(row.description),
    taskType: text(row.task_type),
    priority: integerOrNull(row.priority) ?? 1,
    status: text(row.status),
    currentPhase: text(row.current_phase),
    workflow: jsonColumn(row, "workflow", unreadable),
    payload,
    assignedWorker: textOrNull(row.assigned_worker),
    dueDate: parseTime(row.due_date),
    maxRetries: integerOrNull(row.max_retries) ?? 3,
    planId: textOrNull(row.console_plan_id) ?? inPlan.planId,
    subtaskId: textOrNull(row.console_subtask_id) ?? inPlan.subtaskId,
    dependencies: inPlan.dependencies,
    tags: listColumn(row, "tags", unreadable),
    summary: textOrNull(row.summary),
    generatedArtifacts: jsonColumn(row, "generated_artifacts", unreadable),
    relatedDocumentIds: jsonColumn(row, "related_document_ids", unreadable),
    knowledgeFragments: jsonColumn(row, "knowledge_fragments", unreadable),
    statusReason: textOrNull(row.console_reason) ?? textOrNull(row.failure_reason),
    createdAt: parseTime(row.created_at),
    updatedAt: parseTime(row.updated_at),
    unreadable,
    extra: extraColumns(row),
  };
}

/** Parsed JSON of a column; null when there is none, or when it does not parse, which is noted. */
export function jsonColumn(row: Row, column: string, unreadable: Record<string, string>): unknown {
  const raw = textOrNull(row[column]);
  if (raw === null || raw === "") return null;
  try {
    return JSON.parse(raw);
  } catch {
    unreadable[column] = raw;
    return null;
  }
}

/** A list of texts; anything else in the column is noted. */
export function listColumn(row: Row, column: string, unreadable: Record<string, string>): string[] {
  const parsed = jsonColumn(row, column, unreadable);
  if (parsed === null) return [];
  if (!Array.isArray(parsed)) {
    unreadable[column] = text(row[column]);
    return [];
  }
  return parsed.map((item) => (typeof item === "string" ? item : JSON.stringify(item)));
}

function extraColumns(row: Row): Record<string, string | number> {
  const extra: Record<string, string | number> = {};
  for (const [column, value] of Object.entries(row)) {
    if (NAMED.has(column) || column.startsWith("console_") || value === null) continue;
    extra[column] = typeof value === "number" ? value : text(value);
  }
  return extra;
}
