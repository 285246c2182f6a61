import fc from "fast-check";
import { expect, test } from "vitest";
import { systemClock } from "../../../src/main/core/clock";
import { pausePlan, resumePlan } from "../../../src/main/core/operations/control";
import { updateTaskStatus } from "../../../src/main/core/operations/hive/tasks";
import { getPlanGraph, getPlanGraphStates } from "../../../src/main/core/operations/plan-graph";
import { checkPlanHistory, getPlanHistory } from "../../../src/main/core/operations/plan-history";
import { cancelPlan, getPlan } from "../../../src/main/core/operations/plans";
import { retryFrom } from "../../../src/main/core/operations/retry-from";
import { changeTask, listTasks } from "../../../src/main/core/operations/tasks";
import type { Store } from "../../../src/main/core/store/open";
import { HISTORY_TASKS } from "../../../src/main/core/store/plan-history-rows";
import { completeReady } from "../../../src/main/core/store/queue";
import { HiveError } from "../../../src/shared/errors";
import { createPastGraph, createPlanPast, pastPlan, pastStates } from "../../../src/shared/model/plan-past";
import type { TaskChange } from "../../../src/shared/model/task-change";
import { addWorkers, claim, finish, graphOf, launch, openTestStore, planOf, subtask } from "../../helpers/store";

const START = Date.UTC(2026, 10, 21, 8);

async function statesOf(store: Store, planId: string): Promise<string[]> {
  const { state, states } = await getPlanGraphStates(store, { planId });
  return state.map((place) => states[place] ?? "");
}

/** Every task as the history has it at a moment. */
async function pastOf(store: Store, planId: string): Promise<(time: number) => string[]> {
  const history = await getPlanHistory(store, { planId });
  const graph = createPastGraph(history.ordinals.length, (await getPlanGraph(store, { planId })).edges);
  const past = createPlanPast(history);
  return (time) => pastStates(history, graph, past.at(time), time);
}

type Step =
  | { readonly do: "claim" | "noops" }
  | { readonly do: "pause" | "resume" | "cancelPlan" }
  | {
      readonly do: "finish";
      readonly which: number;
      readonly outcome: "success" | "failure" | "timeout";
      readonly retry: boolean;
    }
  | { readonly do: "change"; readonly task: number; readonly change: TaskChange }
  | { readonly do: "retryFrom"; readonly task: number }
  | { readonly do: "hive"; readonly task: number };

const outcome = fc.constantFrom("success" as const, "success" as const, "failure" as const, "timeout" as const);
const change: fc.Arbitrary<TaskChange> = fc.oneof(
  fc.constantFrom<TaskChange>(
    { act: "tasks.retry" },
    { act: "tasks.cancel", mode: "kill" },
    { act: "tasks.cancel", mode: "let_end" },
    { act: "tasks.approve" },
    { act: "tasks.reject" },
    { act: "tasks.sendBack" },
    { act: "tasks.setPriority", priority: 5 },
  ),
  fc
    .constantFrom("completed" as const, "failed" as const, "queued" as const, "escalated" as const)
    .map((status): TaskChange => ({ act: "tasks.forceState", status })),
);
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: fc.constant("claim" as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constantFrom("noops" as const, "pause" as const, "resume" as const) }) },
  {
    weight: 6,
    arbitrary: fc.record({ do: fc.constant("finish" as const), which: fc.nat(3), outcome, retry: fc.boolean() }),
  },
  { weight: 4, arbitrary: fc.record({ do: fc.constant("change" as const), task: fc.nat(7), change }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("retryFrom" as const), task: fc.nat(7) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("hive" as const), task: fc.nat(7) }) },
);

const SHAPE = planOf(
  [
    subtask("a", { agent: "command", run: "true" }),
    subtask("b", { agent: "command", run: "true", dependencies: ["a"] }),
    subtask("gate", { agent: "approval", dependencies: ["a"] }),
    subtask("c", { agent: "command", run: "true", dependencies: ["b", "gate"], onFailure: "continue" }),
    subtask("rescue", { agent: "command", run: "true", dependencies: ["b"], when: "failure" }),
    subtask("join", { dependencies: ["c", "rescue"], when: "always" }),
    subtask("asks", { agent: "command", run: "true", onFailure: "escalate" }),
    subtask("last", { agent: "command", run: "true", dependencies: ["asks", "c"] }),
  ],
  { title: "Every kind of task" },
);

test("at each moment of a random walk the history is what was then, and its end is the present", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 10, maxLength: 40 }), fc.boolean(), async (steps, endsCancelled) => {
      const clock = { ...systemClock, time: START, now: () => clock.time };
      const store = await openTestStore({ clock });
      const workers = await addWorkers(store, 2);
      const planId = await launch(store, SHAPE);
      const ids = listTasks(store, { planId, limit: 20 }).rows.map(({ id }) => id);
      const running: string[] = [];
      const seen: Array<{ time: number; states: string[]; status: string }> = [];
      const walk: readonly Step[] = endsCancelled ? [...steps, { do: "cancelPlan" }, { do: "claim" }] : steps;
      for (const one of walk) {
        clock.time += 1_000;
        await perform(store, { one, planId, ids, workers, running }).catch((error: unknown) => {
          // What is not allowed now changes nothing.
          if (!(error instanceof HiveError)) throw error;
        });
        seen.push({
          time: clock.time,
          states: await statesOf(store, planId),
          status: getPlan(store, { planId }).status,
        });
      }
      const history = await getPlanHistory(store, { planId });
      const past = await pastOf(store, planId);
      for (const { time, states, status } of seen.toReversed()) {
        expect(past(time), `${(time - START) / 1_000} s`).toEqual(states);
        expect(pastPlan(history, time).status).toBe(status);
      }
      for (const { time, states } of seen) expect(past(time)).toEqual(states);
      expect(await checkPlanHistory(store, { planId })).toEqual({ planId, gaps: [], gapCount: 0 });
      expect(history.strangers).toBe(0);
      await store.close();
    }),
    { numRuns: 12 },
  );
}, 120_000);

interface Walk {
  readonly one: Step;
  readonly planId: string;
  readonly ids: readonly string[];
  readonly workers: readonly string[];
  readonly running: string[];
}

async function perform(store: Store, { one, planId, ids, workers, running }: Walk): Promise<void> {
  const actor = "ada";
  const now = store.clock.now();
  if (one.do === "claim") {
    const free = workers.slice(0, Math.max(0, workers.length - running.length));
    running.push(...(await claim(store, free)).map(({ runId }) => runId));
  } else if (one.do === "noops") {
    const request = { now, limit: 10, workerId: workers[0] ?? "", source: "test", newId: store.newId };
    await store.write((tx) => completeReady(tx, request));
  } else if (one.do === "finish") {
    const [runId] = running.splice(one.which % Math.max(1, running.length), 1);
    if (runId === undefined) return;
    const stop = store.read.prepare<[string], { stop_requested: string | null }>(
      "SELECT stop_requested FROM console_runs WHERE run_id = ?",
    );
    const isStopped = stop.get(runId)?.stop_requested === "cancel";
    await finish(store, runId, isStopped ? "cancelled" : one.outcome, { retryAt: one.retry ? now + 2_500 : null });
  } else if (one.do === "pause") await pausePlan(store, { planId, actor });
  else if (one.do === "resume") await resumePlan(store, { planId, actor });
  else if (one.do === "cancelPlan") await cancelPlan(store, { planId, actor });
  else if (one.do === "change") await changeTask(store, { taskId: ids[one.task] ?? "", actor }, one.change);
  else if (one.do === "retryFrom") await retryFrom(store, { taskId: ids[one.task] ?? "", actor });
  else if (one.do === "hive") {
    const caller = { actor, source: "python", heartbeatLimitMs: 15_000 };
    await updateTaskStatus(store, caller, ids[one.task] ?? "", "failed");
  }
}

test("what another program changed without telling is named, and what it told is believed", async () => {
  const store = await openTestStore();
  const planId = await launch(store, graphOf({ a: [], b: ["a"], c: [] }));
  const [a, b] = listTasks(store, { planId, limit: 5 }).rows;
  await store.write((tx) => tx.prepare("UPDATE tasks SET status = 'completed' WHERE id = ?").run(a?.id));
  expect(await checkPlanHistory(store, { planId })).toEqual({
    planId,
    gapCount: 1,
    gaps: [{ taskId: a?.id, title: "Task a", told: "queued", is: "completed" }],
  });
  await store.write((tx) =>
    tx
      .prepare(`INSERT INTO events (event_id, event_type, timestamp, source_agent, correlation_id, payload, metadata)
        VALUES ('x', 'task.completed', 'no time', 'python', ?, ?, '{}'), ('y', 'task.failed', 5, 'python', ?, '{broken', '{}')`)
      .run(planId, JSON.stringify({ task_id: a?.id }), planId),
  );
  expect((await checkPlanHistory(store, { planId })).gapCount).toBe(0);
  const history = await getPlanHistory(store, { planId });
  const after = await getPlanHistory(store, { planId, after: history.cursor });
  expect(after.steps.at).toEqual([]);
  expect(history.steps.at).toEqual(history.steps.at.toSorted((one, other) => one - other));
  await store.write((tx) => tx.prepare("DELETE FROM tasks WHERE id = ?").run(b?.id));
  expect(await getPlanHistory(store, { planId })).toMatchObject({ strangers: 1, ordinals: [0, 2] });
});

test("the history of a large plan is read in slices, by its keys, and any moment of it is found at once", async () => {
  const store = await openTestStore();
  const many = Object.fromEntries(
    Array.from({ length: 2_000 }, (_, index) => [`t${index}`, index < 10 ? [] : [`t${index - 10}`]]),
  );
  const planId = await launch(store, graphOf(many));
  await addWorkers(store, 1);
  const request = { now: store.clock.now(), limit: 500, workerId: "worker-0", source: "test", newId: store.newId };
  for (let done = 1; done > 0; ) done = await store.write((tx) => completeReady(tx, request));
  const history = await getPlanHistory(store, { planId });
  expect(history.steps.at).toHaveLength(8_000);
  const past = createPlanPast(history);
  const end = past.moments.at(-1) ?? 0;
  const completed = history.statuses.indexOf("completed");
  for (const time of [end, 0, end, (past.moments[0] ?? 0) - 1, end]) {
    const count = past.at(time).status.filter((status) => status === completed).length;
    expect(count).toBe(time === end ? 2_000 : 0);
  }
  const plan = store.read
    .prepare<unknown[], { detail: string }>(`EXPLAIN QUERY PLAN ${HISTORY_TASKS}`)
    .all(planId, -1, 10)
    .map(({ detail }) => detail);
  expect(plan).toEqual([
    expect.stringContaining("console_tasks_by_plan (plan_id=? AND ordinal>?)"),
    expect.stringMatching(/^SEARCH t USING /),
  ]);
});
