import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { openCore } from "../../../src/main/core/client";
import {
  drainWorkers,
  pausePlan,
  resumePlan,
  retryFailed,
  setSlots,
  undrainWorkers,
} from "../../../src/main/core/operations/control";
import { releaseDatabase } from "../../../src/main/core/operations/database";
import { editAndRetry, getRunWork, getTaskWork } from "../../../src/main/core/operations/edit-task";
import { cancelPlan, getPlan } from "../../../src/main/core/operations/plans";
import { previewAct } from "../../../src/main/core/operations/previews";
import { retryFrom } from "../../../src/main/core/operations/retry-from";
import { changeTask, getTask, listTasks } from "../../../src/main/core/operations/tasks";
import { listWorkers } from "../../../src/main/core/operations/workers";
import { openStore, type Store } from "../../../src/main/core/store/open";
import { NO_RETRIES, type SubtaskDefinition } from "../../../src/shared/model/plan-definition";
import { recomputedDerivations, storedDerivations } from "../../helpers/invariants";
import {
  addWorkers,
  afterThisTest,
  claim,
  finish,
  graphOf,
  launch,
  openTestStore,
  planOf,
  subtask,
  temporaryFolder,
} from "../../helpers/store";
import { waitFor } from "../../helpers/wait";

const ada = { actor: "ada", reason: "because" };

function idsOf(store: Store, planId: string): Record<string, string> {
  return Object.fromEntries(
    listTasks(store, { planId, limit: 500 }).rows.map(({ subtaskId, id }) => [subtaskId ?? "", id]),
  );
}

function statusesOf(store: Store, planId: string): Record<string, string> {
  return Object.fromEntries(
    listTasks(store, { planId, limit: 500 }).rows.map(({ subtaskId, status }) => [subtaskId ?? "", status]),
  );
}

function acts(store: Store): string[] {
  return store.read.prepare<[], string>("SELECT act FROM console_audit ORDER BY seq").pluck().all();
}

async function reopen(store: Store): Promise<Store> {
  await store.close();
  const again = await openStore({ file: store.file });
  afterThisTest(() => again.close());
  return again;
}

const work = (id: string, given: Partial<SubtaskDefinition> = {}) =>
  subtask(id, { agent: "command", run: `echo ${id}`, ...given });

test("a paused plan starts nothing, ends what runs, stays paused over a restart, and goes on when resumed", async () => {
  const store = await openTestStore();
  const planId = await launch(store, planOf([work("a"), work("b"), work("c", { dependencies: ["a"] })]));
  const workers = await addWorkers(store, 3);
  const [first] = await claim(store, workers.slice(0, 1));
  const preview = await previewAct(store, { of: { act: "plans.pause", planId }, limit: 10 });
  expect(preview).toMatchObject({
    refusal: null,
    count: 2,
    matched: 3,
    plans: [{ id: planId, status: "executing", becomes: "paused" }],
    skipped: [{ reason: "runs_on", count: 1 }],
  });

  expect(await pausePlan(store, { planId, ...ada })).toMatchObject({ paused: true, status: "executing" });
  expect(await pausePlan(store, { planId, ...ada })).toMatchObject({ paused: true });
  expect(acts(store).filter((act) => act === "plans.pause")).toHaveLength(1);
  await finish(store, first?.runId ?? "", "success");
  expect(await claim(store, workers)).toEqual([]);

  const again = await reopen(store);
  expect(getPlan(again, { planId }).paused).toBe(true);
  expect(await claim(again, workers)).toEqual([]);
  expect(await resumePlan(again, { planId, ...ada })).toMatchObject({ paused: false });
  expect((await claim(again, workers)).map(({ subtaskId }) => subtaskId).sort()).toEqual(["b", "c"]);
  expect(storedDerivations(again.read)).toEqual(recomputedDerivations(again.read));
});

test("only an executing plan of the console's is paused or resumed", async () => {
  const store = await openTestStore();
  await expect(pausePlan(store, { planId: "none", ...ada })).rejects.toMatchObject({ code: "not_found" });
  await store.write((tx) => {
    tx.prepare("INSERT INTO planning_queue (id, task_description) VALUES ('q', 'x')").run();
    tx.prepare(
      "INSERT INTO execution_plans (id, planning_task_id, plan_data, status) VALUES ('f', 'q', '{}', 'executing')",
    ).run();
  });
  await expect(pausePlan(store, { planId: "f", ...ada })).rejects.toMatchObject({ code: "not_allowed" });
  const planId = await launch(store, graphOf({ a: [] }));
  await cancelPlan(store, { planId, actor: "ada" });
  for (const act of [pausePlan, resumePlan]) {
    await expect(act(store, { planId, ...ada })).rejects.toMatchObject({ code: "illegal_transition" });
  }
  const preview = await previewAct(store, { of: { act: "plans.pause", planId }, limit: 10 });
  expect(preview).toMatchObject({ refusal: { code: "illegal_transition" }, count: 0, plans: [] });
});

test("cancelling a plan does what its preview said", async () => {
  const store = await openTestStore();
  const planId = await launch(store, planOf([work("a"), work("b"), work("c", { dependencies: ["a"] }), work("d")]));
  const workers = await addWorkers(store, 2);
  const [one] = await claim(store, workers.slice(0, 1));
  await finish(store, one?.runId ?? "", "success");
  await claim(store, workers.slice(0, 1));
  const preview = await previewAct(store, { of: { act: "plans.cancel", planId }, limit: 10 });
  const said = Object.fromEntries(preview.tasks.map(({ subtaskId, becomes }) => [subtaskId, becomes]));
  const counts = await cancelPlan(store, { planId, actor: "ada" });
  expect(preview.count).toBe(counts.cancelled + counts.stopping);
  for (const { subtaskId, state } of listTasks(store, { planId, limit: 10 }).rows) {
    expect([subtaskId, said[subtaskId ?? ""] ?? "completed"]).toEqual([subtaskId, state]);
  }
});

test("all failed tasks of a plan are retried, and it is taken up again", async () => {
  const store = await openTestStore();
  const planId = await launch(store, planOf([work("a"), work("b"), work("c", { dependencies: ["a"] })]));
  for (const { runId } of await claim(store, await addWorkers(store, 2))) await finish(store, runId, "failure");
  expect(getPlan(store, { planId }).status).toBe("failed");
  const preview = await previewAct(store, { of: { act: "plans.retryFailed", planId }, limit: 10 });
  expect(preview).toMatchObject({ count: 2, plans: [{ id: planId, status: "failed", becomes: "executing" }] });
  expect(await retryFailed(store, { planId, ...ada })).toMatchObject({ done: 2, skipped: [], failed: [] });
  expect(getPlan(store, { planId })).toMatchObject({ status: "executing", counts: { queued: 2, waiting: 1 } });
  await expect(retryFailed(store, { planId: "none", ...ada })).rejects.toMatchObject({ code: "not_found" });
});

async function runAll(store: Store, workers: readonly string[]): Promise<void> {
  for (;;) {
    const claims = await claim(store, workers);
    if (claims.length === 0) return;
    for (const { runId, subtaskId } of claims) {
      await finish(store, runId, "success", { result: JSON.stringify({ by: subtaskId }) });
    }
  }
}

test("from a task on: its whole downstream runs again with new attempts, and nothing else", async () => {
  const store = await openTestStore();
  const plan = planOf([work("a"), work("b", { dependencies: ["a"] }), work("c", { dependencies: ["b"] }), work("x")]);
  const planId = await launch(store, plan);
  const workers = await addWorkers(store, 2);
  await runAll(store, workers);
  const ids = idsOf(store, planId);
  const preview = await previewAct(store, { of: { act: "tasks.retryFrom", taskId: ids.b ?? "" }, limit: 10 });
  expect(preview.tasks.map(({ subtaskId }) => subtaskId)).toEqual(["b", "c"]);
  expect(await retryFrom(store, { taskId: ids.b ?? "", ...ada })).toMatchObject({ done: 2, skipped: [] });
  expect(statusesOf(store, planId)).toEqual({ a: "completed", b: "queued", c: "queued", x: "completed" });
  expect(getTask(store, { taskId: ids.c ?? "" })).toMatchObject({ state: "waiting", attempts: 1, result: { by: "c" } });
  expect(storedDerivations(store.read)).toEqual(recomputedDerivations(store.read));
  const [again] = await claim(store, workers);
  expect(again).toMatchObject({ subtaskId: "b", runNumber: 2, inputs: { a: { by: "a" } } });
  await expect(retryFrom(store, { taskId: ids.a ?? "", ...ada })).rejects.toMatchObject({ code: "not_allowed" });
  expect(statusesOf(store, planId).a).toBe("completed");
  await finish(store, again?.runId ?? "", "success", { result: '{"by":"new b"}' });
  expect((await claim(store, workers))[0]).toMatchObject({ subtaskId: "c", inputs: { b: { by: "new b" } } });
});

test("a large downstream is held until all of it is queued, while tasks are claimed all the time", {
  timeout: 60_000,
}, async () => {
  const store = await openTestStore();
  const wide = Array.from({ length: 400 }, (_, at) => work(`w${at}`, { dependencies: ["a"] }));
  const planId = await launch(
    store,
    planOf([work("a"), ...wide, work("z", { dependencies: wide.map(({ id }) => id) })]),
  );
  const workers = await addWorkers(store, 100);
  await runAll(store, workers);
  expect(getPlan(store, { planId }).status).toBe("completed");
  const { a = "" } = idsOf(store, planId);
  let isDone = false;
  const retried = retryFrom(store, { taskId: a, ...ada }).finally(() => {
    isDone = true;
  });
  const early: string[] = [];
  while (!isDone) early.push(...(await claim(store, workers)).map(({ subtaskId }) => subtaskId));
  expect((await retried).done).toBe(402);
  expect(early.filter((id) => id !== "a")).toEqual([]);
  expect(getPlan(store, { planId })).toMatchObject({ status: "executing", paused: false });
  expect(storedDerivations(store.read)).toEqual(recomputedDerivations(store.read));
});

test("a console that dies while much is queued again leaves a paused plan, and doing it again does the rest", {
  timeout: 60_000,
}, async () => {
  const store = await openTestStore();
  const wide = Array.from({ length: 1_000 }, (_, at) => subtask(`w${at}`, { dependencies: ["a"] }));
  const planId = await launch(store, planOf([subtask("a"), ...wide]));
  await store.write((tx) => tx.prepare("UPDATE tasks SET status = 'completed'").run());
  const a = String(store.read.prepare("SELECT task_id FROM console_tasks WHERE ordinal = 0").pluck().get());
  const cutShort = expect(retryFrom(store, { taskId: a, ...ada })).rejects.toMatchObject({ code: "shutting_down" });
  const queued = (of: Store) =>
    Number(of.read.prepare("SELECT count(*) FROM tasks WHERE status = 'queued'").pluck().get());
  await waitFor("the first slice", () => queued(store) > 0, { intervalMs: 1 });
  const again = await reopen(store);
  await cutShort;
  expect(getPlan(again, { planId })).toMatchObject({ status: "executing", paused: true });
  const left = 1_001 - queued(again);
  expect(await retryFrom(again, { taskId: a, ...ada })).toMatchObject({ done: left });
  expect(queued(again)).toBe(1_001);
  expect(getPlan(again, { planId }).paused).toBe(false);

  // A pause of an operator's own stays.
  await pausePlan(again, { planId, ...ada });
  await again.write((tx) => tx.prepare("UPDATE tasks SET status = 'completed'").run());
  await retryFrom(again, { taskId: a, ...ada });
  expect(getPlan(again, { planId }).paused).toBe(true);
});

test("an edited task runs what the edit says, and its old attempt keeps what it ran", async () => {
  const store = await openTestStore();
  const planId = await launch(store, planOf([work("a", { env: { KEEP: "1" } }), work("b", { dependencies: ["a"] })]));
  const workers = await addWorkers(store, 1);
  const [first] = await claim(store, workers);
  const { a = "" } = idsOf(store, planId);
  const edit = { run: "echo better", timeout: "90s", env: { KEEP: "2", MORE: "x" } };
  await expect(editAndRetry(store, { taskId: a, edit, ...ada })).rejects.toMatchObject({ code: "illegal_transition" });
  await finish(store, first?.runId ?? "", "failure");
  expect(getTaskWork(store, { taskId: a })).toMatchObject({
    agent: "command",
    work: { run: "echo a", env: { KEEP: "1" } },
  });

  const broken = { run: "echo", timeout: "soon", colour: "red" };
  const before = getTask(store, { taskId: a });
  await expect(editAndRetry(store, { taskId: a, edit: broken, ...ada })).rejects.toMatchObject({
    code: "invalid_plan",
    details: { findings: [expect.objectContaining({ code: "unknown_key" })] },
  });
  await expect(editAndRetry(store, { taskId: a, edit: { timeout: "soon" }, ...ada })).rejects.toMatchObject({
    details: { findings: [expect.objectContaining({ code: "bad_duration", subtaskId: "a" })] },
  });
  await expect(editAndRetry(store, { taskId: a, edit: { run: null }, ...ada })).rejects.toMatchObject({
    details: { findings: [expect.objectContaining({ code: "missing_run" })] },
  });
  await expect(
    editAndRetry(store, { taskId: a, edit: { payload: { subtask_id: "b" } }, ...ada }),
  ).rejects.toMatchObject({
    code: "invalid_plan",
  });
  expect(getTask(store, { taskId: a })).toEqual(before);

  const preview = await previewAct(store, { of: { act: "tasks.editAndRetry", taskId: a, edit }, limit: 1 });
  expect(preview).toMatchObject({ refusal: null, count: 1, findings: [] });
  const { task } = await editAndRetry(store, { taskId: a, edit, ...ada });
  expect(task).toMatchObject({ status: "queued", attempts: 1 });
  const again = await reopen(store);
  const [second] = await claim(again, workers);
  expect(second?.spec).toMatchObject({ run: "echo better", timeoutMs: 90_000, env: { KEEP: "2", MORE: "x" } });
  expect(getRunWork(again, { runId: first?.runId ?? "" })).toMatchObject({ command: "echo a", isOutdated: true });
  expect(getRunWork(again, { runId: second?.runId ?? "" })).toMatchObject({
    command: "echo better",
    isOutdated: false,
  });
  const audit = again.read.prepare("SELECT before, after FROM console_audit WHERE act = 'tasks.editAndRetry'").get();
  expect(audit).toEqual({
    before: JSON.stringify({ status: "failed", work: { run: "echo a", env: { KEEP: "1" } } }),
    after: JSON.stringify({ status: "queued", work: edit }),
  });
});

test("what cannot be said twice the same way survives an edit of something else", async () => {
  const store = await openTestStore();
  const literal = `echo '\${{ not an expression }}'`;
  const planId = await launch(
    store,
    planOf([subtask("a", { agent: "command", run: ["printf", "%s", "x y"], env: { A: "b" } }), work("b")]),
  );
  const { a = "", b = "" } = idsOf(store, planId);
  await store.write((tx) => {
    const spec = tx.prepare("SELECT spec FROM console_specs ORDER BY seq DESC LIMIT 1").pluck().get();
    tx.prepare("UPDATE console_specs SET spec = ? WHERE spec = ?").run(
      JSON.stringify({ ...JSON.parse(String(spec)), run: literal }),
      spec,
    );
  });
  const spec = (id: string) =>
    JSON.parse(
      String(
        store.read
          .prepare("SELECT s.spec FROM console_specs s JOIN console_tasks k USING (seq) WHERE k.task_id = ?")
          .pluck()
          .get(id),
      ),
    );
  for (const taskId of [a, b]) {
    const old = spec(taskId);
    await editAndRetry(store, { taskId, edit: { retries: 2 }, ...ada });
    expect(spec(taskId)).toEqual({ ...old, retries: { ...old.retries, count: 2 } });
    const { work: said } = getTaskWork(store, { taskId });
    const { payload: _payload, ...rest } = said;
    await editAndRetry(store, { taskId, edit: rest, ...ada });
    expect(spec(taskId)).toEqual({ ...old, retries: { ...old.retries, count: 2 } });
  }
});

test("two edits at once: the second is refused, for it was made of what is no more", async () => {
  const store = await openTestStore();
  const planId = await launch(store, planOf([work("a")]));
  const { a = "" } = idsOf(store, planId);
  const edits = ["echo one", "echo two"].map((run) => editAndRetry(store, { taskId: a, edit: { run }, ...ada }));
  const outcomes = await Promise.allSettled(edits);
  expect(outcomes.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
  expect(outcomes.find(({ status }) => status === "rejected")).toMatchObject({ reason: { code: "not_allowed" } });
});

test("a drained worker is given nothing, also after a restart, until it is let again", {
  timeout: 60_000,
}, async () => {
  const store = await openTestStore();
  await expect(drainWorkers(store, { workerIds: ["nobody"], ...ada })).rejects.toMatchObject({ code: "not_found" });
  await store.close();
  const runner = { slots: 1, program: "cli", graceMs: 200 } as const;
  const first = await openCore({ file: store.file, runner });
  afterThisTest(() => first.close());
  await waitFor("the worker", () =>
    listWorkers(first.store).some(({ id, state }) => id === "local-1" && state === "idle"),
  );
  const preview = await previewAct(first.store, { of: { act: "workers.drain", workerIds: ["local-1"] }, limit: 1 });
  expect(preview.workers).toEqual([{ id: "local-1", role: "local", currentTaskTitle: null, becomes: "drained" }]);
  expect(await drainWorkers(first.store, { workerIds: ["local-1", "local-1"], ...ada })).toEqual(["local-1"]);
  expect(await drainWorkers(first.store, { workerIds: ["local-1"], ...ada })).toEqual([]);
  const planId = await launch(first.store, planOf([work("a"), subtask("n")]));
  // What needs no worker goes on: so the dispatcher has looked, and left the other task alone.
  await waitFor("the no-op task", () => statusesOf(first.store, planId).n === "completed");
  expect(statusesOf(first.store, planId).a).toBe("queued");
  await first.close();

  const second = await openCore({ file: store.file, runner });
  afterThisTest(() => second.close());
  const another = await launch(second.store, planOf([subtask("m")]));
  await waitFor("the no-op task", () => statusesOf(second.store, another).m === "completed");
  expect(statusesOf(second.store, planId).a).toBe("queued");
  expect(listWorkers(second.store).find(({ id }) => id === "local-1")).toMatchObject({ drained: true });
  expect(await undrainWorkers(second.store, { workerIds: ["local-1"], ...ada })).toEqual(["local-1"]);
  await waitFor("the task", () => statusesOf(second.store, planId).a === "completed", { timeoutMs: 30_000 });
});

test("the slots are changed while tasks run, followed by the process that starts them, and remembered", {
  timeout: 60_000,
}, async () => {
  const store = await openTestStore();
  const core = await openCore({ file: store.file, runner: { slots: 1, program: "window" } });
  afterThisTest(() => core.close());
  expect(core.runner.info().slots).toBe(1);
  // Set from another process: this one follows.
  await setSlots({ store, runner: null }, { slots: 3, ...ada });
  await waitFor("the change", () => core.runner.info().slots === 3);
  await setSlots(core, { slots: 2, ...ada });
  expect(core.runner.info().slots).toBe(2);
  expect(acts(store)).toEqual(["runner.setSlots", "runner.setSlots"]);
  await setSlots(core, { slots: 2, ...ada });
  expect(acts(store)).toHaveLength(2);
  await core.close();
  const next = await openCore({ file: store.file, runner: { slots: null, program: "window" } });
  afterThisTest(() => next.close());
  expect(next.runner.info().slots).toBe(2);
});

test("a priority counts at once, also for what is in the ready queue already", async () => {
  const store = await openTestStore();
  const planId = await launch(store, planOf([work("a"), work("b"), work("c")]));
  const ids = idsOf(store, planId);
  await changeTask(store, { taskId: ids.c ?? "", ...ada }, { act: "tasks.setPriority", priority: 9 });
  const [first] = await claim(store, await addWorkers(store, 1));
  expect(first?.subtaskId).toBe("c");
});

test("what other programs left behind is previewed without a byte of it changing, and acted on as far as it goes", async () => {
  const created = await openTestStore();
  await created.write((tx) => {
    tx.prepare("INSERT INTO planning_queue (id, task_description) VALUES ('q', 'x')").run();
    tx.prepare(
      "INSERT INTO execution_plans (id, planning_task_id, plan_data, status) VALUES ('p', 'q', '{}', 'executing')",
    ).run();
    const insert = tx.prepare("INSERT INTO tasks (id, title, task_type, status, payload) VALUES (?, ?, 'dev', ?, ?)");
    insert.run("z", "Z", "failed", '{"plan_id": "p", "subtask_id": "z"}');
    insert.run("y", "Y", "in_progress", "not json");
  });
  await created.close();
  await releaseDatabase({ file: created.file });
  const observed = await openStore({ file: created.file, mode: "observe" });
  const of = { act: "tasks", change: { act: "tasks.retry" }, filter: { planIds: ["p"] } } as const;
  expect(await previewAct(observed, { of, limit: 5 })).toMatchObject({
    count: 1,
    tasks: [{ id: "z", becomes: "queued" }],
  });
  await observed.close();

  const store = await openStore({ file: created.file });
  afterThisTest(() => store.close());
  expect(getTaskWork(store, { taskId: "y" })).toEqual({ taskId: "y", agent: null, work: { payload: "not json" } });
  const edit = { payload: { plan_id: "p", subtask_id: "z", more: [1] } };
  expect((await editAndRetry(store, { taskId: "z", edit, ...ada })).task.status).toBe("queued");
  await expect(editAndRetry(store, { taskId: "z", edit: { run: "true" }, ...ada })).rejects.toMatchObject({
    code: "not_allowed",
  });

  // A worker of another program says that it works on it: only its status can be taken away, not forced.
  await store.write((tx) =>
    tx
      .prepare(
        "INSERT INTO workers (id, role, status, last_heartbeat, current_task_id) VALUES ('w', 'dev', 'active', ?, 'y')",
      )
      .run(new Date(store.clock.now()).toISOString()),
  );
  const force = { act: "tasks.forceState", status: "completed" } as const;
  await expect(changeTask(store, { taskId: "y", ...ada }, force)).rejects.toMatchObject({ code: "not_allowed" });
  await store.write((tx) => tx.prepare("UPDATE workers SET last_heartbeat = '2020-01-01 00:00:00'").run());
  expect((await changeTask(store, { taskId: "y", ...ada }, force)).status).toBe("completed");
});

test("what a failure had decided is previewed with the retry that undoes it", async () => {
  const store = await openTestStore();
  const plan = planOf([
    work("a"),
    work("cleanup", { dependencies: ["a"], when: "failure" }),
    work("b", { dependencies: ["a"] }),
  ]);
  const planId = await launch(store, plan);
  const workers = await addWorkers(store, 1);
  const [a] = await claim(store, workers);
  await finish(store, a?.runId ?? "", "failure");
  const [cleanup] = await claim(store, workers);
  expect(cleanup?.subtaskId).toBe("cleanup");
  await finish(store, cleanup?.runId ?? "", "success");
  const of = { act: "plans.retryFailed", planId } as const;
  const preview = await previewAct(store, { of, limit: 5 });
  expect(preview).toMatchObject({
    count: 1,
    alsoQueued: { count: 1, tasks: [{ subtaskId: "cleanup", becomes: "queued" }] },
  });
  expect(await retryFailed(store, { planId, ...ada })).toMatchObject({ done: 1 });
  expect(statusesOf(store, planId)).toEqual({ a: "queued", cleanup: "queued", b: "queued" });
});

test("a real process that is let to its end runs on, and its failure is final", { timeout: 60_000 }, async () => {
  const core = await openCore({
    file: join(temporaryFolder(), "hive.db"),
    mode: "create",
    runner: { slots: 2, program: "cli", graceMs: 200 },
  });
  afterThisTest(() => core.close());
  const { store } = core;
  const go = join(temporaryFolder(), "go");
  const retries = { ...NO_RETRIES, count: 5, backoffMs: 1, maxMs: 1 };
  const run = `until [ -e '${go}' ]; do sleep 0.05; done; exit 7`;
  const planId = await launch(store, planOf([work("a", { run, retries }), work("b", { dependencies: ["a"] })]));
  const { a = "" } = idsOf(store, planId);
  await waitFor("the process", () => getTask(store, { taskId: a }).runs[0]?.pid);
  await changeTask(store, { taskId: a, ...ada }, { act: "tasks.cancel", mode: "let_end" });
  expect(getTask(store, { taskId: a })).toMatchObject({ state: "in_progress", reason: "Not retried: because" });
  writeFileSync(go, "");
  await waitFor("its end", () => getTask(store, { taskId: a }).status === "failed", { timeoutMs: 30_000 });
  expect(getTask(store, { taskId: a })).toMatchObject({ attempts: 1, runs: [{ status: "failure", exitCode: 7 }] });
  expect(statusesOf(store, planId)).toEqual({ a: "failed", b: "queued" });

  const { task } = await editAndRetry(store, { taskId: a, edit: { run: "echo mended" }, ...ada });
  expect(task.attempts).toBe(1);
  await waitFor("the plan", () => getPlan(store, { planId }).status === "completed", { timeoutMs: 30_000 });
  expect(getTask(store, { taskId: a }).runs.map(({ status }) => status)).toEqual(["success", "failure"]);
});
