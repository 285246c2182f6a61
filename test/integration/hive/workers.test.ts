import { describe, expect, test } from "vitest";
import { createClient } from "../../../src/main/core/create-client";
import { addWorkers } from "../../helpers/store";
import { eventsOf, openClient, python } from "./client";

describe("registerWorker", () => {
  test("registers as active, and reads back what was given", async () => {
    const { store, client, foreign } = await openClient();
    const given = { workerId: "w", role: "backend", capabilities: ["python", "sql"], metadata: { v: 2 } };
    expect(await client.registerWorker(given)).toBe(true);
    expect(await client.getWorker("w")).toMatchObject({
      id: "w",
      role: "backend",
      status: "active",
      active: true,
      capabilities: ["python", "sql"],
      metadata: { v: 2 },
      currentTaskId: null,
      unreadable: {},
    });
    expect(foreign.prepare("SELECT capabilities, metadata FROM workers").get()).toEqual({
      capabilities: '["python","sql"]',
      metadata: '{"v":2}',
    });
    expect(eventsOf(store, "w")).toMatchObject([{ event_type: "agent.registered" }]);
  });

  test("again updates the registration and orphans nothing", async () => {
    const { client, foreign } = await openClient();
    await client.registerWorker({ workerId: "w", role: "backend", capabilities: ["a"] });
    const id = await client.createTask({ title: "t", taskType: "x" });
    foreign.exec(`INSERT INTO runs (id, task_id, worker_id, run_number) VALUES ('r', '${id}', 'w', 1);
      UPDATE workers SET current_task_id = '${id}', status = 'error', registered_at = '2025-01-01 00:00:00'`);
    await client.registerWorker({ workerId: "w", role: "frontend" });
    expect(await client.getWorker("w")).toMatchObject({
      role: "frontend",
      status: "active",
      capabilities: [],
      metadata: {},
      currentTaskId: id,
      registeredAt: Date.parse("2025-01-01T00:00:00Z"),
    });
    expect(foreign.prepare("SELECT count(*) AS n FROM runs WHERE worker_id = 'w'").get()).toEqual({ n: 1 });
  });

  test.each([
    { role: "x" },
    { workerId: "", role: "x" },
    { workerId: "w" },
    { workerId: "w", role: "x", capabilities: "all" },
    { workerId: "w", role: "x", kind: "y" },
  ])("refuses bad input: %j", async (input) => {
    const { client } = await openClient();
    await expect(client.registerWorker(input as never)).rejects.toMatchObject({ code: "invalid_input" });
  });
});

describe("heartbeats", () => {
  test("keep a worker active for three intervals, whatever its status says", async () => {
    let now = Date.now();
    const clock = { now: () => now, monotonic: () => now };
    const { store, client } = await openClient({ clock });
    await client.registerWorker({ workerId: "w", role: "backend" });
    now += 15_000;
    expect(await client.getActiveWorkers()).toMatchObject([{ id: "w", active: true }]);
    now += 1;
    expect(await client.getActiveWorkers()).toEqual([]);
    expect(await client.getWorker("w")).toMatchObject({ status: "active", active: false });
    expect(await client.heartbeat("w")).toBe(true);
    expect(await client.getAvailableWorkers("backend")).toMatchObject([{ id: "w" }]);
    expect(await client.getAvailableWorkers("frontend")).toEqual([]);
    now += 60_000;
    const patient = createClient(store, { actor: null, source: "test", heartbeatLimitMs: 120_000 });
    expect(await patient.getActiveWorkers()).toMatchObject([{ id: "w", active: true }]);
  });

  test("change the status only when told, with an event only then", async () => {
    const { store, client } = await openClient();
    await client.registerWorker({ workerId: "w", role: "backend" });
    await client.updateWorkerHeartbeat("w", "idle");
    await client.updateWorkerHeartbeat("w");
    await client.updateWorkerHeartbeat("w", "idle");
    expect(await client.getWorker("w")).toMatchObject({ status: "idle", active: false });
    expect(await client.getActiveWorkers()).toEqual([]);
    await client.updateWorkerHeartbeat("w", "error");
    expect(eventsOf(store, "w").map((event) => event.event_type)).toEqual([
      "agent.registered",
      "agent.heartbeat",
      "agent.error",
    ]);
  });

  test("of nobody are false, and a status that nobody knows is refused", async () => {
    const { client } = await openClient();
    expect(await client.heartbeat("nobody")).toBe(false);
    await expect(client.heartbeat("nobody", "asleep" as never)).rejects.toMatchObject({ code: "invalid_input" });
  });

  test("are listed latest first, in any format of time", async () => {
    const now = Date.parse("2025-06-01T00:00:05Z");
    const { client, foreign } = await openClient({ clock: { now: () => now, monotonic: () => now } });
    foreign.exec(`INSERT INTO workers (id, role, last_heartbeat) VALUES
      ('blank', 'x', '2025-06-01 00:00:03'), ('iso', 'x', '2025-06-01T00:00:04.5+00:00'),
      ('west', 'x', '2025-05-31T19:00:02-05:00'), ('east', 'x', '2025-06-01T14:00:01+14:00'),
      ('old', 'x', '2025-05-31 23:59:49'), ('garbage', 'x', 'yesterday'), ('never', 'x', NULL),
      ('future', 'x', '2025-06-01 00:01:00')`);
    expect((await client.getActiveWorkers()).map(({ id }) => id)).toEqual(["future", "iso", "blank", "west", "east"]);
    expect(await client.getWorker("garbage")).toMatchObject({ lastHeartbeat: null, active: false });
  });
});

const READ_AFTERWARDS = `
import json, sqlite3, sys
c = sqlite3.connect(sys.argv[1]); c.row_factory = sqlite3.Row
runs = [dict(r) for r in c.execute("SELECT id, worker_id, status FROM runs ORDER BY id")]
workers = [r["id"] for r in c.execute("SELECT id FROM workers ORDER BY id")]
joined = c.execute("SELECT count(*) FROM runs r JOIN workers w ON w.id = r.worker_id").fetchone()[0]
# As upstream goes on: a run is ended, the worker comes back.
c.execute("UPDATE runs SET status='success', completed_at=CURRENT_TIMESTAMP WHERE id='r1'")
c.execute("INSERT OR REPLACE INTO workers (id, role, last_heartbeat) VALUES ('w', 'backend', CURRENT_TIMESTAMP)")
c.commit()
print(json.dumps({"runs": runs, "workers": workers, "joined": joined, "ok": c.execute("PRAGMA integrity_check").fetchone()[0]}))
`;

describe("unregisterWorker", () => {
  test("takes a worker with runs off the list; Python sees it gone and its runs as they were", async () => {
    const { store, client, foreign } = await openClient();
    await client.registerWorker({ workerId: "w", role: "backend" });
    const id = await client.createTask({ title: "t", taskType: "x" });
    foreign.exec(`INSERT INTO runs (id, task_id, worker_id, run_number, status)
      VALUES ('r1', '${id}', 'w', 1, 'running'), ('r2', '${id}', 'w', 2, 'failure')`);
    // Writes before and after it, in the same tick, keep their foreign keys.
    const around = (run: string) =>
      store.write((tx) =>
        tx.prepare("INSERT INTO runs (id, task_id, worker_id, run_number) VALUES (?, ?, 'nobody', 9)").run(run, id),
      );
    const [before, removed, after] = await Promise.allSettled([
      around("before"),
      client.unregisterWorker("w"),
      around("after"),
    ]);
    expect(removed).toEqual({ status: "fulfilled", value: true });
    expect([before.status, after.status]).toEqual(["rejected", "rejected"]);
    expect(await client.getWorker("w")).toBeNull();
    expect(await client.unregisterWorker("w")).toBe(false);
    expect(await python(READ_AFTERWARDS, store.file)).toEqual({
      runs: [
        { id: "r1", worker_id: "w", status: "running" },
        { id: "r2", worker_id: "w", status: "failure" },
      ],
      workers: [],
      joined: 0,
      ok: "ok",
    });
    expect(await client.getWorker("w")).toMatchObject({ role: "backend" });
    expect(await client.deleteTask(id)).toBe(true);
  });

  test("refuses a slot of a running console, and is false for nobody", async () => {
    const { store, client } = await openClient();
    const [slot] = await addWorkers(store, 1);
    await expect(client.unregisterWorker(slot ?? "")).rejects.toMatchObject({ code: "not_allowed" });
    expect(await client.getWorker(slot ?? "")).not.toBeNull();
    expect(await client.unregisterWorker("nobody")).toBe(false);
  });
});
