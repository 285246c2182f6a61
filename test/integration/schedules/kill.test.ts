import { type ChildProcess, fork } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { createSchedule } from "../../../src/main/core/operations/schedules";
import { parsePlan } from "../../../src/main/core/plan/parse";
import { bundleForNode } from "../../helpers/bundle";
import { afterThisTest, openTestStore, temporaryFolder } from "../../helpers/store";
import { waitFor } from "../../helpers/wait";
import { launchesOf, TRIVIAL } from "./setup";

const ROUNDS = 6;
const EVERY_MS = 1_000;

interface ConsoleProcess {
  readonly child: ChildProcess;
  dispatching(): boolean;
}

function start(program: string, file: string): ConsoleProcess {
  const child = fork(program, [file], { stdio: "inherit" });
  let dispatching = false;
  child.on("message", (message: { dispatching: boolean }) => {
    dispatching = message.dispatching;
  });
  afterThisTest(() => end(child, "SIGKILL"));
  return { child, dispatching: () => dispatching };
}

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise((resolve) => child.once("exit", resolve));
  child.kill(signal);
  await gone;
}

it("every due time is launched exactly once while consoles are killed", { timeout: 240_000 }, async () => {
  const folder = temporaryFolder();
  const program = await bundleForNode(join(import.meta.dirname, "console-process.ts"), folder);
  const file = join(folder, "hive.db");
  const store = await openTestStore({ file });
  const planFile = join(folder, "plan.yaml");
  writeFileSync(planFile, TRIVIAL);
  const from = Date.now() + EVERY_MS;
  const ids: string[] = [];
  for (const name of ["a", "b", "c"]) {
    const timing = { kind: "interval", everyMs: EVERY_MS, from } as const;
    const request = { name, timing, planFile, parameters: {}, overlap: "allow", actor: "test" } as const;
    ids.push((await createSchedule(store, { ...request, readPlan: parsePlan })).id);
  }

  let consoles = [start(program, file), start(program, file)];
  const launched = () => ids.reduce((sum, id) => sum + launchesOf(store, id).filter((one) => one.planId).length, 0);
  for (let round = 0; round < ROUNDS; round += 1) {
    const before = launched();
    const dispatcher = await waitFor("a dispatcher", () => consoles.find((one) => one.dispatching()), {
      timeoutMs: 60_000,
    });
    // Anywhere between two launches of its term, or within one.
    await waitFor("some launches", () => launched() > before + round, { timeoutMs: 60_000, intervalMs: 1 });
    await end(dispatcher.child, "SIGKILL");
    consoles = [...consoles.filter((one) => one !== dispatcher), start(program, file)];
  }
  const until = Date.now();
  const last = from + Math.floor((until - from) / EVERY_MS) * EVERY_MS;
  const isDone = (id: string) => launchesOf(store, id).some(({ dueAt, planId }) => dueAt >= last && planId !== null);
  await waitFor("the last launches", () => ids.every(isDone), { timeoutMs: 60_000 });
  for (const { child } of consoles) await end(child, "SIGTERM");

  const plans = new Set(store.read.prepare<[], string>("SELECT id FROM execution_plans").pluck().all());
  const all = ids.flatMap((id) => launchesOf(store, id));
  expect(all.filter(({ planId }) => planId !== null).every(({ planId }) => plans.has(planId ?? ""))).toBe(true);
  expect(new Set(all.map(({ planId }) => planId).filter((planId) => planId !== null)).size).toBe(plans.size);
  const due = Array.from({ length: (last - from) / EVERY_MS + 1 }, (_, index) => from + index * EVERY_MS);
  for (const id of ids) {
    const decided = launchesOf(store, id).filter(({ dueAt }) => dueAt <= last);
    expect(decided.map(({ dueAt, outcome }) => [dueAt, outcome])).toEqual(due.map((at) => [at, "launched"]));
  }
});
