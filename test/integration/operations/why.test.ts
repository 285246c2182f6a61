import { expect, it } from "vitest";
import { explainTask } from "../../../src/main/core/operations/why";
import { ownIdentity } from "../../../src/main/core/process-identity";
import { takeLease } from "../../../src/main/core/store/lease";
import type { Store } from "../../../src/main/core/store/open";
import { upsertWorkers } from "../../../src/main/core/store/workers";
import { WHY_GATES, type WhyGateName } from "../../../src/shared/model/why";
import { claim, finish, launch, openTestStore, planOf, subtask } from "../../helpers/store";

const command = (id: string, given: Parameters<typeof subtask>[1] = {}) =>
  subtask(id, { agent: "command", run: "true", ...given });

async function setUp({ slots = 2 } = {}) {
  const store = await openTestStore();
  const identity = ownIdentity();
  const ids = Array.from({ length: slots }, (_, slot) => `local-${slot + 1}`);
  await store.write((tx) => {
    takeLease(tx, { expectedEpoch: 0, expectedBeat: 0, holder: { holderId: "h", ...identity, program: "cli", slots } });
    upsertWorkers(
      tx,
      ids.map((id, slot) => ({ id, role: "local", capabilities: [], program: "cli", slot: slot + 1, ...identity })),
      store.clock.now(),
    );
  });
  return { store, ids };
}

const taskIds = (store: Store, planId: string): Record<string, string> =>
  Object.fromEntries(
    store.read
      .prepare<[string], { subtask_id: string; task_id: string }>(
        "SELECT subtask_id, task_id FROM console_tasks WHERE plan_id = ?",
      )
      .all(planId)
      .map((row) => [row.subtask_id, row.task_id]),
  );

function ask(store: Store, taskId: string | undefined) {
  const why = explainTask(store, { taskId: taskId ?? "" });
  expect(why.gates.map(({ gate }) => gate)).toEqual(WHY_GATES);
  const gate = (name: WhyGateName) => {
    const found = why.gates.find((one) => one.gate === name);
    return {
      verdict: found?.verdict,
      detail: found?.detail ?? "",
      rows: found?.rows.map(({ id }) => id),
      more: found?.more,
    };
  };
  return { why, gate, holding: why.gates.filter(({ verdict }) => verdict === "holds").map((one) => one.gate) };
}

it("says that nothing holds a ready task, and who takes its slots otherwise", async () => {
  const { store, ids } = await setUp();
  const plan = await launch(store, planOf([command("a"), command("b"), command("c"), command("d", { priority: 5 })]));
  const { a, b, c, d } = taskIds(store, plan);
  const first = ask(store, d);
  expect(first.holding).toEqual([]);
  expect(first.why).toMatchObject({
    headline: "Nothing holds it: it starts at any moment.",
    ahead: 0,
    state: "queued",
  });
  expect(ask(store, b)).toMatchObject({
    holding: ["turn"],
    why: { ahead: 2, headline: expect.stringContaining("2 ready tasks") },
  });

  await claim(store, ids);
  const later = ask(store, c);
  expect(later.holding).toEqual(["slots", "turn"]);
  expect(later.gate("slots").rows?.toSorted()).toEqual([a, d].toSorted());
  expect(later.why.headline).toBe("All 2 slots are taken.");
  const running = ask(store, d);
  expect(running.holding).toEqual([]);
  expect(running.why.headline).toMatch(/^It runs on local-1 for \d+ s, attempt 1 of 1\.$/);
  expect(running.why.steps.map(({ operation }) => operation)).toEqual(["tasks.cancel"]);
});

it("names the open dependencies, and the failure at the beginning of a blocked chain", async () => {
  const { store, ids } = await setUp();
  const plan = await launch(
    store,
    planOf([
      command("bad"),
      command("slow"),
      command("mid", { dependencies: ["bad"] }),
      command("end", { dependencies: ["mid", "slow"] }),
      command("other", { dependencies: ["slow"] }),
    ]),
  );
  const { bad, slow, mid, end, other } = taskIds(store, plan);
  const claims = await claim(store, ids);
  expect(ask(store, other).gate("dependencies")).toMatchObject({ verdict: "holds", rows: [slow], more: 0 });
  await finish(store, claims.find(({ taskId }) => taskId === bad)?.runId ?? "", "failure");
  const why = ask(store, end);
  expect(why.gate("dependencies").rows?.toSorted()).toEqual([bad, mid, slow].toSorted());
  expect(why.why.headline).toBe("2 of 2 dependencies are not met, and cannot be: Task bad failed.");
  expect(why.why.steps).toEqual([
    { operation: "tasks.retry", id: bad, label: "Retry Task bad", command: `hive task retry ${bad}` },
  ]);
  expect(why.gate("turn").verdict).toBe("not_reached");

  const failed = ask(store, bad);
  expect(failed.why.headline).toBe("It failed: exit code 1. Its plan does not retry it.");
  expect(failed.holding).toEqual(["task"]);
  expect(failed.why.steps.map(({ operation }) => operation)).toEqual(["runs.readLog", "tasks.retry"]);
});

it("tells conditions, retry times, and cleanup steps that are not needed", async () => {
  const { store, ids } = await setUp();
  const plan = await launch(
    store,
    planOf([
      command("a", { retries: { ...subtask("x").retries, count: 2 } }),
      command("cleanup", { dependencies: ["a"], when: "failure" }),
      command("always", { dependencies: ["a"], when: "always" }),
    ]),
  );
  const { a, cleanup, always } = taskIds(store, plan);
  expect(ask(store, cleanup).gate("when")).toMatchObject({
    verdict: "not_reached",
    detail: "It runs if one of them fails.",
  });
  const [run] = await claim(store, ids);
  await finish(store, run?.runId ?? "", "failure", { retryAt: store.clock.now() + 60_000 });
  const waiting = ask(store, a);
  expect(waiting.holding).toEqual(["retry_time"]);
  expect(waiting.why).toMatchObject({
    state: "retrying",
    headline: expect.stringMatching(/^Attempt 2 of 3 begins in (59|60) s\./),
  });
  expect(ask(store, always).gate("dependencies")).toMatchObject({ verdict: "holds", rows: [a] });
});

it("names who holds a plan's limit and a group, over all plans", async () => {
  const { store, ids } = await setUp({ slots: 4 });
  const one = await launch(store, planOf([command("a", { group: "gpu" })], { groups: { gpu: 1 } }));
  const two = await launch(
    store,
    planOf([command("b", { group: "gpu" }), command("c"), command("d")], { groups: { gpu: 1 }, concurrency: 1 }),
  );
  const { a } = taskIds(store, one);
  const { b, c, d } = taskIds(store, two);
  await claim(store, ids);
  const why = ask(store, b);
  expect(why.gate("group")).toMatchObject({
    verdict: "holds",
    rows: [a],
    detail: "The only place of group gpu is taken.",
  });
  const running = [c, d].find((id) => explainTask(store, { taskId: id ?? "" }).status === "in_progress");
  const waiting = running === c ? d : c;
  expect(ask(store, waiting).gate("plan_limit")).toMatchObject({ verdict: "holds", rows: [running] });
  expect(ask(store, waiting).gate("group").verdict).toBe("passes");
});

it("says which workers lack what, and that all are drained", async () => {
  const { store, ids } = await setUp();
  const plan = await launch(store, planOf([command("a", { role: "backend", capabilities: ["docker"] }), command("b")]));
  const { a, b } = taskIds(store, plan);
  const lacking = ask(store, a);
  expect(lacking.holding).toContain("worker");
  expect(lacking.why.gates.find(({ gate }) => gate === "worker")?.rows).toMatchObject(
    ids.map((id) => ({ id, note: "lacks role backend, docker" })),
  );
  expect(lacking.why.steps).toMatchObject([{ command: "hive worker start --role backend --capability docker" }]);

  await store.write((tx) => {
    tx.exec("INSERT INTO console_drains (worker_id, at, actor) SELECT id, 0, 'ada' FROM workers");
  });
  const drained = ask(store, b);
  expect(drained.gate("drained")).toMatchObject({ verdict: "holds", rows: ids });
  expect(drained.why.steps).toMatchObject([{ operation: "workers.undrain", id: "local-1" }]);
});

it("says that the plan is paused or ends, that nobody starts tasks, and that the starter is gone", async () => {
  const { store } = await setUp();
  const plan = await launch(store, planOf([command("a")]));
  const { a } = taskIds(store, plan);
  const set = (sql: string) => store.write((tx) => tx.exec(sql));
  await set("UPDATE console_plans SET paused_at = 1");
  const paused = ask(store, a);
  expect(paused.gate("plan").verdict).toBe("holds");
  expect(paused.why.steps).toMatchObject([{ operation: "plans.resume", id: plan }]);
  await set("UPDATE console_plans SET paused_at = NULL, cancel_requested_at = 1");
  expect(ask(store, a).why.headline).toBe("Its plan is being cancelled.");
  await set("UPDATE console_plans SET cancel_requested_at = NULL");
  await set("UPDATE console_lease SET pid_start = 'another one'");
  expect(ask(store, a)).toMatchObject({
    holding: ["dispatcher"],
    why: { steps: [{ command: `hive plan watch ${plan}` }] },
  });
  await set("UPDATE console_lease SET holder_id = NULL");
  expect(ask(store, a).gate("dispatcher").detail).toMatch(/^Nobody starts tasks/);
  await set("UPDATE console_lease SET holder_id = 'h', host = 'elsewhere'");
  expect(ask(store, a).gate("dispatcher").verdict).toBe("unknown");
});

it("explains tasks of other programs, unknown states, and what ended", async () => {
  const { store } = await setUp();
  await store.write((tx) => {
    tx.exec(`INSERT INTO tasks (id, title, task_type, status) VALUES ('lone', 'Lone', 'review', 'queued'),
      ('odd', 'Odd', 'review', 'mislaid'), ('gate', 'Gate', 'approval', 'review_pending'),
      ('done', 'Done', 'x', 'completed'), ('gone', 'Gone', 'x', 'cancelled')`);
  });
  expect(ask(store, "lone")).toMatchObject({ holding: ["plan"], why: { planId: null } });
  expect(ask(store, "odd").why.headline).toContain('"mislaid"');
  expect(ask(store, "gate").why.steps).toMatchObject([{ operation: "tasks.approve" }]);
  expect(ask(store, "done")).toMatchObject({ holding: [], why: { headline: "It completed." } });
  expect(ask(store, "gone").gate("dependencies").verdict).toBe("not_reached");
  expect(() => explainTask(store, { taskId: "nobody" })).toThrow(expect.objectContaining({ code: "not_found" }));
});

it("tells by heartbeats whether the process that starts tasks can write", async () => {
  const { store } = await setUp();
  const plan = await launch(store, planOf([command("a")]));
  const { a } = taskIds(store, plan);
  expect(ask(store, a).gate("runner")).toMatchObject({
    verdict: "passes",
    detail: expect.stringContaining("can write"),
  });
  await store.write((tx) => tx.prepare("UPDATE workers SET last_heartbeat = '2020-01-01 00:00:00.000'").run());
  expect(ask(store, a).gate("runner")).toMatchObject({
    verdict: "holds",
    detail: expect.stringContaining("has written nothing for"),
  });
  await store.write((tx) => tx.prepare("UPDATE workers SET last_heartbeat = NULL").run());
  expect(ask(store, a).gate("runner")).toMatchObject({ verdict: "unknown" });
});
