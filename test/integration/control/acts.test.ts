import { expect, test } from "vitest";
import { previewAct } from "../../../src/main/core/operations/previews";
import { changeTask, getTask, listTasks } from "../../../src/main/core/operations/tasks";
import type { Store } from "../../../src/main/core/store/open";
import { TASK_STATUSES } from "../../../src/shared/model/task";
import type { TaskChange } from "../../../src/shared/model/task-change";
import { recomputedDerivations, storedDerivations } from "../../helpers/invariants";
import { addWorkers, claim, finish, graphOf, launch, openTestStore } from "../../helpers/store";

/** Every stored status, `live` for work that a process of the console does, and one that nobody knows. */
const STATES = [...TASK_STATUSES, "live", "made_up"] as const;
type State = (typeof STATES)[number];

/** What becomes of the task (its status; `as it was`: nothing, and no mistake), or the code that refuses. */
type Outcome = string;
type Table = Readonly<Partial<Record<State, Outcome>>> & { readonly others: Outcome };

const CANCEL: Table = {
  queued: "cancelled",
  assigned: "cancelled",
  in_progress: "cancelled",
  live: "in_progress",
  review_pending: "cancelled",
  approved: "cancelled",
  rejected: "cancelled",
  rework_needed: "cancelled",
  escalated: "cancelled",
  others: "illegal_transition",
};

const ACTS: ReadonlyArray<readonly [name: string, change: TaskChange, table: Table]> = [
  [
    "retry",
    { act: "tasks.retry" },
    {
      failed: "queued",
      cancelled: "queued",
      rework_needed: "queued",
      escalated: "queued",
      others: "illegal_transition",
    },
  ],
  ["kill", { act: "tasks.cancel", mode: "kill" }, CANCEL],
  ["let end", { act: "tasks.cancel", mode: "let_end" }, CANCEL],
  [
    "set the priority",
    { act: "tasks.setPriority", priority: 7 },
    { live: "in_progress", completed: "not_allowed", failed: "not_allowed", cancelled: "not_allowed", others: "same" },
  ],
  [
    "approve",
    { act: "tasks.approve" },
    { review_pending: "completed", escalated: "completed", others: "illegal_transition" },
  ],
  ["reject", { act: "tasks.reject" }, { review_pending: "failed", escalated: "failed", others: "illegal_transition" }],
  [
    "send back",
    { act: "tasks.sendBack" },
    { review_pending: "rework_needed", rejected: "rework_needed", others: "illegal_transition" },
  ],
  ...TASK_STATUSES.map(
    (status) =>
      [
        `force to ${status}`,
        { act: "tasks.forceState", status },
        { live: status === "in_progress" ? "as it was" : "not_allowed", [status]: "as it was", others: status },
      ] as const,
  ),
];

/** A plan of three in a row; the middle one is brought into the state, the first is done. */
async function taskIn(store: Store, state: State): Promise<string> {
  const planId = await launch(store, graphOf({ a: [], b: ["a"], c: ["b"] }));
  const [a = "", b = ""] = listTasks(store, { planId, limit: 3 }).rows.map(({ id }) => id);
  const set = (id: string, status: string) =>
    store.write((tx) => tx.prepare("UPDATE tasks SET status = ? WHERE id = ?").run(status, id));
  await set(a, "completed");
  if (state === "live") {
    await store.write((tx) => tx.prepare("UPDATE tasks SET priority = 100 WHERE id = ?").run(b));
    const workers = await addWorkers(store, 1);
    expect((await claim(store, workers)).map(({ taskId }) => taskId)).toEqual([b]);
  } else if (state !== "queued") await set(b, state);
  return b;
}

function traces(store: Store, taskId: string): { audits: number; events: number } {
  const count = (sql: string, ...values: unknown[]): number =>
    Number(
      store.read
        .prepare(sql)
        .pluck()
        .get(...values),
    );
  return {
    audits: count("SELECT count(*) FROM console_audit WHERE entity_id = ?", taskId),
    events: count("SELECT count(*) FROM events WHERE payload LIKE ?", `%"task_id":"${taskId}"%`),
  };
}

for (const [name, change, table] of ACTS) {
  test(`${name}, in every state: done or refused, on record, as previewed`, { timeout: 60_000 }, async () => {
    const store = await openTestStore();
    for (const state of STATES) {
      const taskId = await taskIn(store, state);
      const before = getTask(store, { taskId });
      const traced = traces(store, taskId);
      const preview = await previewAct(store, {
        of: { act: "tasks", change, filter: { ids: [taskId] } },
        limit: 10,
      });
      const outcome = table[state] ?? table.others;
      const wanted = outcome === "same" || outcome === "as it was" ? before.status : outcome;
      const act = { taskId, actor: "ada", reason: "because" };
      const touches = !["illegal_transition", "not_allowed", "as it was"].includes(outcome);
      if (outcome === "illegal_transition" || outcome === "not_allowed") {
        await expect(changeTask(store, act, change), state).rejects.toMatchObject({ code: outcome });
        expect(getTask(store, { taskId }), state).toEqual(before);
      } else {
        const after = await changeTask(store, act, change);
        expect([state, after.status]).toEqual([state, wanted]);
      }
      expect([state, preview.count, preview.matched]).toEqual([state, touches ? 1 : 0, 1]);
      const now = traces(store, taskId);
      expect([state, now.audits - traced.audits]).toEqual([state, touches ? 1 : 0]);
      if (touches) expect([state, now.events - traced.events >= 1]).toEqual([state, true]);
      else expect([state, now.events - traced.events]).toEqual([state, 0]);
      expect(storedDerivations(store.read), state).toEqual(recomputedDerivations(store.read));
    }
  });
}

test("a task that does not exist cannot be acted on, and an ended plan is taken up by what reopens it", async () => {
  const store = await openTestStore();
  for (const [, change] of ACTS) {
    await expect(changeTask(store, { taskId: "nobody", actor: "ada" }, change)).rejects.toMatchObject({
      code: "not_found",
    });
  }
  const planId = await launch(store, graphOf({ a: [], b: [] }));
  const [a = "", b = ""] = listTasks(store, { planId, limit: 2 }).rows.map(({ id }) => id);
  const force = (taskId: string, status: "completed" | "failed" | "queued") =>
    changeTask(store, { taskId, actor: "ada", reason: "seen by hand" }, { act: "tasks.forceState", status });
  const status = () => store.read.prepare("SELECT status FROM execution_plans WHERE id = ?").pluck().get(planId);
  await force(a, "completed");
  await force(b, "failed");
  expect(status()).toBe("partially_completed");
  await force(b, "completed");
  expect(status()).toBe("completed");
  await force(a, "queued");
  expect(status()).toBe("executing");
  expect(getTask(store, { taskId: b }).reason).toBeNull();
  expect(getTask(store, { taskId: a }).reason).toBe("Forced to queued by ada: seen by hand");
});

test("a running task that is let to its end is not retried, is not stopped, and can still be killed", async () => {
  const store = await openTestStore();
  const planId = await launch(store, graphOf({ a: [], b: [] }));
  const [one, two] = await claim(store, await addWorkers(store, 2));
  const letEnd = (taskId = "") =>
    changeTask(store, { taskId, actor: "ada", reason: "last try" }, { act: "tasks.cancel", mode: "let_end" });
  expect(await letEnd(one?.taskId)).toMatchObject({ state: "in_progress", reason: "Not retried: last try" });
  await letEnd(two?.taskId);
  await changeTask(store, { taskId: two?.taskId ?? "", actor: "ada" }, { act: "tasks.cancel", mode: "kill" });
  expect(getTask(store, { taskId: two?.taskId ?? "" }).state).toBe("stopping");

  await finish(store, one?.runId ?? "", "failure", { retryAt: store.clock.now() + 1_000 });
  expect(getTask(store, { taskId: one?.taskId ?? "" })).toMatchObject({ status: "failed", notBefore: null });
  await finish(store, two?.runId ?? "", "cancelled");
  expect(getTask(store, { taskId: two?.taskId ?? "" }).status).toBe("cancelled");
  expect(store.read.prepare("SELECT status FROM execution_plans WHERE id = ?").pluck().get(planId)).toBe("failed");
});
