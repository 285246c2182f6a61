import { type ChildProcess, fork, spawn, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from "vitest";
import { cancelTask, listTasks } from "../../../src/main/core/operations/tasks";
import { listWorkers } from "../../../src/main/core/operations/workers";
import type { Store } from "../../../src/main/core/store/open";
import { NO_RETRIES } from "../../../src/shared/model/plan-definition";
import type { RunnerInfo } from "../../../src/shared/model/views";
import { bundleForNode } from "../../helpers/bundle";
import { recomputedDerivations, storedDerivations } from "../../helpers/invariants";
import { processesWith } from "../../helpers/processes";
import { waitFor } from "../../helpers/wait";
import { Bench, logOf, planStatus, runsOf, untilEnded } from "./setup";

const DOCUMENT = readFileSync(join(import.meta.dirname, "../../../docs/external-workers.md"), "utf8");
/** Exactly the text of the document. */
const WORKER = /```python\n([\s\S]*?)```/.exec(DOCUMENT)?.[1] ?? "";

let program: string;
let programFolder: string;
let bench: Bench;
let store: Store;
let children: ChildProcess[];

beforeAll(async () => {
  const python = spawnSync("python3", ["--version"]);
  if (python.status !== 0) throw new Error("These tests run the worker of docs/external-workers.md: install python3.");
  programFolder = mkdtempSync(join(tmpdir(), "hive-python-worker-"));
  program = await bundleForNode(fileURLToPath(new URL("console-process.ts", import.meta.url)), programFolder);
  writeFileSync(join(programFolder, "worker.py"), WORKER);
});
afterAll(() => rmSync(programFolder, { recursive: true, force: true }));
beforeEach(async () => {
  bench = new Bench();
  store = await bench.open();
  children = [];
});
afterEach(async () => {
  for (const child of children) await kill(child);
  for (const pid of processesWith(`HIVE_TEST=${bench.folder}`)) process.kill(pid, "SIGKILL");
  await bench.close();
});

async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise((resolve) => child.once("exit", resolve));
  child.kill("SIGKILL");
  await gone;
}

/** A console of one slot in a process of its own, which gives a silent worker up after `silenceMs`. */
async function startConsole(silenceMs = 15_000): Promise<ChildProcess> {
  const child = fork(program, [bench.file, "1", String(silenceMs)], { stdio: "inherit" });
  children.push(child);
  let info: RunnerInfo | null = null;
  child.on("message", (message: RunnerInfo) => {
    info = message;
  });
  await waitFor("the console", () => info?.dispatching === true);
  return child;
}

async function startPython(): Promise<{ readonly child: ChildProcess; readonly id: string }> {
  const env = { ...process.env, HIVE_TEST: bench.folder };
  const child = spawn("python3", [join(programFolder, "worker.py"), bench.file], {
    stdio: ["ignore", "ignore", "inherit"],
    env,
  });
  children.push(child);
  const id = `python-${child.pid}`;
  await waitFor("the Python worker", () => listWorkers(store).some((worker) => worker.id === id));
  return { child, id };
}

const gated = `while [ ! -e ${"$"}{HIVE_TEST}/go ]; do sleep 0.02; done`;
const go = () => writeFileSync(join(bench.folder, "go"), "");
const workersOf = (planId: string) =>
  store.read
    .prepare<[string], string>(
      `SELECT k.subtask_id || ' ' || r.worker_id FROM runs r JOIN console_tasks k ON k.task_id = r.task_id
        WHERE k.plan_id = ? ORDER BY k.ordinal, r.run_number`,
    )
    .pluck()
    .all(planId);
const untilRuns = (planId: string, worker: string) =>
  waitFor(
    "the Python worker to take it",
    () =>
      runsOf(store, planId).find((run) => run.status === "running") &&
      workersOf(planId).some((line) => line.endsWith(worker)),
  );

it("the document's worker is short, and takes what is meant for it", async () => {
  expect(WORKER.split("\n").length).toBeLessThan(31);
  await startConsole();
  const { id } = await startPython();
  const planId = await bench.launch(store, [
    { id: "hello", run: ["printf", "hello"], role: "python" },
    { id: "sql", run: "printf sql", capabilities: ["sql"], dependencies: ["hello"], group: "one" },
    { id: "local", run: "echo $HIVE_INPUTS", role: "local", dependencies: ["hello", "sql"] },
  ]);
  expect(await untilEnded(store, planId)).toBe("completed");
  expect(workersOf(planId)).toEqual([`hello ${id}`, `sql ${id}`, "local local-1"]);
  expect(runsOf(store, planId).map((run) => run.result)).toEqual([`{"by": "${id}"}`, `{"by": "${id}"}`, null]);
  const log = runsOf(store, planId)[2];
  expect(logOf(log)).toBe(`{"hello":{"by":"${id}"},"sql":{"by":"${id}"}}\n`);
  expect(storedDerivations(store.read)).toEqual(recomputedDerivations(store.read));
  const types = store.read
    .prepare("SELECT event_type FROM events WHERE event_type LIKE 'task.%' AND payload LIKE ?")
    .pluck();
  const taskId = listTasks(store, { planId, limit: 1 }).rows[0]?.id ?? "";
  expect(types.all(`%${taskId}%`)).toEqual(["task.created", "task.started", "task.completed"]);
});

it("a drained worker is offered nothing until it is drained no more", async () => {
  await startConsole();
  const { id } = await startPython();
  const drain = "INSERT INTO console_drains (worker_id, at, actor) VALUES (?, 0, 'test')";
  await store.write((tx) => tx.prepare(drain).run(id));
  const planId = await bench.launch(store, [
    { id: "here", run: "true" },
    { id: "there", run: "true", role: "python" },
  ]);
  await waitFor("the console's own", () => runsOf(store, planId)[0]?.status === "success");
  const offers = store.read.prepare<[], string>("SELECT worker_id FROM console_offers").pluck();
  expect(offers.all()).not.toContain(id);
  await store.write((tx) => tx.prepare("DELETE FROM console_drains").run());
  expect(await untilEnded(store, planId)).toBe("completed");
});

it("a failure is retried by the plan's policy, a cancel is obeyed", async () => {
  await startConsole();
  const { id } = await startPython();
  const planId = await bench.launch(store, [
    { id: "fails", run: "exit 3", role: "python", retries: { ...NO_RETRIES, count: 1, backoffMs: 10, maxMs: 10 } },
    { id: "long", run: gated, role: "python", dependencies: ["fails"], when: "failure" },
  ]);
  await waitFor(
    "both attempts",
    () => runsOf(store, planId).filter((run) => run.subtask === "fails" && run.status === "failure").length === 2,
  );
  await waitFor("the cleanup", () =>
    runsOf(store, planId).some((run) => run.subtask === "long" && run.status === "running"),
  );
  expect(listWorkers(store).find((worker) => worker.id === id)?.state).toBe("busy");
  const task = listTasks(store, { planId, limit: 10 }).rows.find((row) => row.subtaskId === "long");
  await cancelTask(store, { taskId: task?.id ?? "", actor: "test" });
  expect(await untilEnded(store, planId)).toBe("failed");
  expect(runsOf(store, planId).at(-1)).toMatchObject({ subtask: "long", status: "cancelled" });
  expect(runsOf(store, planId)[0]).toMatchObject({ error: "Exit code 3", exitCode: 3 });
});

it("stopped past its lease it has lost its attempt: it comes back, changes nothing, and says so", async () => {
  await startConsole(3_000);
  const { child, id } = await startPython();
  const planId = await bench.launch(store, [
    { id: "once", run: gated, role: "python", retries: { ...NO_RETRIES, count: 1, backoffMs: 0, maxMs: 0 } },
  ]);
  await untilRuns(planId, id);
  child.kill("SIGSTOP");
  await waitFor("the rescue", () => runsOf(store, planId)[0]?.status === "failure");
  expect(processesWith(`HIVE_RUN_ID=${runsOf(store, planId)[0]?.id}`)).toEqual([]);
  const other = await startPython();
  await untilRuns(planId, other.id);
  child.kill("SIGCONT");
  await waitFor("the event", () =>
    store.read.prepare("SELECT 1 FROM events WHERE event_type = 'system.error' AND source_agent = ?").get(id),
  );
  expect(runsOf(store, planId).map((run) => run.status)).toEqual(["failure", "running"]);
  go();
  expect(await untilEnded(store, planId)).toBe("completed");
  expect(planStatus(store, planId)).toBe("completed");
});
