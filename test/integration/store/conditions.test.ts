import { expect, test } from "vitest";
import { getPlan } from "../../../src/main/core/operations/plans";
import { cancelTask, listTasks, retryTask, reviewTask } from "../../../src/main/core/operations/tasks";
import type { Store } from "../../../src/main/core/store/open";
import { type Claim, completeReady } from "../../../src/main/core/store/queue";
import type { SubtaskDefinition } from "../../../src/shared/model/plan-definition";
import { startForeignProgram } from "../../helpers/foreign";
import { recomputedDerivations, storedDerivations } from "../../helpers/invariants";
import { addWorkers, claim, finish, launch, openTestStore, planOf, subtask } from "../../helpers/store";

type Steps = Readonly<Record<string, Partial<SubtaskDefinition>>>;

interface Scene {
  readonly store: Store;
  readonly planId: string;
  /** Runs what is ready, and lets the named ones fail, until nothing is ready any more. */
  play(failing?: readonly string[]): Promise<void>;
  states(): Record<string, string>;
  reasonOf(subtaskId: string): string | null;
  idOf(subtaskId: string): string;
  planStatus(): string;
}

async function scene(steps: Steps): Promise<Scene> {
  const store = await openTestStore();
  const workers = await addWorkers(store, 10);
  const subtasks = Object.entries(steps).map(([id, given]) => subtask(id, { agent: "command", run: "true", ...given }));
  const planId = await launch(store, planOf(subtasks));
  const tasks = () => listTasks(store, { planId, limit: 100 }).rows;
  const settle = () =>
    store.write((tx) =>
      completeReady(tx, {
        now: store.clock.now(),
        limit: 100,
        workerId: workers[0] ?? "",
        source: "test",
        newId: store.newId,
      }),
    );
  return {
    store,
    planId,
    async play(failing = []) {
      let claims: Claim[];
      do {
        while ((await settle()) > 0);
        claims = await claim(store, workers);
        for (const one of claims)
          await finish(store, one.runId, failing.includes(one.subtaskId) ? "failure" : "success");
        expect(storedDerivations(store.read)).toEqual(recomputedDerivations(store.read));
      } while (claims.length > 0);
    },
    states: () => Object.fromEntries(tasks().map((task) => [task.subtaskId ?? "", task.state])),
    reasonOf: (subtaskId) => tasks().find((task) => task.subtaskId === subtaskId)?.reason ?? null,
    idOf: (subtaskId) => tasks().find((task) => task.subtaskId === subtaskId)?.id ?? "",
    planStatus: () => getPlan(store, { planId }).status,
  };
}

const CLEANUP: Steps = {
  build: {},
  deploy: { dependencies: ["build"] },
  rollback: { dependencies: ["deploy"], when: "failure" },
  report: { dependencies: ["rollback"] },
  teardown: { dependencies: ["deploy"], when: "always" },
};

test("a step for failures is not needed after a success, nor is what follows it, and the plan has completed", async () => {
  const { play, states, reasonOf, planStatus, store, planId } = await scene(CLEANUP);
  await play();
  expect(states()).toEqual({
    build: "completed",
    deploy: "completed",
    rollback: "cancelled",
    report: "cancelled",
    teardown: "completed",
  });
  expect(reasonOf("rollback")).toBe("Not needed: nothing before it failed");
  expect(reasonOf("report")).toBe('Not needed: "Task rollback" was not needed');
  expect(planStatus()).toBe("completed");
  const progress = store.read.prepare("SELECT progress_percent FROM plan_execution WHERE plan_id = ?").pluck();
  expect(progress.get(planId)).toBe(100);
});

test("a step for failures runs after one, and what follows it", async () => {
  const { play, states, planStatus } = await scene(CLEANUP);
  await play(["deploy"]);
  expect(states()).toEqual({
    build: "completed",
    deploy: "failed",
    rollback: "completed",
    report: "completed",
    teardown: "completed",
  });
  expect(planStatus()).toBe("partially_completed");
});

test("cleaning up runs as soon as what it follows can never run: behind a chain of blocked tasks", async () => {
  const { play, states, planStatus } = await scene(CLEANUP);
  await play(["build"]);
  expect(states()).toEqual({
    build: "failed",
    deploy: "blocked",
    rollback: "completed",
    report: "completed",
    teardown: "completed",
  });
  expect(planStatus()).toBe("partially_completed");
});

test("a task that an operator cancels is a failure to those that wait for one", async () => {
  const { play, states, store, idOf } = await scene(CLEANUP);
  await cancelTask(store, { taskId: idOf("deploy"), actor: "test" });
  await play();
  expect(states()).toMatchObject({ deploy: "cancelled", rollback: "completed", teardown: "completed" });
});

test("a cleanup that fails blocks what follows it, and is followed by what runs always", async () => {
  const { play, states } = await scene({
    ...CLEANUP,
    last: { dependencies: ["report"], when: "always" },
  });
  await play(["deploy", "rollback"]);
  expect(states()).toMatchObject({ rollback: "failed", report: "blocked", last: "completed" });
});

test("with a failure beside it, what follows a step that was not needed is blocked rather than not needed", async () => {
  const { play, states, planStatus } = await scene({
    a: {},
    b: {},
    fix: { dependencies: ["a"], when: "failure" },
    after: { dependencies: ["fix", "b"] },
  });
  await play(["b"]);
  expect(states()).toEqual({ a: "completed", b: "failed", fix: "cancelled", after: "blocked" });
  expect(planStatus()).toBe("partially_completed");
});

test("a failure that is let pass: those behind it go on without its result, and the plan has completed", async () => {
  const { store, states, planStatus, planId } = await scene({
    lint: { onFailure: "continue" },
    build: { dependencies: ["lint"] },
    fix: { dependencies: ["lint"], when: "failure" },
  });
  const [lint] = await claim(store, ["worker-0", "worker-1"]);
  await finish(store, lint?.runId ?? "", "failure");
  const [build] = await claim(store, ["worker-0", "worker-1"]);
  expect(build?.inputs).toEqual({ lint: null });
  await finish(store, build?.runId ?? "", "success");
  await claim(store, ["worker-0"]);
  expect(states()).toEqual({ lint: "failed", build: "completed", fix: "cancelled" });
  expect(planStatus()).toBe("completed");
  expect(getPlan(store, { planId }).counts).toEqual({ failed: 1, completed: 1, cancelled: 1 });
});

test("a result of an earlier success is no input after a later failure that is let pass", async () => {
  const { store, idOf } = await scene({ a: { onFailure: "continue" }, b: { dependencies: ["a"] } });
  const first = await claim(store, ["worker-0"]);
  await finish(store, first[0]?.runId ?? "", "success", { result: '{"old":true}' });
  await store.write((tx) => tx.prepare("UPDATE tasks SET status = 'queued' WHERE id = ?").run(idOf("a")));
  const second = await claim(store, ["worker-0"]);
  expect(second.map((one) => one.subtaskId)).toEqual(["a"]);
  await finish(store, second[0]?.runId ?? "", "failure");
  expect((await claim(store, ["worker-0"]))[0]?.inputs).toEqual({ a: null });
});

test("a failure that escalates waits for a person, who approves, rejects or retries it", async () => {
  const { store, play, states, planStatus, idOf, reasonOf } = await scene({
    a: { onFailure: "escalate" },
    b: { dependencies: ["a"] },
  });
  await play(["a"]);
  expect(states()).toEqual({ a: "escalated", b: "waiting" });
  expect(reasonOf("a")).toBe("exit code 1");
  expect(planStatus()).toBe("executing");
  const asked = store.read.prepare("SELECT count(*) FROM events WHERE event_type = 'review.requested'").pluck().get();
  expect(asked).toBe(1);

  await retryTask(store, { taskId: idOf("a"), actor: "test" });
  await play(["a"]);
  expect(states()).toEqual({ a: "escalated", b: "waiting" });
  await reviewTask(store, { taskId: idOf("a"), actor: "test", verdict: "approve" });
  await play();
  expect(states()).toEqual({ a: "completed", b: "completed" });
  expect(planStatus()).toBe("completed");
});

test("an escalated failure that is rejected blocks what is behind it", async () => {
  const { store, play, states, planStatus, idOf } = await scene({
    a: { onFailure: "escalate" },
    b: { dependencies: ["a"] },
    undo: { dependencies: ["a"], when: "failure" },
  });
  await play(["a"]);
  await reviewTask(store, { taskId: idOf("a"), actor: "test", verdict: "reject" });
  await play();
  expect(states()).toEqual({ a: "failed", b: "blocked", undo: "completed" });
  expect(planStatus()).toBe("partially_completed");
});

test("a retry puts what ran because of the failure back in line: the new end decides anew", async () => {
  const { store, play, states, planStatus, idOf } = await scene(CLEANUP);
  await play(["deploy"]);
  await retryTask(store, { taskId: idOf("deploy"), actor: "test" });
  expect(states()).toEqual({
    build: "completed",
    deploy: "queued",
    rollback: "waiting",
    report: "waiting",
    teardown: "waiting",
  });
  await play();
  expect(states()).toMatchObject({
    deploy: "completed",
    rollback: "cancelled",
    report: "cancelled",
    teardown: "completed",
  });
  expect(planStatus()).toBe("completed");
  expect(store.read.prepare("SELECT attempts FROM console_tasks WHERE subtask_id = 'teardown'").pluck().get()).toBe(2);
});

test("a retry behind blocked tasks reaches the cleanup that ran there, and leaves alone what runs now", async () => {
  const { store, play, states, idOf } = await scene(CLEANUP);
  await play(["build"]);
  await retryTask(store, { taskId: idOf("build"), actor: "test" });
  expect(states()).toMatchObject({ build: "queued", deploy: "waiting", rollback: "waiting", teardown: "waiting" });
  await play(["build"]);
  expect(states()).toMatchObject({ build: "failed", rollback: "completed", teardown: "completed" });
});

test("a step that was not needed is taken up again when what it follows is forced to fail and retried", async () => {
  const { store, play, states, idOf } = await scene(CLEANUP);
  await play();
  await store.write((tx) => tx.prepare("UPDATE tasks SET status = 'failed' WHERE id = ?").run(idOf("deploy")));
  expect(states()).toMatchObject({ rollback: "cancelled" });
  await retryTask(store, { taskId: idOf("deploy"), actor: "test" });
  await play(["deploy"]);
  expect(states()).toMatchObject({ deploy: "failed", rollback: "completed", report: "completed" });
});

test("another program's change of a status decides who is needed, as ours does", async () => {
  const { store, states, play, planStatus } = await scene({
    a: {},
    fix: { dependencies: ["a"], when: "failure" },
    after: { dependencies: ["fix"] },
  });
  const other = await startForeignProgram(store.file);
  await other.exec("UPDATE tasks SET status = 'failed' WHERE title = 'Task a'");
  expect(states()).toEqual({ a: "failed", fix: "queued", after: "waiting" });
  await other.exec("UPDATE tasks SET status = 'completed' WHERE title = 'Task a'");
  expect(storedDerivations(store.read).needless).toHaveLength(1);
  await play();
  expect(states()).toEqual({ a: "completed", fix: "cancelled", after: "cancelled" });
  expect(planStatus()).toBe("completed");
  await other.exec("UPDATE tasks SET status = 'completed' WHERE title = 'Task fix'");
  expect(storedDerivations(store.read)).toEqual(recomputedDerivations(store.read));
});

test("a plan of which everything was cancelled has been cancelled", async () => {
  const { store, planStatus, idOf } = await scene({ only: {} });
  await cancelTask(store, { taskId: idOf("only"), actor: "test" });
  expect(planStatus()).toBe("cancelled");
});

test("a failing task of a plan that is being cancelled escalates to nobody", async () => {
  const { store, states, planStatus, planId } = await scene({ a: { onFailure: "escalate" } });
  const [one] = await claim(store, ["worker-0"]);
  await store.write((tx) =>
    tx.prepare("UPDATE console_plans SET cancel_requested_at = 1 WHERE plan_id = ?").run(planId),
  );
  await finish(store, one?.runId ?? "", "failure");
  expect(states()).toEqual({ a: "failed" });
  expect(planStatus()).toBe("cancelled");
});
