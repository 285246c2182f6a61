import { join } from "node:path";
import Database from "better-sqlite3";
import { expect, test } from "vitest";
import * as claiming from "../../../src/main/core/store/claim-ready";
import { WITHOUT_WORK } from "../../../src/main/core/store/complete-ready";
import type { ReadableDatabase } from "../../../src/main/core/store/database";
import { MEET, RUNS_TO_FINISH } from "../../../src/main/core/store/finish-run";
import * as foreign from "../../../src/main/core/store/foreign-plans";
import { CONSOLE_READY_AGAIN } from "../../../src/main/core/store/migrations/console-triggers";
import { openStore, type Store } from "../../../src/main/core/store/open";
import { CANCELLING, LIVE_RUNS_OF_PLAN, TASKS_BEFORE } from "../../../src/main/core/store/plan-control";
import { COUNTS } from "../../../src/main/core/store/plan-end";
import { FIRST_PLANS, NEXT_PLANS } from "../../../src/main/core/store/plan-rows";
import * as queue from "../../../src/main/core/store/queue";
import { BEHIND } from "../../../src/main/core/store/queued-behind";
import { REPORTED } from "../../../src/main/core/store/reported-runs";
import * as rows from "../../../src/main/core/store/task-rows";
import * as scope from "../../../src/main/core/store/task-scope";
import { BEGIN_WORK, END_WORK, GO_ON } from "../../../src/main/core/store/turn";
import { STATISTICS } from "../../helpers/statistics";
import { afterThisTest, graphOf, launch, temporaryFolder } from "../../helpers/store";

/** Indexes as Hive databases have them. Each of these has led SQLite's planner astray in some statement. */
const HIVE_INDEXES = [
  "idx_tasks_status ON tasks (status)",
  "idx_tasks_status_created ON tasks (status, created_at)",
  "idx_tasks_status_priority ON tasks (status, priority DESC)",
  "idx_tasks_priority ON tasks (priority DESC)",
  "idx_tasks_updated ON tasks (updated_at DESC)",
  "idx_runs_status_started ON runs (status, started_at DESC)",
  "idx_runs_task_id ON runs (task_id)",
  "idx_runs_task_status ON runs (task_id, status)",
  "idx_runs_worker_status ON runs (worker_id, status)",
  "idx_workers_status ON workers (status)",
  "idx_execution_plans_status ON execution_plans (status)",
  "idx_plans_task_status ON execution_plans (planning_task_id, status)",
];

async function openHive(statistics: readonly string[]): Promise<Store> {
  const file = join(temporaryFolder(), "hive.db");
  const created = await openStore({ file, create: true });
  await launch(created, graphOf({ a: [], b: ["a"], c: ["a", "b"] }));
  await created.close();
  const db = new Database(file);
  for (const index of HIVE_INDEXES) db.exec(`CREATE INDEX IF NOT EXISTS ${index}`);
  for (const sql of statistics) db.exec(sql);
  db.close();
  const store = await openStore({ file });
  afterThisTest(() => store.close());
  return store;
}

async function openWithHiveIndexes(statistics: readonly string[] = []): Promise<ReadableDatabase> {
  return (await openHive(statistics)).read;
}

function planOfStatement(db: ReadableDatabase, sql: string): string[] {
  const named = Array.from(sql.matchAll(/\$(\w+)/g), ([, name = ""]) => [name, null]);
  const given = named.length > 0 ? [Object.fromEntries(named)] : Array.from(sql.matchAll(/\?/g), () => null);
  return db
    .prepare<unknown[], { detail: string }>(`EXPLAIN QUERY PLAN ${sql}`)
    .all(...given)
    .map(({ detail }) => detail);
}

/** Statements with what their first table must be searched by. */
const HOT: ReadonlyArray<readonly [name: string, sql: string, by: string]> = [
  ["the ready tasks", claiming.FREE, "q USING INDEX console_ready_order (held=?)"],
  [
    "the ready tasks of a limited plan",
    claiming.FREE_IN_PLAN,
    "USING INDEX console_ready_by_plan (plan_id=? AND held=?)",
  ],
  ["the ready tasks of a lane", claiming.FREE_IN_LANE, "q USING INDEX console_ready_in_lane (lane=?)"],
  ["those whose time has come", claiming.PROMOTE, "INDEX console_ready_later (not_before<?)"],
  ["taking a task", claiming.TAKE, "tasks USING INDEX sqlite_autoindex_tasks_1 (id=?)"],
  ["counting an attempt", claiming.TASK_BEGUN, "console_tasks USING INTEGER PRIMARY KEY"],
  ["the ready tasks without work", WITHOUT_WORK, "q USING INDEX console_ready_order (held=?)"],
  ["becoming ready", CONSOLE_READY_AGAIN, "c USING INTEGER PRIMARY KEY"],
  ["meeting dependents", MEET, "console_tasks USING INTEGER PRIMARY KEY"],
  ["a task's inputs", claiming.INPUTS, "USING COVERING INDEX console_edges_by_task (task=?)"],
  ["reported runs", REPORTED, "cr USING INDEX console_runs_reported (claimed=?)"],
  ["what depends on a task", BEHIND, "e USING PRIMARY KEY (depends_on=?)"],
  ["live runs", queue.LIVE_RUNS, "cr USING INDEX console_runs_"],
  ["a live run", queue.LIVE_RUN, "cr USING PRIMARY KEY (run_id=?)"],
  ["the ids of live runs", queue.LIVE_RUN_IDS, "cr USING COVERING INDEX console_runs_live"],
  ["stop requests", queue.STOP_REQUESTS, "cr USING INDEX console_runs_stopping"],
  ["runs to finish", RUNS_TO_FINISH, "r USING INDEX sqlite_autoindex_runs_1 (id=?)"],
  ["a plan's counters", COUNTS, "console_counts USING PRIMARY KEY (scope=?)"],
  ["a page of tasks", rows.TASK_PAGE, "k USING INDEX console_tasks_by_plan (plan_id=? AND ordinal>?)"],
  ["one task", rows.ONE_TASK, "t USING INDEX sqlite_autoindex_tasks_1 (id=?)"],
  ["what a task waits for", rows.UNMET_TITLES, "console_edges_by_task (task=?)"],
  ["what blocks a task", rows.STOPPED_DEPENDENCY, "console_edges_by_task (task=?)"],
  ["dependents", rows.DEPENDENTS, "USING PRIMARY KEY (depends_on=?)"],
  ["runs of a task", rows.RUNS_OF_TASK, "sqlite_autoindex_runs_2 (task_id=?)"],
  ["tasks to cancel", TASKS_BEFORE, "k USING INDEX console_tasks_by_plan (plan_id=? AND ordinal<?)"],
  ["live runs of a plan", LIVE_RUNS_OF_PLAN, "cr USING INDEX console_runs_"],
  ["a task to act on", scope.ONE_TASK_IN_SCOPE, "t USING INDEX sqlite_autoindex_tasks_1 (id=?)"],
  ["tasks to act on", scope.ROWS_IN_SCOPE, "t USING INTEGER PRIMARY KEY (rowid=?)"],
  ["the tasks of a status", scope.ROWS_OF_STATUS, "tasks USING COVERING INDEX"],
  ["named tasks to act on", scope.NAMED_TASKS, "t USING INDEX sqlite_autoindex_tasks_1 (id=?)"],
  ["a window of all tasks", scope.WINDOW_OF_ROWS, "t USING INTEGER PRIMARY KEY (rowid>? AND rowid<?)"],
  [
    "a window of a plan's tasks",
    scope.WINDOW_OF_PLAN,
    "k USING INDEX console_tasks_by_plan (plan_id=? AND ordinal>? AND ordinal<?)",
  ],
  ["what the feed still tells", foreign.FEED_ENDS, "SEARCH console_changes"],
  ["what changed among tasks and plans", foreign.CHANGED, "USING INTEGER PRIMARY KEY (rowid>?)"],
  ["tasks by a plan in their payload", foreign.TASKS_OF_PLAN, "t USING INDEX console_tasks_payload (<expr>=?)"],
  ["plans of other programs", foreign.FOREIGN_PLANS, "e USING INTEGER PRIMARY KEY (rowid>?)"],
  ["a further page of plans", NEXT_PLANS, "e USING INDEX console_plans_recent"],
];

test.each(Object.entries(STATISTICS))(
  "every hot statement goes by an index and sorts nothing, on a database with Hive's indexes and statistics: %s",
  async (_, statistics) => {
    const db = await openWithHiveIndexes(statistics);
    for (const [name, sql, by] of HOT) {
      const plan = planOfStatement(db, sql);
      expect([name, plan[0]]).toEqual([name, expect.stringContaining(by)]);
      expect([name, plan.filter((line) => /^SCAN (?!json_each)|TEMP B-TREE/.test(line))]).toEqual([name, []]);
    }
  },
);

test("the lists that are read whole are read along an index of their own", async () => {
  const db = await openWithHiveIndexes();
  expect(planOfStatement(db, FIRST_PLANS)[0]).toBe("SCAN e USING INDEX console_plans_recent");
  const lanes = planOfStatement(db, claiming.LANES);
  expect(lanes.filter((line) => line.startsWith("SCAN p "))).toEqual([
    expect.stringContaining("console_plans_limited"),
  ]);
  expect(lanes.filter((line) => line.includes("console_ready") && !line.includes("console_ready_in_lane"))).toEqual([]);
  expect(lanes.filter((line) => /^SCAN [lgqp] /.test(line) && !line.startsWith("SCAN p "))).toEqual([]);
  expect(planOfStatement(db, CANCELLING)[0]).toContain("INDEX console_plans_cancelling");
  expect(planOfStatement(db, queue.NEXT_NOT_BEFORE)[0]).toContain("INDEX console_ready_later");
  for (const sql of [FIRST_PLANS, queue.NEXT_NOT_BEFORE]) {
    expect(planOfStatement(db, sql).join()).not.toContain("TEMP B-TREE");
  }
});

test.each(Object.entries(STATISTICS))(
  "workers that begin, go on and end are found by their ids, %s",
  async (_, statistics) => {
    const db = await openWithHiveIndexes(statistics);
    for (const sql of [GO_ON, BEGIN_WORK, END_WORK]) {
      const plan = planOfStatement(db, sql);
      expect(plan.join("\n")).toMatch(/SEARCH workers USING (COVERING )?INDEX sqlite_autoindex_workers_1 \(id=\?\)/);
      expect(plan.filter((line) => /^SCAN (?!json_each)/.test(line))).toEqual([]);
    }
  },
);

/** As docs/external-workers.md has them. */
const CLAIM_BY_SQL = `INSERT INTO runs (id, task_id, worker_id, run_number, status)
  SELECT ?, task_id, worker_id, run_number, 'running' FROM console_offers
  WHERE worker_id = ? ORDER BY priority DESC, seq LIMIT 1`;
const LOOK_BY_SQL = "SELECT stop FROM console_attempts WHERE run_id = ?";

test("what other programs claim with SQL is found by the indexes of the ready queue", async () => {
  const db = await openWithHiveIndexes();
  const claim = planOfStatement(db, CLAIM_BY_SQL);
  const scanned = claim.filter((line) => line.startsWith("SCAN "));
  expect(scanned.filter((line) => !/^SCAN (l|n|json_each|h)\b/.test(line))).toEqual([
    expect.stringContaining("console_plans_limited"),
  ]);
  for (const lane of claim.filter((line) => /^SEARCH q USING INDEX/.test(line))) {
    expect(lane).toMatch(/console_ready_(order|by_plan|in_lane) \((plan_id=\? AND )?(held|lane)=\?/);
  }
  const [by] = planOfStatement(db, LOOK_BY_SQL);
  expect(by).toContain("cr USING PRIMARY KEY (run_id=?)");
});

interface Instruction {
  readonly addr: number;
  readonly opcode: string;
  readonly p1: number;
  readonly p2: number;
}

/** Tables and indexes that a statement, its triggers included, reads from end to end. */
function scansOf(db: ReadableDatabase, sql: string): string[] {
  const names = new Map(
    db
      .prepare<[], { name: string; rootpage: number }>("SELECT name, rootpage FROM sqlite_master")
      .all()
      .map(({ name, rootpage }) => [rootpage, name]),
  );
  const scans: string[] = [];
  let cursors = new Map<number, string>();
  for (const { addr, opcode, p1, p2 } of db.prepare<[], Instruction>(`EXPLAIN ${sql}`).all()) {
    // Each trigger is a program of its own, with cursors of its own.
    if (addr === 0) cursors = new Map();
    if (opcode === "OpenRead" || opcode === "OpenWrite") cursors.set(p1, names.get(p2) ?? String(p2));
    const name = cursors.get(p1);
    // What a walk through the graph has come to is worked off whole; else it is empty.
    if (opcode === "Rewind" && name !== undefined && name !== "console_walk") scans.push(name);
  }
  return scans;
}

test.each(Object.entries(STATISTICS))(
  "no trigger reads a table from end to end; statistics: %s",
  async (_, statistics) => {
    const store = await openHive(statistics);
    const scans = await store.write((tx) =>
      [
        "UPDATE tasks SET status = 'completed' WHERE id = 'x'",
        "UPDATE tasks SET priority = 3 WHERE id = 'x'",
        "INSERT INTO tasks (id, title, task_type) VALUES ('x', 'x', 'x')",
        "UPDATE execution_plans SET status = 'failed' WHERE id = 'x'",
        "UPDATE console_plans SET paused_at = 1 WHERE plan_id = 'x'",
        "UPDATE runs SET status = 'success' WHERE id = 'x'",
      ].flatMap((sql) => scansOf(tx, sql).map((name) => `${sql}: ${name}`)),
    );
    expect(scans).toEqual([]);
    expect(await store.write((tx) => scansOf(tx, "UPDATE tasks SET status = 'x' WHERE title = 'x'"))).toEqual([
      "tasks",
    ]);
  },
);
