import { join } from "node:path";
import Database from "better-sqlite3";
import { expect, test } from "vitest";
import { BOARD_EXTRA } from "../../../src/main/core/store/board-tasks";
import { type ReadableDatabase, statement } from "../../../src/main/core/store/database";
import { COUNTED, enteredStatement } from "../../../src/main/core/store/entered-tasks";
import { ERROR_OF_TASK } from "../../../src/main/core/store/error-groups";
import { openStore } from "../../../src/main/core/store/open";
import { MOST_OF_TYPE, MOST_OF_WORKER } from "../../../src/main/core/store/task-course";
import { filterSql } from "../../../src/main/core/store/task-filter-sql";
import { scanStatement, sweepStatement, WALKS } from "../../../src/main/core/store/task-segments";
import type { TaskFilter } from "../../../src/shared/model/task-filter";
import { STATISTICS } from "../../helpers/statistics";
import { afterThisTest, graphOf, launch, temporaryFolder } from "../../helpers/store";

/** Indexes as Hive databases have them: each has led SQLite's planner astray in some statement. */
const HIVE_INDEXES = [
  "idx_tasks_status ON tasks (status)",
  "idx_tasks_status_created ON tasks (status, created_at)",
  "idx_tasks_status_priority ON tasks (status, priority DESC)",
  "idx_tasks_priority ON tasks (priority DESC)",
  "idx_tasks_updated ON tasks (updated_at DESC)",
  "idx_tasks_worker ON tasks (assigned_worker)",
  "idx_runs_task_id ON runs (task_id)",
  "idx_runs_task_status ON runs (task_id, status)",
];

/** A filter of every field: the worst that a statement is asked. */
const EVERYTHING: TaskFilter = {
  states: ["queued", "stopping", "failed"],
  planIds: ["p"],
  types: ["command"],
  workers: ["w"],
  tags: ["t"],
  priority: { min: 1, max: 2 },
  attempts: { min: 1 },
  age: { max: 1_000 },
  unchangedFor: { max: 1_000 },
  error: "e",
  text: "x",
  ids: ["a"],
  not: {
    states: ["queued", "completed"],
    planIds: ["q"],
    types: ["llm"],
    workers: ["v"],
    tags: ["u"],
    error: "f",
    text: "y",
  },
};

async function openWithHiveIndexes(statistics: readonly string[] = []): Promise<ReadableDatabase> {
  const file = join(temporaryFolder(), "hive.db");
  const created = await openStore({ file, create: true });
  await launch(created, graphOf({ a: [], b: ["a"] }));
  await created.close();
  const db = new Database(file);
  for (const index of HIVE_INDEXES) db.exec(`CREATE INDEX IF NOT EXISTS ${index}`);
  for (const sql of statistics) db.exec(sql);
  db.close();
  const store = await openStore({ file });
  afterThisTest(() => store.close());
  return store.read;
}

function planOf(db: ReadableDatabase, sql: string): string[] {
  const names = Array.from(sql.matchAll(/\$(\w+)/g), ([, name = ""]) => [name, null]);
  const given = names.length > 0 ? [Object.fromEntries(names)] : Array.from(sql.matchAll(/\?/g), () => null);
  return statement(db, `EXPLAIN QUERY PLAN ${sql}`)
    .all(...given)
    .map(({ detail }) => String(detail));
}

const PLACE = { row: 1, priority: 1, age: "a", changed: "b", ordinal: 1 };

/** How the first table of each walk is reached, for the ranges from the start and beyond a place. */
const SERVED: Readonly<Record<keyof typeof WALKS, RegExp>> = {
  priority: /^SEARCH t USING INDEX console_tasks_order \(status=\?/,
  recent: /^SEARCH t USING INDEX console_tasks_recent \(status=\?/,
  newest: /^SEARCH t USING INTEGER PRIMARY KEY \(rowid<\?\)/,
  oldest: /^SEARCH t USING INTEGER PRIMARY KEY \(rowid>\?\)/,
  type: /^SEARCH t USING (COVERING )?INDEX console_tasks_type \(task_type=\?/,
  worker: /^SEARCH t USING (COVERING )?INDEX console_tasks_worker \(assigned_worker=\?/,
  plan: /^SEARCH k USING INDEX console_tasks_by_plan \(plan_id=\?/,
};

test.each(Object.entries(STATISTICS))(
  "every walk goes along its index, whatever the filter asks besides, and sorts nothing; statistics: %s",
  async (_, statistics) => {
    const db = await openWithHiveIndexes(statistics);
    for (const [name, { from, order, all, after }] of Object.entries(WALKS)) {
      const served = SERVED[name as keyof typeof WALKS];
      // From its first row on, the table itself is the order.
      const isWhole = from.startsWith("tasks t LEFT");
      const ranges = [{ where: all }, ...after(PLACE), ...after({ ...PLACE, priority: null })];
      for (const filter of [{}, EVERYTHING]) {
        for (const range of ranges) {
          const plan = planOf(db, scanStatement(filterSql(filter, 0).where, from, range.where, range.order ?? order));
          expect(plan.join("\n"), `${name}: ${range.where}`).not.toContain("TEMP B-TREE");
          expect(
            plan.find((line) => /^(SEARCH|SCAN) [tk]\b/.test(line)),
            `${name}: ${range.where}`,
          ).toMatch(isWhole && range.where === "1" ? /^SCAN t$/ : served);
        }
      }
    }
  },
);

test("a walk goes on where it stopped without passing by what it has read", async () => {
  const db = await openWithHiveIndexes();
  const ranges = WALKS.priority
    .after(PLACE)
    .map(
      (range) =>
        planOf(db, scanStatement("", WALKS.priority.from, range.where, range.order ?? WALKS.priority.order))[0],
    );
  expect(ranges[0]).toContain("(status=? AND priority=? AND <expr>=? AND rowid>?)");
  expect(ranges[1]).toContain("(status=? AND priority=? AND <expr>>?)");
  expect(ranges[2]).toContain("(status=? AND priority<?)");
  const recent = WALKS.recent
    .after(PLACE)
    .map(
      (range) => planOf(db, scanStatement("", WALKS.recent.from, range.where, range.order ?? WALKS.recent.order))[0],
    );
  expect(recent[0]).toContain("(status=? AND <expr>=? AND rowid<?)");
  expect(recent[1]).toContain("(status=? AND <expr>>? AND <expr><?)");
});

test("nothing else of the lists reads more than it names", async () => {
  const db = await openWithHiveIndexes();
  const { where } = filterSql(EVERYTHING, 0);
  expect(planOf(db, sweepStatement(where))[0]).toContain("SEARCH t USING INTEGER PRIMARY KEY (rowid>? AND rowid<?)");
  expect(planOf(db, enteredStatement(where)).join("\n")).toContain(
    "SEARCH t USING INDEX sqlite_autoindex_tasks_1 (id=?)",
  );
  expect(planOf(db, enteredStatement(where)).join("\n")).not.toMatch(/SCAN [tk]\b/);
  expect(planOf(db, MOST_OF_TYPE).join("\n")).toContain("COVERING INDEX console_tasks_type (task_type=?)");
  expect(planOf(db, MOST_OF_WORKER).join("\n")).toContain("COVERING INDEX console_tasks_worker (assigned_worker=?)");
  expect(planOf(db, BOARD_EXTRA).every((line) => line.startsWith("SEARCH"))).toBe(true);
  expect(planOf(db, ERROR_OF_TASK).join("\n")).not.toContain("SCAN");
  expect(planOf(db, COUNTED)[0]).toContain("console_counts USING PRIMARY KEY (scope=?)");
});
