import fc from "fast-check";
import { expect, test } from "vitest";
import { createClient } from "../../../src/main/core/create-client";
import * as board from "../../../src/main/core/operations/board";
import { importBoard } from "../../../src/main/core/operations/board-import";
import { listAudit } from "../../../src/main/core/operations/events";
import { coreHandlers } from "../../../src/main/core/operations/handlers";
import { listTasks } from "../../../src/main/core/operations/tasks";
import { BOARD_TASK_PAGE, NAMED_TASK_PAGE, UNNAMED_TASK_PAGE } from "../../../src/main/core/store/board-rows";
import { statement } from "../../../src/main/core/store/database";
import type { Store } from "../../../src/main/core/store/open";
import { HiveError } from "../../../src/shared/errors";
import { taskStateFromBoard } from "../../../src/shared/model/board";
import { isLegalPlanTransition } from "../../../src/shared/model/plan";
import { isLegalTaskTransition, TASK_STATUSES } from "../../../src/shared/model/task";
import { recomputedDerivations, storedDerivations } from "../../helpers/invariants";
import {
  addWorkers,
  claim,
  finish,
  graphOf,
  launch,
  openTestStore,
  planOf,
  subtask,
  temporaryFolder,
} from "../../helpers/store";
import { theBoard } from "./board";

/** A store with one imported plan of four pending tasks. */
async function imported(): Promise<{ store: Store; planId: string; taskIds: readonly string[] }> {
  const file = `${temporaryFolder()}/board.db`;
  const ids = theBoard(file, [["plan", "p", "A goal"]]);
  const store = await openTestStore();
  await importBoard(store, { file, actor: "test" });
  const planId = ids.p ?? "";
  const tasks = await board.getAllTasksForPlan(store, planId);
  return { store, planId, taskIds: tasks.map(({ taskId }) => taskId) };
}

test("a Board's program runs a plan from its goal to its final plan", async () => {
  const { store, planId, taskIds } = await imported();
  const client = createClient(store).board;
  expect(await client.runPlan(planId)).toMatchObject({ planStatus: "in_progress", progressPercent: 0, runBy: "other" });
  const pending = await client.getPendingTasks(planId);
  expect(pending.map(({ agent, state, attempts }) => [agent, state, attempts])).toEqual([
    ["COO", "pending", 0],
    ["CFO", "pending", 0],
    ["CTO", "pending", 0],
    ["CMO", "pending", 0],
  ]);
  for (const [index, taskId] of taskIds.entries()) {
    expect(await client.updateTaskStatus(taskId, "in_progress")).toBe(true);
    expect(await client.incrementTaskAttempts(taskId)).toBe(true);
    expect(
      await client.updateTaskStatus(taskId, index === 3 ? "failed" : "completed", index === 3 ? "no answer" : null),
    ).toBe(true);
  }
  const last = taskIds[3] ?? "";
  expect(await client.getTaskById(last)).toMatchObject({ state: "failed", attempts: 1, lastError: "no answer" });
  expect(await client.retryFailedTask(last)).toMatchObject({ state: "pending", attempts: 2, lastError: null });
  expect(await client.getEventsForPlan(planId, { taskId: last, limit: 1 })).toMatchObject([
    { kind: "task_retry", taskId: last, planId, payload: { attempts: 2 } },
  ]);
  await client.updateTaskStatus(last, "in_progress");
  await client.updateTaskStatus(last, "completed");
  expect(await client.getPlanExecutionStatus(planId)).toMatchObject({
    taskCounts: { completed: 4 },
    progressPercent: 100,
  });

  const finalPlan = {
    synthesizedStrategy: "Do it",
    contributingAgents: ["CEO"],
    identifiedRisks: [],
    confidenceScore: 0.75,
  };
  await client.saveFinalPlan(planId, finalPlan);
  expect(await client.getFinalPlan(planId)).toMatchObject({ finalPlan: { planId, ...finalPlan } });
  expect(await client.updatePlanStatus(planId, "completed", true)).toBe(true);
  expect(await client.getPlanTaskSummary(planId)).toMatchObject({ planStatus: "completed", totalTasks: 4 });
  expect((await client.getPlanById(planId))?.closedAt).toBeGreaterThan(Date.now() - 60_000);
  const kinds = (await client.getEventsForPlan(planId)).map(({ kind }) => kind);
  expect(kinds.slice(0, 3)).toEqual(["plan_completed", "final_plan_saved", "task_completed"]);
  expect(storedDerivations(store.read)).toEqual(recomputedDerivations(store.read));
});

test("what is absent is null, false or empty", async () => {
  const store = await openTestStore();
  expect(board.getPlanById(store, "none")).toBeNull();
  expect(board.getTaskById(store, "none")).toBeNull();
  expect(board.getFinalPlan(store, "none")).toBeNull();
  expect(await board.getPlanTaskSummary(store, "none")).toBeNull();
  expect(await board.getPlanExecutionStatus(store, "none")).toBeNull();
  expect(await board.getAllTasksForPlan(store, "none")).toEqual([]);
  expect(await board.getEventsForPlan(store, "none")).toEqual([]);
  expect(await board.updateTaskStatus(store, "none", "failed")).toBe(false);
  expect(await board.incrementTaskAttempts(store, "none")).toBe(false);
  expect(await board.updatePlanStatus(store, "none", "failed")).toBe(false);
  await expect(board.runPlan(store, "none")).rejects.toMatchObject({ code: "not_found" });
  await expect(board.retryFailedTask(store, "none")).rejects.toMatchObject({ code: "not_found" });
  await expect(board.cancelTask(store, "none")).rejects.toMatchObject({ code: "not_found" });
  const finalPlan = { synthesizedStrategy: "", contributingAgents: [], identifiedRisks: [], confidenceScore: 0.5 };
  await expect(board.saveFinalPlan(store, "none", finalPlan)).rejects.toMatchObject({ code: "not_found" });
});

test("events keep The Board's kinds and payloads, whatever they are", async () => {
  const { store, planId, taskIds } = await imported();
  const taskId = taskIds[0] ?? "";
  const said = [
    ["odd_kind", { deep: [1, { x: null }] }],
    ["task_failed", "words"],
    ["x.y", 0],
    ["task_retry", null],
  ] as const;
  for (const [kind, payload] of said) await board.recordEvent(store, planId, taskId, kind, payload);
  const events = await board.getEventsForPlan(store, planId, { taskId, limit: said.length });
  expect(events.map(({ kind, payload }) => [kind, payload])).toEqual(said.toReversed());
  expect(await board.getEventsForPlan(store, "another", { taskId })).toEqual([]);
  await board.recordEvent(store, null, null, "standalone");
  await expect(board.recordEvent(store, planId, null, "")).rejects.toMatchObject({ code: "invalid_input" });
});

test("a plan that the console launched is seen in The Board's words, and ends by its tasks alone", async () => {
  const store = await openTestStore();
  const planId = await launch(store, graphOf({ a: [], b: ["a"] }));
  const workers = await addWorkers(store, 1);
  expect(await board.getPlanExecutionStatus(store, planId)).toMatchObject({
    planStatus: "in_progress",
    taskCounts: { pending: 2 },
    runBy: "console",
  });
  await expect(board.updatePlanStatus(store, planId, "completed")).rejects.toMatchObject({ code: "not_allowed" });
  const [one] = await claim(store, workers);
  const taskId = one?.taskId ?? "";
  await expect(board.updateTaskStatus(store, taskId, "completed")).rejects.toMatchObject({ code: "not_allowed" });
  await expect(board.incrementTaskAttempts(store, taskId)).rejects.toMatchObject({ code: "not_allowed" });
  await finish(store, one?.runId ?? "", "failure");
  expect(board.getPlanById(store, planId)?.status).toBe("failed");
  expect(await board.retryFailedTask(store, taskId)).toMatchObject({ state: "pending", attempts: 1 });
  expect(board.getPlanById(store, planId)?.status).toBe("in_progress");
  for (let round = 0; round < 2; round += 1) {
    for (const next of await claim(store, workers)) await finish(store, next.runId, "success");
  }
  expect(board.getPlanById(store, planId)?.status).toBe("completed");
  expect(await board.updatePlanStatus(store, planId, "closed", true)).toBe(true);
  expect(storedDerivations(store.read)).toEqual(recomputedDerivations(store.read));
});

test("tasks that name their plan in the payload alone are seen and counted, page by page", async () => {
  const store = await openTestStore();
  await store.write((tx) => {
    tx.exec(`INSERT INTO planning_queue (id, task_description) VALUES ('q', 'From Python');
      INSERT INTO execution_plans (id, planning_task_id, plan_data) VALUES ('p', 'q', '{}')`);
    const insert = tx.prepare("INSERT INTO tasks (id, title, task_type, status, payload) VALUES (?, 'T', 'CFO', ?, ?)");
    for (let index = 0; index < 1_200; index += 1) {
      const keys = index % 3 === 0 ? {} : { subtask_id: `s${index % 50}` };
      insert.run(`t${index}`, index % 4 === 0 ? "completed" : "queued", JSON.stringify({ plan_id: "p", ...keys }));
    }
    insert.run("broken", "queued", "{plan_id: p");
    insert.run("other", "queued", '{"plan_id": "another"}');
  });
  const tasks = await board.getAllTasksForPlan(store, "p");
  expect(new Set(tasks.map(({ taskId }) => taskId)).size).toBe(1_200);
  expect(tasks).toHaveLength(1_200);
  expect(await board.getPlanTaskSummary(store, "p")).toMatchObject({
    planStatus: "open",
    taskCounts: { pending: 900, completed: 300 },
    totalTasks: 1_200,
  });
  for (const sql of [BOARD_TASK_PAGE, UNNAMED_TASK_PAGE, NAMED_TASK_PAGE]) {
    const values = Array(sql.split("?").length - 1).fill("1");
    const plan = store.read.prepare<unknown[], { detail: string }>(`EXPLAIN QUERY PLAN ${sql}`).all(...values);
    expect(plan.map(({ detail }) => detail).join("\n")).not.toMatch(/SCAN|TEMP B-TREE/);
  }
});

test("acts through the contract are audited", async () => {
  const { store, planId, taskIds } = await imported();
  const handlers = coreHandlers({ store, actor: "ada" });
  const taskId = taskIds[0] ?? "";
  await handlers["board.run"]({ planId });
  await handlers["board.updateTaskStatus"]({ taskId, status: "in_progress", error: null });
  await handlers["board.updateTaskStatus"]({ taskId, status: "escalated", error: "unsure" });
  await handlers["board.retryTask"]({ taskId, reason: "try again" });
  await handlers["board.cancelTask"]({ taskId, reason: "no use" });
  const acts = (await listAudit(store, { order: "oldest", actor: "ada" })).rows;
  expect(acts.map(({ act, entityId }) => [act, entityId === planId ? "plan" : "task"])).toEqual([
    ["board.updatePlanStatus", "plan"],
    ["tasks.updateStatus", "task"],
    ["tasks.updateStatus", "task"],
    ["tasks.updateStatus", "task"],
    ["tasks.cancel", "task"],
  ]);
});

const WORDS = ["pending", "in_progress", "completed", "failed", "escalated", "cancelled", "approved", "thinking"];
const PLAN_WORDS = ["open", "in_progress", "completed", "failed", "cancelled", "partially_completed", "closed"];
const step = fc.oneof(
  fc.record({ act: fc.constant("task" as const), which: fc.nat(3), word: fc.constantFrom(...WORDS) }),
  fc.record({ act: fc.constant("retry" as const), which: fc.nat(3) }),
  fc.record({ act: fc.constant("cancel" as const), which: fc.nat(3) }),
  fc.record({ act: fc.constant("attempt" as const), which: fc.nat(3) }),
  fc.record({ act: fc.constant("plan" as const), word: fc.constantFrom(...PLAN_WORDS) }),
);

/** What became of an act: its answer, or the code of its refusal. */
async function outcome(act: Promise<unknown>): Promise<unknown> {
  try {
    return await act;
  } catch (error) {
    if (error instanceof HiveError) return error.code;
    throw error;
  }
}

test("any sequence of The Board's acts does what its state machines say", async () => {
  const { store, planId, taskIds } = await imported();
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 25 }), async (steps) => {
      await store.write((tx) => {
        tx.prepare("UPDATE tasks SET status = 'queued'").run();
        tx.prepare("UPDATE execution_plans SET status = 'approved'").run();
        tx.prepare("UPDATE console_tasks SET attempts = 0, reason = NULL").run();
      });
      const states = taskIds.map(() => "queued");
      const attempts = taskIds.map(() => 0);
      let plan = "approved";
      for (const one of steps) {
        if (one.act === "plan") {
          const to = { open: "approved", in_progress: "executing" }[one.word] ?? one.word;
          const legal = plan === to || isLegalPlanTransition(plan, to);
          expect(await outcome(board.updatePlanStatus(store, planId, one.word))).toBe(
            legal ? true : "illegal_transition",
          );
          if (legal) plan = to;
          continue;
        }
        const taskId = taskIds[one.which] ?? "";
        const from = states[one.which] ?? "";
        const move = (to: string, more = 0) => {
          states[one.which] = to;
          attempts[one.which] = (attempts[one.which] ?? 0) + more;
        };
        if (one.act === "task") {
          const to = taskStateFromBoard(one.word);
          const known = (TASK_STATUSES as readonly string[]).includes(to);
          const legal = known && (from === to || isLegalTaskTransition(from, to, "external"));
          const expected = legal ? true : known ? "illegal_transition" : "invalid_input";
          expect(await outcome(board.updateTaskStatus(store, taskId, one.word))).toBe(expected);
          if (legal) move(to);
        } else if (one.act === "attempt") {
          expect(await outcome(board.incrementTaskAttempts(store, taskId))).toBe(true);
          move(from, 1);
        } else if (one.act === "cancel") {
          const legal = isLegalTaskTransition(from, "cancelled", "operator");
          const answer = await outcome(board.cancelTask(store, taskId));
          if (legal) expect(answer).toMatchObject({ state: "cancelled" });
          else expect(answer).toBe("illegal_transition");
          if (legal) move("cancelled");
        } else {
          const legal = ["failed", "escalated", "cancelled"].includes(from);
          const answer = await outcome(board.retryFailedTask(store, taskId));
          if (legal) expect(answer).toMatchObject({ state: "pending" });
          else expect(answer).toBe("illegal_transition");
          if (legal) move("queued", 1);
        }
      }
      const { rows } = listTasks(store, { planId, limit: 10 });
      expect(rows.map((task) => [task.status, task.attempts])).toEqual(
        states.map((state, index) => [state, attempts[index]]),
      );
      const stored = statement(store.read, "SELECT status FROM execution_plans WHERE id = ?").get(planId);
      expect(stored?.status).toBe(plan);
      expect(storedDerivations(store.read)).toEqual(recomputedDerivations(store.read));
    }),
    { numRuns: 40 },
  );
}, 60_000);

test("a closed client refuses The Board's calls as well", async () => {
  const client = createClient(await openTestStore());
  await client.close();
  await expect(client.board.getPlanById("x")).rejects.toMatchObject({ code: "shutting_down" });
  await expect(client.listEvents()).rejects.toMatchObject({ code: "shutting_down" });
});

test("putting a plan under way twice starts it once", async () => {
  const store = await openTestStore();
  const planId = await launch(store, planOf([subtask("a")]));
  expect(await board.runPlan(store, planId)).toMatchObject({ planStatus: "in_progress" });
  const { store: other, planId: importedPlan } = await imported();
  await board.runPlan(other, importedPlan);
  expect(await board.runPlan(other, importedPlan)).toMatchObject({ planStatus: "in_progress" });
  const started = await board.getEventsForPlan(other, importedPlan);
  expect(started.filter(({ kind }) => kind === "plan_started")).toHaveLength(1);
});
