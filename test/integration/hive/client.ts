import { execFile } from "node:child_process";
import { DatabaseSync } from "node:sqlite";
import { promisify } from "node:util";
import { createClient } from "../../../src/main/core/create-client";
import type { OrchestrationClient } from "../../../src/main/core/orchestration-client";
import type { OpenOptions, Store } from "../../../src/main/core/store/open";
import { afterThisTest, openTestStore } from "../../helpers/store";

export interface Opened {
  readonly store: Store;
  readonly client: OrchestrationClient;
  /** A connection as Python opens one: no foreign keys. */
  readonly foreign: DatabaseSync;
}

export async function openClient(options: Partial<OpenOptions> = {}): Promise<Opened> {
  const store = await openTestStore(options);
  const foreign = new DatabaseSync(store.file, { enableForeignKeyConstraints: false });
  afterThisTest(() => foreign.close());
  return { store, client: createClient(store), foreign };
}

export interface EventRow {
  readonly event_type: string;
  readonly correlation_id: string;
  readonly source_agent: string;
  readonly payload: string;
  readonly metadata: string;
}

/** Events in the order of their writing. */
export function eventsOf(store: Store, correlationId: string): EventRow[] {
  return store.read
    .prepare<[string], EventRow>("SELECT * FROM events WHERE correlation_id = ? ORDER BY rowid")
    .all(correlationId);
}

/** A plan as a Python planner leaves it. */
export function insertPlan(foreign: DatabaseSync, id: string, planData: unknown, status = "generated"): void {
  foreign.prepare("INSERT INTO planning_queue (id, task_description) VALUES (?, 'do it')").run(`queue-${id}`);
  foreign
    .prepare("INSERT INTO execution_plans (id, planning_task_id, plan_data, status) VALUES (?, ?, ?, ?)")
    .run(id, `queue-${id}`, typeof planData === "string" ? planData : JSON.stringify(planData), status);
}

/** Runs a Python program on the database and gives what it prints, as JSON. */
export async function python(program: string, ...args: string[]): Promise<unknown> {
  const { stdout } = await promisify(execFile)("python3", ["-c", program, ...args]);
  return JSON.parse(stdout);
}
