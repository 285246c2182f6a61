import type { TaskFilter } from "../../../shared/model/task-filter";
import type { TaskOrder } from "../../../shared/model/task-lists";
import { integer, text } from "./columns";
import { type ReadableDatabase, statement } from "./database";
import { isLocalWorker, OF_OTHER_WORKERS, RECENT_INDEX, TYPE_INDEX, WORKER_INDEX } from "./migrations/task-lists";
import { namesWholeStatuses, storedStatuses } from "./task-filter-sql";
import {
  byArrival,
  byChange,
  byId,
  byPlan,
  byPriority,
  byType,
  byWorker,
  type From,
  type Segment,
  type Sweep,
  sweepAll,
} from "./task-segments";

/** Which tasks have to be looked at for a filter, and what is known of them without looking. */
export interface Candidates {
  readonly total: number;
  /** Every candidate once, in no order that matters. */
  readonly segments: () => readonly Segment[];
  /** The cheapest way to count, where nearly every task of the database is a candidate; null: by segments. */
  readonly sweep: Sweep | null;
  /** Tasks that match by stored status, where counters know it; null: they have to be counted. */
  readonly counts: Readonly<Record<string, number>> | null;
  /** The candidates in an order of an index; a reason when there is none. */
  readonly ordered: (order: TaskOrder) => (() => readonly Segment[]) | string;
}

/** How a list is read. */
export interface Course {
  readonly order: TaskOrder;
  /** Each segment is in this order already; otherwise they are read whole, and sorted. */
  readonly isOrdered: boolean;
  readonly segments: () => readonly Segment[];
  readonly compare: (a: From, b: From) => number;
  /** Why the wanted order is another one; null: it is not. */
  readonly unserved: string | null;
}

/** So many candidates are read and sorted in less time than it takes to notice. */
const FEW = 5_000;
/** More are, where every ordered way looks at many times as many. */
const SEVERAL = 10_000;
const MANY_TIMES = 4;

const SETTLED_LATER = new Set(["queued", "assigned", "in_progress"]);

const STATUS_COUNTS = "SELECT status, n FROM console_counts WHERE scope = +? AND n > 0";
export const MOST_OF_WORKER = `SELECT count(*) AS n FROM (SELECT 1 FROM tasks t INDEXED BY ${WORKER_INDEX}
  WHERE t.assigned_worker = +? AND ${OF_OTHER_WORKERS} LIMIT ${SEVERAL + 1})`;
export const MOST_OF_TYPE = `SELECT count(*) AS n FROM (SELECT 1 FROM tasks INDEXED BY ${TYPE_INDEX} WHERE task_type = +? LIMIT ${SEVERAL + 1})`;
// A view that covers the table (a database that is only observed) has no index.
const IS_INDEXED = `SELECT 1 FROM main.sqlite_master WHERE type = 'index' AND name = '${RECENT_INDEX}'
  AND NOT EXISTS (SELECT 1 FROM temp.sqlite_master WHERE name = 'tasks')`;
const indexed = new WeakMap<ReadableDatabase, boolean>();

/** Asked once: nobody takes our indexes away while the file is open. */
function isIndexed(db: ReadableDatabase): boolean {
  const found = indexed.get(db) ?? db.prepare(IS_INDEXED).get() !== undefined;
  indexed.set(db, found);
  return found;
}

/** Tasks by status, of a plan or (scope '') of the whole database. */
function countsOf(db: ReadableDatabase, scope: string): Map<string, number> {
  return new Map(
    statement(db, STATUS_COUNTS)
      .all(scope)
      .map((row) => [text(row.status), integer(row.n)]),
  );
}

const sum = (counts: Iterable<number>): number => Array.from(counts).reduce((total, n) => total + n, 0);

/** A counter's own words for tasks that are queued as well. */
const COUNTED_TWICE = new Set(["waiting", "blocked"]);

export function candidatesOf(db: ReadableDatabase, filter: TaskFilter, now: number): Candidates {
  const scan = { db, filter, now };
  if (!isIndexed(db)) {
    const why =
      "This database is open to observe and has none of the console's indexes: its tasks come as they were made.";
    const sweep = sweepAll(scan);
    return {
      total: sweep.last,
      counts: null,
      sweep,
      segments: () => [byArrival(scan, "oldest")],
      ordered: (order) => (order === "newest" || order === "oldest" ? () => [byArrival(scan, order)] : why),
    };
  }
  const stored = countsOf(db, "");
  const wanted = storedStatuses(filter, [...stored.keys()]);
  const statuses = wanted.filter((status) => stored.has(status));
  const inStatuses = sum(statuses.map((status) => stored.get(status) ?? 0));
  const everything = sum(stored.values());
  const byStatus: Candidates = {
    total: inStatuses,
    counts: knownCounts(db, filter, stored),
    sweep: inStatuses * MANY_TIMES > everything && filter.unchangedFor?.max === undefined ? sweepAll(scan) : null,
    segments: () =>
      statuses.map((status) => (SETTLED_LATER.has(status) ? byPriority(scan, status) : byChange(scan, status))),
    ordered: (order) => {
      if (order === "priority") return () => statuses.map((status) => byPriority(scan, status));
      if (order === "recent") {
        const moving = statuses.filter((status) => SETTLED_LATER.has(status));
        if (moving.length === 0) return () => statuses.map((status) => byChange(scan, status));
        return `Tasks that are ${moving.join(" or ").replaceAll("_", " ")} are not kept in order of change, and there are too many to sort: leave them out, or narrow the filter.`;
      }
      // Newest and oldest pass by every task: fine where most of them match, or none has a status of its own.
      if (filter.states === undefined || inStatuses * MANY_TIMES > everything) return () => [byArrival(scan, order)];
      return "Too many tasks of other states would have to be passed by, and there are too many of these to sort: narrow the filter.";
    },
  };
  const narrower = [...narrow(db, filter, scan)].filter(
    ({ total }) => total <= SEVERAL || total < inStatuses / MANY_TIMES,
  );
  const best = narrower.sort((a, b) => a.total - b.total)[0];
  if (best === undefined || best.total >= inStatuses) return byStatus;
  const isSorted = best.total <= FEW || (best.total <= SEVERAL && best.total < inStatuses / MANY_TIMES);
  return {
    ...best,
    counts: byStatus.counts,
    sweep: null,
    ordered: (order) => (isSorted ? best.ordered(order) : byStatus.ordered(order)),
  };
}

type Narrow = Pick<Candidates, "total" | "segments" | "ordered">;

/** Ways to the tasks that pass by those of other plans, types or ids. None of them is in an order that is asked for. */
function* narrow(db: ReadableDatabase, filter: TaskFilter, scan: Parameters<typeof byPlan>[0]): Generator<Narrow> {
  const way = (total: number, segments: () => readonly Segment[]): Narrow => ({
    total,
    segments,
    ordered: () => `There are ${total} tasks to choose from, too many to sort: narrow the filter.`,
  });
  const { ids, planIds, types, workers } = filter;
  if (ids) yield way(ids.length, () => [byId(scan, [...new Set(ids)])]);
  if (planIds) {
    const plans = [...new Set(planIds)];
    const total = sum(plans.map((plan) => sum(stored(countsOf(db, plan)).values())));
    yield way(total, () => plans.map((plan) => byPlan(scan, plan)));
  }
  if (types) {
    const distinct = [...new Set(types)];
    const total = sum(distinct.map((type) => integer(statement(db, MOST_OF_TYPE).get(type)?.n)));
    yield way(total, () => distinct.map((type) => byType(scan, type)));
  }
  if (workers && !workers.some(isLocalWorker)) {
    const distinct = [...new Set(workers)];
    const total = sum(distinct.map((worker) => integer(statement(db, MOST_OF_WORKER).get(worker)?.n)));
    yield way(total, () => distinct.map((worker) => byWorker(scan, worker)));
  }
}

function stored(counts: ReadonlyMap<string, number>): Map<string, number> {
  return new Map([...counts].filter(([status]) => !COUNTED_TWICE.has(status)));
}

/** What counters know of a filter that names only states and plans. */
function knownCounts(
  db: ReadableDatabase,
  filter: TaskFilter,
  all: ReadonlyMap<string, number>,
): Readonly<Record<string, number>> | null {
  const { states, planIds, not, ...rest } = filter;
  if (Object.values(rest).some((field) => field !== undefined)) return null;
  const { states: left, ...leftToo } = not ?? {};
  if (Object.values(leftToo).some((field) => field !== undefined)) return null;
  if (!namesWholeStatuses(states ?? []) || !namesWholeStatuses(left ?? [])) return null;
  const counts = new Map<string, number>();
  for (const scope of planIds === undefined ? [all] : [...new Set(planIds)].map((plan) => stored(countsOf(db, plan)))) {
    for (const [status, n] of scope) counts.set(status, (counts.get(status) ?? 0) + n);
  }
  const wanted = new Set(storedStatuses(filter, [...counts.keys()]));
  return Object.fromEntries([...counts].filter(([status]) => wanted.has(status)));
}

/** How to read these candidates in an order, or in the nearest that can be had. */
export function courseOf(candidates: Candidates, wanted: TaskOrder): Course {
  const ordered = candidates.ordered(wanted);
  if (typeof ordered !== "string") {
    return { order: wanted, isOrdered: true, segments: ordered, compare: COMPARE[wanted], unserved: null };
  }
  if (candidates.total <= SEVERAL) {
    return { order: wanted, isOrdered: false, segments: candidates.segments, compare: COMPARE[wanted], unserved: null };
  }
  for (const order of INSTEAD[wanted]) {
    const instead = candidates.ordered(order);
    if (typeof instead !== "string") {
      return { order, isOrdered: true, segments: instead, compare: COMPARE[order], unserved: ordered };
    }
  }
  throw new Error("every list of tasks has an order");
}

/** What comes closest to an order that no index has. */
const INSTEAD: Readonly<Record<TaskOrder, readonly TaskOrder[]>> = {
  newest: ["recent", "priority"],
  oldest: ["priority", "newest"],
  recent: ["priority", "newest"],
  priority: ["newest"],
};

type Compare = (a: From, b: From) => number;

const texts = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** As SQLite sorts: nothing, numbers, texts, bytes. */
function rank(value: unknown): number {
  if (value === null) return 0;
  if (typeof value === "number") return 1;
  return typeof value === "string" ? 2 : 3;
}

function priorities(a: unknown, b: unknown): number {
  if (typeof a === "number" && typeof b === "number") return a - b;
  return rank(a) - rank(b) || texts(String(a), String(b));
}

const COMPARE: Readonly<Record<TaskOrder, Compare>> = {
  priority: (a, b) => priorities(b.priority, a.priority) || texts(a.age, b.age) || a.row - b.row,
  recent: (a, b) => texts(b.changed, a.changed) || b.row - a.row,
  newest: (a, b) => b.row - a.row,
  oldest: (a, b) => a.row - b.row,
};
