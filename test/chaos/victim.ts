import { writeSync } from "node:fs";
import { openCore } from "../../src/main/core/client";
import { createClient } from "../../src/main/core/create-client";
import { cancelPlan, launchPlan } from "../../src/main/core/operations/plans";
import { cancelTask, retryTask } from "../../src/main/core/operations/tasks";
import { HiveError } from "../../src/shared/errors";
import { NO_RETRIES, SUBTASK_DEFAULTS, type SubtaskDefinition } from "../../src/shared/model/plan-definition";
import type { Acknowledged } from "./acknowledged";
import { marksOf } from "./ledger";
import { seededRandom } from "./random";

/**
 * A console to be killed: arguments are `victim`, the database, a seed, and `work` or `settle`. It says on its standard output
 * what was acknowledged to it, a line of JSON each, in one system call so that a kill leaves no half of it unsaid.
 */
const [file = "", seed = "1", mode = "work"] = process.argv.slice(3);
const random = seededRandom(Number(seed));
const pick = <T>(list: readonly T[]): T | undefined => list[Math.floor(random() * list.length)];
const say = (what: Acknowledged): unknown => writeSync(1, `${JSON.stringify(what)}\n`);

const core = await openCore({
  file,
  mode: "create",
  runner: { slots: 3, program: random() < 0.5 ? "cli" : "window", graceMs: 100, heartbeatMs: 200 },
});
const { store } = core;
const client = createClient(store);

const plans: string[] = [];
const tasks: string[] = [];
const tasksOfPlans: string[] = [];

function subtask(index: number): SubtaskDefinition {
  const run = pick([null, null, null, "true", "exit 1", "sleep 0.03"]) ?? null;
  const dependencies = index === 0 ? [] : [...new Set([Math.floor(random() * index), Math.floor(random() * index)])];
  return {
    id: `s${index}`,
    title: `Task ${index}`,
    description: "",
    agent: run === null ? "noop" : "command",
    run: run === null ? null : `echo "$HIVE_RUN_ID" >> '${marksOf(file)}'; ${run}`,
    dependencies: dependencies.map((on) => `s${on}`),
    priority: Math.floor(random() * 3),
    ...SUBTASK_DEFAULTS,
    retries: { ...NO_RETRIES, count: run === "exit 1" ? 2 : 0, backoffMs: 5, maxMs: 20 },
    timeoutMs: null,
    env: {},
    cwd: null,
  };
}

async function launchOne(): Promise<void> {
  const subtasks = Array.from({ length: 3 + Math.floor(random() * 10) }, (_, index) => subtask(index));
  const definition = {
    title: "Chaos",
    description: "",
    parameters: [],
    env: {},
    cwd: ".",
    concurrency: null,
    groups: {},
    synthesis: null,
    subtasks,
  };
  const { planId } = await launchPlan(store, {
    definition,
    parameters: {},
    sourceName: null,
    sourceText: null,
    folder: store.filesFolder.replace(/\.files$/, "").replace(/[^/]*$/, ""),
    launchedBy: "chaos",
  });
  say({ launched: planId, tasks: subtasks.length });
  plans.push(planId);
  const ids = store.read.prepare("SELECT task_id FROM console_tasks WHERE plan_id = ?").pluck().all(planId);
  tasksOfPlans.push(...ids.map(String));
}

async function createOne(): Promise<void> {
  const id = await client.createTask({ title: "Loose", taskType: "chaos", payload: { seed } });
  say({ task: id, status: "queued" });
  tasks.push(id);
}

async function advanceOne(): Promise<void> {
  const id = tasks.shift();
  if (id === undefined) return;
  for (const status of ["in_progress", "completed"] as const) {
    await client.updateTaskStatus(id, status);
    say({ task: id, status });
  }
}

async function interfere(): Promise<void> {
  const taskId = pick(tasksOfPlans);
  const planId = pick(plans);
  if (taskId === undefined || planId === undefined) return;
  const act = pick(["retry", "cancel", "cancel", "cancelPlan"]);
  if (act === "retry") await retryTask(store, { taskId, actor: "chaos" });
  else if (act === "cancel") await cancelTask(store, { taskId, actor: "chaos" });
  else if (random() < 0.3) await cancelPlan(store, { planId, actor: "chaos" });
}

async function beat(): Promise<void> {
  const workerId = `chaos-${Math.floor(random() * 5)}`;
  await client.registerWorker({ workerId, role: "chaos" });
  await client.updateWorkerHeartbeat(workerId);
  say({ worker: workerId });
}

/** Refusals are part of life: a task may end just before it is cancelled. */
async function attempt(act: () => Promise<void>): Promise<void> {
  try {
    await act();
  } catch (error) {
    if (!(error instanceof HiveError) || error.code === "internal") throw error;
  }
}

const AT_ONCE = 8;

async function work(): Promise<never> {
  for (;;) {
    const executing = store.read
      .prepare("SELECT count(*) FROM execution_plans WHERE status = 'executing'")
      .pluck()
      .get();
    const acts = [createOne, advanceOne, interfere, beat, ...(Number(executing) < 6 ? [launchOne, launchOne] : [])];
    await Promise.all(Array.from({ length: AT_ONCE }, () => attempt(pick(acts) ?? beat)));
    await new Promise((next) => setImmediate(next));
  }
}

/** Finishes what the killed ones left, then goes. */
async function settle(): Promise<void> {
  const open = store.read
    .prepare(
      "SELECT (SELECT count(*) FROM execution_plans WHERE status = 'executing') + (SELECT count(*) FROM console_runs WHERE live = 1)",
    )
    .pluck();
  while (open.get() !== 0) await new Promise((next) => setTimeout(next, 20));
  await core.close();
  say({ settled: true });
}

say({ ready: true });
if (mode === "work") await work();
else await settle();
