import type { Clock } from "../clock";
import type { ChangeBatch, ChangeFeed } from "./change-feed";
import { text, textOrNull } from "./columns";
import { type ReadableDatabase, statement } from "./database";
import type { ObservedPlans } from "./observe-plans";
import { isBusy } from "./sqlite-errors";

export interface ObserveFeed extends ChangeFeed {
  stop(): Promise<void>;
}

export interface ObserveFeedOptions {
  readonly db: ReadableDatabase;
  readonly clock: Clock;
  readonly plans: ObservedPlans;
  /** How often to ask whether anything changed, in milliseconds. Default 100. */
  readonly pollMs?: number;
  /** Up to how many rows of a table are compared one by one. Default 5,000. */
  readonly mostRows?: number;
}

const POLL_MS = 100;
const MOST_ROWS = 5_000;
/** Looking takes at most this share of the time, whatever the size of the database. */
const SHARE = 0.1;

/** What of a row is compared: whatever a program changes, it changes one of these. */
const COMPARED = {
  tasks: `SELECT id, status, updated_at, current_phase, priority, assigned_worker, title FROM tasks`,
  runs: "SELECT id, status, started_at, completed_at, phase, error_message FROM runs",
  workers: "SELECT id, status, last_heartbeat, current_task_id, role FROM workers",
  plans: `SELECT e.id, e.status, e.generated_at, x.updated_at, x.progress_percent
    FROM execution_plans e LEFT JOIN plan_execution x ON x.plan_id = e.id`,
} as const;

type Entity = keyof typeof COMPARED;
const ENTITIES: readonly Entity[] = ["tasks", "runs", "workers", "plans"];

/**
 * Tells what changed in a database that keeps no list of changes: `PRAGMA data_version` says that something did,
 * and comparing the rows (statuses and times of change) says what. In a large database that would cost too much:
 * there the word is only to read again what is on screen.
 */
export function createObserveFeed(options: ObserveFeedOptions): ObserveFeed {
  const { db, clock, plans, pollMs = POLL_MS, mostRows = MOST_ROWS } = options;
  const listeners = new Set<(batch: ChangeBatch) => void>();
  const version = db.prepare("PRAGMA data_version").pluck();
  let seenVersion: unknown = version.get();
  let before = snapshot();
  let stopped = false;
  let looking: Promise<void> = Promise.resolve();
  let timer = setTimeout(poll, pollMs).unref();

  function poll(): void {
    looking = look().then((waitMs) => {
      if (!stopped) timer = setTimeout(poll, Math.max(pollMs, waitMs)).unref();
    });
  }

  /** Answers how long to rest. */
  async function look(): Promise<number> {
    const begun = clock.monotonic();
    try {
      const current = version.get();
      if (current === seenVersion) return pollMs;
      await plans.refresh();
      if (stopped) return pollMs;
      const after = snapshot();
      emit(compare(before, after));
      before = after;
      seenVersion = current;
    } catch (error) {
      // A writer holds the lock just now: the version is still another one at the next look.
      if (!isBusy(error)) throw error;
    }
    return (clock.monotonic() - begun) / SHARE;
  }

  /** Null where a table is too large to compare. */
  function snapshot(): Snapshot | null {
    const entries: Array<readonly [Entity, ReadonlyMap<string, string>]> = [];
    for (const entity of ENTITIES) {
      const rows = statement(db, `${COMPARED[entity]} LIMIT ?`).all(mostRows + 1);
      if (rows.length > mostRows) return null;
      entries.push([entity, new Map(rows.map((row) => [text(row.id), JSON.stringify(Object.values(row))]))]);
    }
    return new Map(entries);
  }

  function compare(old: Snapshot | null, now: Snapshot | null): ChangeBatch {
    if (old === null || now === null) return { ...NOTHING, reset: true };
    const [tasks, runs, workers, own] = ENTITIES.map((entity) => difference(old.get(entity), now.get(entity)));
    const touched = [...(tasks ?? [])].flatMap((id) => textOrNull(plans.planOf(id)) ?? []);
    return {
      tasks: tasks ?? new Set(),
      runs: runs ?? new Set(),
      workers: workers ?? new Set(),
      plans: new Set([...(own ?? []), ...touched]),
      reset: false,
    };
  }

  function emit(batch: ChangeBatch): void {
    const { tasks, runs, workers, plans: changed, reset } = batch;
    if (!reset && tasks.size + runs.size + workers.size + changed.size === 0) return;
    for (const listener of [...listeners]) listener(batch);
  }

  return {
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    async stop() {
      stopped = true;
      clearTimeout(timer);
      listeners.clear();
      await looking;
    },
  };
}

type Snapshot = ReadonlyMap<Entity, ReadonlyMap<string, string>>;

const NOTHING: Omit<ChangeBatch, "reset"> = {
  tasks: new Set(),
  plans: new Set(),
  workers: new Set(),
  runs: new Set(),
};

const NONE: ReadonlyMap<string, string> = new Map();

/** Ids of rows that were added, changed or removed. */
function difference(old: ReadonlyMap<string, string> = NONE, now: ReadonlyMap<string, string> = NONE): Set<string> {
  const ids = new Set<string>();
  for (const [id, row] of now) if (old.get(id) !== row) ids.add(id);
  for (const id of old.keys()) if (!now.has(id)) ids.add(id);
  return ids;
}
