import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { getTask, retryTask, reviewTask } from "../../../src/main/core/operations/tasks";
import type { Store } from "../../../src/main/core/store/open";
import type { TaskRow } from "../../../src/shared/model/views";
import { recomputedDerivations, storedDerivations } from "../../helpers/invariants";
import { waitFor } from "../../helpers/wait";
import { Bench, planStatus, runsOf, type Subtask, untilEnded } from "../runner/setup";

let bench: Bench;
let store: Store;

beforeEach(async () => {
  bench = new Bench();
  store = await bench.open();
});
afterEach(() => bench.close());

const gate: Subtask = { id: "gate", agent: "approval", approval: { instructions: "Look at the report." } };
const behind: Subtask = { id: "behind", run: ["true"], dependencies: ["gate"] };

function taskId(of: Store, planId: string, subtask: string): string {
  const id = of.read
    .prepare<unknown[], string>("SELECT task_id FROM console_tasks WHERE plan_id = ? AND subtask_id = ?")
    .pluck()
    .get(planId, subtask);
  if (id === undefined) throw new Error(`no task ${subtask}`);
  return id;
}

const task = (of: Store, planId: string, subtask: string): TaskRow =>
  getTask(of, { taskId: taskId(of, planId, subtask) });

const untilReview = (of: Store, planId: string) =>
  waitFor("the gate to wait for a review", () => task(of, planId, "gate").status === "review_pending");

function acts(): unknown[] {
  return store.read
    .prepare<[], { act: string; actor: string; reason: string; before: string; after: string }>(
      "SELECT act, actor, reason, before, after FROM console_audit WHERE entity = 'task' ORDER BY seq",
    )
    .all();
}

function eventsOf(planId: string, like: string): string[] {
  return store.read
    .prepare<unknown[], string>(
      "SELECT event_type FROM events WHERE correlation_id = ? AND event_type LIKE ? AND payload LIKE '%\"gate\"%' ORDER BY rowid",
    )
    .pluck()
    .all(planId, like);
}

const decide = (id: string, verdict: "approve" | "reject" | "send_back", of = store) =>
  reviewTask(of, { taskId: id, verdict, reason: "seen", actor: "ada" });

describe("an approval gate", () => {
  it("waits without a slot, and lets its dependents go on when it is approved", async () => {
    bench.start(store, { slots: 1 });
    const planId = await bench.launch(store, [gate, behind, { id: "beside", run: ["true"] }]);
    await untilReview(store, planId);
    await waitFor("the only slot to do other work", () => task(store, planId, "beside").status === "completed");
    expect(planStatus(store, planId)).toBe("executing");
    expect(task(store, planId, "gate")).toMatchObject({
      state: "review_pending",
      reason: "Look at the report.",
      attempts: 0,
      workerId: null,
    });
    const after = await decide(taskId(store, planId, "gate"), "approve");
    expect(after.status).toBe("completed");
    expect(await untilEnded(store, planId)).toBe("completed");
    expect(runsOf(store, planId).map((run) => run.subtask)).toEqual(["behind", "beside"]);
    expect(acts()).toEqual([
      {
        act: "tasks.approve",
        actor: "ada",
        reason: "seen",
        before: '{"status":"review_pending"}',
        after: '{"status":"completed"}',
      },
    ]);
    expect(eventsOf(planId, "review.%")).toEqual(["review.requested", "review.approved"]);
    expect(eventsOf(planId, "task.%")).toEqual(["task.created", "task.completed"]);
    expect(storedDerivations(store.read)).toEqual(recomputedDerivations(store.read));
  });

  it("fails when it is rejected, and blocks what depends on it", async () => {
    bench.start(store);
    const planId = await bench.launch(store, [
      { id: "first", run: ["true"] },
      { ...gate, dependencies: ["first"] },
      behind,
    ]);
    await untilReview(store, planId);
    const after = await decide(taskId(store, planId, "gate"), "reject");
    expect(after).toMatchObject({ status: "failed", reason: "Rejected by ada: seen" });
    expect(await untilEnded(store, planId)).toBe("partially_completed");
    expect(task(store, planId, "behind")).toMatchObject({ state: "blocked", reason: "Blocked: gate failed" });
    expect(eventsOf(planId, "review.%")).toEqual(["review.requested", "review.rejected"]);
    expect(storedDerivations(store.read)).toEqual(recomputedDerivations(store.read));
  });

  it("asks again when it was sent back and is retried", async () => {
    bench.start(store);
    const planId = await bench.launch(store, [gate, behind]);
    await untilReview(store, planId);
    const id = taskId(store, planId, "gate");
    expect(await decide(id, "send_back")).toMatchObject({ status: "rework_needed", reason: "Sent back by ada: seen" });
    expect(planStatus(store, planId)).toBe("executing");
    await retryTask(store, { taskId: id, actor: "ada" });
    await untilReview(store, planId);
    await decide(id, "approve");
    expect(await untilEnded(store, planId)).toBe("completed");
    expect(storedDerivations(store.read)).toEqual(recomputedDerivations(store.read));
  });

  it("still waits after a restart, and is decided without a runner", async () => {
    const first = bench.start(store);
    const planId = await bench.launch(store, [gate, behind]);
    await untilReview(store, planId);
    await first.stop({ tasks: "leave" });
    const later = await bench.open();
    expect(task(later, planId, "gate").state).toBe("review_pending");
    await decide(taskId(later, planId, "gate"), "approve", later);
    expect(task(later, planId, "behind").state).toBe("queued");
    bench.start(later);
    expect(await untilEnded(later, planId)).toBe("completed");
  });

  it("is decided once", async () => {
    bench.start(store);
    const planId = await bench.launch(store, [gate]);
    await untilReview(store, planId);
    const id = taskId(store, planId, "gate");
    await decide(id, "approve");
    await expect(decide(id, "reject")).rejects.toMatchObject({
      code: "illegal_transition",
      details: { from: "completed" },
    });
    await expect(decide("nobody", "approve")).rejects.toMatchObject({ code: "not_found" });
    expect(acts()).toHaveLength(1);
  });

  it("is not decided before its dependencies have completed", async () => {
    const planId = await bench.launch(store, [
      { id: "first", run: ["true"] },
      { ...gate, dependencies: ["first"] },
    ]);
    await expect(decide(taskId(store, planId, "gate"), "approve")).rejects.toMatchObject({
      code: "illegal_transition",
    });
    expect(task(store, planId, "gate").state).toBe("waiting");
  });

  it("a thousand of them take no slot from the work beside them", async () => {
    bench.start(store, { slots: 1 });
    const gates = Array.from({ length: 1_000 }, (_, index) => ({ ...gate, id: `gate-${index}` }));
    const planId = await bench.launch(store, [...gates, { id: "work", run: ["true"] }]);
    await waitFor("the work behind the gates", () => task(store, planId, "work").status === "completed");
    expect(task(store, planId, "gate-999").status).toBe("review_pending");
  });
});

describe("a task of another program", () => {
  it("goes where a review takes it, and no further", async () => {
    const insert = "INSERT INTO tasks (id, title, task_type, status) VALUES (?, 'Foreign', 'code', 'review_pending')";
    for (const id of ["f1", "f2", "f3"]) await store.write((tx) => tx.prepare(insert).run(id));
    expect((await decide("f1", "approve")).status).toBe("approved");
    expect((await decide("f2", "reject")).status).toBe("rejected");
    expect((await decide("f3", "send_back")).status).toBe("rework_needed");
  });
});
