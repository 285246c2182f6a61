import { expect, it } from "vitest";
import type { HeardWorker } from "../../../src/main/core/fleet/fleet-watch";
import { createFleetView, mergeWorkers } from "../../../src/main/core/operations/fleet";
import * as rows from "../../../src/main/core/store/fleet-rows";
import { registerFleetProcess } from "../../../src/main/core/store/fleet-workers";
import type { Store } from "../../../src/main/core/store/open";
import { claimReady, finishRun } from "../../../src/main/core/store/queue";
import { queueCapability } from "../../../src/shared/model/fleet";
import { launch, openTestStore, planOf, subtask } from "../../helpers/store";

const PROCESS = {
  ...{ instance: "one", queue: "gpu", role: "fleet", capabilities: ["fleet:gpu"], slots: 2, version: "1.2.3" },
  ...{ host: "node-1", pid: 4711, pidStart: null, bootId: null },
};

async function register(store: Store, given: Partial<typeof PROCESS> = {}): Promise<readonly string[]> {
  return store.write((tx) => registerFleetProcess(tx, { ...PROCESS, ...given }, store.clock.now()).ids);
}

const fleetTask = (id: string, priority = 1) => subtask(id, { agent: "command", run: "true", queue: "gpu", priority });

async function claim(store: Store, workerIds: readonly string[]) {
  const only = queueCapability("gpu");
  const request = { now: store.clock.now(), workerIds, source: "test", newId: store.newId };
  return store.write((tx) => claimReady(tx, { ...request, skills: { role: "fleet", capabilities: [only], only } }));
}

it("tells of queues: what waits and for how long, runs, ended, and how long it all takes", async () => {
  const store = await openTestStore();
  await launch(
    store,
    planOf([...Array.from({ length: 5 }, (_, at) => fleetTask(`a${at}`)), fleetTask("urgent", 9), subtask("here")]),
  );
  const ids = await register(store);
  const view = createFleetView(store);
  expect((await view.overview(null)).queues).toMatchObject([
    { name: "gpu", waiting: 6, running: 0, slots: 2, workers: 1, hosts: 1, drain: "nothing_ended", outPerMinute: 0 },
  ]);
  const claims = await claim(store, ids);
  expect(claims.map(({ subtaskId }) => subtaskId)).toEqual(["urgent", "a0"]);
  const [first] = claims;
  const end = { now: store.clock.now() + 2_000, outcome: "success", exitCode: 0, signal: null, error: null } as const;
  const more = { result: null, retryAt: null, source: "test", newId: store.newId };
  await store.write((tx) => finishRun(tx, { runId: first?.runId ?? "", ...end, ...more }));
  const [queue] = (await createFleetView(store).overview(null)).queues;
  expect(queue).toMatchObject({ waiting: 4, running: 1, usualMs: expect.any(Number), outPerMinute: 0.2 });
  expect(queue?.oldest).toMatchObject({ title: "Task a1", since: expect.any(Number) });
  expect(queue?.usualMs).toBeGreaterThanOrEqual(1_000);
  const mean = queue?.usualMs ?? 0;
  expect(queue?.drain).toMatchObject({ ms: (4 * mean + mean / 2) / 2 });
});

it("tells of workers by host, their slots and versions, and of none where there are none", async () => {
  const store = await openTestStore();
  expect(await createFleetView(store).overview(null)).toEqual({
    connection: null,
    queues: [],
    workers: [],
    totals: { hosts: 0, workers: 0, slots: 0, busy: 0 },
    versions: [],
    refused: [],
  });
  await register(store);
  await register(store, {
    instance: "two",
    host: "node-0",
    queue: "cpu",
    capabilities: ["fleet:cpu", "ssd"],
    slots: 300,
  });
  const found = await createFleetView(store).overview(null);
  expect(found.workers).toMatchObject([
    { host: "node-0", queue: "cpu", slots: 300, capabilities: ["ssd"], state: "open", version: "1.2.3" },
    { host: "node-1", queue: "gpu", slots: 2, busy: 0, pid: 4711, workerId: "fleet:gpu@node-1-1" },
  ]);
  expect(found.totals).toEqual({ hosts: 2, workers: 2, slots: 302, busy: 0 });
  expect(found.versions).toEqual([{ version: "1.2.3", workers: 2 }]);
});

it("counts any number of waiting tasks in slices, with plans that look nothing through", async () => {
  const store = await openTestStore();
  await launch(store, planOf(Array.from({ length: 5_100 }, (_, at) => fleetTask(`t${at}`, at % 3))));
  const [queue] = (await createFleetView(store).overview(null)).queues;
  expect(queue).toMatchObject({ waiting: 5_100, oldest: { title: "Task t0" }, drain: "no_slots", slotsForGoal: null });
  const { SLOTS_AFTER, FILLED_LANES, WAITING_AFTER, NEXT_PRIORITY, WAITS_SINCE } = rows;
  for (const sql of [SLOTS_AFTER, FILLED_LANES, WAITING_AFTER, NEXT_PRIORITY, WAITS_SINCE]) {
    const given = Array.from(sql.matchAll(/\?/g), () => null);
    const plan = store.read
      .prepare(`EXPLAIN QUERY PLAN ${sql}`)
      .all(...given)
      .map((row) => String(Object(row).detail));
    const scans = plan.filter((detail) => /^SCAN (?!CONSTANT|f$|e$|filled|\(subquery)/.test(detail));
    expect(scans, sql).toEqual([]);
    expect(
      plan.filter((detail) => detail.includes("TEMP B-TREE")),
      sql,
    ).toEqual([]);
  }
});

it("takes a worker's own word over what is written, and shows one that only spoke", () => {
  const beat: HeardWorker["beat"] = {
    ...PROCESS,
    protocol: 1,
    capabilities: [],
    keyId: null,
    opens: [],
    startedAt: 5,
    heartbeatMs: 5_000,
    state: "draining",
    held: [
      { database: "another", runId: "r", state: "running", sent: 0 },
      // Begun since the rows were read: it is no other database's.
      { database: "this", runId: "s", state: "running", sent: 0 },
    ],
  };
  const slot = { id: "fleet:gpu@node-1-1", role: "fleet", capabilities: ["fleet:gpu"], host: "node-1", pid: 4711 };
  const written = { ...slot, instance: "one", version: "1.2.3", lastHeartbeat: 0, registeredAt: 0, isDrained: false };
  const now = 1_000_000;
  const at = { now, hearsAll: false, database: "this" };
  expect(mergeWorkers([{ ...written, isBusy: true }], [], at)).toMatchObject([{ state: "silent", busy: 1, slots: 1 }]);
  const heard = { beat, heardAt: now };
  expect(mergeWorkers([{ ...written, isBusy: false }], [heard], at)).toMatchObject([
    { state: "draining", busy: 0, elsewhere: 1, slots: 2, startedAt: 5 },
  ]);
  const fresh = [{ ...written, isBusy: false, lastHeartbeat: now }];
  expect(mergeWorkers(fresh, [], at)).toMatchObject([{ state: "open" }]);
  expect(mergeWorkers(fresh, [], { ...at, hearsAll: true })).toMatchObject([{ state: "silent" }]);
  expect(mergeWorkers([], [heard], at)).toMatchObject([{ instance: "one", workerId: null }]);
});
