import { jsonStrings, text } from "./columns";
import { type ReadableDatabase, statement, type WritableDatabase } from "./database";

/** Ids of what changed since the last batch, whoever changed it. */
export interface ChangeBatch {
  readonly tasks: ReadonlySet<string>;
  /** Plans that changed themselves, and plans of changed tasks. */
  readonly plans: ReadonlySet<string>;
  readonly workers: ReadonlySet<string>;
  readonly runs: ReadonlySet<string>;
  /** More changed than was kept or is worth naming: read everything again. */
  readonly reset: boolean;
}

export interface ChangeFeed {
  /** Returns what ends the subscription. Every batch comes in a tick of its own, never inside a write. */
  subscribe(listener: (batch: ChangeBatch) => void): () => void;
}

export interface ChangeFeedControl extends ChangeFeed {
  /** Looks in the next tick instead of at the next poll. */
  poke(): void;
  stop(): void;
}

const POLL_MS = 100;
/** One look takes this many at most, and goes on in the next tick: a few milliseconds each. */
const CHUNK = 2_000;
/** Further behind than this, naming each change costs more than reading again what is on screen. */
const MOST_BEHIND = 20_000;

/** Changes kept for readers that lag; also more than a reader ever asks for one by one. */
const KEPT = 2 * MOST_BEHIND;
/** Taken away at once: a few milliseconds. */
const TRIM_STEP = 4_000;

const READ = `SELECT ch.seq, ch.entity, ch.id, c.plan_id FROM console_changes ch
  LEFT JOIN console_tasks c ON ch.entity = 'task' AND c.task_id = ch.id
  WHERE ch.seq > +? ORDER BY ch.seq LIMIT ${CHUNK}`;
/** Entries of many ids. Those of tasks come together with one of their plans. */
const MANY: Readonly<Record<string, "task" | "plan" | "worker" | "run">> = {
  tasks: "task",
  plans: "plan",
  workers: "worker",
  runs: "run",
};
const FIRST = "SELECT min(seq) FROM console_changes";
const LAST = "SELECT max(seq) FROM console_changes";

/**
 * Tells of every committed change, of this process and of any other program: triggers note each one in
 * console_changes, and `PRAGMA data_version` (3 microseconds) says when to look. `trim` is called when a look finds more
 * entries than are kept.
 */
export function createChangeFeed(db: ReadableDatabase, trim: () => void = () => {}): ChangeFeedControl {
  const listeners = new Set<(batch: ChangeBatch) => void>();
  const version = db.prepare("PRAGMA data_version").pluck();
  const first = db.prepare(FIRST).pluck();
  const last = db.prepare(LAST).pluck();
  let seen = numberOf(last.get());
  let seenVersion: unknown = version.get();
  let poked = false;
  let stopped = false;
  const timer = setInterval(look, POLL_MS);
  timer.unref();

  function look(): void {
    if (stopped) return;
    const current = version.get();
    if (current === seenVersion) return;
    seenVersion = current;
    read();
  }

  function read(): void {
    if (stopped) return;
    const end = numberOf(last.get());
    const start = numberOf(first.get());
    if (end - start >= KEPT + TRIM_STEP) trim();
    if (listeners.size === 0) {
      seen = end;
      return;
    }
    if (end < seen || end - seen > MOST_BEHIND || start > seen + 1) {
      seen = end;
      emit({ tasks: new Set(), plans: new Set(), workers: new Set(), runs: new Set(), reset: true });
      return;
    }
    const rows = statement(db, READ).all(seen);
    if (rows.length === 0) return;
    const sets = {
      task: new Set<string>(),
      plan: new Set<string>(),
      worker: new Set<string>(),
      run: new Set<string>(),
    };
    for (const row of rows) {
      const entity = text(row.entity);
      const many = MANY[entity];
      if (many !== undefined) for (const id of jsonStrings(row.id)) sets[many].add(id);
      else if (entity === "task" || entity === "plan" || entity === "worker" || entity === "run") {
        sets[entity].add(text(row.id));
      }
      if (row.plan_id !== null) sets.plan.add(text(row.plan_id));
    }
    seen = numberOf(rows[rows.length - 1]?.seq);
    emit({ tasks: sets.task, plans: sets.plan, workers: sets.worker, runs: sets.run, reset: false });
    if (rows.length === CHUNK) setImmediate(read);
  }

  function emit(batch: ChangeBatch): void {
    for (const listener of [...listeners]) listener(batch);
  }

  return {
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    poke() {
      if (poked || stopped) return;
      poked = true;
      setImmediate(() => {
        poked = false;
        look();
      });
    },
    stop() {
      stopped = true;
      clearInterval(timer);
      listeners.clear();
    },
  };
}

export const TRIM = `DELETE FROM console_changes WHERE seq <= min(
  (SELECT max(seq) FROM console_changes) - ${KEPT}, (SELECT min(seq) FROM console_changes) + ${TRIM_STEP - 1})`;

/**
 * Makes what takes away the oldest entries, in steps: another program may have written millions. A call while one is at
 * work does nothing.
 */
export function createFeedTrim(write: (work: (tx: WritableDatabase) => number) => Promise<number>): () => void {
  let working = false;
  const work = async (): Promise<void> => {
    while ((await write((tx) => statement(tx, TRIM).run().changes)) === TRIM_STEP) await breathe();
  };
  return () => {
    if (working) return;
    working = true;
    // Housekeeping: when it fails (a full disk, say), a later look begins anew, and others report the trouble.
    work()
      .catch(() => undefined)
      .finally(() => {
        working = false;
      });
  };
}

const breathe = () => new Promise((done) => setImmediate(done));

function numberOf(value: unknown): number {
  return typeof value === "number" ? value : 0;
}
