import { spawn } from "node:child_process";
import { expect, it } from "vitest";
import { startNotifier } from "../../../src/main/core/bus/notifier";
import { databaseShelf } from "../../../src/main/core/bus/shelf";
import { getWorkerRows } from "../../../src/main/core/operations/workers";
import { processStart, thisHost } from "../../../src/main/core/process-identity";
import { createWorkerWatch, lossOf, turnOf } from "../../../src/main/core/runner/worker-watch";
import { NO_LONGER_LOST } from "../../../src/main/core/store/lost-workers";
import type { Store } from "../../../src/main/core/store/open";
import { beatWorkers, markWorkersOffline, upsertWorkers } from "../../../src/main/core/store/workers";
import { type NotificationRow, notificationPlace } from "../../../src/shared/model/notification";
import { afterThisTest, openTestStore } from "../../helpers/store";
import { waitFor } from "../../helpers/wait";

const SILENCE_MS = 15_000;
const LOOK_MS = 5_000;

function handClock() {
  let at = Date.UTC(2026, 5, 1);
  return { now: () => at, monotonic: () => at, pass: (ms: number) => (at += ms) };
}

const watchOf = (store: Store) =>
  createWorkerWatch({
    store,
    // One that holds the lease all along.
    persistence: { persist: (work) => store.write(work) },
    silenceMs: SILENCE_MS,
    intervalMs: LOOK_MS,
  });

async function startSleeper() {
  const child = spawn("sleep", ["1000"], { stdio: "ignore" });
  afterThisTest(() => child.kill("SIGKILL"));
  const pid = child.pid ?? 0;
  const end = async (): Promise<void> => {
    const gone = new Promise((resolve) => child.once("exit", resolve));
    child.kill("SIGKILL");
    await gone;
  };
  return { identity: { pid, pidStart: processStart(pid) }, end };
}

const register = (store: Store, id: string, identity: { pid: number; pidStart: string | null }, host = thisHost.host) =>
  store.write((tx) => {
    const process = { ...identity, host, bootId: thisHost.bootId, program: "worker" };
    upsertWorkers(tx, [{ id, role: "ext", capabilities: [], slot: 0, ...process }], store.clock.now());
  });

const beat = (store: Store, id: string) => store.write((tx) => beatWorkers(tx, [id], store.clock.now()));

const told = (store: Store): string[] =>
  store.read
    .prepare<[], { payload: string }>("SELECT payload FROM events WHERE event_type = 'agent.heartbeat' ORDER BY rowid")
    .all()
    .map(({ payload }) => {
      const { worker_id: id, status, lost = false, back = false } = JSON.parse(payload);
      return [id, status, ...(lost ? ["lost"] : []), ...(back ? ["back"] : [])].join(" ");
    });

it("an idle worker that dies is told of once, whoever looks, and again only after it was back", async () => {
  const clock = handClock();
  const store = await openTestStore({ clock });
  const process = await startSleeper();
  await register(store, "ext-1", process.identity);
  const found: NotificationRow[] = [];
  const shelf = databaseShelf(store);
  const notifier = startNotifier({ store, shelf, tell: (rows) => void found.push(...rows), lookMs: 10 });
  afterThisTest(() => notifier.stop());
  await waitFor("the first look", () => shelf.position() !== null);
  const watch = watchOf(store);
  await watch.look(new Set());
  expect(told(store)).toEqual([]);

  await process.end();
  await watch.look(new Set());
  await watch.look(new Set());
  // A console that takes over knows what was told.
  await watchOf(store).look(new Set());
  expect(told(store)).toEqual(["ext-1 dead lost"]);
  await waitFor("the notification", () => found.length > 0);
  expect(found).toMatchObject([{ rule: "Worker dead", title: "Worker ext-1 is dead", workerId: "ext-1", count: 1 }]);
  // Its row says what it said; the view judges by the process.
  expect(getWorkerRows(store, ["ext-1"])).toMatchObject([{ status: "idle", state: "dead" }]);

  const next = await startSleeper();
  clock.pass(1_000);
  await register(store, "ext-1", next.identity);
  await watch.look(new Set());
  await next.end();
  await watch.look(new Set());
  expect(told(store)).toEqual(["ext-1 dead lost", "ext-1 idle back", "ext-1 dead lost"]);
});

it("silence is told of where nothing but the heartbeat speaks for a worker; one that lives is only stale", async () => {
  const clock = handClock();
  const store = await openTestStore({ clock });
  const process = await startSleeper();
  await register(store, "far", { pid: 7, pidStart: "1" }, "another-host");
  await register(store, "here", process.identity);
  const watch = watchOf(store);
  for (let looks = 0; looks < 6; looks += 1) {
    await watch.look(new Set());
    clock.pass(LOOK_MS);
  }
  expect(told(store)).toEqual(["far stale lost", "here stale"]);
  await beat(store, "far");
  await watch.look(new Set());
  await process.end();
  await watch.look(new Set());
  expect(told(store).slice(2)).toEqual(["far idle back", "here dead lost"]);
});

it("nobody is told of workers with attempts, of slots, of goodbyes, or of who was gone long before", async () => {
  const clock = handClock();
  const store = await openTestStore({ clock });
  const gone = { pid: 4_194_000, pidStart: "1" };
  await register(store, "old", gone);
  clock.pass(2 * 3_600_000);
  for (const id of ["busy", "local-1", "left"]) await register(store, id, gone);
  await store.write((tx) => markWorkersOffline(tx, ["left"]));
  const watch = watchOf(store);
  await watch.look(new Set(["busy"]));
  expect(told(store)).toEqual([]);

  // It comes under its id again, and dies before the eyes of the console.
  await store.write((tx) => markWorkersOffline(tx, ["old"]));
  await watch.look(new Set(["busy"]));
  await register(store, "old", gone);
  await watch.look(new Set(["busy"]));
  expect(told(store)).toEqual(["old dead lost"]);
});

it("more workers than one slice are all looked at, by statements that read no table whole", async () => {
  const store = await openTestStore({ clock: handClock() });
  const gone = { pid: 4_194_000, pidStart: "1", host: thisHost.host, bootId: thisHost.bootId, program: "worker" };
  const found: NotificationRow[] = [];
  const shelf = databaseShelf(store);
  const notifier = startNotifier({ store, shelf, tell: (rows) => void found.push(...rows), lookMs: 10 });
  afterThisTest(() => notifier.stop());
  await waitFor("the first look", () => shelf.position() !== null);
  const workers = Array.from({ length: 400 }, (_, slot) => ({ id: `w-${slot}`, role: "ext", capabilities: [], slot }));
  await store.write((tx) =>
    upsertWorkers(
      tx,
      workers.map((worker) => ({ ...worker, ...gone })),
      store.clock.now(),
    ),
  );
  await watchOf(store).look(new Set());
  expect(told(store)).toHaveLength(400);
  // A program that dies takes all of its workers with it: that is one thing to be told of, not four hundred.
  await waitFor("all of them", () => found.reduce((most, { count }) => Math.max(most, count), 0) === 400);
  expect(found.at(-1)).toMatchObject({ title: "400 workers are lost", workerId: null });
  expect(found.length).toBeLessThan(10);
  expect(found.map(notificationPlace).at(-1)).toBe("#/workers");
  const plan = store.read.prepare<[number], { detail: string }>(`EXPLAIN QUERY PLAN ${NO_LONGER_LOST}`).all(1);
  expect(plan.map(({ detail }) => detail)).toEqual([
    "SCAN l",
    expect.stringMatching(/^SEARCH w USING INDEX .*\(id=\?\)/),
  ]);
});

it("what is lost is decided by the process first; what is told, by what was told", () => {
  const calm = { silentMs: 0, silenceMs: SILENCE_MS } as const;
  expect(lossOf({ ...calm, process: "running" })).toBeNull();
  expect(lossOf({ ...calm, process: "zombie" })).toBe("zombie");
  expect(lossOf({ ...calm, process: "reused" })).toBe("dead");
  expect(lossOf({ ...calm, process: "elsewhere", silentMs: SILENCE_MS })).toBe("stale");
  expect(turnOf("dead", 1, { state: "zombie", beat: 1 })).toBeNull();
  expect(turnOf("dead", 1, { state: "stale", beat: 1 })).toBe("lost");
  // A console that has just begun to listen has heard nothing: that is no sign of life.
  expect(turnOf(null, 1, { state: "stale", beat: 1 })).toBeNull();
  expect(turnOf(null, 2, { state: "stale", beat: 1 })).toBe("back");
});
