import {
  eventTypeOfKind,
  isBoardPlanStatus,
  isBoardTaskState,
  planStatusFromBoard,
  taskStateFromBoard,
} from "../../../shared/model/board";
import type { BoardTable, ImportFinding } from "../../../shared/model/board-import";
import { isTerminalPlan } from "../../../shared/model/plan";
import { appendAudit } from "./audit";
import { BOARD_ORIGIN } from "./board-rows";
import { recordBoardEvent } from "./board-writes";
import { integer, integerOrNull, type Row, text, textOrNull } from "./columns";
import { statement, type WritableDatabase } from "./database";
import { insertEventRow } from "./events";
import { parseFinalPlan, writeFinalPlan } from "./final-plans";
import { MANAGED_BY } from "./migrations/hive-operations";
import { noteProgress, type Writer } from "./plan-end";
import { formatTime, parseTime } from "./time";

/** What became of one row. */
export interface ImportedRow {
  readonly result: "imported" | "kept" | "refused";
  readonly findings: readonly ImportFinding[];
}

export interface ImportWriter extends Writer {
  readonly actor: string;
  readonly file: string;
}

type RowImport = (tx: WritableDatabase, row: Row, writer: ImportWriter) => ImportedRow;

const LONGEST_ID = 200;
const KEPT: ImportedRow = { result: "kept", findings: [] };

function refused(table: BoardTable, id: string, reason: string): ImportedRow {
  return { result: "refused", findings: [{ table, id, imported: false, reason }] };
}

/** Collects what is odd about one row that is imported all the same. */
function createNotes(table: BoardTable, id: string) {
  const findings: ImportFinding[] = [];
  const note = (reason: string) => {
    findings.push({ table, id, imported: true, reason });
  };
  return {
    note,
    time(column: string, value: unknown): number | null {
      const at = parseTime(value);
      if (at === null && value !== null && value !== undefined) {
        note(`${column} is no time that can be read: ${shown(value)}`);
      }
      return at;
    },
    done: (): ImportedRow => ({ result: "imported", findings }),
  };
}

const SHOWN = 80;

function shown(value: unknown): string {
  const raw = text(value);
  return JSON.stringify(raw.length > SHOWN ? `${raw.slice(0, SHOWN)}...` : raw);
}

function usableId(table: BoardTable, value: unknown): { id: string } | { refusal: ImportedRow } {
  const id = text(value);
  if (id === "") return { refusal: refused(table, id, "it has no id") };
  if (id.length > LONGEST_ID) return { refusal: refused(table, id, `its id has more than ${LONGEST_ID} characters`) };
  return { id };
}

/** Names the row in planning_queue of an imported plan; so it is known again. */
const originOf = (planId: string): string => `${BOARD_ORIGIN}:${planId}`;

const PLAN_HERE = "SELECT planning_task_id FROM execution_plans WHERE id = ?";
const INSERT_QUEUE = `INSERT INTO planning_queue (id, task_description, requestor, context_data, status, created_at, assigned_at)
  VALUES ($id, $goal, '${BOARD_ORIGIN}', '{}', $status, $at, $at)
  ON CONFLICT (id) DO UPDATE SET task_description = excluded.task_description`;
const INSERT_PLAN = `INSERT INTO execution_plans (id, planning_task_id, plan_data, generated_at, status)
  VALUES (?, ?, ?, ?, ?)`;
const INSERT_EXECUTION = `INSERT INTO plan_execution (id, plan_id, current_phase, progress_percent, active_subtasks, completed_subtasks,
    failed_subtasks, blocked_subtasks, execution_notes, started_at, updated_at, completed_at)
  VALUES (?, ?, ?, 0, '[]', '[]', '[]', '[]', '[]', ?, ?, ?)`;

const importPlan: RowImport = (tx, row, writer) => {
  const usable = usableId("plans", row.plan_id);
  if ("refusal" in usable) return usable.refusal;
  const { id } = usable;
  const here = statement(tx, PLAN_HERE).get(id);
  if (here?.planning_task_id === originOf(id)) return KEPT;
  if (here) return refused("plans", id, "a plan that did not come from The Board has this id here");
  const notes = createNotes("plans", id);
  const status = importedPlanStatus(text(row.status), notes.note);
  const createdAt = notes.time("created_at", row.created_at);
  const closedAt = notes.time("closed_at", row.closed_at);
  const goal = text(row.original_query);
  const at = createdAt === null ? null : formatTime(createdAt);
  const now = formatTime(writer.now);
  statement(tx, INSERT_QUEUE).run({ id: originOf(id), goal, at: at ?? now, status: queueStatus(status) });
  const data = { plan_id: id, title: goal, origin: BOARD_ORIGIN, subtasks: [], created_at: at };
  statement(tx, INSERT_PLAN).run(id, originOf(id), JSON.stringify(data), at, status);
  const closed = closedAt === null ? null : formatTime(closedAt);
  statement(tx, INSERT_EXECUTION).run(originOf(id), id, status, at ?? now, now, closed);
  const payload = { status, board_status: text(row.status), file: writer.file };
  recordBoardEvent(tx, { planId: id, taskId: null, kind: "plan_imported", payload }, writer);
  appendAudit(tx, {
    at: writer.now,
    actor: writer.actor,
    act: "board.import",
    entity: "plan",
    entityId: id,
    reason: `Imported from ${writer.file}`,
    before: null,
    after: { status },
  });
  return notes.done();
};

function queueStatus(planStatus: string): string {
  if (!isTerminalPlan(planStatus)) return "planned";
  return planStatus === "completed" || planStatus === "closed" ? "completed" : "failed";
}

/** No plan begins to run because it was imported. */
function importedPlanStatus(found: string, note: (reason: string) => void): string {
  const status = planStatusFromBoard(found);
  if (status === "executing") {
    note(`it was under way (${found}): it is approved here, and starts when somebody runs it`);
    return "approved";
  }
  if (!isBoardPlanStatus(found)) note(`its status ${shown(found)} is none of The Board's: kept as it stands`);
  return status;
}

const TASK_HERE = "SELECT k.plan_id FROM tasks t LEFT JOIN console_tasks k ON k.task_id = t.id WHERE t.id = ?";
const NEXT_PLACE = `SELECT (SELECT coalesce(max(seq), 0) + 1 FROM console_tasks) AS seq,
  (SELECT coalesce(max(ordinal), -1) + 1 FROM console_tasks WHERE plan_id = +?) AS ordinal`;
const INSERT_TASK = `INSERT INTO tasks (id, title, description, task_type, status, payload, created_at, updated_at)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?)`;
const INSERT_CONSOLE_TASK = `INSERT INTO console_tasks (seq, task_id, plan_id, subtask_id, ordinal, agent, attempts, max_attempts, reason)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`;
const TITLE_LENGTH = 120;

const importTask: RowImport = (tx, row, writer) => {
  const usable = usableId("tasks", row.task_id);
  if ("refusal" in usable) return usable.refusal;
  const { id } = usable;
  const planId = text(row.plan_id);
  const plan = statement(tx, PLAN_HERE).get(planId);
  if (!plan) return refused("tasks", id, `its plan ${shown(planId)} does not exist`);
  if (plan.planning_task_id !== originOf(planId)) {
    return refused("tasks", id, `its plan ${shown(planId)} was not imported: another plan has that id here`);
  }
  const here = statement(tx, TASK_HERE).get(id);
  if (here?.plan_id === planId) return KEPT;
  if (here) return refused("tasks", id, "another task has this id here");

  const notes = createNotes("tasks", id);
  const agent = text(row.agent);
  const description = text(row.description);
  const status = importedTaskStatus(text(row.state), notes.note);
  const [createdAt, updatedAt] = [row.created_at, row.updated_at].map((value, index) => {
    const at = notes.time(index === 0 ? "created_at" : "updated_at", value);
    return at === null ? null : formatTime(at);
  });
  const attempts = integerOrNull(row.attempts);
  if (attempts === null || attempts < 0) notes.note(`attempts is no number: ${shown(row.attempts)}`);
  const begun = Math.max(0, attempts ?? 0);
  const payload = {
    parent_plan_id: planId,
    subtask_id: id,
    dependencies: [],
    correlation_id: planId,
    managed_by: MANAGED_BY,
    origin: BOARD_ORIGIN,
    agent,
  };
  const title = `${agent}: ${description.split("\n")[0] ?? ""}`.slice(0, TITLE_LENGTH);
  statement(tx, INSERT_TASK).run(
    id,
    title,
    description,
    agent,
    status,
    JSON.stringify(payload),
    createdAt ?? null,
    updatedAt ?? createdAt ?? formatTime(writer.now),
  );
  const { seq, ordinal } = statement(tx, NEXT_PLACE).get(planId) ?? {};
  const lastError = textOrNull(row.last_error);
  statement(tx, INSERT_CONSOLE_TASK).run(seq, id, planId, id, ordinal, agent, begun, Math.max(1, begun), lastError);
  return notes.done();
};

function importedTaskStatus(found: string, note: (reason: string) => void): string {
  const status = taskStateFromBoard(found);
  if (status === "in_progress") {
    note("it was in progress: it is queued here");
    return "queued";
  }
  if (!isBoardTaskState(found)) note(`its state ${shown(found)} is none of The Board's: kept as it stands`);
  return status;
}

const importEvent: RowImport = (tx, row, writer) => {
  const usable = usableId("events", row.event_id);
  if ("refusal" in usable) return usable.refusal;
  const { id } = usable;
  const here = statement(tx, "SELECT source_agent FROM events WHERE event_id = ?").get(id);
  if (here?.source_agent === BOARD_ORIGIN) return KEPT;
  if (here) return refused("events", id, "another event has this id here");
  const notes = createNotes("events", id);
  const planId = textOrNull(row.plan_id);
  const taskId = textOrNull(row.task_id);
  if (planId !== null && !statement(tx, PLAN_HERE).get(planId)) notes.note(`its plan ${shown(planId)} does not exist`);
  const kind = text(row.kind);
  const at = notes.time("created_at", row.created_at);
  insertEventRow(tx, {
    id,
    type: eventTypeOfKind(kind),
    timestamp: at === null ? text(row.created_at) : formatTime(at),
    source: BOARD_ORIGIN,
    correlationId: planId ?? taskId,
    payload: JSON.stringify({ task_id: taskId, plan_id: planId, data: importedPayload(row.payload, notes.note) }),
    metadata: JSON.stringify({ origin: BOARD_ORIGIN, kind }),
    createdAt: formatTime(writer.now),
  });
  return notes.done();
};

function importedPayload(value: unknown, note: (reason: string) => void): unknown {
  const raw = textOrNull(value);
  if (raw === null || raw === "") return null;
  try {
    return JSON.parse(raw);
  } catch {
    note(`its payload is no JSON: ${shown(raw)}`);
    return { raw };
  }
}

const importFinalPlan: RowImport = (tx, row) => {
  const planId = text(row.plan_id);
  const plan = statement(tx, PLAN_HERE).get(planId);
  if (!plan) return refused("final_plans", planId, `its plan ${shown(planId)} does not exist`);
  if (plan.planning_task_id !== originOf(planId)) {
    return refused("final_plans", planId, "its plan was not imported: another plan has that id here");
  }
  if (statement(tx, "SELECT 1 FROM console_final_plans WHERE plan_id = ?").get(planId)) return KEPT;
  const notes = createNotes("final_plans", planId);
  const content = text(row.content);
  if (parseFinalPlan(content) === null) notes.note("its content is no final plan: kept as it stands");
  writeFinalPlan(tx, planId, content, notes.time("created_at", row.created_at));
  return notes.done();
};

const IMPORTS: Readonly<Record<BoardTable, RowImport>> = {
  plans: importPlan,
  tasks: importTask,
  events: importEvent,
  final_plans: importFinalPlan,
};

export interface ImportBatch {
  readonly table: BoardTable;
  readonly rows: readonly Row[];
  /** Says when to leave the rest to the next transaction. */
  readonly isSpent: () => boolean;
  readonly writer: ImportWriter;
}

const COUNT_SUBTASKS = `UPDATE execution_plans SET subtask_count = subtask_count + ? WHERE id = ?`;

/** Imports rows from the first on until it is time to pause; says what became of each that was looked at. */
export function importRows(tx: WritableDatabase, { table, rows, isSpent, writer }: ImportBatch): ImportedRow[] {
  const results: ImportedRow[] = [];
  const added = new Map<string, number>();
  for (const row of rows) {
    const result = IMPORTS[table](tx, row, writer);
    results.push(result);
    if (table === "tasks" && result.result === "imported") {
      const planId = text(row.plan_id);
      added.set(planId, (added.get(planId) ?? 0) + 1);
    }
    if (isSpent()) break;
  }
  for (const [planId, tasks] of added) {
    statement(tx, COUNT_SUBTASKS).run(integer(tasks), planId);
    noteProgress(tx, planId, writer.now);
  }
  return results;
}
