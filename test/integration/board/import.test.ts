import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { expect, test } from "vitest";
import * as board from "../../../src/main/core/operations/board";
import { importBoard } from "../../../src/main/core/operations/board-import";
import { listAudit, listEvents } from "../../../src/main/core/operations/events";
import { listPlans } from "../../../src/main/core/operations/plans";
import { listTasks } from "../../../src/main/core/operations/tasks";
import { recomputedDerivations, storedDerivations } from "../../helpers/invariants";
import { addWorkers, claim, launch, openTestStore, planOf, subtask, temporaryFolder } from "../../helpers/store";
import { theBoard } from "./board";

const FINAL = {
  plan_id: "$a",
  synthesized_strategy: "# Enter the market",
  contributing_agents: ["COO", "CFO", "CTO", "CMO"],
  identified_risks: ["Costs"],
  confidence_score: 0.9,
};

function hashOf(file: string): string {
  return createHash("sha256").update(readFileSync(file)).digest("hex");
}

/** One plan that ended, and one that is under way. */
function aBoard() {
  const file = join(temporaryFolder(), "the_board_state.db");
  const ids = theBoard(file, [
    ["plan", "a", "Enter the Norwegian market\nby spring"],
    ["update_task_status", "$a.COO", "completed"],
    ["update_task_status", "$a.CFO", "failed", "the model was unreachable"],
    ["increment_task_attempts", "$a.CFO"],
    ["increment_task_attempts", "$a.CFO"],
    ["record_event", "$a", "$a.CFO", "task_failed", { error: "the model was unreachable" }],
    ["record_event", "$a", null, "synthesis_started"],
    ["update_task_status", "$a.CTO", "escalated"],
    ["update_task_status", "$a.CMO", "cancelled"],
    ["update_plan_status", "$a", "partially_completed", true],
    ["save_final_plan", "$a", FINAL],
    ["plan", "b", "Halve the costs"],
    ["update_plan_status", "$b", "in_progress"],
    ["update_task_status", "$b.COO", "in_progress"],
  ]);
  return { file, id: (name: string) => ids[name] ?? "" };
}

test("plans, tasks, events and final plans arrive with their ids, in Hive's words", async () => {
  const { file, id } = aBoard();
  const store = await openTestStore();
  const before = hashOf(file);
  const report = await importBoard(store, { file, actor: "ada" });
  expect(hashOf(file)).toBe(before);

  expect(report.rows).toEqual({
    plans: { imported: 2, kept: 0, refused: 0 },
    tasks: { imported: 8, kept: 0, refused: 0 },
    events: { imported: 12, kept: 0, refused: 0 },
    final_plans: { imported: 1, kept: 0, refused: 0 },
  });
  expect(report.findings).toEqual([
    {
      table: "plans",
      id: id("b"),
      imported: true,
      reason: "it was under way (in_progress): it is approved here, and starts when somebody runs it",
    },
    { table: "tasks", id: id("b.COO"), imported: true, reason: "it was in progress: it is queued here" },
  ]);
  expect(storedDerivations(store.read)).toEqual(recomputedDerivations(store.read));

  const plans = new Map(listPlans(store, { limit: 10 }).rows.map((plan) => [plan.id, plan]));
  expect(plans.get(id("a"))).toMatchObject({
    title: "Enter the Norwegian market",
    status: "partially_completed",
    taskCount: 4,
    counts: { completed: 1, failed: 1, escalated: 1, cancelled: 1 },
  });
  expect(plans.get(id("b"))).toMatchObject({ status: "approved", counts: { queued: 4 } });
  const tasks = listTasks(store, { planId: id("a"), limit: 10 }).rows;
  expect(tasks.map((task) => [task.id, task.agent, task.status, task.attempts, task.reason])).toEqual([
    [id("a.COO"), "COO", "completed", 0, null],
    [id("a.CFO"), "CFO", "failed", 2, "the model was unreachable"],
    [id("a.CTO"), "CTO", "escalated", 0, null],
    [id("a.CMO"), "CMO", "cancelled", 0, null],
  ]);
  expect(Math.abs((tasks[0]?.createdAt ?? 0) - Date.now())).toBeLessThan(60_000);

  const plan = board.getPlanById(store, id("a"));
  expect(plan).toMatchObject({ status: "partially_completed", originalQuery: "Enter the Norwegian market\nby spring" });
  expect(Math.abs((plan?.closedAt ?? 0) - Date.now())).toBeLessThan(60_000);
  expect(board.getFinalPlan(store, id("a"))?.finalPlan).toEqual({
    planId: "$a",
    synthesizedStrategy: "# Enter the market",
    contributingAgents: ["COO", "CFO", "CTO", "CMO"],
    identifiedRisks: ["Costs"],
    confidenceScore: 0.9,
  });

  const history = await board.getEventsForPlan(store, id("a"));
  expect(history.map((event) => event.kind)).toEqual([
    "synthesis_started",
    "task_failed",
    ...Array(4).fill("task_created"),
    "plan_created",
    "plan_imported",
  ]);
  expect(history[1]).toMatchObject({
    planId: id("a"),
    taskId: id("a.CFO"),
    payload: { error: "the model was unreachable" },
  });
  const failed = await listEvents(store, { topic: "task.failed" });
  expect(failed.rows).toMatchObject([{ correlationId: id("a"), source: "the-board" }]);
  const audit = await listAudit(store, { act: "board.*", entity: { kind: "plan", id: id("a") } });
  expect(audit.rows).toMatchObject([{ actor: "ada", act: "board.import", after: { status: "partially_completed" } }]);
});

test("importing again brings what is new, and leaves alone what changed here", async () => {
  const { file, id } = aBoard();
  const store = await openTestStore();
  await importBoard(store, { file, actor: "test" });
  await board.updateTaskStatus(store, id("b.COO"), "in_progress");
  const eventsBefore = store.read.prepare("SELECT count(*) FROM events").pluck().get();
  const again = await importBoard(store, { file, actor: "test" });
  expect(again.rows).toEqual({
    plans: { imported: 0, kept: 2, refused: 0 },
    tasks: { imported: 0, kept: 8, refused: 0 },
    events: { imported: 0, kept: 12, refused: 0 },
    final_plans: { imported: 0, kept: 1, refused: 0 },
  });
  expect(again.findings).toEqual([]);
  expect(store.read.prepare("SELECT count(*) FROM events").pluck().get()).toBe(eventsBefore);

  theBoard(file, [
    ["sql", "UPDATE tasks SET state = 'cancelled'"],
    ["plan", "c", "Hire"],
    [
      "sql",
      "INSERT INTO tasks VALUES ('task_late', ?, 'CEO', 'Late', 'pending', 0, NULL, '2025-09-01T12:00:00+02:00', 'x')",
      id("b"),
    ],
  ]);
  const third = await importBoard(store, { file, actor: "test" });
  expect(third.rows.plans).toEqual({ imported: 1, kept: 2, refused: 0 });
  expect(third.rows.tasks).toEqual({ imported: 5, kept: 8, refused: 0 });
  expect(board.getTaskById(store, id("b.COO"))?.state).toBe("in_progress");
  expect(board.getTaskById(store, "task_late")).toMatchObject({
    createdAt: Date.parse("2025-09-01T10:00:00Z"),
    planId: id("b"),
  });
  expect(third.findings).toEqual([
    { table: "tasks", id: "task_late", imported: true, reason: 'updated_at is no time that can be read: "x"' },
  ]);
  expect(storedDerivations(store.read)).toEqual(recomputedDerivations(store.read));
});

test("what cannot be mapped is reported, and nothing else suffers from it", async () => {
  const store = await openTestStore();
  const taken = await launch(store, planOf([subtask("one")]));
  const takenTask = listTasks(store, { planId: taken, limit: 1 }).rows[0]?.id ?? "";
  const takenEvent = String(store.read.prepare("SELECT event_id FROM events LIMIT 1").pluck().get());
  const file = join(temporaryFolder(), "board.db");
  const at = "2025-09-01T12:00:00+00:00";
  const plan = "INSERT INTO plans VALUES (?, ?, 'goal', ?, NULL)";
  const task = "INSERT INTO tasks VALUES (?, ?, 'CFO', 'text', ?, ?, NULL, ?, ?)";
  const event = "INSERT INTO events VALUES (?, ?, NULL, ?, ?, ?)";
  theBoard(file, [
    ["sql", plan, taken, "open", at],
    ["sql", plan, "", "open", at],
    ["sql", plan, "p", "on_hold", "yesterday"],
    ["sql", plan, "sneaky", "executing", at],
    ["sql", task, "of-taken", taken, "pending", 0, at, at],
    ["sql", task, "orphan", "nowhere", "pending", 0, at, at],
    ["sql", task, takenTask, "p", "pending", 0, at, at],
    ["sql", task, "odd", "p", "thinking", "many", at, at],
    ["sql", event, takenEvent, "p", "task_created", null, at],
    ["sql", event, "e1", "p", "task_created", "{not json", at],
    ["sql", event, "e2", "nowhere", "odd_kind", "[1]", "never"],
    ["sql", "INSERT INTO final_plans VALUES ('nowhere', '{}', ?)", at],
    ["sql", "INSERT INTO final_plans VALUES ('p', 'words', ?)", at],
  ]);
  const report = await importBoard(store, { file, actor: "test" });
  expect(report.findings.map(({ table, id, imported, reason }) => `${table} ${id} ${imported}: ${reason}`)).toEqual([
    `plans ${taken} false: a plan that did not come from The Board has this id here`,
    "plans  false: it has no id",
    'plans p true: its status "on_hold" is none of The Board\'s: kept as it stands',
    'plans p true: created_at is no time that can be read: "yesterday"',
    "plans sneaky true: it was under way (executing): it is approved here, and starts when somebody runs it",
    `tasks of-taken false: its plan "${taken}" was not imported: another plan has that id here`,
    'tasks orphan false: its plan "nowhere" does not exist',
    `tasks ${takenTask} false: another task has this id here`,
    'tasks odd true: its state "thinking" is none of The Board\'s: kept as it stands',
    'tasks odd true: attempts is no number: "many"',
    `events ${takenEvent} false: another event has this id here`,
    'events e1 true: its payload is no JSON: "{not json"',
    'events e2 true: its plan "nowhere" does not exist',
    'events e2 true: created_at is no time that can be read: "never"',
    'final_plans nowhere false: its plan "nowhere" does not exist',
    "final_plans p true: its content is no final plan: kept as it stands",
  ]);
  expect(report.findingCount).toBe(16);
  expect(board.getPlanById(store, "p")).toMatchObject({ status: "on_hold", createdAt: null });
  expect(board.getTaskById(store, "odd")).toMatchObject({ state: "thinking", attempts: 0 });
  const stored = (await listEvents(store, { topic: "board.odd_kind" })).rows;
  expect(stored).toMatchObject([{ id: "e2", at: null, unreadable: ["timestamp"], payload: { data: [1] } }]);
});

test("the console starts nothing of an imported plan, not even one that was put under way", async () => {
  const { file, id } = aBoard();
  const store = await openTestStore();
  await importBoard(store, { file, actor: "test" });
  const workers = await addWorkers(store, 4);
  expect(await claim(store, workers)).toEqual([]);
  const running = await board.runPlan(store, id("b"), { actor: "ada" });
  expect(running).toMatchObject({ planStatus: "in_progress", runBy: "other", taskCounts: { pending: 4 } });
  expect(await claim(store, workers)).toEqual([]);
});

test("a file that is none of The Board's is refused in words, and left as it is", async () => {
  const store = await openTestStore();
  await expect(importBoard(store, { file: store.file, actor: "test" })).rejects.toMatchObject({
    code: "invalid_input",
    message: expect.stringContaining('has no table "plans"'),
  });
  const text = join(temporaryFolder(), "notes.txt");
  writeFileSync(text, "no database");
  await expect(importBoard(store, { file: text, actor: "test" })).rejects.toMatchObject({
    code: "database_not_sqlite",
  });
  await expect(importBoard(store, { file: `${text}.none`, actor: "test" })).rejects.toMatchObject({
    code: "database_missing",
  });
});

test("a lock of The Board's own is waited for", async () => {
  const file = join(temporaryFolder(), "board.db");
  theBoard(file, [
    ["plan", "a", "Goal"],
    ["sql", "SELECT 1"],
  ]);
  const owner = new DatabaseSync(file);
  owner.exec("PRAGMA journal_mode = DELETE; BEGIN EXCLUSIVE");
  const store = await openTestStore();
  const importing = importBoard(store, { file, actor: "test" });
  setTimeout(() => {
    owner.exec("COMMIT");
    owner.close();
  }, 200);
  expect((await importing).rows.tasks.imported).toBe(4);
});

test("a large Board is imported without holding up the event loop", async () => {
  const file = join(temporaryFolder(), "board.db");
  theBoard(file, [["many", 2_500]]);
  const store = await openTestStore();
  // The thread's own time: on a busy machine the clock on the wall measures the others.
  const turns: number[] = [];
  let last = process.threadCpuUsage();
  let watching = true;
  const turn = () => {
    const now = process.threadCpuUsage();
    turns.push((now.user + now.system - last.user - last.system) / 1_000);
    last = now;
    if (watching) setImmediate(turn);
  };
  setImmediate(turn);
  const report = await importBoard(store, { file, actor: "test" });
  watching = false;
  expect(report.rows.tasks.imported).toBe(10_000);
  expect(report.rows.events.imported).toBe(12_500);
  turns.sort((a, b) => a - b);
  expect(turns[Math.floor(turns.length * 0.99)]).toBeLessThan(20);
  expect(storedDerivations(store.read).counts["/queued"]).toBe(10_000);
}, 120_000);

test("an import that was given up goes on where it ended", async () => {
  const file = join(temporaryFolder(), "board.db");
  theBoard(file, [["many", 300]]);
  const store = await openTestStore();
  const abort = new AbortController();
  const onProgress = () => abort.abort();
  await expect(importBoard(store, { file, actor: "test", signal: abort.signal, onProgress })).rejects.toMatchObject({
    code: "not_allowed",
  });
  const report = await importBoard(store, { file, actor: "test" });
  expect(report.rows.plans.kept).toBeGreaterThan(0);
  expect(report.rows.plans.kept + report.rows.plans.imported).toBe(300);
  expect(report.rows.tasks.imported).toBe(1_200);
});
