import { integer, integerOrNull, text, textOrNull } from "./columns";
import { type ReadableDatabase, statement, type WritableDatabase } from "./database";

/** The process that holds the lease. */
export interface LeaseHolder {
  readonly holderId: string;
  readonly pid: number;
  readonly pidStart: string | null;
  readonly host: string;
  readonly bootId: string | null;
  /** `window` or `cli`. */
  readonly program: string;
  readonly slots: number;
}

/**
 * Who dispatches on this database. A holder raises `beat` while it lives: a watcher that sees the same beat for
 * too long (by its own monotonic clock: the row holds no time) takes over, which raises `epoch`.
 */
export interface Lease {
  readonly epoch: number;
  readonly beat: number;
  /** Null: free. */
  readonly holder: LeaseHolder | null;
}

const NAME = "dispatcher";

/** Null when nobody ever held it. */
export function readLease(db: ReadableDatabase): Lease | null {
  const row = statement(db, "SELECT * FROM console_lease WHERE name = ?").get(NAME);
  if (!row) return null;
  const holderId = textOrNull(row.holder_id);
  return {
    epoch: integer(row.epoch),
    beat: integer(row.beat),
    holder:
      holderId === null
        ? null
        : {
            holderId,
            pid: integer(row.pid),
            pidStart: textOrNull(row.pid_start),
            host: text(row.host),
            bootId: textOrNull(row.boot_id),
            program: text(row.program),
            slots: integerOrNull(row.slots) ?? 0,
          },
  };
}

export interface LeaseClaim {
  /** Epoch and beat as last read; 0 and 0 when there was no row. */
  readonly expectedEpoch: number;
  readonly expectedBeat: number;
  readonly holder: LeaseHolder;
}

const TAKE = `INSERT INTO console_lease (name, epoch, beat, holder_id, pid, pid_start, host, boot_id, program, slots)
  SELECT $name, 1, 0, $holderId, $pid, $pidStart, $host, $bootId, $program, $slots
    WHERE $expectedEpoch = 0 OR EXISTS (SELECT 1 FROM console_lease WHERE name = $name)
  ON CONFLICT (name) DO UPDATE SET epoch = epoch + 1, beat = 0, holder_id = excluded.holder_id, pid = excluded.pid,
    pid_start = excluded.pid_start, host = excluded.host, boot_id = excluded.boot_id, program = excluded.program,
    slots = excluded.slots
  WHERE epoch = $expectedEpoch AND beat = $expectedBeat`;

/** True when the lease was still as expected: it is now held under epoch `expectedEpoch + 1`, beat 0. */
export function takeLease(tx: WritableDatabase, { expectedEpoch, expectedBeat, holder }: LeaseClaim): boolean {
  return statement(tx, TAKE).run({ name: NAME, expectedEpoch, expectedBeat, ...holder }).changes > 0;
}

/** Raises the beat. False when the lease was lost: the caller dispatches no more. */
export function renewLease(tx: WritableDatabase, epoch: number, slots?: number): boolean {
  const sql = `UPDATE console_lease SET beat = beat + 1, slots = coalesce(?, slots)
    WHERE name = ? AND epoch = ? AND holder_id IS NOT NULL`;
  return statement(tx, sql).run(slots ?? null, NAME, epoch).changes > 0;
}

/** Frees the lease at once for the next; the epoch stays, so that it never comes back. */
export function releaseLease(tx: WritableDatabase, epoch: number): boolean {
  const sql = "UPDATE console_lease SET beat = beat + 1, holder_id = NULL WHERE name = ? AND epoch = ?";
  return statement(tx, sql).run(NAME, epoch).changes > 0;
}
