import { BACKFILL_STATES, type BackfillRow, type BackfillState } from "../../../../shared/model/unified-migration";
import { appendAudit } from "../audit";
import { integer, integerOrNull, type Row, text, textOrNull } from "../columns";
import { type ReadableDatabase, statement, type WritableDatabase } from "../database";
import { appendEvent } from "../events";
import type { Writer } from "../plan-end";
import { recordedProcess } from "../process-rows";
import type { MigrationAct } from "./flags";
import { backfillStatements, legacyColumns, orphanStatements } from "./statements";
import { nextStretch, type Pace } from "./stretches";

/** A backfill as the database has it: its place is written with each batch, so it goes on wherever it ended. */
export interface BackfillRecord extends Omit<BackfillRow, "state"> {
  readonly state: Exclude<BackfillState, "interrupted">;
  readonly process: ProcessRecord;
}

export interface ProcessRecord {
  readonly pid: number | null;
  readonly pidStart: string | null;
  readonly host: string | null;
  readonly bootId: string | null;
}

const INSERT = `INSERT INTO console_backfills (id, state, step, cursor, total, seen, written, removed, actor, reason,
    started_at, pid, pid_start, host, boot_id)
  VALUES ($id, 'running', 'tasks', '', $total, 0, 0, 0, $actor, $reason, $now, $pid, $pidStart, $host, $bootId)`;
const TOTAL = "SELECT coalesce(sum(n), 0) AS n FROM console_counts WHERE scope = ''";
const KEPT = 50;
const FORGET = `DELETE FROM console_backfills WHERE state <> 'running' AND started_at < (
  SELECT started_at FROM console_backfills ORDER BY started_at DESC LIMIT 1 OFFSET ${KEPT})`;

export function insertBackfill(
  tx: WritableDatabase,
  { id, process, act }: { readonly id: string; readonly process: ProcessRecord; readonly act: MigrationAct },
): void {
  const { actor, reason, writer } = act;
  const total = integer(statement(tx, TOTAL).get()?.n);
  statement(tx, INSERT).run({ id, total, actor, reason, now: writer.now, ...process });
  statement(tx, FORGET).run();
  const entry = { at: writer.now, actor, act: "migration.backfill", entity: "job", entityId: id, reason } as const;
  appendAudit(tx, { ...entry, before: null, after: { total } });
  tell(tx, "workflow.started", id, { total, by: actor, reason }, writer);
}

const ADOPT = `UPDATE console_backfills SET state = 'running', pid = $pid, pid_start = $pidStart, host = $host,
  boot_id = $bootId, abort_requested_at = NULL, finished_at = NULL, error = NULL WHERE id = $id`;

/** A process goes on with a backfill that was ended, or whose process died. */
export function takeOverBackfill(
  tx: WritableDatabase,
  {
    last,
    process,
    act,
  }: { readonly last: BackfillRecord; readonly process: ProcessRecord; readonly act: MigrationAct },
): void {
  const { actor, reason, writer } = act;
  const { id, state, seen, total } = last;
  statement(tx, ADOPT).run({ id, ...process });
  const entry = { at: writer.now, actor, act: "migration.backfill", entity: "job", entityId: id, reason } as const;
  appendAudit(tx, { ...entry, before: { state, seen }, after: { state: "running", total } });
}

const PLACE = "SELECT state, step, cursor, abort_requested_at, pid, pid_start FROM console_backfills WHERE id = +?";
const ADVANCE = `UPDATE console_backfills SET step = $step, cursor = $cursor, seen = seen + $seen,
  written = written + $written, removed = removed + $removed WHERE id = $id`;
const END = `UPDATE console_backfills SET state = $state, error = $error, finished_at = $now
  WHERE id = $id AND state = 'running'`;

/** True: there is more to do. One batch is one transaction, a few milliseconds long. */
export function backfillBatch(tx: WritableDatabase, { id, process, pace, writer }: BackfillTurn): boolean {
  const row = statement(tx, PLACE).get(id);
  if (row === undefined || row.state !== "running" || row.pid !== process.pid || row.pid_start !== process.pidStart) {
    return false;
  }
  if (row.abort_requested_at !== null) {
    endBackfill(tx, { id, state: "aborted", error: null }, writer);
    return false;
  }
  const step = row.step === "orphans" ? "orphans" : "tasks";
  const from = text(row.cursor);
  return pace.timed(() => {
    const stretch = nextStretch(tx, step === "tasks" ? "tasks" : "unified_tasks", from, pace.rows());
    if (stretch === null) {
      if (step === "orphans") {
        endBackfill(tx, { id, state: "done", error: null }, writer);
        return false;
      }
      statement(tx, ADVANCE).run({ id, step: "orphans", cursor: "", seen: 0, written: 0, removed: 0 });
      return true;
    }
    const sql = step === "tasks" ? statementsFor(tx) : orphanStatements();
    const changed = sql.reduce(
      (sum, one) => sum + statement(tx, one).run({ from: stretch.from, to: stretch.to }).changes,
      0,
    );
    statement(tx, ADVANCE).run({
      id,
      step,
      cursor: stretch.to,
      seen: step === "tasks" ? stretch.rows : 0,
      written: step === "tasks" ? changed : 0,
      removed: step === "orphans" ? changed : 0,
    });
    return true;
  });
}

const made = new Map<string, readonly string[]>();

/** The statements are long: they are made once for the columns that there are. */
function statementsFor(tx: WritableDatabase): readonly string[] {
  const columns = legacyColumns(tx);
  const key = JSON.stringify([[...columns.tasks], [...columns.runs]]);
  const known = made.get(key);
  if (known) return known;
  const statements = backfillStatements(columns);
  made.set(key, statements);
  return statements;
}

export interface BackfillTurn {
  readonly id: string;
  /** Who does it: another process that took it over since is left alone. */
  readonly process: ProcessRecord;
  readonly pace: Pace;
  readonly writer: Writer;
}

export function endBackfill(
  tx: WritableDatabase,
  {
    id,
    state,
    error,
  }: { readonly id: string; readonly state: "done" | "aborted" | "failed"; readonly error: string | null },
  writer: Writer,
): void {
  if (statement(tx, END).run({ id, state, error, now: writer.now }).changes === 0) return;
  const row = readBackfill(tx, id);
  const counts = row && { seen: row.seen, written: row.written, removed: row.removed };
  tell(tx, state === "done" ? "workflow.completed" : "workflow.failed", id, { state, error, ...counts }, writer);
}

const ABORT = `UPDATE console_backfills SET abort_requested_at = ?
  WHERE id = ? AND state = 'running' AND abort_requested_at IS NULL`;

/** False: there is nothing to abort any more. */
export function requestBackfillAbort(
  tx: WritableDatabase,
  id: string,
  { actor, reason, writer }: MigrationAct,
): boolean {
  if (statement(tx, ABORT).run(writer.now, id).changes === 0) return false;
  const change = { before: { state: "running" }, after: { abortRequested: true } };
  const act = "migration.abortBackfill";
  appendAudit(tx, { at: writer.now, actor, act, entity: "job", entityId: id, reason, ...change });
  return true;
}

function tell(
  tx: WritableDatabase,
  type: "workflow.started" | "workflow.completed" | "workflow.failed",
  id: string,
  payload: Readonly<Record<string, unknown>>,
  { newId, now, source }: Writer,
): void {
  appendEvent(tx, {
    id: newId(),
    type,
    at: now,
    source,
    correlationId: id,
    payload: { workflow_id: id, phase: "backfill", ...payload },
  });
}

const COLUMNS = "SELECT * FROM console_backfills";

export function readBackfill(db: ReadableDatabase, id: string): BackfillRecord | null {
  const row = statement(db, `${COLUMNS} WHERE id = +?`).get(id);
  return row ? decode(row) : null;
}

export function latestBackfill(db: ReadableDatabase): BackfillRecord | null {
  const row = statement(db, `${COLUMNS} ORDER BY started_at DESC, id DESC LIMIT 1`).get();
  return row ? decode(row) : null;
}

function decode(row: Row): BackfillRecord {
  const state = BACKFILL_STATES.find((one) => one === row.state);
  return {
    id: text(row.id),
    state: state === undefined || state === "interrupted" ? "failed" : state,
    step: row.step === "orphans" ? "orphans" : "tasks",
    total: integer(row.total),
    seen: integer(row.seen),
    written: integer(row.written),
    removed: integer(row.removed),
    actor: text(row.actor),
    reason: textOrNull(row.reason),
    error: textOrNull(row.error),
    startedAt: integer(row.started_at),
    finishedAt: integerOrNull(row.finished_at),
    process: recordedProcess(row),
  };
}
