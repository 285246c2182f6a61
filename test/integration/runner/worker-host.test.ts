import { type ChildProcess, fork } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from "vitest";
import { cancelTask } from "../../../src/main/core/operations/tasks";
import { listWorkers } from "../../../src/main/core/operations/workers";
import type { Store } from "../../../src/main/core/store/open";
import { NO_RETRIES } from "../../../src/shared/model/plan-definition";
import { bundleForNode } from "../../helpers/bundle";
import { isAlive } from "../../helpers/processes";
import { waitFor } from "../../helpers/wait";
import { Bench, exists, logOf, planStatus, runOf, runsOf, untilEnded, untilPrinted } from "./setup";

interface WorkerProcess {
  readonly child: ChildProcess;
  readonly ids: readonly string[];
}

let program: string;
let programFolder: string;
let bench: Bench;
let store: Store;
let children: ChildProcess[];

beforeAll(async () => {
  programFolder = mkdtempSync(join(tmpdir(), "hive-worker-process-"));
  program = await bundleForNode(fileURLToPath(new URL("worker-process.ts", import.meta.url)), programFolder);
});
afterAll(() => rmSync(programFolder, { recursive: true, force: true }));
beforeEach(async () => {
  bench = new Bench();
  store = await bench.open();
  children = [];
});
afterEach(async () => {
  for (const child of children) await end(child, "SIGKILL");
  await bench.close();
});

async function startWorker(role = "ext", slots = 1): Promise<WorkerProcess> {
  const child = fork(program, [bench.file, role, String(slots)], { stdio: "inherit" });
  children.push(child);
  const ids = await new Promise<string[]>((resolve, reject) => {
    child.once("message", resolve);
    child.once("exit", () => reject(new Error("the worker ended")));
  });
  return { child, ids };
}

const hasEnded = (child: ChildProcess) => child.exitCode !== null || child.signalCode !== null;

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (hasEnded(child)) return;
  const gone = new Promise((resolve) => child.once("exit", resolve));
  child.kill(signal);
  if (signal === "SIGKILL") child.kill("SIGCONT");
  await gone;
}

/** A console that has no patience with a silent worker gives it up after sixteen of its heartbeats. */
const startConsole = (slots = 1, silenceMs = 15_000) => bench.start(store, { slots, heartbeatMs: 100, silenceMs });
const IMPATIENT = 2_500;

/** Runs until `go` exists in the bench's folder, then ends with this exit code. */
const gated = (exitCode = 0) =>
  `echo up; while [ ! -e ${join(bench.folder, "go")} ]; do sleep 0.02; done; echo done; exit ${exitCode}`;
const go = () => writeFileSync(join(bench.folder, "go"), "");

const workersOf = (planId: string) =>
  store.read
    .prepare<[string], { subtask: string; worker: string }>(
      `SELECT k.subtask_id AS subtask, r.worker_id AS worker FROM runs r JOIN console_tasks k ON k.task_id = r.task_id
        WHERE k.plan_id = ? ORDER BY k.ordinal, r.run_number`,
    )
    .all(planId);
const eventsOf = (type: string) =>
  store.read.prepare<[string], string>("SELECT payload FROM events WHERE event_type = ?").pluck().all(type);

it("a worker takes what asks for its role and what it can do, without a console too", async () => {
  const { ids } = await startWorker("ext", 2);
  const planId = await bench.launch(store, [
    { id: "join" },
    { id: "mine", run: "echo mine; echo '{\"n\":1}' > $HIVE_RESULT_FILE", role: "ext", dependencies: ["join"] },
    { id: "can", run: "echo $HIVE_INPUTS", capabilities: ["git"], dependencies: ["mine"] },
    { id: "any", run: "true" },
    { id: "undo", run: "false", when: "failure", dependencies: ["can"] },
  ]);
  expect(await untilEnded(store, planId)).toBe("completed");
  expect(logOf(runOf(store, planId, "can"))).toBe('{"mine":{"n":1}}\n');
  const byProcess = workersOf(planId).filter(({ subtask }) => subtask !== "join");
  expect(byProcess.map(({ subtask }) => subtask)).toEqual(["mine", "can", "any"]);
  for (const { worker } of byProcess) expect(ids).toContain(worker);
  expect(listWorkers(store).map(({ id, role, state }) => ({ id, role, state }))).toEqual(
    ids.map((id) => ({ id, role: "ext", state: "idle" })),
  );
});

it("what asks for another role waits, and holds nothing up", async () => {
  await startWorker();
  startConsole();
  const planId = await bench.launch(store, [
    { id: "other", run: "true", role: "gpu", priority: 9 },
    { id: "both", run: "true", capabilities: ["git", "cuda"], priority: 9 },
    { id: "mine", run: "true", role: "ext" },
    { id: "plain", run: "true" },
  ]);
  await waitFor("the two", () => runsOf(store, planId).filter((run) => run.status === "success").length === 2);
  expect(runsOf(store, planId).map((run) => run.subtask)).toEqual(["mine", "plain"]);
  expect(planStatus(store, planId)).toBe("executing");
});

it("a console goes on with the processes of a worker that was killed, to their true ends", async () => {
  startConsole();
  const { child, ids } = await startWorker();
  const planId = await bench.launch(store, [{ id: "long", run: gated(6), role: "ext" }]);
  await untilPrinted(store, planId, "long", "up");
  await end(child, "SIGKILL");
  await waitFor(
    "the worker to be given up",
    () => listWorkers(store).find(({ id }) => id === ids[0])?.state === "offline",
  );
  go();
  expect(await untilEnded(store, planId)).toBe("failed");
  expect(runsOf(store, planId)).toMatchObject([{ status: "failure", exitCode: 6, error: "Exit code 6: done" }]);
  expect(listWorkers(store).find(({ id }) => id === ids[0])?.role).toBe("ext");
});

it("a worker that was stopped past its lease has lost its task, and changes nothing when it comes back", async () => {
  startConsole(1, IMPATIENT);
  const first = await startWorker();
  const planId = await bench.launch(store, [
    { id: "once", run: gated(), role: "ext", retries: { ...NO_RETRIES, count: 1, backoffMs: 0, maxMs: 0 } },
  ]);
  const lost = await untilPrinted(store, planId, "once", "up");
  first.child.kill("SIGSTOP");
  await waitFor("the rescue", () => runsOf(store, planId)[0]?.status === "failure");
  expect(runsOf(store, planId)[0]?.error).toMatch(/^Worker ext@.* has not been heard of for [\d.]+ s$/);
  expect(isAlive(lost.pid ?? 0)).toBe(false);
  const second = await startWorker();
  expect(second.ids).not.toEqual(first.ids);
  const again = await waitFor("the second attempt", () => runsOf(store, planId)[1]);
  expect(workersOf(planId)[1]?.worker).toBe(second.ids[0]);
  first.child.kill("SIGCONT");
  await waitFor("the event of the late report", () =>
    eventsOf("system.error").some((payload) => payload.includes("lost its claim") && payload.includes(lost.id)),
  );
  expect(runsOf(store, planId)).toMatchObject([{ status: "failure" }, { id: again.id, status: "running" }]);
  await waitFor("the first worker to be back", () =>
    listWorkers(store).some(({ id, state }) => id === first.ids[0] && state === "idle"),
  );
  go();
  expect(await untilEnded(store, planId)).toBe("completed");
});

it("ends what it has when it is asked to stop, and takes nothing more", async () => {
  const { child, ids } = await startWorker();
  const planId = await bench.launch(store, [
    { id: "running", run: gated(), role: "ext", priority: 5 },
    { id: "next", run: "true", role: "ext" },
  ]);
  await untilPrinted(store, planId, "running", "up");
  const gone = end(child, "SIGTERM");
  go();
  await gone;
  expect(runsOf(store, planId)).toMatchObject([{ subtask: "running", status: "success" }]);
  expect(listWorkers(store)).toMatchObject([{ id: ids[0], state: "offline" }]);
});

it("asked twice, it stops what it has and gives it back, attempts or not", async () => {
  const { child } = await startWorker();
  const planId = await bench.launch(store, [{ id: "long", run: gated(), role: "ext" }]);
  const run = await untilPrinted(store, planId, "long", "up");
  // Two signals at once would be one.
  const heard = new Promise((resolve) => child.once("message", resolve));
  child.kill("SIGTERM");
  await heard;
  await end(child, "SIGTERM");
  expect(exists(run.pid)).toBe(false);
  expect(runsOf(store, planId)).toMatchObject([
    { status: "failure", error: "Its worker was stopped, and gave it back" },
  ]);
  expect(planStatus(store, planId)).toBe("executing");
  go();
  await startWorker();
  expect(await untilEnded(store, planId)).toBe("completed");
});

it("stops a task that somebody cancels", async () => {
  startConsole();
  await startWorker();
  const planId = await bench.launch(store, [{ id: "long", run: gated(), role: "ext" }]);
  const run = await untilPrinted(store, planId, "long", "up");
  const taskId = store.read.prepare<[], string>("SELECT task_id FROM console_tasks").pluck().get() ?? "";
  await cancelTask(store, { taskId, actor: "test" });
  expect(await untilEnded(store, planId)).toBe("cancelled");
  expect(exists(run.pid)).toBe(false);
});

it("two workers and a console on one queue start each attempt once", async () => {
  startConsole(2);
  await startWorker("ext", 2);
  await startWorker("ext", 2);
  const many = Array.from({ length: 60 }, (_, at) => ({
    id: `t${at}`,
    run: `echo ${at} >> ${join(bench.folder, "done")}`,
    ...(at % 3 === 0 && { role: "ext" }),
    ...(at % 5 === 0 && { group: "one" }),
  }));
  const planId = await bench.launch(store, many);
  expect(await untilEnded(store, planId, 60_000)).toBe("completed");
  const runs = runsOf(store, planId);
  expect(runs).toHaveLength(60);
  expect(new Set(workersOf(planId).map(({ worker }) => worker)).size).toBeGreaterThan(1);
});

it("workers killed at random lose no task, and no attempt is started twice", async () => {
  startConsole(1);
  const done = join(bench.folder, "done");
  const many = Array.from({ length: 80 }, (_, at) => ({
    id: `t${at}`,
    run: `echo $HIVE_RUN_ID >> ${done}; sleep 0.05`,
    ...(at % 2 === 0 && { role: "ext" }),
    retries: { ...NO_RETRIES, count: 20, backoffMs: 0, maxMs: 0 },
  }));
  const planId = await bench.launch(store, many);
  const isOver = () => planStatus(store, planId) !== "executing";
  for (let round = 0; round < 8 && !isOver(); round += 1) {
    const { child } = await startWorker("ext", 3);
    const before = runsOf(store, planId).length;
    await waitFor("some attempts", () => isOver() || runsOf(store, planId).length >= before + 4);
    await end(child, "SIGKILL");
  }
  await startWorker("ext", 3);
  expect(await untilEnded(store, planId, 60_000)).toBe("completed");
  const started = readFileSync(done, "utf8").trim().split("\n");
  expect(new Set(started).size).toBe(started.length);
  const successes = runsOf(store, planId).filter((run) => run.status === "success");
  expect(new Set(successes.map((run) => run.subtask)).size).toBe(80);
  expect(successes).toHaveLength(80);
});
