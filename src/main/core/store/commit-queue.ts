import type Database from "better-sqlite3";
import { HiveError } from "../../../shared/errors";
import { type WriteStats, writeModeOf } from "../../../shared/model/metrics";
import type { Clock } from "../clock";
import { statement, type WritableDatabase } from "./database";
import { isBusy, translateSqliteError } from "./sqlite-errors";
import { addWriteFigures, MINUTE_MS } from "./write-figures";
import { createWriteTally } from "./write-stats";

/**
 * All writes of this process go through one queue. Those that arrive within a tick share one transaction, so
 * they share one fsync; each runs in its own savepoint, so one that throws undoes itself alone.
 */
export interface CommitQueue {
  /**
   * Runs `work` inside a transaction and answers when that is durable. Work only reads and writes `tx`: it may
   * run a second time when a neighbour's failure took the whole transaction down. A throw of work rejects with
   * what was thrown; else `disk_full`, `database_busy` (after a bounded wait), `shutting_down`...
   */
  write<T>(work: (tx: WritableDatabase) => T, options?: WriteOptions): Promise<T>;
  /** What was written so far. */
  stats(): WriteStats;
  /** The part of it that the database has not been told yet. */
  unkept(): WriteStats;
  /** Takes no more work and ends when what was taken is written or refused. */
  close(): Promise<void>;
}

export interface WriteOptions {
  /**
   * False: in a transaction of its own, without foreign keys, for the one thing that upstream does against them
   * (docs/adr/0007). Costs the preparation of every statement that is used next. Default true.
   */
  readonly foreignKeys?: boolean;
  /**
   * False: the answer does not wait for the disk. What was written is seen by all at once and outlives this process, but
   * a loss of power may undo it until something durable is written after it. For what nobody has been promised yet
   * (docs/adr/0041). Default true.
   */
  readonly durable?: boolean;
}

export interface CommitQueueOptions {
  readonly file: string;
  readonly clock: Clock;
  /** The longest wait for another program's lock in milliseconds. Default 15,000. */
  readonly busyLimitMs?: number;
  /** Called after each commit, in the same tick. */
  readonly onCommit: () => void;
}

interface Job {
  readonly run: (tx: WritableDatabase) => unknown;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
  readonly since: number;
  readonly foreignKeys: boolean;
  readonly durable: boolean;
}

/** It may share a transaction with others. */
function isCommon(job: Job | undefined): boolean {
  return job?.foreignKeys === true && job.durable;
}

type Outcome = { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly error: unknown };

const BUSY_LIMIT_MS = 15_000;
/** A group ends after this long, so that the event loop breathes between two. */
const GROUP_LIMIT_MS = 8;
const BUSY_RETRY_MS = { first: 1, most: 25 } as const;
/** While unified events are on, triggers tell what programs write that tell nobody; this one does. */
const FLAGS_ON = `SELECT coalesce(max(name = 'enable_unified_events'), 0) AS telling, coalesce(max(name = 'enable_dual_write'), 0) AS dual
  FROM console_settings WHERE name IN ('enable_unified_events', 'enable_dual_write') AND value = 'true'`;
const TELL_OURSELVES = "INSERT INTO console_telling (one) VALUES (1)";

interface GroupFlags {
  readonly telling: boolean;
  readonly dual: boolean;
}

export function createCommitQueue(connection: Database.Database, options: CommitQueueOptions): CommitQueue {
  const tx = connection as WritableDatabase;
  const { clock, file } = options;
  const busyLimitMs = options.busyLimitMs ?? BUSY_LIMIT_MS;
  const jobs: Job[] = [];
  let scheduled = false;
  let closed: Promise<void> | null = null;
  let whenIdle: (() => void) | null = null;
  let busyDelay: number = BUSY_RETRY_MS.first;
  const tally = createWriteTally();
  let keptAt = clock.monotonic();

  function schedule(delayMs: number | null): void {
    if (scheduled) return;
    scheduled = true;
    if (delayMs === null) setImmediate(flush);
    else setTimeout(flush, delayMs);
  }

  function flush(): void {
    scheduled = false;
    if (jobs[0]?.foreignKeys === false) {
      // Inside a transaction SQLite ignores this.
      tx.pragma("foreign_keys = OFF");
      try {
        if (!writeGroup()) return;
      } finally {
        tx.pragma("foreign_keys = ON");
      }
    } else if (jobs[0]?.durable === false) {
      tx.pragma("synchronous = NORMAL");
      try {
        if (!writeGroup()) return;
      } finally {
        tx.pragma("synchronous = FULL");
      }
    } else if (jobs.length > 0 && !writeGroup()) return;
    if (jobs.length > 0) schedule(null);
    else whenIdle?.();
  }

  /** False: another program holds the lock, and who waits for it has been seen to. */
  function writeGroup(): boolean {
    try {
      statement(tx, "BEGIN IMMEDIATE").run();
    } catch (error) {
      waitOrRefuse(error);
      return false;
    }
    busyDelay = BUSY_RETRY_MS.first;
    runGroup(readFlags());
    return true;
  }

  /** Of a database whose schema is another one (it was taken back meanwhile) none is on; the writes say the rest. */
  function readFlags(): GroupFlags {
    try {
      const row = statement(tx, FLAGS_ON).get();
      const telling = row?.telling === 1;
      if (telling) statement(tx, TELL_OURSELVES).run();
      return { telling, dual: row?.dual === 1 };
    } catch {
      return { telling: false, dual: false };
    }
  }

  /** The lock is held elsewhere: wait without blocking, and refuse those who have waited for too long. */
  function waitOrRefuse(error: unknown): void {
    const refused = isBusy(error) ? expired() : jobs.splice(0);
    for (const job of refused) job.reject(translateSqliteError(error, file));
    if (jobs.length === 0) {
      whenIdle?.();
      return;
    }
    schedule(busyDelay);
    busyDelay = Math.min(busyDelay * 2, BUSY_RETRY_MS.most);
  }

  function expired(): Job[] {
    const now = clock.monotonic();
    const young = jobs.findIndex((job) => now - job.since < busyLimitMs);
    return jobs.splice(0, young === -1 ? jobs.length : young);
  }

  /** Once a minute what was written goes along with what is written. */
  function keepFigures(): boolean {
    if (clock.monotonic() - keptAt < MINUTE_MS) return false;
    keptAt = clock.monotonic();
    try {
      addWriteFigures(tx, tally.unkept(), clock.now());
      return true;
    } catch (error) {
      // Of a database whose schema is another one there is nothing to add to; a full disk takes all with it.
      if (tx.inTransaction) return false;
      throw error;
    }
  }

  function runGroup(flags: GroupFlags): void {
    const { telling } = flags;
    const mode = writeModeOf(flags);
    const begun = clock.monotonic();
    const isAlone = jobs.length === 1 || !isCommon(jobs[0]);
    const done: Array<{ readonly job: Job; readonly outcome: Outcome }> = [];
    do {
      const job = jobs.shift();
      if (!job) break;
      const outcome = isAlone ? runAlone(job) : runJob(job);
      if (!outcome.ok && !isAlone && !tx.inTransaction) {
        // SQLite itself gave the transaction up (disk full, damage). Only the culprit is to blame; the
        // neighbours, undone with it, take another turn.
        job.reject(translateSqliteError(outcome.error, file));
        jobs.unshift(...done.filter((entry) => entry.outcome.ok).map((entry) => entry.job));
        for (const entry of done) if (!entry.outcome.ok) settle(entry.job, entry.outcome);
        return;
      }
      done.push({ job, outcome });
    } while (!isAlone && isCommon(jobs[0]) && clock.monotonic() - begun < GROUP_LIMIT_MS);

    try {
      if (tx.inTransaction) {
        if (telling) statement(tx, "DELETE FROM console_telling").run();
        const kept = keepFigures();
        statement(tx, "COMMIT").run();
        if (kept) tally.keep();
      }
    } catch (error) {
      if (tx.inTransaction) statement(tx, "ROLLBACK").run();
      tally.rolledBack(done.length, mode);
      for (const { job, outcome } of done) {
        if (outcome.ok) job.reject(translateSqliteError(error, file));
        else settle(job, outcome);
      }
      return;
    }
    for (const { job, outcome } of done) settle(job, outcome);
    const now = clock.monotonic();
    const written = done.filter(({ outcome }) => outcome.ok);
    if (written.length > 0)
      tally.committed(
        written.map(({ job }) => now - job.since),
        mode,
      );
    if (written.length < done.length) tally.rolledBack(done.length - written.length, mode);
    options.onCommit();
  }

  /** A savepoint around hundreds of statements costs more than they do; the transaction undoes a single job. */
  function runAlone(job: Job): Outcome {
    try {
      return { ok: true, value: job.run(tx) };
    } catch (error) {
      if (tx.inTransaction) statement(tx, "ROLLBACK").run();
      return { ok: false, error };
    }
  }

  function runJob(job: Job): Outcome {
    statement(tx, "SAVEPOINT job").run();
    try {
      const value = job.run(tx);
      statement(tx, "RELEASE job").run();
      return { ok: true, value };
    } catch (error) {
      if (tx.inTransaction) {
        statement(tx, "ROLLBACK TO job").run();
        statement(tx, "RELEASE job").run();
      }
      return { ok: false, error };
    }
  }

  function settle(job: Job, outcome: Outcome): void {
    if (outcome.ok) job.resolve(outcome.value);
    else job.reject(translateSqliteError(outcome.error, file));
  }

  return {
    stats: tally.read,
    unkept: tally.unkept,
    write<T>(work: (tx: WritableDatabase) => T, { foreignKeys = true, durable = true }: WriteOptions = {}): Promise<T> {
      if (closed) {
        return Promise.reject(
          new HiveError("shutting_down", `${file} is being closed: nothing was changed. Open it again to go on.`, {
            file,
          }),
        );
      }
      return new Promise<T>((resolve, reject) => {
        jobs.push({
          run: work,
          resolve: (value) => resolve(value as T),
          reject,
          since: clock.monotonic(),
          foreignKeys,
          durable,
        });
        schedule(null);
      });
    },
    close() {
      closed ??= new Promise<void>((resolve) => {
        if (jobs.length === 0) {
          resolve();
          return;
        }
        whenIdle = resolve;
        schedule(null);
      });
      return closed;
    },
  };
}
