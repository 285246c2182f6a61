import { HiveError } from "../../../shared/errors";
import { appendAudit } from "./audit";
import { text } from "./columns";
import { type ReadableDatabase, statement, type WritableDatabase } from "./database";
import { appendEvent } from "./events";
import type { Writer } from "./plan-end";

/** What an operator does to one worker. */
export interface WorkerAct {
  readonly workerId: string;
  readonly reason: string | null;
  readonly actor: string;
  readonly writer: Writer;
}

const BEGIN = "INSERT INTO console_drains (worker_id, at, actor, reason) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING";
const END = "DELETE FROM console_drains WHERE worker_id = ?";

/**
 * From here on the worker is given no task; the one that it has, it ends. Holds for whoever comes under this id
 * later, too. False: it is drained already. Throws `not_found`.
 */
export function drainWorker(tx: WritableDatabase, act: WorkerAct): boolean {
  requireWorker(tx, act.workerId);
  const { workerId, actor, reason, writer } = act;
  if (statement(tx, BEGIN).run(workerId, writer.now, actor, reason).changes === 0) return false;
  note(tx, act, "workers.drain", true);
  return true;
}

/** The worker takes tasks again. False: it was not drained. Throws `not_found`. */
export function undrainWorker(tx: WritableDatabase, act: WorkerAct): boolean {
  if (statement(tx, END).run(act.workerId).changes === 0) {
    requireWorker(tx, act.workerId);
    return false;
  }
  note(tx, act, "workers.undrain", false);
  return true;
}

export function readDrained(db: ReadableDatabase): ReadonlySet<string> {
  return new Set(
    statement(db, "SELECT worker_id FROM console_drains")
      .all()
      .map((row) => text(row.worker_id)),
  );
}

/** Those of these workers that may be given a task. */
export function withoutDrained(db: ReadableDatabase, workerIds: readonly string[]): readonly string[] {
  const drained = readDrained(db);
  return drained.size === 0 ? workerIds : workerIds.filter((id) => !drained.has(id));
}

function requireWorker(db: ReadableDatabase, workerId: string): void {
  if (statement(db, "SELECT 1 FROM workers WHERE id = ?").get(workerId)) return;
  throw new HiveError("not_found", `There is no worker ${workerId}. It may have been unregistered.`, { workerId });
}

function note(
  tx: WritableDatabase,
  { workerId, reason, actor, writer }: WorkerAct,
  act: string,
  drained: boolean,
): void {
  const { now, source, newId } = writer;
  const change = { before: { drained: !drained }, after: { drained } };
  appendAudit(tx, { at: now, actor, act, entity: "worker", entityId: workerId, reason, ...change });
  appendEvent(tx, {
    id: newId(),
    type: "agent.heartbeat",
    at: now,
    source,
    correlationId: workerId,
    payload: { worker_id: workerId, drained, by: actor, reason },
  });
}
