import { writeFileSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it, type TestContext } from "vitest";
import type { Runner } from "../../../src/main/core/runner/runner";
import { NAMESPACES_MISSING, NamespaceHost } from "../../helpers/network-namespace";
import { isAlive, processesWith } from "../../helpers/processes";
import { REDIS_MISSING } from "../../helpers/redis";
import { waitFor } from "../../helpers/wait";
import { runsOf, untilEnded, untilPrinted } from "../runner/setup";
import { endsOf, type Fleet, lateReturns, Programs, setUpFleet } from "./fault-bench";
import { untilJoined } from "./setup";

/*
 * Links that are cut for as long as in life, with the times of life: a heartbeat of 2.5 s at workers, lost after 15 s of
 * silence, BullMQ's lock of 30 s. It takes most of a minute, so it is asked for: HIVE_LONG_FAULTS=1.
 */

const IS_ASKED_FOR = process.env.HIVE_LONG_FAULTS === "1";
if (!IS_ASKED_FOR) process.stderr.write("SKIPPED, links cut for 30 s: they take 40 s, with HIVE_LONG_FAULTS=1\n");
const ONCE_MORE = { count: 1, backoffMs: 1, maxMs: 1, jitter: 0, onExitCodes: null } as const;
const LONG = 60_000;

describe.skipIf(!IS_ASKED_FOR || REDIS_MISSING || NAMESPACES_MISSING)(
  "a link that is cut, with the times of life",
  { timeout: 180_000, concurrent: true },
  () => {
    const programs = new Programs();
    beforeAll(() => programs.build(), 60_000);
    afterAll(() => programs.remove());

    async function setUp(context: TestContext): Promise<Fleet & { host: NamespaceHost; runner: Runner }> {
      const host = new NamespaceHost();
      context.onTestFinished(() => host.remove());
      const fleet = await setUpFleet(programs, context, { addresses: [host.here], password: "word" });
      const { faults, store } = fleet;
      const environment = { ...faults.environment, HIVE_FLEET_REDIS: fleet.redis.urlAt(host.here) };
      faults.worker({ host, environment, pace: "real" });
      const runner = faults.bench.start(store, { slots: 1, environment: faults.environment });
      await untilJoined(store, 1);
      return { ...fleet, host, runner };
    }
    /** Runs until the file of its attempt is there. */
    const gated = ({ bench }: Fleet["faults"]) =>
      `echo up; while [ ! -e ${bench.folder}/go-$HIVE_ATTEMPT ]; do sleep 0.05; done; echo down; echo $HIVE_ATTEMPT > $HIVE_RESULT_FILE`;
    const go = ({ bench }: Fleet["faults"], attempt: number) => writeFileSync(`${bench.folder}/go-${attempt}`, "");

    it("for 30 s: its task is given to another after 15 s, and what the cut worker has to tell changes nothing", async (context) => {
      const { faults, store, host } = await setUp(context);
      const planId = await faults.launch(store, [{ id: "a", run: gated(faults), retries: ONCE_MORE }]);
      const { id: lost } = await untilPrinted(store, planId, "a", "up");
      faults.worker({ pace: "real" });
      await untilJoined(store, 2);
      host.cut();
      const cutAt = performance.now();
      await waitFor("it to be given up", () => endsOf(store, planId)[0] === "failure", { timeoutMs: LONG });
      const lostAfter = performance.now() - cutAt;
      await waitFor("another to begin it", () => endsOf(store, planId)[1] === "running", { timeoutMs: LONG });
      // The first ends well, and nobody can be told.
      go(faults, 1);
      await delay(30_000 - (performance.now() - cutAt));
      expect(endsOf(store, planId)).toEqual(["failure", "running"]);
      host.mend();
      await waitFor("it to be told of", () => lateReturns(store) === 1, { timeoutMs: LONG });
      const heardAfter = performance.now() - cutAt - 30_000;
      go(faults, 2);
      expect(await untilEnded(store, planId, LONG)).toBe("completed");
      const [first, second] = runsOf(store, planId);
      expect(first?.error).toMatch(/has not been heard of for 1[5-9](\.\d)? s$/);
      expect([first?.status, second?.status, second?.result?.trim()]).toEqual(["failure", "success", "2"]);
      expect(runsOf(store, planId)).toHaveLength(2);
      expect(processesWith(`HIVE_RUN_ID=${lost}`).filter(isAlive)).toEqual([]);
      await untilJoined(store, 2);
      report(
        `given up ${lostAfter.toFixed(0)} ms after the cut, its late end fenced ${heardAfter.toFixed(0)} ms after 30 s`,
      );
    });

    it("for 30 s: a task that still runs there is stopped when the link is back", async (context) => {
      const { faults, store, host } = await setUp(context);
      const planId = await faults.launch(store, [{ id: "a", run: gated(faults), retries: ONCE_MORE }]);
      const { id: lost } = await untilPrinted(store, planId, "a", "up");
      faults.worker({ pace: "real" });
      await untilJoined(store, 2);
      host.cut();
      await delay(30_000);
      expect(endsOf(store, planId)).toEqual(["failure", "running"]);
      expect(processesWith(`HIVE_RUN_ID=${lost}`).filter(isAlive)).not.toEqual([]);
      host.mend();
      const mendedAt = performance.now();
      const isOver = () => processesWith(`HIVE_RUN_ID=${lost}`).filter(isAlive).length === 0;
      await waitFor("what it ran to be stopped", isOver, { timeoutMs: LONG });
      report(`what ran behind the cut was stopped ${(performance.now() - mendedAt).toFixed(0)} ms after it was mended`);
      go(faults, 2);
      expect(await untilEnded(store, planId, LONG)).toBe("completed");
      expect(endsOf(store, planId)).toEqual(["failure", "success"]);
    });

    it("for 10 s: nothing is lost, nobody is given it again, and the log is whole", async (context) => {
      const { faults, store, host, runner } = await setUp(context);
      const planId = await faults.launch(store, [{ id: "a", run: gated(faults), retries: ONCE_MORE }]);
      await untilPrinted(store, planId, "a", "up");
      faults.worker({ pace: "real" });
      await untilJoined(store, 2);
      host.cut();
      go(faults, 1);
      await delay(10_000);
      expect(endsOf(store, planId)).toEqual(["running"]);
      host.mend();
      const mendedAt = performance.now();
      expect(await untilEnded(store, planId, LONG)).toBe("completed");
      report(
        `an end behind a cut of 10 s was recorded ${(performance.now() - mendedAt).toFixed(0)} ms after it was mended`,
      );
      await untilPrinted(store, planId, "a", "up\ndown\n");
      expect(runsOf(store, planId)).toMatchObject([{ status: "success", result: "1\n" }]);
      expect(lateReturns(store)).toBe(0);
      expect(runner.fleet()?.workers).toHaveLength(2);
    });
  },
);

function report(line: string): void {
  process.stderr.write(`long faults: ${line}\n`);
}
