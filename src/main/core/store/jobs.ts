import { z } from "zod";
import type { ActReport } from "../../../shared/control-contract";
import { appendAudit } from "./audit";
import { integer, integerOrNull, json, type Row, text, textOrNull } from "./columns";
import { type ReadableDatabase, statement, type WritableDatabase } from "./database";
import { appendEvent } from "./events";
import type { Writer } from "./plan-end";
import { recordedProcess } from "./process-rows";

/** An act on many tasks as the database has it. */
export interface JobRecord {
  readonly id: string;
  readonly act: string;
  readonly state: string;
  readonly actor: string;
  readonly reason: string | null;
  readonly total: number | null;
  readonly report: ActReport;
  readonly error: string | null;
  readonly abortRequested: boolean;
  readonly startedAt: number;
  readonly finishedAt: number | null;
  /** Who does it. */
  readonly process: {
    readonly pid: number | null;
    readonly pidStart: string | null;
    readonly host: string | null;
    readonly bootId: string | null;
  };
}

export interface NewJob {
  readonly id: string;
  readonly act: string;
  readonly request: unknown;
  readonly reason: string | null;
  readonly actor: string;
  readonly process: {
    readonly pid: number;
    readonly pidStart: string | null;
    readonly host: string;
    readonly bootId: string | null;
  };
}

export const EMPTY_REPORT: ActReport = { done: 0, skipped: [], failed: [] };

const INSERT = `INSERT INTO console_jobs (id, act, request, reason, actor, state, report, started_at, pid, pid_start, host, boot_id)
  VALUES ($id, $act, $request, $reason, $actor, 'running', $report, $now, $pid, $pidStart, $host, $bootId)`;
/** What the list shows and some more; tasks' own audit rows stay. */
const KEPT = 200;
const FORGET = `DELETE FROM console_jobs WHERE state <> 'running' AND started_at < (
  SELECT started_at FROM console_jobs ORDER BY started_at DESC LIMIT 1 OFFSET ${KEPT})`;

export function insertJob(tx: WritableDatabase, job: NewJob, { now, source, newId }: Writer): void {
  const { id, act, request, reason, actor } = job;
  statement(tx, INSERT).run({
    ...{ id, act, reason, actor, now, ...job.process },
    request: JSON.stringify(request),
    report: JSON.stringify(EMPTY_REPORT),
  });
  statement(tx, FORGET).run();
  appendAudit(tx, {
    at: now,
    actor,
    act: "bulk.start",
    entity: "job",
    entityId: id,
    reason,
    before: null,
    after: request,
  });
  appendEvent(tx, {
    id: newId(),
    type: "workflow.started",
    at: now,
    source,
    correlationId: id,
    payload: { job_id: id, act, by: actor, reason },
  });
}

export function noteTotal(tx: WritableDatabase, id: string, total: number): void {
  statement(tx, "UPDATE console_jobs SET total = ? WHERE id = ?").run(total, id);
}

/** Whether the job may go on: nobody asked to abort it, and nobody took it away. */
export function mayGoOn(db: ReadableDatabase, id: string): boolean {
  const row = statement(db, "SELECT state, abort_requested_at FROM console_jobs WHERE id = ?").get(id);
  return row !== undefined && row.state === "running" && row.abort_requested_at === null;
}

export function noteReport(tx: WritableDatabase, id: string, report: ActReport): void {
  statement(tx, "UPDATE console_jobs SET report = ? WHERE id = ?").run(JSON.stringify(report), id);
}

const END = "UPDATE console_jobs SET state = ?, error = ?, finished_at = ? WHERE id = ? AND state = 'running'";

export function endJob(
  tx: WritableDatabase,
  {
    id,
    state,
    error,
    report,
  }: {
    readonly id: string;
    readonly state: "done" | "aborted" | "failed";
    readonly error: string | null;
    readonly report: ActReport;
  },
  { now, source, newId }: Writer,
): void {
  if (statement(tx, END).run(state, error, now, id).changes === 0) return;
  appendEvent(tx, {
    id: newId(),
    type: state === "done" ? "workflow.completed" : "workflow.failed",
    at: now,
    source,
    correlationId: id,
    payload: {
      job_id: id,
      state,
      error,
      done: report.done,
      skipped: countOf(report.skipped),
      failed: countOf(report.failed),
    },
  });
}

export function countOf(groups: readonly { readonly count: number }[]): number {
  return groups.reduce((sum, { count }) => sum + count, 0);
}

export interface JobAbort {
  readonly jobId: string;
  readonly reason: string | null;
  readonly actor: string;
  readonly now: number;
}

/** False: there is nothing to abort any more. */
export function requestAbort(tx: WritableDatabase, { jobId, reason, actor, now }: JobAbort): boolean {
  const sql = `UPDATE console_jobs SET abort_requested_at = ?
    WHERE id = ? AND state = 'running' AND abort_requested_at IS NULL`;
  if (statement(tx, sql).run(now, jobId).changes === 0) return false;
  const change = { before: { state: "running" }, after: { abortRequested: true } };
  appendAudit(tx, { at: now, actor, act: "bulk.abort", entity: "job", entityId: jobId, reason, ...change });
  return true;
}

const COLUMNS = `SELECT id, act, state, actor, reason, total, report, error, abort_requested_at, started_at, finished_at,
    pid, pid_start, host, boot_id FROM console_jobs`;

export function readJob(db: ReadableDatabase, id: string): JobRecord | null {
  const row = statement(db, `${COLUMNS} WHERE id = ?`).get(id);
  return row ? decode(row) : null;
}

export function listJobs(db: ReadableDatabase, limit: number): JobRecord[] {
  return statement(db, `${COLUMNS} ORDER BY started_at DESC, id DESC LIMIT ?`).all(limit).map(decode);
}

const reportShape: z.ZodType<ActReport> = z.object({
  done: z.number(),
  skipped: z.array(z.any()),
  failed: z.array(z.any()),
});

function decode(row: Row): JobRecord {
  return {
    id: text(row.id),
    act: text(row.act),
    state: text(row.state),
    actor: text(row.actor),
    reason: textOrNull(row.reason),
    total: integerOrNull(row.total),
    report: reportShape.safeParse(json(row.report)).data ?? EMPTY_REPORT,
    error: textOrNull(row.error),
    abortRequested: row.abort_requested_at !== null,
    startedAt: integer(row.started_at),
    finishedAt: integerOrNull(row.finished_at),
    process: recordedProcess(row),
  };
}
