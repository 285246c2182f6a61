import fc from "fast-check";
import { expect, test } from "vitest";
import { abortBulk, getBulk, listBulk, startBulk } from "../../../src/main/core/operations/bulk";
import { changeMany } from "../../../src/main/core/operations/change-many";
import { previewAct } from "../../../src/main/core/operations/previews";
import { retryFrom } from "../../../src/main/core/operations/retry-from";
import { countOf } from "../../../src/main/core/store/jobs";
import { openStore, type Store } from "../../../src/main/core/store/open";
import { storedStatus } from "../../../src/main/core/store/task-filter-sql";
import type { SkipGroup } from "../../../src/shared/control-contract";
import { TASK_STATUSES } from "../../../src/shared/model/task";
import type { TaskChange } from "../../../src/shared/model/task-change";
import type { TaskFilter } from "../../../src/shared/model/task-filter";
import { startForeignProgram } from "../../helpers/foreign";
import { recomputedDerivations, storedDerivations } from "../../helpers/invariants";
import { addWorkers, afterThisTest, claim, launch, openTestStore, planOf, subtask } from "../../helpers/store";
import { waitFor } from "../../helpers/wait";

const PLANS = 2;
const TASKS = 6;

const change: fc.Arbitrary<TaskChange> = fc.oneof(
  fc.constant<TaskChange>({ act: "tasks.retry" }),
  fc.constantFrom<TaskChange>({ act: "tasks.cancel", mode: "kill" }, { act: "tasks.cancel", mode: "let_end" }),
  fc.integer({ min: 0, max: 2 }).map((priority): TaskChange => ({ act: "tasks.setPriority", priority })),
  fc.constantFrom<TaskChange>({ act: "tasks.approve" }, { act: "tasks.reject" }, { act: "tasks.sendBack" }),
  fc.constantFrom(...TASK_STATUSES).map((status): TaskChange => ({ act: "tasks.forceState", status })),
);

const filter: fc.Arbitrary<TaskFilter> = fc.record(
  {
    states: fc.subarray(["failed", "cancelled", "queued", "waiting", "blocked", "in_progress", "review_pending"], {
      minLength: 1,
    }),
    priority: fc.record({ min: fc.integer({ min: 0, max: 2 }) }),
    text: fc.constantFrom("Task a", "Task", "nothing of the kind"),
  },
  { requiredKeys: [] },
);

/** For each task: what it depends on among those before it, its priority, and the state it is brought into. */
const world = fc.array(
  fc.record({
    dependencies: fc.subarray([0, 1, 2, 3, 4]),
    priority: fc.integer({ min: 0, max: 2 }),
    status: fc.constantFrom("as it is", "claimed", "made_up", ...TASK_STATUSES),
  }),
  { minLength: PLANS * TASKS, maxLength: PLANS * TASKS },
);

async function build(store: Store, tasks: readonly { dependencies: number[]; priority: number; status: string }[]) {
  const ids: string[] = [];
  for (let plan = 0; plan < PLANS; plan += 1) {
    const own = tasks.slice(plan * TASKS, (plan + 1) * TASKS);
    const name = (ordinal: number) => String.fromCharCode(97 + ordinal);
    const subtasks = own.map(({ dependencies, priority }, ordinal) =>
      subtask(name(ordinal), { priority, dependencies: dependencies.filter((at) => at < ordinal).map(name) }),
    );
    const planId = await launch(store, planOf(subtasks));
    const rows = store.read.prepare<[string], string>(
      "SELECT task_id FROM console_tasks WHERE plan_id = ? ORDER BY ordinal",
    );
    ids.push(...rows.pluck().all(planId));
  }
  await claim(store, await addWorkers(store, tasks.filter(({ status }) => status === "claimed").length));
  const set = (tx: Parameters<Parameters<Store["write"]>[0]>[0], id: string | undefined, status: string) =>
    tx.prepare("UPDATE tasks SET status = ? WHERE id = ? AND status <> 'in_progress'").run(status, id);
  await store.write((tx) => {
    tasks.forEach(({ status }, at) => {
      if (status !== "as it is" && status !== "claimed") set(tx, ids[at], status);
    });
  });
}

/**
 * How many are left out, by why and by stored state: setting one task going makes others wait that were blocked, and
 * those are told of as they are at their turn, which a busy machine may put into a later slice.
 */
function skippedBy(groups: readonly SkipGroup[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { reason, state, count } of groups) {
    const key = `${reason} ${storedStatus(state)}`;
    counts[key] = (counts[key] ?? 0) + count;
  }
  return counts;
}

test("an act on many does exactly what its preview said, and leaves the database consistent", {
  timeout: 240_000,
}, async () => {
  await fc.assert(
    fc.asyncProperty(world, change, filter, async (tasks, wanted, matching) => {
      const store = await openTestStore();
      await build(store, tasks);
      const preview = await previewAct(store, { of: { act: "tasks", change: wanted, filter: matching }, limit: 1_000 });
      const { ended } = await startBulk(store, { change: wanted, filter: matching, reason: "why not", actor: "ada" });
      const job = await ended;
      expect(job).toMatchObject({ state: "done", total: preview.matched, seen: preview.matched, error: null });
      expect(job?.report.failed).toEqual([]);
      expect(job?.report.done).toBe(preview.count);
      expect(skippedBy(job?.report.skipped ?? [])).toEqual(skippedBy(preview.skipped));
      const audited = store.read
        .prepare<[string], string>("SELECT entity_id FROM console_audit WHERE act = ? AND entity = 'task'")
        .pluck()
        .all(wanted.act);
      expect(audited.sort()).toEqual(preview.tasks.map(({ id }) => id).sort());
      const states = store.read.prepare<[string], string>("SELECT status FROM tasks WHERE id = ?").pluck();
      for (const { id, becomes } of preview.tasks) {
        const status = states.get(id);
        if (becomes === "stopping") expect(status).toBe("in_progress");
        else if (wanted.act !== "tasks.setPriority") expect(status).toBe(becomes);
      }
      expect(storedDerivations(store.read)).toEqual(recomputedDerivations(store.read));
      await store.close();
    }),
    { numRuns: 40 },
  );
});

test("running again from a task on does exactly what its preview said, or is refused as it said", {
  timeout: 240_000,
}, async () => {
  let refusals = 0;
  await fc.assert(
    fc.asyncProperty(world, fc.nat({ max: PLANS * TASKS - 1 }), async (tasks, at) => {
      const store = await openTestStore();
      await build(store, tasks);
      const sql = "SELECT task_id FROM console_tasks ORDER BY seq LIMIT 1 OFFSET ?";
      const taskId = String(store.read.prepare(sql).pluck().get(at));
      const preview = await previewAct(store, { of: { act: "tasks.retryFrom", taskId }, limit: 1_000 });
      const statuses = () => store.read.prepare<[], string>("SELECT status FROM tasks ORDER BY id").pluck().all();
      const before = statuses();
      const request = { taskId, actor: "ada", reason: "again" };
      if (preview.refusal !== null) {
        refusals += 1;
        await expect(retryFrom(store, request)).rejects.toMatchObject({ code: preview.refusal.code });
        expect(statuses()).toEqual(before);
      } else {
        const report = await retryFrom(store, request);
        expect([report.done, countOf(report.skipped)]).toEqual([preview.count, countOf(preview.skipped)]);
        const audited = store.read
          .prepare<[], string>("SELECT entity_id FROM console_audit WHERE act = 'tasks.retryFrom'")
          .pluck()
          .all();
        expect(audited.sort()).toEqual(preview.tasks.map(({ id }) => id).sort());
        const status = store.read.prepare<[string], string>("SELECT status FROM tasks WHERE id = ?").pluck();
        for (const { id } of preview.tasks) expect(status.get(id)).toBe("queued");
      }
      expect(storedDerivations(store.read)).toEqual(recomputedDerivations(store.read));
      await store.close();
    }),
    { numRuns: 40 },
  );
  expect(refusals).toBeGreaterThan(0);
  expect(refusals).toBeLessThan(40);
});

async function manyTasks(store: Store, count: number): Promise<string> {
  return launch(store, planOf(Array.from({ length: count }, (_, at) => subtask(`t${at}`))));
}

function statuses(store: Store): Record<string, number> {
  const rows = store.read.prepare<[], [string, number]>("SELECT status, count(*) FROM tasks GROUP BY status").raw();
  return Object.fromEntries(rows.all());
}

test("10,000 tasks: the loop breathes, an abort from another process ends it, what was done is on record", {
  timeout: 180_000,
}, async () => {
  const store = await openTestStore();
  const planId = await manyTasks(store, 10_000);
  const matching = { planIds: [planId], states: ["queued"] };
  const cancel = {
    change: { act: "tasks.cancel", mode: "kill" },
    filter: matching,
    reason: "spring",
    actor: "ada",
  } as const;

  const preview = await previewAct(store, {
    of: { act: "tasks", ...{ change: cancel.change, filter: matching } },
    limit: 5,
  });
  expect(preview).toMatchObject({ matched: 10_000, count: 10_000, skipped: [] });
  expect(preview.tasks).toHaveLength(5);

  const { jobId, ended } = await startBulk(store, cancel);
  await waitFor("the first slices", () => getBulk(store, { jobId }).report.done > 100, { timeoutMs: 60_000 });
  const other = await openStore({ file: store.file });
  afterThisTest(() => other.close());
  expect(await abortBulk(other, { jobId, actor: "bob", reason: "enough" })).toMatchObject({ abortRequested: true });
  const job = await ended;
  expect(job).toMatchObject({ state: "aborted", total: 10_000, abortRequested: true });
  const done = job?.report.done ?? 0;
  expect(done).toBeGreaterThan(100);
  expect(done).toBeLessThan(10_000);
  expect(statuses(store)).toEqual({ cancelled: done, queued: 10_000 - done });
  const audits = store.read.prepare("SELECT count(*) FROM console_audit WHERE act = ?").pluck();
  expect([audits.get("tasks.cancel"), audits.get("bulk.start"), audits.get("bulk.abort")]).toEqual([done, 1, 1]);
  expect(getBulk(other, { jobId }).state).toBe("aborted");

  // Doing it again does the rest.
  const rest = await (await startBulk(store, cancel)).ended;
  expect(rest).toMatchObject({ state: "done", total: 10_000 - done, report: { done: 10_000 - done } });
  expect(statuses(store)).toEqual({ cancelled: 10_000 });
  expect(store.read.prepare("SELECT status FROM execution_plans WHERE id = ?").pluck().get(planId)).toBe("cancelled");
});

test("what another program changes or deletes between the count and its turn is left alone, and named so", async () => {
  const store = await openTestStore();
  await manyTasks(store, 200);
  const foreign = await startForeignProgram(store.file);
  const cancel = { act: "tasks.cancel", mode: "kill" } as const;
  const request = { change: cancel, filter: { states: ["queued"] }, reason: null, actor: "ada" };
  const { report, ended } = await changeMany(store, request, {
    counted: async (total) => {
      expect(total).toBe(200);
      await foreign.exec("UPDATE tasks SET status = 'completed' WHERE title IN ('Task t0', 'Task t9')");
      await foreign.exec("DELETE FROM tasks WHERE title = 'Task t1'");
    },
  });
  expect(ended).toBe("done");
  expect(report).toMatchObject({
    done: 197,
    skipped: [
      { reason: "changed", state: "completed", count: 2 },
      { reason: "gone", count: 1, examples: [] },
    ],
    failed: [],
  });
  expect(statuses(store)).toEqual({ cancelled: 197, completed: 2 });
});

test("a job outlives its process on record: interrupted, never running for ever", async () => {
  const store = await openTestStore();
  await manyTasks(store, 2_000);
  const { jobId, ended } = await startBulk(store, {
    change: { act: "tasks.setPriority", priority: 5 },
    filter: {},
    reason: null,
    actor: "ada",
  });
  await waitFor("some to be done", () => getBulk(store, { jobId }).report.done > 0);
  await store.close();
  expect(await ended).toBeNull();
  const again = await openStore({ file: store.file });
  afterThisTest(() => again.close());
  const job = getBulk(again, { jobId });
  expect(["interrupted", "done"]).toContain(job.state);
  const raised = again.read.prepare("SELECT count(*) FROM tasks WHERE priority = 5").pluck().get();
  expect(raised).toBe(job.report.done);
  expect(listBulk(again, { limit: 5 }).map(({ id }) => id)).toEqual([jobId]);
  expect(() => getBulk(again, { jobId: "nothing" })).toThrow(/no job/);

  // One that a process of this machine began, which is gone.
  await again.write((tx) =>
    tx.prepare("UPDATE console_jobs SET state = 'running', finished_at = NULL, pid = 4194305, pid_start = '1'").run(),
  );
  expect(getBulk(again, { jobId }).state).toBe("interrupted");
});

test("two operators who want the same: each task is retried once", async () => {
  const store = await openTestStore();
  await manyTasks(store, 300);
  await store.write((tx) => tx.prepare("UPDATE tasks SET status = 'failed'").run());
  const other = await openStore({ file: store.file });
  afterThisTest(() => other.close());
  const request = {
    change: { act: "tasks.retry" },
    filter: { states: ["failed"] },
    reason: null,
    actor: "ada",
  } as const;
  const jobs = await Promise.all([startBulk(store, request), startBulk(other, { ...request, actor: "bob" })]);
  const reports = await Promise.all(jobs.map(({ ended }) => ended));
  expect(reports.reduce((sum, job) => sum + (job?.report.done ?? 0), 0)).toBe(300);
  expect(statuses(store)).toEqual({ queued: 300 });
  expect(
    store.read.prepare("SELECT count(DISTINCT entity_id) FROM console_audit WHERE act = 'tasks.retry'").pluck().get(),
  ).toBe(300);
});

test("a task that cannot be written is named, and keeps no other from its turn", async () => {
  const store = await openTestStore();
  await manyTasks(store, 120);
  await store.write((tx) =>
    tx.exec(`CREATE TRIGGER poison BEFORE UPDATE ON tasks WHEN NEW.title = 'Task t60'
      BEGIN SELECT RAISE(ABORT, 'not this one'); END`),
  );
  const poisoned = store.read.prepare("SELECT id FROM tasks WHERE title = 'Task t60'").pluck().get();
  const { ended } = await startBulk(store, {
    change: { act: "tasks.setPriority", priority: 5 },
    filter: { states: ["queued"] },
    reason: null,
    actor: "ada",
  });
  const job = await ended;
  expect(job).toMatchObject({ state: "done", seen: 120, report: { done: 119, skipped: [] } });
  expect(job?.report.failed).toEqual([
    { message: expect.stringContaining("not this one"), count: 1, taskIds: [poisoned] },
  ]);
});
