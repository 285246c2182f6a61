import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { launchPlan } from "../../../src/main/core/operations/plans";
import { type Runner, type RunnerOptions, startRunner } from "../../../src/main/core/runner/runner";
import { openStore, type Store } from "../../../src/main/core/store/open";
import {
  NO_RETRIES,
  type PlanDefinition,
  SUBTASK_DEFAULTS,
  type SubtaskDefinition,
} from "../../../src/shared/model/plan-definition";
import { isAlive, processesWith } from "../../helpers/processes";
import { waitFor } from "../../helpers/wait";

export type Subtask = Partial<SubtaskDefinition> & { readonly id: string };

export function planOf(subtasks: readonly Subtask[], more: Partial<PlanDefinition> = {}): PlanDefinition {
  return {
    title: "Test plan",
    description: "",
    parameters: [],
    env: {},
    cwd: ".",
    concurrency: null,
    groups: {},
    synthesis: null,
    ...more,
    subtasks: subtasks.map((subtask) => ({
      title: subtask.id,
      description: "",
      agent: subtask.run === undefined ? "noop" : "command",
      run: null,
      dependencies: [],
      priority: 1,
      ...SUBTASK_DEFAULTS,
      retries: { ...NO_RETRIES, backoffMs: 20, maxMs: 100 },
      timeoutMs: null,
      env: {},
      cwd: null,
      ...subtask,
    })),
  };
}

export interface RunView {
  readonly id: string;
  readonly subtask: string;
  readonly number: number;
  readonly status: string;
  readonly error: string | null;
  readonly result: string | null;
  readonly exitCode: number | null;
  readonly signal: string | null;
  readonly pid: number | null;
  readonly logPath: string | null;
}

/** A database in a folder of its own, with the runners that a test starts on it. */
export class Bench {
  readonly folder = mkdtempSync(join(tmpdir(), "hive-runner-"));
  readonly file = join(this.folder, "hive.db");
  readonly #stores: Store[] = [];
  readonly #runners: Runner[] = [];

  async open(): Promise<Store> {
    const store = await openStore({ file: this.file, create: true });
    this.#stores.push(store);
    return store;
  }

  start(store: Store, options: Partial<RunnerOptions> = {}): Runner {
    const runner = startRunner(store, { slots: 2, program: "cli", graceMs: 200, ...options });
    this.#runners.push(runner);
    return runner;
  }

  async launch(store: Store, subtasks: readonly Subtask[], more: Partial<PlanDefinition> = {}): Promise<string> {
    const { planId } = await launchPlan(store, {
      definition: planOf(subtasks, more),
      parameters: {},
      sourceName: null,
      sourceText: null,
      folder: this.folder,
      launchedBy: "test",
    });
    return planId;
  }

  /** Stops and closes everything; processes that a test left behind are killed and named. */
  async close(): Promise<void> {
    for (const runner of this.#runners) await runner.stop({ tasks: "cancel" });
    // A wrapper needs a moment after its task to note the exit code.
    const left = await waitFor("the processes of this test to end", () => this.#leftovers().length === 0, {
      timeoutMs: 2_000,
    }).then(
      () => [],
      () => this.#leftovers(),
    );
    for (const pid of left.filter(isAlive)) process.kill(pid, "SIGKILL");
    for (const one of this.#stores) await one.close();
    rmSync(this.folder, { recursive: true, force: true });
    if (left.length > 0) throw new Error(`Processes outlived their test: ${left.join(", ")}`);
  }

  /** Processes of this test's attempts: their environment names a folder of it. */
  #leftovers(): number[] {
    return processesWith(`HIVE_PLAN_DIR=${this.folder}`);
  }
}

const RUNS = `SELECT r.id, k.subtask_id AS subtask, r.run_number AS number, r.status, r.error_message AS error,
    r.result_data AS result, c.exit_code AS exitCode, c.signal, c.pid, c.log_path AS logPath
  FROM runs r JOIN console_tasks k ON k.task_id = r.task_id JOIN console_runs c ON c.run_id = r.id
  WHERE k.plan_id = ? ORDER BY k.ordinal, r.run_number`;

export function runsOf(store: Store, planId: string): RunView[] {
  return store.read.prepare<unknown[], RunView>(RUNS).all(planId);
}

export function runOf(store: Store, planId: string, subtask: string): RunView | undefined {
  return runsOf(store, planId).findLast((run) => run.subtask === subtask);
}

export function planStatus(store: Store, planId: string): string {
  const row = store.read
    .prepare<unknown[], { status: string }>("SELECT status FROM execution_plans WHERE id = ?")
    .get(planId);
  return row?.status ?? "missing";
}

export async function untilEnded(store: Store, planId: string, timeoutMs = 15_000): Promise<string> {
  await waitFor(`the end of plan ${planId}`, () => planStatus(store, planId) !== "executing", { timeoutMs });
  return planStatus(store, planId);
}

export function logOf(run: RunView | undefined): string {
  return run?.logPath ? readFileSync(run.logPath, "utf8") : "";
}

/** The run of a subtask once its process is recorded and has printed `text`. */
export function untilPrinted(store: Store, planId: string, subtask: string, text: string): Promise<RunView> {
  return waitFor(`"${text}" from ${subtask}`, () => {
    const run = runOf(store, planId, subtask);
    return run?.logPath && logOf(run).includes(text) ? run : null;
  });
}

export function exists(pid: number | null): boolean {
  try {
    process.kill(pid ?? 0, 0);
    return true;
  } catch {
    return false;
  }
}
