import { DatabaseSync } from "node:sqlite";
import fc from "fast-check";
import { expect, test } from "vitest";
import { cancelPlan } from "../../../src/main/core/operations/plans";
import { cancelTask, retryTask } from "../../../src/main/core/operations/tasks";
import type { Store } from "../../../src/main/core/store/open";
import { completeReady } from "../../../src/main/core/store/queue";
import { HiveError } from "../../../src/shared/errors";
import { isTerminalPlan } from "../../../src/shared/model/plan";
import { NO_RETRIES, ON_FAILURE, WHEN } from "../../../src/shared/model/plan-definition";
import { TASK_STATUSES } from "../../../src/shared/model/task";
import { recomputedDerivations, storedDerivations } from "../../helpers/invariants";
import { addWorkers, afterThisTest, claim, finish, launch, openTestStore, planOf, subtask } from "../../helpers/store";

const SIZE = 9;
const place = fc.nat(SIZE - 1);

/** Task i depends on earlier ones, so there is no cycle. */
const graph = fc
  .array(fc.array(place, { maxLength: 3 }), { minLength: SIZE, maxLength: SIZE })
  .map((rows) => rows.map((row, index) => (index === 0 ? [] : row.map((on) => on % index))));

/** What a task runs on, what its failure means, and whether it needs the one place of a group. */
const nature = fc.record({
  when: fc.constantFrom("success" as const, ...WHEN),
  onFailure: fc.constantFrom(...ON_FAILURE),
  group: fc.constantFrom(null, null, "mutex"),
});
const natures = fc.oneof(
  fc.constant([]),
  fc.array(nature, { minLength: SIZE, maxLength: SIZE }),
  fc.array(nature, { minLength: SIZE, maxLength: SIZE }),
);

const step = fc.oneof(
  { weight: 4, arbitrary: fc.record({ act: fc.constant("work" as const), slots: fc.integer({ min: 1, max: 3 }) }) },
  {
    weight: 4,
    arbitrary: fc.record({
      act: fc.constant("finish" as const),
      outcome: fc.constantFrom("success" as const, "failure" as const, "cancelled" as const),
      retry: fc.boolean(),
    }),
  },
  { weight: 4, arbitrary: fc.record({ act: fc.constant("settle" as const) }) },
  { weight: 2, arbitrary: fc.record({ act: fc.constantFrom("cancel" as const, "retry" as const), place }) },
  { weight: 1, arbitrary: fc.record({ act: fc.constant("cancelPlan" as const) }) },
  {
    weight: 10,
    arbitrary: fc.record({
      act: fc.constant("foreignStatus" as const),
      place,
      // Mostly those that change what waits and what is blocked.
      status: fc.oneof(
        { weight: 4, arbitrary: fc.constantFrom("queued", "failed", "cancelled", "completed") },
        { weight: 1, arbitrary: fc.constantFrom(...TASK_STATUSES, "made_up") },
      ),
    }),
  },
  { weight: 1, arbitrary: fc.record({ act: fc.constant("foreignDelete" as const), place }) },
  {
    weight: 1,
    arbitrary: fc.record({
      act: fc.constant("foreignPlanStatus" as const),
      status: fc.constantFrom("executing", "failed"),
    }),
  },
  { weight: 1, arbitrary: fc.record({ act: fc.constant("foreignTask" as const) }) },
);
type Step = typeof step extends fc.Arbitrary<infer Value> ? Value : never;

const NOTHING = { counts: {}, unmet: {}, blocked: [], ready: [], needless: [], groups: {} };

interface World {
  readonly store: Store;
  readonly foreign: DatabaseSync;
  readonly planId: string;
  readonly taskIds: readonly string[];
  readonly workers: readonly string[];
  readonly runs: string[];
}

async function take(step: Step, world: World): Promise<void> {
  const { store, foreign, planId, taskIds, workers, runs } = world;
  switch (step.act) {
    case "work":
      runs.push(...(await claim(store, workers.slice(0, step.slots))).map((one) => one.runId));
      return;
    case "finish": {
      const runId = runs.shift();
      if (runId) await finish(store, runId, step.outcome, { retryAt: step.retry ? 1 : null });
      return;
    }
    case "settle":
      await settle(store);
      return;
    case "cancel":
      await refusable(cancelTask(store, { taskId: taskIds[step.place] ?? "", actor: "test" }));
      return;
    case "retry":
      await refusable(retryTask(store, { taskId: taskIds[step.place] ?? "", actor: "test" }));
      return;
    case "cancelPlan":
      await refusable(cancelPlan(store, { planId, actor: "test" }));
      return;
    case "foreignStatus":
      foreign.prepare("UPDATE tasks SET status = ? WHERE id = ?").run(step.status, taskIds[step.place] ?? "");
      return;
    case "foreignDelete":
      foreign.prepare("DELETE FROM tasks WHERE id = ?").run(taskIds[step.place] ?? "");
      return;
    case "foreignPlanStatus":
      foreign.prepare("UPDATE execution_plans SET status = ? WHERE id = ?").run(step.status, planId);
      return;
    case "foreignTask":
      foreign.prepare("INSERT INTO tasks (id, title, task_type) VALUES (?, 'foreign', 'x')").run(store.newId());
  }
}

/** What the dispatcher does about tasks without work. */
function settle(store: Store): Promise<number> {
  const { clock, newId } = store;
  return store.write((tx) =>
    completeReady(tx, { now: clock.now(), limit: 100, workerId: "worker-0", source: "test", newId }),
  );
}

/** From the rows alone: whose failure was let pass, or who was not needed, does not count. */
function expectedOutcome(store: Store, planId: string): string {
  const rows = store.read
    .prepare<[string], { status: string; on_failure: number; skipped: number }>(
      "SELECT t.status, k.on_failure, k.skipped FROM console_tasks k JOIN tasks t ON t.id = k.task_id WHERE k.plan_id = ?",
    )
    .all(planId);
  const counted = rows.filter(
    (row) => !(row.status === "failed" && row.on_failure === 1) && !(row.status === "cancelled" && row.skipped === 1),
  );
  if (counted.every((row) => row.status === "completed")) return "completed";
  return rows.some((row) => row.status === "completed") ? "partially_completed" : "failed";
}

async function refusable(act: Promise<unknown>): Promise<void> {
  try {
    await act;
  } catch (error) {
    if (!(error instanceof HiveError) || error.code === "internal") throw error;
  }
}

test("counters, unmet dependencies, blocked and ready tasks are what a recount gives, whoever writes", async () => {
  const store = await openTestStore();
  const workers = await addWorkers(store, 3);
  // A connection as Python opens one: no foreign keys, no recursive triggers.
  const foreign = new DatabaseSync(store.file, { enableForeignKeyConstraints: false });
  afterThisTest(() => foreign.close());
  await fc.assert(
    fc.asyncProperty(
      graph,
      natures,
      fc.array(step, { maxLength: 40, size: "max" }),
      fc.boolean(),
      async (edges, given, steps, limited) => {
        const subtasks = edges.map((dependencies, index) =>
          subtask(`t${index}`, {
            dependencies: dependencies.map((on) => `t${on}`),
            retries: { ...NO_RETRIES, count: 1, backoffMs: 0, maxMs: 0 },
            agent: "command",
            run: "true",
            ...given[index],
          }),
        );
        const planId = await launch(store, planOf(subtasks, { concurrency: limited ? 2 : null }));
        const taskIds = store.read
          .prepare<[string], string>("SELECT task_id FROM console_tasks WHERE plan_id = ? ORDER BY ordinal")
          .pluck()
          .all(planId);
        const world: World = { store, foreign, planId, taskIds, workers, runs: [] };
        expect(storedDerivations(store.read)).toEqual(recomputedDerivations(store.read));
        for (const one of steps) {
          await take(one, world);
          expect(storedDerivations(store.read)).toEqual(recomputedDerivations(store.read));
        }
        // The next plan begins with nothing of this one in the way.
        for (const runId of world.runs) await finish(store, runId, "success");
        await store.write((tx) => {
          tx.prepare("DELETE FROM tasks").run();
          tx.prepare("DELETE FROM execution_plans").run();
        });
        expect(storedDerivations(store.read)).toEqual(NOTHING);
      },
    ),
    { numRuns: 250 },
  );
}, 300_000);

test("a plan driven to its end by claims and finishes alone always ends, and as its tasks did", async () => {
  const store = await openTestStore();
  const workers = await addWorkers(store, 3);
  await fc.assert(
    fc.asyncProperty(
      graph,
      natures,
      fc.array(fc.boolean(), { minLength: SIZE, maxLength: SIZE }),
      async (edges, given, fortunes) => {
        const subtasks = edges.map((dependencies, index) =>
          subtask(`t${index}`, {
            dependencies: dependencies.map((on) => `t${on}`),
            agent: "command",
            run: "true",
            ...given[index],
            // Nobody is there to judge.
            onFailure: given[index]?.onFailure === "continue" ? "continue" : "fail",
          }),
        );
        const planId = await launch(store, planOf(subtasks));
        let ended: string | null = null;
        const statusOf = () =>
          String(store.read.prepare("SELECT status FROM execution_plans WHERE id = ?").pluck().get(planId));
        for (let round = 0; statusOf() === "executing" && round <= 3 * SIZE; round += 1) {
          await settle(store);
          for (const one of await claim(store, workers)) {
            expect(ended).toBeNull();
            const lucky = fortunes[Number(one.subtaskId.slice(1))];
            ended = (await finish(store, one.runId, lucky ? "success" : "failure")).planEnded;
          }
        }
        expect(isTerminalPlan(statusOf())).toBe(true);
        expect(statusOf()).toBe(expectedOutcome(store, planId));
        expect(storedDerivations(store.read)).toEqual(recomputedDerivations(store.read));
        const waiting = storedDerivations(store.read).counts[`${planId}/waiting`];
        expect(storedDerivations(store.read).counts[`${planId}/blocked`]).toBe(waiting);
      },
    ),
    { numRuns: 60 },
  );
}, 60_000);
