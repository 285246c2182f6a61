import { DatabaseSync } from "node:sqlite";
import { expect, test } from "vitest";
import type { ReadableDatabase } from "../../../src/main/core/store/database";
import { DEPENDENCY_STATE, STATUS_BY_PAYLOAD } from "../../../src/main/core/store/dependencies";
import {
  NOT_READY,
  PAYLOADS,
  STATUSES,
  STATUSES_BY_PAYLOAD,
  STATUSES_IN_PLANS,
} from "../../../src/main/core/store/dependency-batch";
import { taskListStatements } from "../../../src/main/core/store/hive-task-rows";
import { TASK_TO_MOVE } from "../../../src/main/core/store/hive-task-writes";
import { ACTIVE } from "../../../src/main/core/store/hive-worker-rows";
import { QUEUED_BY_PAYLOAD, READY_IN_PLAN } from "../../../src/main/core/store/next-subtask";
import { BY_PAYLOAD } from "../../../src/main/core/store/planned-subtasks";
import { openClient } from "./client";

/** Indexes of a Hive database that offer themselves for the statements below, and are wrong for them. */
const HIVE_INDEXES = [
  "idx_tasks_status ON tasks (status)",
  "idx_tasks_priority ON tasks (priority DESC)",
  "idx_tasks_type_status ON tasks (task_type, status)",
  "idx_tasks_status_priority ON tasks (status, priority DESC)",
  "idx_tasks_status_created ON tasks (status, created_at)",
  "idx_tasks_updated ON tasks (updated_at DESC)",
  "idx_tasks_payload_parent ON tasks (json_extract(payload, '$.parent_plan_id'))",
  "idx_tasks_payload_subtask ON tasks (json_extract(payload, '$.subtask_id'))",
  "idx_runs_task_id ON runs (task_id)",
  "idx_workers_status ON workers (status)",
  "idx_workers_role ON workers (role)",
  "idx_workers_status_heartbeat ON workers (status, last_heartbeat DESC)",
  "idx_workers_heartbeat ON workers (last_heartbeat DESC)",
];

const ORDERED = "t USING INDEX console_tasks_order (status=?";
const BY_ID = "t USING INDEX sqlite_autoindex_tasks_1 (id=?)";

/** Statements with what they must be searched by. */
const HOT: ReadonlyArray<readonly [name: string, sql: string, by: string]> = [
  ...(["all", "afterNumber", "afterNull"] as const).flatMap((parts) =>
    taskListStatements("status", parts, true).map(
      (sql, n) => [`tasks by status, ${parts} ${n}`, sql, ORDERED] as const,
    ),
  ),
  ...(["all", "afterNumber", "afterNull"] as const).flatMap((parts) =>
    taskListStatements("queuedType", parts, true).map(
      (sql, n) => [`queued by type, ${parts} ${n}`, sql, "t USING INDEX console_tasks_queued (task_type=?"] as const,
    ),
  ),
  ["a task to move", TASK_TO_MOVE, BY_ID],
  ["a task's dependencies", DEPENDENCY_STATE, BY_ID],
  ["many tasks' readiness", NOT_READY, "k USING INDEX sqlite_autoindex_console_tasks_1 (task_id=?)"],
  ["many payloads", PAYLOADS, BY_ID],
  ["many dependencies", STATUSES, BY_ID],
  ["many dependencies in plans", STATUSES_IN_PLANS, "console_tasks_2 (plan_id=? AND subtask_id=?)"],
  ["many dependencies by payload", STATUSES_BY_PAYLOAD, "console_tasks_payload (<expr>=? AND <expr>=?)"],
  ["a dependency by payload", STATUS_BY_PAYLOAD, "t USING INDEX console_tasks_payload (<expr>=? AND <expr>=?)"],
  ["a subtask by payload", BY_PAYLOAD, "t USING INDEX console_tasks_payload (<expr>=? AND <expr>=?)"],
  ["a plan's queued tasks by payload", QUEUED_BY_PAYLOAD, "t USING INDEX console_tasks_payload (<expr>=?)"],
  ["a plan's next task", READY_IN_PLAN, "q USING INDEX console_ready_by_plan (plan_id=? AND held=?)"],
  ["active workers", ACTIVE, "(status=? AND last_heartbeat>?)"],
  ["deleting a task", "DELETE FROM tasks WHERE id = ?", "tasks USING INDEX sqlite_autoindex_tasks_1 (id=?)"],
  [
    "who is at a task",
    "UPDATE workers SET current_task_id = NULL WHERE current_task_id = ?",
    "workers USING COVERING INDEX console_workers_task (current_task_id=?)",
  ],
];

function explain(db: ReadableDatabase, sql: string): string[] {
  const names = [...new Set(sql.match(/\$\w+/g) ?? [])].map((name) => [name.slice(1), "1"]);
  const given = names.length > 0 ? [Object.fromEntries(names)] : (sql.match(/\?/g) ?? []).map(() => "1");
  return db
    .prepare<unknown[], { detail: string }>(`EXPLAIN QUERY PLAN ${sql}`)
    .all(...given)
    .map(({ detail }) => detail);
}

test.each([
  ["as made here", false, false],
  ["with Hive's indexes", true, false],
  ["with Hive's indexes and statistics of other times", true, true],
])("every statement goes by its index and sorts nothing, on a database %s", async (_what, hive, analyzed) => {
  const { store } = await openClient();
  const upstream = new DatabaseSync(store.file);
  if (hive) for (const index of HIVE_INDEXES) upstream.exec(`CREATE INDEX ${index}`);
  if (analyzed) {
    // As left from a time with a handful of rows: every index looks selective.
    upstream.exec(
      "INSERT INTO tasks (id, title, task_type, status) VALUES ('a', 'a', 'x', 'queued'), ('b', 'b', 'y', 'failed')",
    );
    upstream.exec("INSERT INTO workers (id, role) VALUES ('w', 'x'), ('v', 'y'); ANALYZE");
  }
  upstream.close();
  for (const [name, sql, by] of HOT) {
    const plan = explain(store.read, sql);
    expect({ name, plan: plan.join("; ") }).toEqual({ name, plan: expect.stringContaining(by) });
    for (const detail of plan) {
      expect({ name, detail }).not.toMatchObject({ detail: expect.stringMatching(/^SCAN (?!j)|TEMP B-TREE/) });
    }
  }
});
