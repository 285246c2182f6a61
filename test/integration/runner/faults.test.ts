import { spawn } from "node:child_process";
import { once } from "node:events";
import { rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { DatabaseSync } from "node:sqlite";
import { describe, expect, it } from "vitest";
import { systemClock } from "../../../src/main/core/clock";
import { type Runner, startRunner } from "../../../src/main/core/runner/runner";
import type { Store } from "../../../src/main/core/store/open";
import { NO_RETRIES } from "../../../src/shared/model/plan-definition";
import { recomputedDerivations, storedDerivations } from "../../helpers/invariants";
import { mountOrSkip } from "../../helpers/mount";
import { afterThisTest, launch, openTestStore, planOf, subtask, temporaryFolder } from "../../helpers/store";
import { waitFor } from "../../helpers/wait";
import { logOf, planStatus, runOf, runsOf, untilEnded, untilPrinted } from "./setup";

const command = (id: string, run: string, given: Parameters<typeof subtask>[1] = {}) =>
  subtask(id, { agent: "command", run, ...given });

function startTestRunner(store: Store): Runner {
  const runner = startRunner(store, { slots: 2, program: "cli", graceMs: 200, heartbeatMs: 100 });
  afterThisTest(() => runner.stop({ tasks: "cancel" }));
  return runner;
}

function foreignConnection(store: Store): DatabaseSync {
  const foreign = new DatabaseSync(store.file);
  foreign.exec("PRAGMA busy_timeout = 5000");
  afterThisTest(() => foreign.close());
  return foreign;
}

/** Prints `up`, and runs until `go` is made. */
function gateIn(folder: string): { readonly run: string; go(): void } {
  const gate = join(folder, "go");
  return {
    run: `echo up; while [ ! -e ${gate} ]; do sleep 0.02; done`,
    go: () => writeFileSync(gate, ""),
  };
}

const errorsOf = (store: Store): Array<Record<string, unknown>> =>
  store.read
    .prepare("SELECT payload FROM events WHERE event_type = 'system.error'")
    .pluck()
    .all()
    .map((payload) => JSON.parse(String(payload)));

/** Writes until not a byte more goes in. */
function fillDisk(file: string): void {
  for (let size = 1 << 20; size >= 1; size >>= 1) {
    try {
      for (;;) writeFileSync(file, Buffer.alloc(size), { flag: "a" });
    } catch (error) {
      if (!(error instanceof Error && "code" in error && error.code === "ENOSPC")) throw error;
    }
  }
}

describe("a full disk", () => {
  it("pauses the runner, which says so, and goes on by itself once there is room", async (context) => {
    const place = temporaryFolder();
    mountOrSkip(context, place, "32m");
    const outside = temporaryFolder();
    const gate = gateIn(outside);
    const store = await openTestStore({ file: join(place, "hive.db") });
    const runner = startTestRunner(store);
    const after = Array.from({ length: 5_000 }, (_, index) => subtask(`n${index}`, { dependencies: ["gate"] }));
    const planId = await launch(store, planOf([command("gate", gate.run), ...after]));
    await untilPrinted(store, planId, "gate", "up");

    const ballast = join(place, "ballast");
    fillDisk(ballast);
    gate.go();
    await waitFor("the runner to pause", () => runner.info().pausedReason?.includes("full"), { timeoutMs: 60_000 });
    expect(planStatus(store, planId)).toBe("executing");

    rmSync(ballast);
    expect(await untilEnded(store, planId, 60_000)).toBe("completed");
    await waitFor("no reason to pause", () => runner.info().pausedReason === null);
    const runs = runsOf(store, planId);
    expect(new Set(runs.map((run) => run.subtask)).size).toBe(5_001);
    expect(runs.every((run) => run.status === "success" && run.number === 1)).toBe(true);
    expect(storedDerivations(store.read)).toEqual(recomputedDerivations(store.read));
  }, 150_000);
});

describe("a clock that is set", () => {
  const DAY = 24 * 60 * 60 * 1_000;

  it("a day back or two ahead rescues nobody, and a retry waits no longer for it", async () => {
    let skew = 0;
    const clock = { ...systemClock, now: () => systemClock.now() + skew };
    const store = await openTestStore({ clock });
    const gate = gateIn(temporaryFolder());
    const tried = join(temporaryFolder(), "tried");
    const runner = startTestRunner(store);
    await waitFor("the lease", () => runner.info().dispatching);
    const other = startTestRunner(await openTestStore({ file: store.file }));
    const flaky = command("flaky", `test -e ${tried} || { touch ${tried}; exit 1; }`, {
      retries: { ...NO_RETRIES, count: 1, backoffMs: 1_500, maxMs: 1_500 },
    });
    const planId = await launch(store, planOf([command("long", gate.run, { timeoutMs: 60 * 60 * 1_000 }), flaky]));
    await untilPrinted(store, planId, "long", "up");
    await waitFor("the first failure", () => runOf(store, planId, "flaky")?.status === "failure");
    skew = -DAY;
    await waitFor("the second attempt", () => runOf(store, planId, "flaky")?.status === "success");
    skew = DAY;
    const beats = () => Number(store.read.prepare("SELECT beat FROM console_lease").pluck().get());
    const before = beats();
    await waitFor("the lease to be renewed", () => beats() > before + 4);

    expect(runner.info()).toMatchObject({ dispatching: true, running: 1 });
    expect(other.info().dispatching).toBe(false);
    gate.go();
    expect(await untilEnded(store, planId)).toBe("completed");
    expect(runsOf(store, planId)).toMatchObject([
      { subtask: "long", number: 1, status: "success" },
      { subtask: "flaky", number: 1, status: "failure" },
      { subtask: "flaky", number: 2, status: "success" },
    ]);
  });
});

describe("a flood of output", () => {
  const BYTES = 100_000_000;

  it("of 100 MB costs the console neither memory nor time", async () => {
    const store = await openTestStore();
    startTestRunner(store);
    const delays = monitorEventLoopDelay({ resolution: 5 });
    const before = process.memoryUsage().rss;
    delays.enable();
    const planId = await launch(
      store,
      planOf([
        command("flood", `yes 'a line of a talkative process' | head -c ${BYTES}; echo; echo last words; exit 3`),
      ]),
    );
    expect(await untilEnded(store, planId, 60_000)).toBe("failed");
    delays.disable();
    const run = runOf(store, planId, "flood");
    expect(run).toMatchObject({ exitCode: 3, error: "Exit code 3: last words" });
    expect(statSync(run?.logPath ?? "").size).toBe(BYTES + "\nlast words\n".length);
    expect(process.memoryUsage().rss - before).toBeLessThan(BYTES / 2);
    // What the loop of a busy machine takes anyway, with room; reading the flood would take longer.
    expect(delays.percentile(99) / 1e6).toBeLessThan(250);
  }, 90_000);
});

describe("another program's hand", () => {
  it("that leaves text which is no JSON keeps nothing from running", async () => {
    const store = await openTestStore();
    const gate = gateIn(temporaryFolder());
    const runner = startTestRunner(store);
    const planId = await launch(
      store,
      planOf([command("first", gate.run), command("second", "echo $HIVE_INPUTS", { dependencies: ["first"] })]),
    );
    await untilPrinted(store, planId, "first", "up");
    const foreign = foreignConnection(store);
    foreign.exec("UPDATE tasks SET payload = '{not json', tags = '[', workflow = 'x'");
    foreign.exec("UPDATE execution_plans SET plan_data = '{\"subtasks\": ['");
    foreign.exec("UPDATE console_plans SET parameters = 'no json'");
    gate.go();
    expect(await untilEnded(store, planId)).toBe("completed");
    expect(logOf(runOf(store, planId, "second"))).toBe('{"first":null}\n');
    expect(runner.info().pausedReason).toBeNull();
  });

  const HOLD_SECONDS = 10;
  const HOLD = `
import sqlite3, sys, time
db = sqlite3.connect(sys.argv[1], isolation_level=None, timeout=10)
db.execute("BEGIN IMMEDIATE")
print("locked", flush=True)
time.sleep(${HOLD_SECONDS})
db.execute("COMMIT")
`;

  it(`that holds the database's lock for ${HOLD_SECONDS} seconds delays the runner, which says so and loses nothing`, async () => {
    const store = await openTestStore();
    const gate = gateIn(temporaryFolder());
    const runner = startTestRunner(store);
    const planId = await launch(
      store,
      planOf([command("first", gate.run), command("second", "true", { dependencies: ["first"] })]),
    );
    await untilPrinted(store, planId, "first", "up");
    const python = spawn("python3", ["-c", HOLD, store.file], { stdio: ["ignore", "pipe", "inherit"] });
    const released = once(python, "exit");
    await once(python.stdout, "data");
    gate.go();
    await waitFor("the reason", () => runner.info().pausedReason?.includes("has held the lock"));
    expect(runOf(store, planId, "first")?.status).toBe("running");
    expect(await released).toEqual([0, null]);
    expect(await untilEnded(store, planId)).toBe("completed");
    expect(runsOf(store, planId)).toMatchObject([
      { number: 1, status: "success" },
      { number: 1, status: "success" },
    ]);
    await waitFor("no reason", () => runner.info().pausedReason === null);
  }, 60_000);

  it("that has the database refuse an end: it is given up and told of, and all else goes on", async () => {
    const store = await openTestStore();
    const gate = gateIn(temporaryFolder());
    const runner = startTestRunner(store);
    const others = Array.from({ length: 6 }, (_, index) => command(`o${index}`, "true"));
    const planId = await launch(store, planOf([command("cursed", gate.run), ...others]));
    const { id } = await untilPrinted(store, planId, "cursed", "up");
    const foreign = foreignConnection(store);
    foreign.exec(`CREATE TRIGGER refuse BEFORE UPDATE ON runs WHEN OLD.id = '${id}'
      BEGIN SELECT RAISE(ABORT, 'not on my watch'); END`);
    gate.go();
    await waitFor("the refusal", () => errorsOf(store).length > 0);
    expect(errorsOf(store)).toEqual([
      expect.objectContaining({ error: expect.stringContaining("not on my watch"), run_id: id }),
    ]);
    await waitFor("the others", () => runsOf(store, planId).filter((run) => run.status === "success").length === 6);
    expect(runner.info().pausedReason).toBeNull();
    const beats = () => String(store.read.prepare("SELECT max(last_heartbeat) FROM workers").pluck().get());
    for (const before of [beats(), beats()]) await waitFor("a heartbeat", () => beats() > before);
    expect(errorsOf(store)).toHaveLength(1);
    expect(runOf(store, planId, "cursed")?.status).toBe("running");

    foreign.exec("DROP TRIGGER refuse");
    await runner.stop({ tasks: "leave" });
    startTestRunner(store);
    expect(await untilEnded(store, planId)).toBe("completed");
    expect(runOf(store, planId, "cursed")).toMatchObject({ id, number: 1, status: "success", exitCode: 0 });
  });

  it("that has the database refuse every claim: it is told of now and then, and claims go on once it lets them", async () => {
    // Timers come a little early by this clock, as they may by any.
    const clock = { ...systemClock, monotonic: () => systemClock.monotonic() * 0.99 };
    const store = await openTestStore({ clock });
    const foreign = foreignConnection(store);
    foreign.exec("CREATE TRIGGER refuse BEFORE INSERT ON runs BEGIN SELECT RAISE(ABORT, 'no runs today'); END");
    const since = performance.now();
    const runner = startTestRunner(store);
    const planId = await launch(store, planOf([command("a", "true"), command("b", "true")]));
    await waitFor("the refusal", () => errorsOf(store).length > 0);
    for (let change = 0; change < 20; change += 1) {
      foreign.exec("UPDATE tasks SET priority = priority + 1");
      const beat = () => Number(store.read.prepare("SELECT beat FROM console_lease").pluck().get());
      const before = beat();
      if (change % 10 === 0) await waitFor("a look at the changes", () => beat() > before);
    }
    // Once, and again every five seconds at most.
    expect(errorsOf(store).length).toBeLessThanOrEqual(1 + Math.ceil((performance.now() - since) / 5_000));
    expect(errorsOf(store)[0]).toMatchObject({ error: expect.stringContaining("no runs today"), act: "claim" });
    expect(runner.info().dispatching).toBe(true);
    foreign.exec("DROP TRIGGER refuse");
    expect(await untilEnded(store, planId, 30_000)).toBe("completed");
  }, 60_000);
});
