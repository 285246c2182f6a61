import { integerOrNull, text } from "./columns";
import { type ReadableDatabase, statement, type WritableDatabase } from "./database";

/** A worker that was told of as lost. */
export interface LostWorker {
  /** What it was then: `dead`, `zombie` or `stale`. */
  readonly state: string;
  /** Its heartbeat then, as it stood; null: it had none. */
  readonly beat: number | null;
}

const ONE = "SELECT state, beat FROM console_lost_workers WHERE worker_id = ?";
const NOTE = `INSERT INTO console_lost_workers (worker_id, state, beat, at) VALUES ($id, $state, $beat, $now)
  ON CONFLICT (worker_id) DO UPDATE SET state = excluded.state, beat = excluded.beat, at = excluded.at`;
const FORGET = "DELETE FROM console_lost_workers WHERE worker_id = ?";
export const NO_LONGER_LOST = `SELECT l.worker_id FROM console_lost_workers l LEFT JOIN workers w ON w.id = l.worker_id
  WHERE w.id IS NULL OR w.status IS 'offline' LIMIT ?`;

export function readLostWorker(db: ReadableDatabase, workerId: string): LostWorker | null {
  const row = statement(db, ONE).get(workerId);
  return row === undefined ? null : { state: text(row.state), beat: integerOrNull(row.beat) };
}

export function noteLostWorker(tx: WritableDatabase, id: string, { state, beat }: LostWorker, now: number): void {
  statement(tx, NOTE).run({ id, state, beat, now });
}

export function forgetLostWorker(tx: WritableDatabase, workerId: string): void {
  statement(tx, FORGET).run(workerId);
}

/** Those of them that have signed off since, or are registered no more. */
export function listNoLongerLost(db: ReadableDatabase, limit: number): string[] {
  return statement(db, NO_LONGER_LOST)
    .all(limit)
    .map((row) => text(row.worker_id));
}
