import type Database from "better-sqlite3";
import { noteAddition, undoAdditions } from "./adoption";
import { CARE } from "./care";
import { CLEANUPS } from "./cleanups";
import { CONSOLE_TABLES } from "./console-tables";
import { CONSOLE_TRIGGERS } from "./console-triggers";
import { CONTROL } from "./control";
import { EVENT_SPANS } from "./event-spans";
import { EVENTS_AND_BOARD, FIRST_EVENT_MARK } from "./events-and-board";
import { findUpstream } from "./found";
import { OPERATION_INDEXES } from "./hive-operations";
import { LAUNCHES } from "./launches";
import { LIMITED_LATER } from "./limited-later";
import { LOST_WORKERS } from "./lost-workers";
import { PAST_RUN_INDEXES } from "./past-runs";
import { PLANNING } from "./planning";
import { ROUTED_TASKS } from "./routed-tasks";
import { RUNNING_PLAN_INDEXES } from "./running-plans";
import { SAVED_QUERIES } from "./saved-queries";
import { SCHEDULES } from "./schedules";
import { SUBSCRIPTIONS } from "./subscriptions";
import { SYNTHESIS } from "./synthesis";
import { TASK_LISTS } from "./task-lists";
import { adoptUnifiedSchema, leaveUnifiedSchema, UNIFIED } from "./unified";
import { upstreamAdditions } from "./upstream";
import { WRITE_FIGURES } from "./write-figures";

/** A step of the schema. Both ways run inside a transaction that the caller holds. */
export interface Migration {
  /** 1, 2, 3 and so on without a gap. A published one never changes. */
  readonly version: number;
  readonly name: string;
  readonly up: (db: Database.Database) => void;
  readonly down: (db: Database.Database) => void;
}

export const MIGRATIONS: readonly Migration[] = [
  {
    version: 1,
    name: "upstream tables",
    up: (db) => {
      for (const addition of upstreamAdditions(findUpstream(db))) {
        db.exec(addition.sql);
        noteAddition(db, addition);
      }
    },
    down: undoAdditions,
  },
  {
    version: 2,
    name: "console tables and triggers",
    up: (db) => {
      for (const sql of CONSOLE_TABLES) db.exec(sql);
      db.exec("INSERT INTO console_counts (scope, status, n) SELECT '', status, count(*) FROM tasks GROUP BY status");
      db.exec("INSERT INTO console_foreign (seen) SELECT CASE WHEN EXISTS (SELECT 1 FROM tasks) THEN -1 ELSE 0 END");
      for (const sql of CONSOLE_TRIGGERS) db.exec(sql);
    },
    down: (db) => drop(db, [...CONSOLE_TABLES, ...CONSOLE_TRIGGERS]),
  },
  {
    version: 3,
    name: "indexes of the operations",
    up: (db) => {
      for (const sql of OPERATION_INDEXES) db.exec(sql);
    },
    down: (db) => drop(db, OPERATION_INDEXES),
  },
  {
    version: 4,
    name: "lists of events and acts, final plans",
    up: (db) => {
      for (const sql of EVENTS_AND_BOARD) db.exec(sql);
      db.exec(FIRST_EVENT_MARK);
    },
    down: (db) => drop(db, EVENTS_AND_BOARD),
  },
  {
    version: 5,
    name: "what operators do to many tasks, workers and settings",
    up: (db) => {
      for (const sql of CONTROL) db.exec(sql);
    },
    down: (db) => drop(db, CONTROL),
  },
  {
    version: 6,
    name: "lists of all tasks, saved views",
    up: (db) => {
      for (const sql of TASK_LISTS) db.exec(sql);
    },
    down: (db) => drop(db, TASK_LISTS),
  },
  {
    version: 7,
    name: "index of the plans that run",
    up: (db) => {
      for (const sql of RUNNING_PLAN_INDEXES) db.exec(sql);
    },
    down: (db) => drop(db, RUNNING_PLAN_INDEXES),
  },
  {
    version: 8,
    name: "index of past runs",
    up: (db) => {
      for (const sql of PAST_RUN_INDEXES) db.exec(sql);
    },
    down: (db) => drop(db, PAST_RUN_INDEXES),
  },
  {
    version: 9,
    name: "plans with a final result",
    up: (db) => {
      for (const sql of SYNTHESIS) db.exec(sql);
    },
    down: (db) => drop(db, SYNTHESIS),
  },
  {
    version: 10,
    name: "launches in several steps",
    up: (db) => {
      for (const sql of LAUNCHES) db.exec(sql);
    },
    down: (db) => drop(db, LAUNCHES),
  },
  {
    version: 11,
    name: "schedules",
    up: (db) => {
      for (const sql of SCHEDULES) db.exec(sql);
    },
    down: (db) => drop(db, SCHEDULES),
  },
  {
    version: 12,
    name: "lists of workers, backups",
    up: (db) => {
      for (const sql of CARE) db.exec(sql);
    },
    down: (db) => drop(db, CARE),
  },
  {
    version: 13,
    name: "the road to the unified schema",
    up: (db) => {
      for (const sql of UNIFIED) db.exec(sql);
      adoptUnifiedSchema(db);
    },
    down: (db) => {
      leaveUnifiedSchema(db);
      drop(db, UNIFIED);
    },
  },
  {
    version: 14,
    name: "deliveries of events, notifications",
    up: (db) => {
      for (const sql of SUBSCRIPTIONS) db.exec(sql);
    },
    down: (db) => drop(db, SUBSCRIPTIONS),
  },
  {
    version: 15,
    name: "clean-up of cancelled plans",
    up: (db) => {
      for (const sql of CLEANUPS) db.exec(sql);
    },
    down: (db) => drop(db, CLEANUPS),
  },
  {
    version: 16,
    name: "requests to plan, checks of agents",
    up: (db) => {
      for (const sql of PLANNING) db.exec(sql);
    },
    down: (db) => drop(db, PLANNING),
  },
  {
    version: 17,
    name: "limits that plans are given while they run",
    up: (db) => {
      for (const sql of LIMITED_LATER) db.exec(sql);
    },
    down: (db) => drop(db, LIMITED_LATER),
  },
  {
    version: 18,
    name: "workers that were told of as lost",
    up: (db) => {
      for (const sql of LOST_WORKERS) db.exec(sql);
    },
    down: (db) => drop(db, LOST_WORKERS),
  },
  {
    version: 19,
    name: "figures of writes, lists of requests",
    up: (db) => {
      for (const sql of WRITE_FIGURES) db.exec(sql);
    },
    down: (db) => drop(db, WRITE_FIGURES),
  },
  {
    version: 20,
    name: "times of events in the order of their arrival",
    up: (db) => {
      for (const sql of EVENT_SPANS) db.exec(sql);
    },
    down: (db) => drop(db, EVENT_SPANS),
  },
  {
    version: 21,
    name: "saved queries",
    up: (db) => {
      for (const sql of SAVED_QUERIES) db.exec(sql);
    },
    down: (db) => drop(db, SAVED_QUERIES),
  },
  {
    version: 22,
    name: "tasks of other programs that agents do",
    up: (db) => {
      for (const sql of ROUTED_TASKS) db.exec(sql);
    },
    down: (db) => drop(db, ROUTED_TASKS),
  },
];

export const LATEST_VERSION = MIGRATIONS.length;

const CREATES = /^CREATE (?:UNIQUE )?(TABLE|INDEX|TRIGGER|VIEW) (\w+)/;

/** Drops what these statements create, last first: triggers before the tables that they would write to. */
function drop(db: Database.Database, statements: readonly string[]): void {
  for (const sql of statements.toReversed()) {
    const [, kind, name] = CREATES.exec(sql) ?? [];
    if (kind === undefined) throw new Error(`not a statement that creates something: ${sql.slice(0, 60)}`);
    db.exec(`DROP ${kind} IF EXISTS ${name}`);
  }
}
