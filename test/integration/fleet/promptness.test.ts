import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { cancelPlan } from "../../../src/main/core/operations/plans";
import { isAlive } from "../../helpers/processes";
import { REDIS_MISSING } from "../../helpers/redis";
import { waitFor } from "../../helpers/wait";
import { runOf, runsOf, untilEnded, untilPrinted } from "../runner/setup";
import { type Fleet, Programs, setUpFleet } from "./fault-bench";
import { QUICK_RUNNER } from "./quick";
import { untilJoined } from "./setup";

/*
 * How soon a worker of another process does what it is told, and is heard. What is told is told again with each heartbeat:
 * this one has none, so that only what is said at once can help. The promise itself, a second, is measured on a machine
 * that does nothing else: HIVE_LONG_FAULTS=1.
 */

const PROMISE_MS = process.env.HIVE_LONG_FAULTS === "1" ? 1_000 : 30_000;
const LINES = 20;
const SOON = { intervalMs: 2, timeoutMs: 60_000 } as const;

describe.skipIf(REDIS_MISSING)("a worker of the fleet", { timeout: 120_000 }, () => {
  const programs = new Programs();
  beforeAll(() => programs.build(), 60_000);
  afterAll(() => programs.remove());

  /** Milliseconds from the operator's act to the death of the process, and to the end of its run in the database. */
  async function cancel({ faults, store }: Fleet, run: string): Promise<{ dead: number; recorded: number }> {
    const planId = await faults.launch(store, [{ id: "a", run }]);
    const { id } = await untilPrinted(store, planId, "a", "up");
    const pid = Number(/pid (\d+)/.exec(readFileSync(runOf(store, planId, "a")?.logPath ?? "", "utf8"))?.[1]);
    expect(isAlive(pid)).toBe(true);
    const actedAt = performance.now();
    await cancelPlan(store, { planId, actor: "test" });
    await waitFor("its process to be gone", () => !isAlive(pid), SOON);
    const dead = performance.now() - actedAt;
    await waitFor("its end to be recorded", () => runsOf(store, planId)[0]?.status === "cancelled", SOON);
    const recorded = performance.now() - actedAt;
    expect(await untilEnded(store, planId)).toBe("cancelled");
    expect(runsOf(store, planId)).toMatchObject([{ id, status: "cancelled" }]);
    return { dead, recorded };
  }

  it("ends what is cancelled, kills what does not obey, and is heard printing, at once", async (context) => {
    const fleet = await setUpFleet(programs, context);
    fleet.begin();
    fleet.faults.worker({ pace: "mute" });
    await untilJoined(fleet.store, 1);
    const { graceMs } = QUICK_RUNNER;
    const obedient = await cancel(fleet, "echo pid $$ up; sleep 600");
    expect(obedient.recorded).toBeLessThan(PROMISE_MS);
    report("cancel", obedient);
    const stubborn = await cancel(fleet, "trap '' TERM; echo pid $$ up; while :; do sleep 0.05; done");
    expect(stubborn.recorded).toBeLessThan(graceMs + PROMISE_MS);
    report(`cancel of what does not obey, with ${graceMs} ms of grace`, stubborn);
    expect(stubborn.dead).toBeGreaterThanOrEqual(graceMs);
    const delays = await heard(fleet);
    report("from print to the console's log", { best: delays[0] ?? 0, median: delays[LINES / 2] ?? 0 });
    expect(delays[0]).toBeLessThan(PROMISE_MS);
  });
});

/** Milliseconds from when a task printed a line to when it is in the console's log; the shortest first. */
async function heard({ faults, store }: Fleet): Promise<number[]> {
  const planId = await faults.launch(store, [
    { id: "a", run: "echo up; while :; do date +'at %s%N'; sleep 0.03; done" },
  ]);
  const { logPath } = await untilPrinted(store, planId, "a", "up");
  const arrived = new Map<string, number>();
  const look = (): boolean => {
    const now = performance.timeOrigin + performance.now();
    for (const [, printedAt = ""] of readFileSync(logPath ?? "", "utf8").matchAll(/at (\d+)\n/g)) {
      if (!arrived.has(printedAt)) arrived.set(printedAt, now - Number(printedAt) / 1e6);
    }
    return arrived.size >= LINES;
  };
  await waitFor(`${LINES} lines`, look, SOON);
  await cancelPlan(store, { planId, actor: "test" });
  await untilEnded(store, planId);
  return [...arrived.values()].sort((a, b) => a - b);
}

function report(what: string, figures: Readonly<Record<string, number>>): void {
  const words = Object.entries(figures).map(([name, ms]) => `${name} ${Math.round(ms)} ms`);
  process.stderr.write(`${what}: ${words.join(", ")}\n`);
}
