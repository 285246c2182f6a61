import { isAlive, ownIdentity } from "../process-identity";
import { text } from "./columns";
import { type ReadableDatabase, statement, type WritableDatabase } from "./database";
import type { Skills } from "./queue";
import { beatWorkers, getWorkers, type NewWorker, upsertWorkers } from "./workers";

/** The worker rows that a process of its own keeps. */
export interface Slots extends Skills {
  readonly count: number;
  readonly now: number;
}

/** Written as the program of such workers. */
export const WORKER_PROGRAM = "worker";

const LIVE_RUN = `SELECT 1 FROM console_runs cr CROSS JOIN runs r ON r.id = cr.run_id
  WHERE cr.live IS NOT NULL AND r.worker_id = ? LIMIT 1`;

/**
 * Registers workers of this process, under the first ids that nobody uses: rows of processes of this machine that are
 * gone, and that have no attempt left to rescue, are taken over. Answers the ids.
 */
export function registerSlots(tx: WritableDatabase, { role, capabilities, count, now }: Slots): string[] {
  const identity = ownIdentity();
  const ids: string[] = [];
  for (let number = 1; ids.length < count; number += 1) {
    const id = `${role}@${identity.host}-${number}`;
    if (isFree(tx, id)) ids.push(id);
  }
  upsertWorkers(
    tx,
    ids.map((id, slot): NewWorker => ({ id, role, capabilities, ...identity, program: WORKER_PROGRAM, slot })),
    now,
  );
  return ids;
}

function isFree(db: ReadableDatabase, id: string): boolean {
  const [record] = getWorkers(db, [id]);
  if (record === undefined) return true;
  const isGone = record.program === WORKER_PROGRAM && isAlive(record) === false;
  return isGone && statement(db, LIVE_RUN).get(id) === undefined;
}

/**
 * The heartbeat of such workers. Those that were given up for lost meanwhile are registered again, with the tasks that
 * they still have. False when another process has one of the ids by now, or an operator has removed it.
 */
export function beatSlots(tx: WritableDatabase, ids: readonly string[], slots: Slots): boolean {
  const { pid, pidStart } = ownIdentity();
  const records = getWorkers(tx, ids);
  const isOurs = records.every((record) => record.pid === pid && record.pidStart === pidStart);
  if (!isOurs || records.length < ids.length) return false;
  const { role, capabilities, now } = slots;
  const lost = records.filter((record) => record.status === "offline");
  const identity = ownIdentity();
  upsertWorkers(
    tx,
    lost.map(({ id, slot }) => ({ id, role, capabilities, ...identity, program: WORKER_PROGRAM, slot: slot ?? 0 })),
    now,
  );
  for (const { id } of lost) occupyAgain(tx, id);
  beatWorkers(tx, ids, now);
  return true;
}

const CURRENT = `SELECT r.task_id FROM console_runs cr CROSS JOIN runs r ON r.id = cr.run_id
  WHERE cr.live IS NOT NULL AND r.worker_id = ? LIMIT 1`;

/** A worker that was away and is back: the attempt that its row still has is its own again. */
export function occupyAgain(tx: WritableDatabase, workerId: string): void {
  const row = statement(tx, CURRENT).get(workerId);
  if (row === undefined) return;
  const sql = "UPDATE workers SET status = 'active', current_task_id = ? WHERE id = ?";
  statement(tx, sql).run(text(row.task_id), workerId);
}
