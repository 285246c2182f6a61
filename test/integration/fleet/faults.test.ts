import { Redis } from "ioredis";
import { afterAll, beforeAll, describe, expect, it, type TestContext } from "vitest";
import { fleetNames } from "../../../src/main/core/fleet/protocol";
import { newFleetKey } from "../../../src/main/core/fleet/sealed";
import type { Runner } from "../../../src/main/core/runner/runner";
import type { Store } from "../../../src/main/core/store/open";
import { NAMESPACES_MISSING, NamespaceHost } from "../../helpers/network-namespace";
import { isAlive, processesWith } from "../../helpers/processes";
import { REDIS_MISSING, type RedisOptions } from "../../helpers/redis";
import { waitFor } from "../../helpers/wait";
import { logOf, runOf, runsOf, untilEnded } from "../runner/setup";
import { endsOf, kill, lateReturns, Programs, setUpFleet } from "./fault-bench";
import { untilJoined } from "./setup";

/*
 * Real processes and a real Redis, with short times: what takes a quarter of a minute in life takes two seconds here. No
 * task is lost, and none is finished twice.
 */

const ONCE_MORE = { count: 2, backoffMs: 1, maxMs: 1, jitter: 0, onExitCodes: null } as const;
const LONG = 60_000;
const SLOW = { timeoutMs: LONG } as const;
const SILENCE_MS = 3_000;

describe.skipIf(REDIS_MISSING)("a fleet", { timeout: 120_000, concurrent: true }, () => {
  const programs = new Programs();
  beforeAll(() => programs.build(), 60_000);
  afterAll(() => programs.remove());

  const setUp = (context: TestContext, options: RedisOptions = {}, more: Record<string, string> = {}) =>
    setUpFleet(programs, context, options, more);
  const isUp = (runner: Runner) => waitFor("the fleet to be there", () => runner.fleet()?.trouble === null, SLOW);
  const error = (store: Store, planId: string) => runsOf(store, planId)[0]?.error;

  it("gives the task of a worker that was killed to another", async (context) => {
    const { faults, store, begin } = await setUp(context);
    begin();
    const first = faults.worker();
    await untilJoined(store, 1);
    const planId = await faults.launch(store, [{ id: "a", run: faults.gated(), retries: ONCE_MORE }]);
    await faults.untilBegun(1);
    await kill(first);
    faults.worker();
    await faults.untilBegun(2);
    faults.go();
    expect(await untilEnded(store, planId, LONG)).toBe("completed");
    expect(endsOf(store, planId)).toEqual(["failure", "success"]);
    expect(error(store, planId)).toMatch(/^Its process \(pid \d+\) on .* is gone$/);
    for (const runId of faults.begun()) for (const pid of processesWith(`HIVE_RUN_ID=${runId}`)) process.kill(pid, 9);
  });

  it("fences a worker that was frozen past its lock, and stops what it still runs", async (context) => {
    const { faults, store, begin } = await setUp(context);
    begin(SILENCE_MS);
    const frozen = faults.worker();
    await untilJoined(store, 1);
    const planId = await faults.launch(store, [{ id: "a", run: faults.gated(), retries: ONCE_MORE }]);
    await faults.untilBegun(1);
    frozen.kill("SIGSTOP");
    faults.worker();
    await faults.untilBegun(2);
    const [lost = ""] = faults.begun();
    frozen.kill("SIGCONT");
    await waitFor(
      "what it still ran to be stopped",
      () => processesWith(`HIVE_RUN_ID=${lost}`).filter(isAlive).length === 0,
      SLOW,
    );
    faults.go();
    expect(await untilEnded(store, planId, LONG)).toBe("completed");
    expect(endsOf(store, planId)).toEqual(["failure", "success"]);
    expect(error(store, planId)).toMatch(/has not been heard of for [\d.]+ s$/);
  });

  it("changes nothing by an end that comes too late, and says so", async (context) => {
    const { faults, store, begin } = await setUp(context);
    begin(SILENCE_MS);
    const frozen = faults.worker();
    await untilJoined(store, 1);
    const planId = await faults.launch(store, [{ id: "a", run: faults.gated() }]);
    await faults.untilBegun(1);
    frozen.kill("SIGSTOP");
    // It ends while its worker sees nothing.
    faults.go();
    expect(await untilEnded(store, planId, LONG)).toBe("failed");
    frozen.kill("SIGCONT");
    await waitFor("it to be told", () => lateReturns(store) === 1, SLOW);
    expect(endsOf(store, planId)).toEqual(["failure"]);
  });

  it.for([
    ["forgets everything", "none"],
    ["keeps everything", "always"],
  ] as const)("loses no task to a Redis that dies and %s", async ([_what, persistence], context) => {
    const { redis, faults, store, begin } = await setUp(context, { persistence });
    const runner = begin();
    faults.worker({ slots: 2 });
    await untilJoined(store, 2);
    const subtasks = ["a", "b", "c", "d"].map((id) => ({ id, run: faults.gated() }));
    const planId = await faults.launch(store, subtasks);
    await faults.untilBegun(2);
    await redis.kill();
    await waitFor("its loss to be noticed", () => runner.fleet()?.trouble !== null, SLOW);
    // These end while nobody can be told.
    faults.go();
    await redis.start();
    expect(await untilEnded(store, planId, LONG)).toBe("completed");
    expect(runsOf(store, planId).map(({ status }) => status)).toEqual(["success", "success", "success", "success"]);
    expect(new Set(faults.begun()).size).toBe(4);
    expect(faults.begun()).toHaveLength(4);
    expect(logOf(runOf(store, planId, "a"))).toBe("up\ndown\n");
  });

  it("waits while the memory of Redis is full, and runs local tasks meanwhile", async (context) => {
    const { redis, faults, store, begin } = await setUp(context);
    begin();
    faults.worker({ slots: 4 });
    await untilJoined(store, 4);
    const planId = await faults.launch(
      store,
      ["a", "b"].map((id) => ({ id, run: faults.gated() })),
    );
    await faults.untilBegun(2);
    await redis.cli("CONFIG", "SET", "maxmemory", "1");
    faults.go();
    // Their workers go on to be heard, their ends are not: nobody is taken for lost.
    const returns = `node -e 'process.stdout.write(JSON.stringify("x".repeat(1.2e6)))' > $HIVE_RESULT_FILE; sleep 1`;
    const other = await faults.launch(store, [
      { id: "here", executor: "local", run: returns },
      { id: "small", run: "true" },
      { id: "large", dependencies: ["here"], run: "true" },
    ]);
    await waitFor(
      "what there is no room for to be put off",
      () => endsOf(store, other, "large")[0] === "failure",
      SLOW,
    );
    expect(runsOf(store, planId).map(({ status }) => status)).toEqual(["running", "running"]);
    await redis.cli("CONFIG", "SET", "maxmemory", "0");
    expect(await untilEnded(store, planId, LONG)).toBe("completed");
    expect(await untilEnded(store, other, LONG)).toBe("completed");
    expect(runsOf(store, planId).map(({ status }) => status)).toEqual(["success", "success"]);
    expect(endsOf(store, other, "small")).toEqual(["success"]);
    expect(endsOf(store, other, "large").at(-1)).toBe("success");
  });

  it("finishes a hundred tasks that were out when the console was killed, each once", async (context) => {
    const { faults, store, begin } = await setUp(context);
    const first = faults.console();
    faults.worker({ slots: 100 });
    await untilJoined(store, 100);
    const subtasks = Array.from({ length: 100 }, (_, index) => ({ id: `t${index}`, run: faults.gated() }));
    const planId = await faults.launch(store, subtasks);
    await faults.untilBegun(100);
    await kill(first);
    faults.go();
    begin();
    await untilEnded(store, planId, LONG);
    expect(runsOf(store, planId).filter(({ status }) => status !== "success")).toEqual([]);
    expect(runsOf(store, planId).filter(({ status }) => status === "success")).toHaveLength(100);
    expect(runsOf(store, planId)).toHaveLength(100);
    expect(faults.begun()).toHaveLength(100);
  });

  it("is given tasks by one of two consoles, and by the other when that dies", async (context) => {
    const { faults, store, begin } = await setUp(context);
    const first = faults.console();
    faults.worker({ slots: 2 });
    await untilJoined(store, 2);
    const second = begin();
    const planId = await faults.launch(store, [
      { id: "a", run: faults.gated() },
      { id: "b", run: faults.gated() },
      { id: "c", run: faults.gated(), dependencies: ["a", "b"] },
    ]);
    await faults.untilBegun(2);
    expect(second.info().dispatching).toBe(false);
    await kill(first);
    await isUp(second);
    faults.go();
    expect(await untilEnded(store, planId, LONG)).toBe("completed");
    expect(runsOf(store, planId).map(({ status }) => status)).toEqual(["success", "success", "success"]);
    expect(faults.begun()).toHaveLength(3);
  });

  it("drains a worker that is asked to end", async (context) => {
    const { faults, store, begin } = await setUp(context);
    const runner = begin();
    const worker = faults.worker();
    await untilJoined(store, 1);
    const planId = await faults.launch(store, [
      { id: "a", run: faults.gated(), priority: 2 },
      { id: "b", run: faults.gated() },
    ]);
    await faults.untilBegun(1);
    const gone = new Promise((resolve) => worker.once("exit", resolve));
    worker.kill("SIGTERM");
    await waitFor("it to drain", () => runner.fleet()?.workers[0]?.state === "draining", SLOW);
    faults.go();
    await gone;
    expect(endsOf(store, planId)).toEqual(["success"]);
    expect(endsOf(store, planId, "b")).toEqual([]);
    await untilJoined(store, 0);
    faults.worker();
    expect(await untilEnded(store, planId, LONG)).toBe("completed");
    expect(endsOf(store, planId, "b")).toEqual(["success"]);
  });

  it("refuses a worker that speaks another version, and says why", async (context) => {
    const { redis, faults, begin } = await setUp(context);
    const runner = begin();
    await isUp(runner);
    const other = new Redis(redis.url);
    const listener = other.duplicate();
    const names = fleetNames(faults.environment.HIVE_FLEET_PREFIX);
    const heard: string[] = [];
    listener.on("message", (_channel, text: string) => heard.push(text));
    await listener.subscribe(names.toWorker("stranger"));
    const beat = { protocol: 999, instance: "stranger", host: "elsewhere", version: "9.9" };
    await other.publish(names.beats, JSON.stringify(beat));
    await waitFor("it to be told", () => heard.length > 0, SLOW);
    expect(JSON.parse(heard[0] ?? "")).toMatchObject({
      kind: "refuse",
      reason: expect.stringContaining("version 999"),
    });
    expect(runner.fleet()?.refused).toMatchObject([{ instance: "stranger", host: "elsewhere", version: "9.9" }]);
    other.disconnect();
    listener.disconnect();
  });

  it("keeps nothing in clear in Redis when there is a key", async (context) => {
    const { redis, faults, store, begin } = await setUp(context, {}, { HIVE_FLEET_KEY: newFleetKey() });
    begin();
    faults.worker();
    await untilJoined(store, 1);
    const run = `echo "printed-$WORD"; echo '"returned-$WORD"' > $HIVE_RESULT_FILE; ${faults.gated("true")}`;
    const planId = await faults.launch(store, [{ id: "a", env: { WORD: "hush-hush" }, run }]);
    await faults.untilBegun(1);
    expect((await redis.everything()).includes("hush-hush")).toBe(false);
    faults.go();
    expect(await untilEnded(store, planId, LONG)).toBe("completed");
    expect(logOf(runOf(store, planId, "a"))).toBe("printed-hush-hush\nup\n");
  });

  describe.skipIf(NAMESPACES_MISSING)("over a link that is cut", () => {
    async function setUpThere(context: TestContext) {
      const host = new NamespaceHost();
      context.onTestFinished(() => host.remove());
      // Without a password Redis answers nobody from elsewhere.
      const fleet = await setUp(context, { addresses: [host.here], password: "word" });
      const environment = { ...fleet.faults.environment, HIVE_FLEET_REDIS: fleet.redis.urlAt(host.here) };
      fleet.faults.worker({ host, environment });
      return { ...fleet, host };
    }

    it("goes on where it was when it is mended in time", async (context) => {
      const { host, faults, store, begin } = await setUpThere(context);
      const runner = begin();
      await untilJoined(store, 1);
      const planId = await faults.launch(store, [{ id: "a", run: faults.gated() }]);
      await faults.untilBegun(1);
      host.cut();
      // It ends while its worker reaches nobody.
      faults.go();
      const local = await faults.bench.launch(store, [{ id: "here", run: "sleep 2" }]);
      await untilEnded(store, local, LONG);
      expect(endsOf(store, planId)).toEqual(["running"]);
      host.mend();
      expect(await untilEnded(store, planId, LONG)).toBe("completed");
      expect(endsOf(store, planId)).toEqual(["success"]);
      expect(faults.begun()).toHaveLength(1);
      expect(runner.fleet()?.trouble).toBeNull();
    });

    it("gives its task to another when it is not, and fences it", async (context) => {
      const { host, faults, store, begin } = await setUpThere(context);
      begin(SILENCE_MS);
      await untilJoined(store, 1);
      const planId = await faults.launch(store, [{ id: "a", run: faults.gated(), retries: ONCE_MORE }]);
      await faults.untilBegun(1);
      const [lost = ""] = faults.begun();
      host.cut();
      faults.worker();
      await faults.untilBegun(2);
      host.mend();
      await waitFor(
        "what it still ran to be stopped",
        () => processesWith(`HIVE_RUN_ID=${lost}`).filter(isAlive).length === 0,
        SLOW,
      );
      faults.go();
      expect(await untilEnded(store, planId, LONG)).toBe("completed");
      expect(endsOf(store, planId)).toEqual(["failure", "success"]);
    });
  });
});
