import type { TaskFilter } from "../../../shared/model/task-filter";
import type { TaskOrder } from "../../../shared/model/task-lists";
import { integer, type Row, text } from "./columns";
import { type ReadableDatabase, statement } from "./database";
import { TASK_AGE, TASK_ORDER_INDEX } from "./migrations/hive-operations";
import {
  OF_OTHER_WORKERS,
  RECENT_INDEX,
  SETTLED,
  TASK_CHANGED,
  TYPE_INDEX,
  WORKER_INDEX,
} from "./migrations/task-lists";
import { type FilterSql, filterSql } from "./task-filter-sql";
import { formatTime } from "./time";

/** A task that was looked at: where it stands in each order, and whether it matches. */
export interface Place {
  readonly row: number;
  readonly id: string;
  readonly status: string;
  readonly priority: unknown;
  readonly age: string;
  readonly changed: string;
  /** In its plan; only where tasks are read by plan. */
  readonly ordinal: number;
  readonly matches: boolean;
}

/** Where reading goes on: beyond this place. Only what a statement compares with. */
export type From = Omit<Place, "id" | "status" | "matches">;

/** A part of the tasks that is read in the order of an index, any number at a time from anywhere. */
export interface Segment {
  readonly read: (from: From | null, limit: number) => readonly Place[];
}

interface Scan {
  readonly db: ReadableDatabase;
  readonly filter: TaskFilter;
  readonly now: number;
}

const COLUMNS = `t.rowid AS row, t.id, t.status, t.priority, ${TASK_AGE} AS age, ${TASK_CHANGED} AS changed`;
const CONSOLE = "LEFT JOIN console_tasks k ON k.task_id = t.id";

/** A statement of a segment: its rows in order, marked with whether they match. */
export function scanStatement(where: string, from: string, range: string, order: string): string {
  const ordinal = from.includes("console_tasks k CROSS") ? "k.ordinal" : "0";
  return `SELECT ${COLUMNS}, ${ordinal} AS ordinal, ${where === "" ? "1" : `(${where})`} AS matches
    FROM ${from} WHERE ${range} ORDER BY ${order} LIMIT $limit`;
}

/** A range of the index. Where the whole order would not be seen to be the index's, one of its own. */
interface Range {
  readonly where: string;
  readonly order?: string;
}

/** Ranges of one index, each of which follows the other. */
interface Walk {
  readonly from: string;
  readonly order: string;
  readonly all: string;
  /** What follows a place, as ranges in order. */
  readonly after: (from: From) => readonly Range[];
}

const STATUS = "t.status = +$status";

const BY_PRIORITY: Walk = {
  from: `tasks t INDEXED BY ${TASK_ORDER_INDEX} ${CONSOLE}`,
  order: `t.priority DESC, ${TASK_AGE}, t.rowid`,
  all: STATUS,
  after: ({ priority }) =>
    priority === null
      ? [
          { where: `${STATUS} AND t.priority IS NULL AND ${TASK_AGE} = +$age AND t.rowid > +$row`, order: "t.rowid" },
          { where: `${STATUS} AND t.priority IS NULL AND ${TASK_AGE} > +$age` },
        ]
      : [
          {
            where: `${STATUS} AND t.priority = +$priority AND ${TASK_AGE} = +$age AND t.rowid > +$row`,
            order: "t.rowid",
          },
          { where: `${STATUS} AND t.priority = +$priority AND ${TASK_AGE} > +$age` },
          { where: `${STATUS} AND t.priority < +$priority` },
          { where: `${STATUS} AND t.priority IS NULL` },
        ],
};

const RECENT = `${STATUS} AND ${SETTLED} AND ${TASK_CHANGED} >= +$floor`;
const BY_CHANGE: Walk = {
  from: `tasks t INDEXED BY ${RECENT_INDEX} ${CONSOLE}`,
  order: `${TASK_CHANGED} DESC, t.rowid DESC`,
  all: RECENT,
  after: () => [
    { where: `${STATUS} AND ${SETTLED} AND ${TASK_CHANGED} = +$changed AND t.rowid < +$row`, order: "t.rowid DESC" },
    { where: `${RECENT} AND ${TASK_CHANGED} < +$changed` },
  ],
};

const arrival = (from: string, range: string, isNewestFirst: boolean): Walk => ({
  from,
  order: `t.rowid${isNewestFirst ? " DESC" : ""}`,
  all: range,
  after: () => [{ where: `${range} AND t.rowid ${isNewestFirst ? "<" : ">"} +$row` }],
});
const NEWEST = arrival(`tasks t ${CONSOLE}`, "1", true);
const OLDEST = arrival(`tasks t ${CONSOLE}`, "1", false);
const BY_TYPE = arrival(`tasks t INDEXED BY ${TYPE_INDEX} ${CONSOLE}`, "t.task_type = +$type", false);

const BY_WORKER = arrival(
  `tasks t INDEXED BY ${WORKER_INDEX} ${CONSOLE}`,
  `t.assigned_worker = +$worker AND ${OF_OTHER_WORKERS}`,
  false,
);

const PLAN = "k.plan_id = +$plan";
const BY_PLAN: Walk = {
  from: "console_tasks k CROSS JOIN tasks t ON t.id = k.task_id",
  order: "k.ordinal",
  all: PLAN,
  after: () => [{ where: `${PLAN} AND k.ordinal > +$ordinal` }],
};

/** Every walk by name, for the test that asserts how each statement is served. */
export const WALKS = {
  priority: BY_PRIORITY,
  recent: BY_CHANGE,
  newest: NEWEST,
  oldest: OLDEST,
  type: BY_TYPE,
  worker: BY_WORKER,
  plan: BY_PLAN,
} as const;

function walk({ db, filter, now }: Scan, { from, order, all, after }: Walk, given: Record<string, unknown>): Segment {
  const { where, bindings }: FilterSql = filterSql(filter, now);
  const statements = new Map<string, string>();
  const sqlOf = (range: Range): string => {
    const known = statements.get(range.where) ?? scanStatement(where, from, range.where, range.order ?? order);
    statements.set(range.where, known);
    return known;
  };
  return {
    read(beyond, limit) {
      const places: Place[] = [];
      for (const range of beyond === null ? [{ where: all }] : after(beyond)) {
        if (places.length === limit) break;
        const named: Record<string, unknown> = { ...bindings, ...given, limit: limit - places.length };
        for (const name of ["priority", "age", "changed", "row", "ordinal"] as const) {
          if (range.where.includes(`$${name}`)) named[name] = beyond?.[name];
        }
        // A filter's own names and those of a walk differ, but a statement takes only what it names.
        const sql = sqlOf(range);
        const used = Object.fromEntries(Object.entries(named).filter(([name]) => names(sql).has(name)));
        places.push(...statement(db, sql).all(used).map(decode));
      }
      return places;
    },
  };
}

const known = new Map<string, ReadonlySet<string>>();

function names(sql: string): ReadonlySet<string> {
  let found = known.get(sql);
  if (!found) {
    found = new Set(Array.from(sql.matchAll(/\$(\w+)/g), ([, name = ""]) => name));
    known.set(sql, found);
  }
  return found;
}

function decode(row: Row): Place {
  return {
    row: integer(row.row),
    id: text(row.id),
    status: text(row.status),
    priority: row.priority,
    age: text(row.age),
    changed: text(row.changed),
    ordinal: integer(row.ordinal),
    matches: row.matches === 1,
  };
}

/** Tasks of a status by priority, then age. */
export function byPriority(scan: Scan, status: string): Segment {
  return walk(scan, BY_PRIORITY, { status });
}

/** Other programs write times with an offset of up to 14 hours: their texts may sort so much too early. */
const OFFSET_MS = 15 * 3_600_000;

/** Tasks of a status by their last change, as far back as the filter asks. Not for those that wait or run. */
export function byChange(scan: Scan, status: string): Segment {
  const oldest = scan.filter.unchangedFor?.max;
  const floor = oldest === undefined ? "" : formatTime(Math.max(0, scan.now - oldest - OFFSET_MS));
  return walk(scan, BY_CHANGE, { status, floor });
}

/** All tasks as they came into the database. */
export function byArrival(scan: Scan, order: TaskOrder): Segment {
  return walk(scan, order === "oldest" ? OLDEST : NEWEST, {});
}

export function byType(scan: Scan, type: string): Segment {
  return walk(scan, BY_TYPE, { type });
}

/** Of a worker that is none of a console's slots. */
export function byWorker(scan: Scan, worker: string): Segment {
  return walk(scan, BY_WORKER, { worker });
}

export function byPlan(scan: Scan, plan: string): Segment {
  return walk(scan, BY_PLAN, { plan });
}

/** Adds up all tasks between two rowids. */
export interface Sweep {
  /** The largest rowid. */
  readonly last: number;
  readonly count: (
    from: number,
    to: number,
  ) => ReadonlyArray<{ readonly status: string; readonly looked: number; readonly matching: number }>;
}

const LARGEST_ROW = "SELECT max(rowid) AS n FROM tasks";

/** The tasks beyond `from` up to `to`: how many there are, and how many of them match. */
export function sweepStatement(where: string): string {
  return `SELECT t.status, count(*) AS looked, count(${where === "" ? "*" : `CASE WHEN ${where} THEN 1 END`}) AS matching
    FROM tasks t ${CONSOLE} WHERE t.rowid > +$from AND t.rowid <= +$to GROUP BY +t.status`;
}

export function sweepAll({ db, filter, now }: Scan): Sweep {
  const { where, bindings } = filterSql(filter, now);
  const sql = sweepStatement(where);
  return {
    last: integer(statement(db, LARGEST_ROW).get()?.n),
    count: (from, to) =>
      statement(db, sql)
        .all({ ...bindings, from, to })
        .map((row) => ({ status: text(row.status), looked: integer(row.looked), matching: integer(row.matching) })),
  };
}

/** These tasks; `ordinal` is the place in the list. */
export function byId({ db, filter, now }: Scan, ids: readonly string[]): Segment {
  const { where, bindings } = filterSql({ ...filter, ids: undefined }, now);
  const sql = `SELECT ${COLUMNS}, i.key AS ordinal, ${where === "" ? "1" : `(${where})`} AS matches
    FROM json_each($wanted) i CROSS JOIN tasks t ON t.id = i.value ${CONSOLE}`;
  return {
    read(from, limit) {
      const begin = from === null ? 0 : from.ordinal + 1;
      for (let at = begin; at < ids.length; at += limit) {
        const wanted = JSON.stringify(ids.slice(at, at + limit));
        const places = statement(db, sql)
          .all({ ...bindings, wanted })
          .map(decode);
        const found = places.map((place) => ({ ...place, ordinal: place.ordinal + at }));
        if (found.length > 0) return found.sort((a, b) => a.ordinal - b.ordinal);
      }
      return [];
    },
  };
}
