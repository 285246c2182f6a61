import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { expect, test } from "vitest";
import { drainWorkers } from "../../../src/main/core/operations/control";
import { listAudit } from "../../../src/main/core/operations/events";
import { operator } from "../../../src/main/core/operations/hive/caller";
import { unregisterWorker } from "../../../src/main/core/operations/hive/workers";
import { previewWorkerAct, rescueWorker } from "../../../src/main/core/operations/rescue-worker";
import { getTask } from "../../../src/main/core/operations/tasks";
import { hearBeats, listenForBeats } from "../../../src/main/core/operations/worker-beats";
import { getWorkerDetail, getWorkerHistory } from "../../../src/main/core/operations/worker-detail";
import { countWorkers, pageWorkers } from "../../../src/main/core/operations/worker-list";
import { getWorkerPool } from "../../../src/main/core/operations/worker-pool";
import { getWorkerStats } from "../../../src/main/core/operations/worker-stats";
import { getWorkerRows } from "../../../src/main/core/operations/workers";
import { ownIdentity, processStart, thisHost } from "../../../src/main/core/process-identity";
import { createRoster } from "../../../src/main/core/runner/roster";
import { statement } from "../../../src/main/core/store/database";
import type { Store } from "../../../src/main/core/store/open";
import { EXECUTING, READY_NOW, WAITING_IN_GROUP } from "../../../src/main/core/store/pool-rows";
import { HELD_IN_STATUS, WORKER_RUNS_BEFORE } from "../../../src/main/core/store/worker-runs";
import { BEATS_AFTER, beatWorkers, upsertWorkers, WORKERS_AFTER } from "../../../src/main/core/store/workers";
import type { WorkerRow } from "../../../src/shared/model/views";
import { HEARTBEAT_BAR_MS } from "../../../src/shared/model/workers";
import { measureTurns } from "../../helpers/cpu-turns";
import { addWorkers, afterThisTest, claim, finish, graphOf, launch, openTestStore } from "../../helpers/store";
import { waitFor } from "../../helpers/wait";

const SEARCH = { states: [], text: "", limit: 200 };

async function register(
  store: Store,
  id: string,
  process: { pid: number; pidStart: string | null },
  host = thisHost.host,
) {
  const identity = { ...process, host, bootId: thisHost.bootId, program: "worker" };
  const worker = { id, role: "command", capabilities: ["python"], slot: 0, ...identity };
  await store.write((tx) => upsertWorkers(tx, [worker], store.clock.now()));
}

async function growOld(store: Store, id: string): Promise<void> {
  await store.write((tx) =>
    statement(tx, "UPDATE workers SET last_heartbeat = '2026-01-01 00:00:00.000' WHERE id = ?").run(id),
  );
}

function start(command: string, args: readonly string[]): ChildProcess & { pid: number } {
  const child = spawn(command, [...args], { stdio: ["ignore", "pipe", "ignore"] });
  afterThisTest(() => child.kill("SIGKILL"));
  return child as ChildProcess & { pid: number };
}

const identityOf = (pid: number) => ({ pid, pidStart: processStart(pid) });
const stateOf = (store: Store, id: string) =>
  getWorkerRows(store, [id]).map(({ state, process }) => [state, process])[0];

test.skipIf(process.platform !== "linux")(
  "stale, dead, zombie, reused and elsewhere are told apart by the processes themselves",
  async () => {
    const store = await openTestStore();
    const sleeper = start("sleep", ["1000"]);
    await register(store, "mine", identityOf(sleeper.pid));
    expect(stateOf(store, "mine")).toEqual(["idle", "running"]);

    sleeper.kill("SIGSTOP");
    await waitFor("the process to be stopped", () => stateOf(store, "mine")?.[1] === "stopped");
    expect(stateOf(store, "mine")).toEqual(["idle", "stopped"]);
    await growOld(store, "mine");
    expect(stateOf(store, "mine")).toEqual(["stale", "stopped"]);

    sleeper.kill("SIGKILL");
    await waitFor("the process to be gone", () => stateOf(store, "mine")?.[1] === "gone");
    expect(stateOf(store, "mine")).toEqual(["dead", "gone"]);

    // A parent that never waits: what it started stays in the process table when it ends.
    const careless = start("sh", ["-c", "sleep 1000 & echo $!; exec sleep 1000"]);
    if (careless.stdout === null) throw new Error("no output");
    const pid = Number((await createInterface({ input: careless.stdout })[Symbol.asyncIterator]().next()).value);
    await register(store, "undead", identityOf(pid));
    process.kill(pid, "SIGKILL");
    await waitFor("the process to be a zombie", () => stateOf(store, "undead")?.[1] === "zombie");
    expect(stateOf(store, "undead")).toEqual(["zombie", "zombie"]);

    await register(store, "reused", { pid: process.pid, pidStart: "1" });
    expect(stateOf(store, "reused")).toEqual(["dead", "reused"]);
    await register(store, "far", { pid: 1, pidStart: "1" }, "another-host");
    expect(stateOf(store, "far")).toEqual(["idle", "elsewhere"]);

    const found = await pageWorkers(store, { ...SEARCH, states: ["dead", "zombie"] });
    expect(found.rows.map(({ id }) => id)).toEqual(["mine", "reused", "undead"]);
    expect(await countWorkers(store)).toMatchObject({ total: 4, states: { dead: 2, zombie: 1, idle: 1 } });
  },
);

test("what a dead worker holds is queued again, once, with the reason in the audit log", async () => {
  const store = await openTestStore();
  const [workerId = ""] = await addWorkers(store, 1);
  await launch(store, graphOf({ a: [] }));
  const [one] = await claim(store, [workerId]);
  const taskId = one?.taskId ?? "";
  await expect(rescueWorker(store, { workerId, actor: "ann" })).rejects.toMatchObject({ code: "not_allowed" });
  expect(previewWorkerAct(store, { workerId, act: "rescue" }).refusal).toContain("Drain it");

  await growOld(store, workerId);
  expect(previewWorkerAct(store, { workerId, act: "rescue" })).toMatchObject({
    refusal: null,
    held: [{ id: taskId, attempt: 1, processAlive: null }],
  });
  const report = await rescueWorker(store, { workerId, reason: "it burns", actor: "ann" });
  expect(report).toEqual({ workerId, rescued: [taskId], left: [] });
  const task = getTask(store, { taskId });
  expect(task).toMatchObject({ status: "queued", attempts: 0 });
  expect(task.runs).toMatchObject([{ status: "failure", error: `Worker ${workerId} was given up by ann: it burns` }]);
  expect(stateOf(store, workerId)?.[0]).toBe("offline");
  expect(await rescueWorker(store, { workerId, actor: "ann" })).toEqual({ workerId, rescued: [], left: [] });

  const { rows } = await listAudit(store, { entity: { kind: "worker", id: workerId } });
  expect(rows.map(({ act, reason }) => [act, reason])).toEqual([
    ["workers.rescue", null],
    ["workers.rescue", "it burns"],
  ]);
  // What it reports after that is refused.
  expect(await finish(store, one?.runId ?? "", "success")).toMatchObject({ applied: false });
  expect(getTask(store, { taskId }).status).toBe("queued");
});

test("a task that a program took with plain SQL is given back, its attempt closed", async () => {
  const store = await openTestStore();
  await register(store, "snake", { pid: 4_194_000, pidStart: "1" });
  await store.write((tx) => {
    tx.exec(`INSERT INTO tasks (id, title, task_type, status, assigned_worker) VALUES ('t', 'Slither', 'py', 'in_progress', 'snake');
      INSERT INTO runs (id, task_id, worker_id, run_number, status) VALUES ('r', 't', 'snake', 1, 'running')`);
  });
  const detail = await getWorkerDetail(store, { workerId: "snake" });
  expect(detail.held).toMatchObject([{ id: "t", title: "Slither", agent: "py", attempt: 1 }]);
  expect(await rescueWorker(store, { workerId: "snake", actor: "ann" })).toMatchObject({ rescued: ["t"] });
  expect(getTask(store, { taskId: "t" })).toMatchObject({ status: "queued", workerId: null });
  expect(getTask(store, { taskId: "t" }).runs).toMatchObject([{ status: "failure" }]);
});

test("a worker's detail tells its slots, figures, errors and the history of its states", async () => {
  const store = await openTestStore();
  const workers = await addWorkers(store, 2);
  const [workerId = ""] = workers;
  await launch(store, graphOf({ a: [], b: [], c: [] }));
  for (const outcome of ["success", "failure", "cancelled"] as const) {
    const [one] = await claim(store, [workerId]);
    await finish(store, one?.runId ?? "", outcome);
  }
  expect(await getWorkerStats(store, { workerIds: [workerId, "nobody"] })).toMatchObject([
    { perHour: 2, ended: 2, succeeded: 1, lastError: { message: "exit code 1" } },
    { perHour: 0, ended: 0, lastError: null },
  ]);
  await drainWorkers(store, { workerIds: [workerId], reason: "repair", actor: "ann" });
  const detail = await getWorkerDetail(store, { workerId });
  expect(detail).toMatchObject({
    worker: { drained: true },
    slots: { total: 2, busy: 0 },
    drain: { actor: "ann", reason: "repair" },
    errors: [{ message: "exit code 1" }],
    stats: { bars: expect.arrayContaining([2]) },
  });
  await store.write((tx) => {
    tx.exec(`INSERT INTO events (event_id, event_type, timestamp, source_agent, correlation_id, payload, metadata) VALUES
      ('e1', 'agent.error', '2026-01-01 10:00:00', 'py', '${workerId}', '{"error":"disk"}', '{}'),
      ('e2', 'agent.heartbeat', '2026-01-01 10:00:01', 'py', '${workerId}', 'no json', '{}')`);
  });
  expect(await getWorkerHistory(store, { workerId, limit: 10 })).toMatchObject([
    { became: "heartbeat", by: "py" },
    { became: "error", reason: "disk" },
    { became: "drained", by: "ann", reason: "repair" },
  ]);
  await expect(getWorkerDetail(store, { workerId: "nobody" })).rejects.toMatchObject({ code: "not_found" });
});

test("unregistering goes with its reason, and says what would be left behind", async () => {
  const store = await openTestStore();
  await register(store, "snake", { pid: 4_194_000, pidStart: "1" });
  expect(previewWorkerAct(store, { workerId: "snake", act: "unregister" })).toMatchObject({ refusal: null, held: [] });
  await unregisterWorker(store, operator("ann"), "snake", "scrapped");
  expect((await listAudit(store, { act: "workers.unregister" })).rows).toMatchObject([{ reason: "scrapped" }]);
  expect(await getWorkerHistory(store, { workerId: "snake", limit: 1 })).toMatchObject([
    { became: "unregistered", by: "ann", reason: "scrapped" },
  ]);
});

test("the pool is explained by what there is to do", async () => {
  const store = await openTestStore();
  const pool = () => getWorkerPool({ store, runner: null });
  expect(pool()).toMatchObject({ standing: "nobody_starts", slots: null, workers: [], groups: [] });
  await store.write((tx) => {
    const { pid, pidStart, host, bootId } = ownIdentity();
    tx.prepare(`INSERT OR REPLACE INTO console_lease (name, epoch, beat, holder_id, pid, pid_start, host, boot_id, program, slots)
      VALUES ('dispatcher', 1, 1, 'x', ?, ?, ?, ?, 'cli', 3)`).run(pid, pidStart, host, bootId);
  });
  expect(pool()).toMatchObject({ standing: "nothing_runs", slots: 3 });
  const planId = await launch(store, graphOf({ a: [] }));
  expect(pool()).toMatchObject({ standing: "working", executing: 1, paused: 0, ready: 1 });
  await store.write((tx) => statement(tx, "UPDATE console_plans SET paused_at = 1 WHERE plan_id = ?").run(planId));
  expect(pool()).toMatchObject({ standing: "paused", executing: 1, paused: 1 });
});

test("thousands of workers are paged and counted without holding the thread", async () => {
  const store = await openTestStore();
  const many = 3_000;
  await store.write((tx) => {
    const insert = tx.prepare(
      `INSERT INTO workers (id, role, capabilities, last_heartbeat) VALUES (?, ?, '["x"]', CURRENT_TIMESTAMP)`,
    );
    for (let index = 0; index < many; index += 1)
      insert.run(`w-${String(index).padStart(5, "0")}`, `role-${index % 3}`);
    tx.exec("UPDATE workers SET status = 'error' WHERE id = 'w-02999'");
  });
  const { answer, longest } = await measureTurns(async () => ({
    counts: await countWorkers(store),
    found: await pageWorkers(store, { ...SEARCH, states: ["error"] }),
  }));
  expect(answer.counts).toMatchObject({ total: many, states: { idle: many - 1, error: 1 } });
  expect(answer.found).toMatchObject({ rows: [{ id: "w-02999" }], next: null });
  expect(longest).toBeLessThan(60);
  await store.write((tx) => tx.exec("UPDATE workers SET status = 'offline' WHERE id < 'w-00700'"));
  const rows: WorkerRow[] = [];
  for (let after: string | undefined; ; ) {
    const page = await pageWorkers(store, { ...SEARCH, limit: 500, ...(after === undefined ? {} : { after }) });
    rows.push(...page.rows);
    if (page.next === null) break;
    after = page.next;
  }
  expect(new Set(rows.map(({ id }) => id)).size).toBe(many);
  const firstSignedOff = rows.findIndex(({ status }) => status === "offline");
  expect(rows.slice(firstSignedOff).map(({ status }) => status)).toEqual(Array(700).fill("offline"));
  await expect(pageWorkers(store, { ...SEARCH, after: "rubbish" })).rejects.toMatchObject({ code: "invalid_input" });
});

test("a console finds its own slots behind any number of other workers", async () => {
  const store = await openTestStore();
  await store.write((tx) => {
    const insert = tx.prepare("INSERT INTO workers (id, role, last_heartbeat) VALUES (?, 'ext', CURRENT_TIMESTAMP)");
    for (let index = 0; index < 1_200; index += 1) insert.run(`a-${index}`);
  });
  const roster = createRoster("window", store.newId);
  const sync = (slots: number) => store.write((tx) => roster.sync(tx, slots, new Map(), store.clock.now()));
  await sync(2);
  await sync(1);
  expect(getWorkerRows(store, ["local-1", "local-2"]).map(({ state }) => state)).toEqual(["idle", "offline"]);
  const registered = "SELECT count(*) AS n FROM events WHERE event_type = 'agent.registered'";
  expect(statement(store.read, registered).get()?.n).toBe(2);
  expect(getWorkerPool({ store, runner: null }).workers).toMatchObject([]);
});

test("statements of the workers view go by an index and sort nothing", async () => {
  const store = await openTestStore();
  const planOf = (sql: string) => {
    const given = Array.from({ length: sql.split("?").length - 1 }, () => null);
    const steps = store.read.prepare<unknown[], { detail: string }>(`EXPLAIN QUERY PLAN ${sql}`).all(...given);
    return steps.map(({ detail }) => detail);
  };
  for (const sql of [WORKERS_AFTER, HELD_IN_STATUS, WAITING_IN_GROUP, EXECUTING, ...READY_NOW, WORKER_RUNS_BEFORE]) {
    const scans = planOf(sql).filter(
      (step) => (/SCAN (?!\(subquery|CONSTANT)/.test(step) && !step.includes("INDEX")) || step.includes("TEMP B-TREE"),
    );
    expect(scans, sql).toEqual([]);
  }
  expect(planOf(WORKERS_AFTER)[0]).toContain("console_workers_order");
});

test("heartbeats are heard in bars; after the last one there was none, also where nobody listened", async () => {
  let at = Date.UTC(2026, 5, 1);
  const clock = { now: () => at, monotonic: () => at };
  const store = await openTestStore({ clock });
  await register(store, "one", { pid: process.pid, pidStart: null });
  // Only looks that the test takes.
  listenForBeats(store, 3_600_000);
  const detail = async () => (await getWorkerDetail(store, { workerId: "one" })).beats;
  at += 4 * HEARTBEAT_BAR_MS;
  const before = await detail();
  expect(before.slice(-6)).toEqual([null, 1, 0, 0, 0, 0]);
  await hearBeats(store);
  // Six beats in a bar, all heard; then every other one; then none.
  for (const beats of [6, 3, 0, 0]) {
    at += HEARTBEAT_BAR_MS - (at % HEARTBEAT_BAR_MS);
    for (let look = 0; look < 6; look += 1, at += 4_000) {
      if (look < beats) await store.write((tx) => beatWorkers(tx, ["one"], at));
      await hearBeats(store);
    }
  }
  expect((await detail()).slice(-5)).toEqual([null, 1, 0.5, 0, 0]);
  const plan = store.read.prepare<unknown[], { detail: string }>(`EXPLAIN QUERY PLAN ${BEATS_AFTER}`).all("", 1);
  expect(plan.map(({ detail }) => detail)).toEqual([
    expect.stringMatching(/^SEARCH workers USING INDEX sqlite_autoindex_workers_1 \(id>\?\)$/),
  ]);
});
