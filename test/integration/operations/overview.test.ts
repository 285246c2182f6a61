import { describe, expect, it } from "vitest";
import { getOverview } from "../../../src/main/core/operations/overview";
import { thisHost } from "../../../src/main/core/process-identity";
import type { Store } from "../../../src/main/core/store/open";
import * as rows from "../../../src/main/core/store/overview-rows";
import { NEVER_HEARD, NEXT_STATUS, QUIETEST, upsertWorkers } from "../../../src/main/core/store/workers";
import { addWorkers, claim, finish, graphOf, launch, openTestStore } from "../../helpers/store";

/** What is listed, as `kind title`. */
function listed(store: Store): string[] {
  return getOverview(store).attention.map((item) =>
    item.kind === "worker" ? `worker ${item.worker.id}` : `${item.kind} ${item.task.title}`,
  );
}

function insertTask(
  store: Store,
  id: string,
  status: string,
  more: Readonly<Record<string, unknown>> = {},
): Promise<void> {
  const now = new Date(store.clock.now()).toISOString();
  const row = { id, status, title: `Foreign ${id}`, priority: 1, worker: null, at: now, ...more };
  return store.write((tx) => {
    tx.prepare(
      `INSERT INTO tasks (id, title, task_type, status, priority, assigned_worker, created_at, updated_at)
        VALUES ($id, $title, 'code', $status, $priority, $worker, $at, $at)`,
    ).run(row);
  });
}

describe("the overview", () => {
  it("is empty in a database where nothing was ever done", async () => {
    const store = await openTestStore();
    expect(getOverview(store)).toEqual({
      isEmpty: true,
      counts: {},
      plans: [],
      hasMorePlans: false,
      attention: [],
      activity: [],
    });
  });

  it("counts every task, tells what waits apart, and lists the plans that run, newest first", async () => {
    const store = await openTestStore();
    const first = await launch(store, graphOf({ a: [], b: ["a"], c: ["b"] }));
    const second = await launch(store, graphOf({ a: [] }));
    await insertTask(store, "foreign", "queued");
    const overview = getOverview(store);
    expect(overview.isEmpty).toBe(false);
    expect(overview.counts).toEqual({ queued: 3, waiting: 2 });
    expect(overview.plans.map(({ id }) => id)).toEqual([second, first]);
    const workers = await addWorkers(store, 2);
    for (const { runId } of await claim(store, workers)) await finish(store, runId, "success");
    expect(getOverview(store).plans.map(({ id }) => id)).toEqual([first]);
  });

  it("lists what wants a person: by urgency, then by priority and age", async () => {
    const store = await openTestStore();
    await launch(store, graphOf({ fails: [], behind: ["fails"], also: ["fails"] }));
    const [claimed] = await claim(store, await addWorkers(store, 1));
    if (!claimed) throw new Error("a task is ready");
    await finish(store, claimed.runId, "failure");
    await insertTask(store, "r1", "review_pending", { at: "2020-01-02 00:00:00" });
    await insertTask(store, "r2", "review_pending", { at: "2020-01-01 00:00:00" });
    await insertTask(store, "r3", "review_pending", { at: "2020-01-03 00:00:00", priority: 9 });
    await insertTask(store, "w", "rework_needed");
    await insertTask(store, "e", "escalated");
    expect(listed(store)).toEqual([
      "escalated Foreign e",
      "review Foreign r3",
      "review Foreign r2",
      "review Foreign r1",
      "failed Task fails",
      "rework Foreign w",
    ]);
    const failed = getOverview(store).attention.find((item) => item.kind === "failed");
    expect(failed).toMatchObject({ planTitle: "A plan", blocks: 2, task: { reason: "exit code 1" } });
  });

  it("lists the latest failures, whatever their priority, and none that is history", async () => {
    const store = await openTestStore();
    await insertTask(store, "old", "failed", { at: "2020-01-01 00:00:00" });
    for (let place = 0; place < 30; place += 1)
      await insertTask(store, `f${place}`, "failed", { priority: 1 + (place % 3) });
    await insertTask(store, "none", "failed", { priority: null });
    await insertTask(store, "latest", "failed", { at: new Date(store.clock.now() + 1).toISOString() });
    const failures = listed(store);
    expect(failures).toHaveLength(20);
    expect(failures).not.toContain("failed Foreign old");
    expect(failures[0]).toBe("failed Foreign latest");
  });

  it("tells of tasks whose worker cannot be at work, and of workers that are not well", async () => {
    const store = await openTestStore();
    const silent = { role: "code", capabilities: [], pid: 1, pidStart: null, host: "elsewhere", bootId: null };
    await store.write((tx) => {
      upsertWorkers(tx, [{ ...silent, id: "gone", program: "test", slot: 0 }], store.clock.now() - 60_000);
      upsertWorkers(tx, [{ ...silent, id: "stale", program: "test", slot: 1 }], store.clock.now() - 60_000);
      upsertWorkers(tx, [{ ...silent, id: "fresh", program: "test", slot: 2 }], store.clock.now());
    });
    await insertTask(store, "held", "in_progress", { worker: "gone" });
    await insertTask(store, "fine", "in_progress", { worker: "fresh" });
    await insertTask(store, "new", "assigned", { worker: "nobody knows" });
    await insertTask(store, "lost", "assigned", { worker: "nobody knows", at: "2020-01-01 00:00:00" });
    expect(listed(store)).toEqual(["stuck Foreign held", "stuck Foreign lost", "worker stale"]);
    // A task outlives the console that began it: its own process counts.
    await launch(store, graphOf({ alive: [] }));
    const [claimed] = await claim(store, ["gone"]);
    if (!claimed) throw new Error("a task is ready");
    expect(listed(store)).toContain("stuck Task alive");
    await store.write((tx) => {
      tx.prepare("UPDATE console_runs SET pid = ?, host = ? WHERE run_id = ?").run(
        process.pid,
        thisHost.host,
        claimed.runId,
      );
    });
    expect(listed(store)).not.toContain("stuck Task alive");
  });

  it("finds those that are not well among any number of workers, by index", async () => {
    const store = await openTestStore();
    const names = Array.from({ length: 300 }, (_, n) => `w-${String(n).padStart(3, "0")}`);
    const process = { pid: 7, pidStart: null, host: "another-host", bootId: null, program: "worker", slot: 0 };
    await store.write((tx) => {
      const workers = names.map((id) => ({ id, role: "ext", capabilities: [], ...process }));
      upsertWorkers(tx, workers, store.clock.now());
      const set = tx.prepare("UPDATE workers SET status = ?, last_heartbeat = ? WHERE id = ?");
      const ago = (ms: number) => new Date(store.clock.now() - ms).toISOString();
      set.run("active", ago(60_000), "w-111");
      set.run("idle", ago(60_000).replace("T", " ").replace("Z", ""), "w-222");
      set.run("busy with itself", null, "w-233");
      set.run("error", ago(0), "w-244");
      set.run("offline", ago(60_000), "w-255");
    });
    expect(listed(store)).toEqual(["worker w-111", "worker w-222", "worker w-233", "worker w-244"]);
    for (const sql of [NEXT_STATUS, QUIETEST, NEVER_HEARD]) {
      const values = Array.from(sql.matchAll(/\?/g), () => "x");
      const plan = store.read.prepare<unknown[], { detail: string }>(`EXPLAIN QUERY PLAN ${sql}`).all(...values);
      expect(plan.map(({ detail }) => detail)).toEqual([
        expect.stringMatching(/^SEARCH workers USING (COVERING )?INDEX console_workers_beat \(status/),
      ]);
    }
  });

  it("tells what happened last, by name, and leaves out what nobody wants to hear", async () => {
    const store = await openTestStore();
    await launch(store, graphOf({ a: [], b: [] }));
    const [first, second] = await claim(store, await addWorkers(store, 2));
    if (!first || !second) throw new Error("two tasks are ready");
    await finish(store, first.runId, "success");
    await finish(store, second.runId, "failure", { retryAt: store.clock.now() + 60_000 });
    await store.write((tx) => {
      tx.prepare(
        "INSERT INTO events (event_id, event_type, timestamp, source_agent, payload, metadata) VALUES ('x', 'system.error', 'bad', 'py', 'no json', '{}')",
      ).run();
    });
    const told = getOverview(store).activity.map(({ type, subject, by }) => `${type} ${subject} ${by}`);
    expect(told[0]).toBe("system.error system.error py");
    expect(told).toContain(`task.completed ${first.title} ${first.workerId}`);
    expect(told.some((line) => line.startsWith("plan.execution_started A plan "))).toBe(true);
    expect(told.some((line) => line.startsWith("task.created") || line.startsWith("task.assigned"))).toBe(false);
  });

  it("is read by index, however many tasks there are", async () => {
    const store = await openTestStore();
    const steps = (sql: string, ...bindings: readonly unknown[]): string[] =>
      store.read
        .prepare<unknown[], { detail: string }>(`EXPLAIN QUERY PLAN ${sql}`)
        .all(...bindings)
        .map(({ detail }) => detail);
    expect(steps(rows.EXECUTING_PLANS, 50)).toEqual(["SCAN e USING INDEX console_plans_running"]);
    for (const [sql, by] of [
      [rows.OLDEST_IN_STATUS, "console_tasks_order (status=?)"],
      [rows.NEWEST_IN_STATUS, "console_tasks_recent (status=?)"],
    ] as const) {
      const [first, ...rest] = steps(sql, "failed", 20);
      expect(first).toBe(`SEARCH t USING INDEX ${by}`);
      expect(rest.filter((step) => !step.startsWith("SEARCH k USING"))).toEqual([]);
    }
    expect(steps(rows.DIRECT_DEPENDENTS, 1).join()).toContain("USING PRIMARY KEY (depends_on=?)");
  });
});
