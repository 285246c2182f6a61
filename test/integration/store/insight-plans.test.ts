import { join } from "node:path";
import Database from "better-sqlite3";
import { expect, it } from "vitest";
import type { ReadableDatabase } from "../../../src/main/core/store/database";
import * as forecast from "../../../src/main/core/store/forecast-rows";
import { openStore } from "../../../src/main/core/store/open";
import * as past from "../../../src/main/core/store/past-runs";
import * as names from "../../../src/main/core/store/task-names";
import * as why from "../../../src/main/core/store/why-rows";
import { afterThisTest, graphOf, launch, temporaryFolder } from "../../helpers/store";

/** As Hive databases have them: they lead SQLite's planner astray. */
const HIVE_INDEXES = [
  "idx_tasks_status ON tasks (status)",
  "idx_tasks_status_priority ON tasks (status, priority DESC)",
  "idx_runs_task_status ON runs (task_id, status)",
  "idx_execution_plans_status ON execution_plans (status)",
];

async function openDatabase(): Promise<ReadableDatabase> {
  const file = join(temporaryFolder(), "hive.db");
  const created = await openStore({ file, create: true });
  await launch(created, graphOf({ a: [], b: ["a"], c: ["a", "b"] }));
  await created.close();
  const db = new Database(file);
  for (const index of HIVE_INDEXES) db.exec(`CREATE INDEX ${index}`);
  db.close();
  const store = await openStore({ file });
  afterThisTest(() => store.close());
  return store.read;
}

function details(db: ReadableDatabase, sql: string): string[] {
  const named = Array.from(sql.matchAll(/\$(\w+)/g), ([, name = ""]) => [name, null]);
  const given = named.length > 0 ? [Object.fromEntries(named)] : Array.from(sql.matchAll(/\?/g), () => null);
  return db
    .prepare<unknown[], { detail: string }>(`EXPLAIN QUERY PLAN ${sql}`)
    .all(...given)
    .map(({ detail }) => detail);
}

const STATEMENTS: Readonly<Record<string, string>> = {
  WHY_TASK: why.WHY_TASK,
  UNMET: why.UNMET,
  NOT_OVER: why.NOT_OVER,
  STOPPED_DEPENDENCIES: why.STOPPED_DEPENDENCIES,
  DEPENDENCY_COUNT: why.DEPENDENCY_COUNT,
  RUNNING_NOW: why.RUNNING_NOW,
  WHY_PLAN: why.WHY_PLAN,
  WHY_GROUP: why.WHY_GROUP,
  WHY_ENTRY: why.WHY_ENTRY,
  AHEAD_IN_LANE: why.AHEAD_IN_LANE,
  AHEAD_IN_PLAN: why.AHEAD_IN_PLAN,
  AHEAD: why.AHEAD,
  PAST_PLANS: past.PAST_PLANS,
  PAST_TASKS: past.PAST_TASKS,
  LATEST_PLANS: past.LATEST_PLANS,
  OUTLOOK_TASKS: forecast.OUTLOOK_TASKS,
  OUTLOOK_STATES: forecast.OUTLOOK_STATES,
  OUTLOOK_STATE: forecast.OUTLOOK_STATE,
  OUTLOOK_PLAN: forecast.OUTLOOK_PLAN,
  GROUP_CAPACITY: forecast.GROUP_CAPACITY,
  BY_ID: names.BY_ID,
  BY_BEGINNING: names.BY_BEGINNING,
};

/** Read through in the order of an index, with a limit. */
const IN_ORDER = ["console_plans_recent"];

it.each(Object.entries(STATEMENTS))("%s searches by indexes and sorts nothing", async (_name, sql) => {
  const db = await openDatabase();
  const steps = details(db, sql);
  const scans = steps.filter(
    (step) =>
      step.startsWith("SCAN") &&
      !/SCAN \((sub|join)|SCAN up|CONSTANT/.test(step) &&
      !IN_ORDER.some((index) => step.includes(index)),
  );
  expect(scans, steps.join("\n")).toEqual([]);
  expect(steps.join("\n")).not.toContain("TEMP B-TREE");
  expect(steps.join("\n")).not.toMatch(/idx_tasks_status|idx_runs_task_status/);
});

it("a task's obstacles are found by walking up from it", async () => {
  const db = await openDatabase();
  const steps = details(db, why.ROOTS).join("\n");
  expect(steps).toContain("SEARCH e USING COVERING INDEX console_edges_by_task (task=?)");
  expect(steps).not.toMatch(/SCAN (e|c|k|t)\b/);
});
