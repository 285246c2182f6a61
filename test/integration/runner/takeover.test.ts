import { type ChildProcess, fork } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import Database from "better-sqlite3";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { localWorkers } from "../../../src/main/core/runner/local-workers";
import { listProcesses } from "../../../src/main/core/runner/process-table";
import type { Store } from "../../../src/main/core/store/open";
import { claimReady } from "../../../src/main/core/store/queue";
import { upsertWorkers } from "../../../src/main/core/store/workers";
import type { RunnerInfo } from "../../../src/shared/model/views";
import { bundleForNode } from "../../helpers/bundle";
import { waitFor } from "../../helpers/wait";
import { Bench, exists, planStatus, runOf, runsOf, untilEnded, untilPrinted } from "./setup";

interface ConsoleProcess {
  readonly child: ChildProcess;
  info(): RunnerInfo | null;
}

let program: string;
let programFolder: string;
let bench: Bench;
let store: Store;
let consoles: ConsoleProcess[];

beforeAll(async () => {
  programFolder = mkdtempSync(join(tmpdir(), "hive-console-process-"));
  program = await bundleForNode(fileURLToPath(new URL("console-process.ts", import.meta.url)), programFolder);
});
afterAll(() => rmSync(programFolder, { recursive: true, force: true }));
beforeEach(async () => {
  bench = new Bench();
  store = await bench.open();
  consoles = [];
});
afterEach(async () => {
  for (const one of consoles) await kill(one);
  await bench.close();
});

function startConsole(slots = 2): ConsoleProcess {
  const child = fork(program, [bench.file, String(slots)], { stdio: "inherit" });
  let info: RunnerInfo | null = null;
  child.on("message", (message: RunnerInfo) => {
    info = message;
  });
  const one = { child, info: () => info };
  consoles.push(one);
  return one;
}

async function kill({ child }: ConsoleProcess, signal: NodeJS.Signals = "SIGKILL"): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise((resolve) => child.once("exit", resolve));
  child.kill(signal);
  await gone;
}

const dispatching = (one: ConsoleProcess) => waitFor("a console to dispatch", () => one.info()?.dispatching === true);

/** Runs until `go` exists in the bench's folder, then ends with this exit code. */
const gated = (exitCode: number) =>
  `echo up; while [ ! -e ${join(bench.folder, "go")} ]; do sleep 0.02; done; echo done; exit ${exitCode}`;
const go = () => writeFileSync(join(bench.folder, "go"), "");

describe("after a kill -9 of the console", () => {
  it("the next one watches its task and records the true exit code", async () => {
    const first = startConsole();
    const planId = await bench.launch(store, [{ id: "long", run: gated(6) }]);
    const { pid } = await untilPrinted(store, planId, "long", "up");
    await kill(first);
    expect(exists(pid)).toBe(true);
    const second = bench.start(store);
    await waitFor("the takeover", () => second.info().running === 1);
    go();
    expect(await untilEnded(store, planId)).toBe("failed");
    expect(runsOf(store, planId)).toMatchObject([{ status: "failure", exitCode: 6, error: "Exit code 6: done" }]);
  });

  it("a task that ended while nobody watched has its true exit code, too", async () => {
    const first = startConsole();
    const planId = await bench.launch(store, [
      { id: "long", run: gated(0) },
      { id: "next", run: ["true"], dependencies: ["long"] },
    ]);
    const { pid } = await untilPrinted(store, planId, "long", "up");
    await kill(first);
    go();
    await waitFor("the task's end", () => !exists(pid));
    expect(runOf(store, planId, "long")?.status).toBe("running");
    bench.start(store);
    expect(await untilEnded(store, planId)).toBe("completed");
    expect(runsOf(store, planId)).toMatchObject([{ exitCode: 0 }, { exitCode: 0 }]);
  });

  it("and of what started its processes, every task has its true exit code", async () => {
    const first = startConsole(8);
    const ids = Array.from({ length: 8 }, (_, index) => `t${index}`);
    const codes = ids.map((_, index) => index % 4);
    const quick = Array.from({ length: 4 }, (_, index) => ({ id: `quick${index}`, run: ["true"] }));
    const gatedTasks = ids.map((id, index) => ({
      id,
      run: gated(codes[index] ?? 0),
      dependencies: quick.map((one) => one.id),
    }));
    const planId = await bench.launch(store, [...quick, ...gatedTasks]);
    const runs = await Promise.all(ids.map((id) => untilPrinted(store, planId, id, "up")));
    const processes = await listProcesses();
    const parents = new Set(
      processes.filter(({ pid }) => runs.some((run) => run.pid === pid)).map((one) => one.parent),
    );
    await kill(first);
    for (const parent of parents) if (parent !== 1 && exists(parent)) process.kill(parent, "SIGKILL");
    expect(runs.every(({ pid }) => exists(pid))).toBe(true);
    bench.start(store);
    go();
    await untilEnded(store, planId);
    expect(ids.map((id) => runOf(store, planId, id)?.exitCode)).toEqual(codes);
  });

  it("a task that was killed while nobody watched is a failure that says so", async () => {
    const first = startConsole();
    const planId = await bench.launch(store, [{ id: "long", run: "echo up; sleep 100; true" }]);
    const { pid } = await untilPrinted(store, planId, "long", "up");
    await kill(first);
    process.kill(pid ?? 0, "SIGKILL");
    await waitFor("the task's end", () => !exists(pid));
    bench.start(store);
    await untilEnded(store, planId);
    expect(runOf(store, planId, "long")).toMatchObject({
      status: "failure",
      error: "Its process ended while no console watched it, and left no exit code",
    });
  });

  it("a cancel and a time limit still hold", async () => {
    const first = startConsole();
    const planId = await bench.launch(store, [
      { id: "asked", run: "echo up; sleep 100" },
      { id: "limited", run: "echo up; sleep 100", timeoutMs: 1_000 },
    ]);
    const { id } = await untilPrinted(store, planId, "asked", "up");
    await untilPrinted(store, planId, "limited", "up");
    await kill(first);
    await store.write((tx) => tx.prepare("UPDATE console_runs SET stop_requested = 'cancel' WHERE run_id = ?").run(id));
    bench.start(store);
    await untilEnded(store, planId);
    expect(runsOf(store, planId).map((run) => run.status)).toEqual(["cancelled", "timeout"]);
  });

  it("a process whose pid was not yet noted is found by its run id", async () => {
    const first = startConsole();
    const planId = await bench.launch(store, [{ id: "long", run: gated(4) }]);
    const { id, pid } = await untilPrinted(store, planId, "long", "up");
    await kill(first);
    await store.write((tx) =>
      tx.prepare("UPDATE console_runs SET pid = NULL, pid_start = NULL, log_path = NULL WHERE run_id = ?").run(id),
    );
    const second = bench.start(store);
    await waitFor("the takeover", () => second.info().running === 1);
    await waitFor("the pid", () => runOf(store, planId, "long")?.pid === pid);
    go();
    await untilEnded(store, planId);
    expect(runsOf(store, planId)).toMatchObject([{ exitCode: 4, error: "Exit code 4: done" }]);
  });

  it("an attempt that was claimed and never started is made again", async () => {
    const planId = await bench.launch(store, [{ id: "lost", run: "echo here" }]);
    await store.write((tx) => {
      upsertWorkers(tx, localWorkers(["local-1"], "cli"), Date.now());
      return claimReady(tx, { now: Date.now(), workerIds: ["local-1"], source: "test", newId: store.newId });
    });
    bench.start(store);
    expect(await untilEnded(store, planId)).toBe("completed");
    expect(runsOf(store, planId)).toMatchObject([
      { number: 1, status: "failure", error: "The console ended before it had started this attempt" },
      { number: 2, status: "success" },
    ]);
    const counted = "SELECT attempts, max_attempts FROM console_tasks WHERE plan_id = ?";
    expect(store.read.prepare(counted).get(planId)).toEqual({ attempts: 1, max_attempts: 1 });
  });

  it("a restart of the machine is recognised", async () => {
    const first = startConsole();
    const planId = await bench.launch(store, [{ id: "long", run: "echo up; sleep 100" }]);
    const { id, pid } = await untilPrinted(store, planId, "long", "up");
    await kill(first);
    process.kill(-(pid ?? 0), "SIGKILL");
    await store.write((tx) => {
      tx.prepare("UPDATE console_runs SET boot_id = 'an earlier one' WHERE run_id = ?").run(id);
    });
    bench.start(store);
    await untilEnded(store, planId);
    expect(runOf(store, planId, "long")?.error).toBe("The machine restarted while it ran");
  });
});

describe("several consoles on one database", () => {
  it("elect one, and another takes over at once when it dies", async () => {
    const first = startConsole();
    await dispatching(first);
    const second = bench.start(store);
    await waitFor("the second to see the first", () => second.info().dispatcher?.pid === first.child.pid);
    expect(second.info().dispatching).toBe(false);
    const before = performance.now();
    await kill(first);
    await waitFor("the takeover", () => second.info().dispatching);
    expect(performance.now() - before).toBeLessThan(2_000);
  });

  it("a stopped one loses the lease; woken, it changes nothing and watches", async () => {
    const first = startConsole();
    const planId = await bench.launch(store, [
      { id: "long", run: gated(0) },
      { id: "next", run: ["true"], dependencies: ["long"] },
    ]);
    await untilPrinted(store, planId, "long", "up");
    first.child.kill("SIGSTOP");
    const second = bench.start(store);
    await waitFor("the takeover", () => second.info().running === 1);
    first.child.kill("SIGCONT");
    await waitFor("the first to notice", () => first.info()?.dispatching === false);
    go();
    expect(await untilEnded(store, planId)).toBe("completed");
    expect(runsOf(store, planId)).toMatchObject([
      { status: "success", number: 1 },
      { status: "success", number: 1 },
    ]);
    await waitFor("the first to see who has it", () => first.info()?.dispatcher?.pid === process.pid);
  });

  it("killed and started at random start no attempt twice and lose no task", async () => {
    const marks = join(bench.folder, "marks");
    const tasks = Array.from({ length: 60 }, (_, index) => ({
      id: `t${index}`,
      run: `echo "$HIVE_RUN_ID" >> ${marks}; sleep 0.0${index % 10}`,
      dependencies: index < 8 ? [] : [`t${index - 8}`],
    }));
    startConsole(4);
    startConsole(4);
    const planId = await bench.launch(store, tasks);
    for (let round = 1; planStatus(store, planId) === "executing" && round <= 6; round += 1) {
      await waitFor(`round ${round}`, () => {
        const done = runsOf(store, planId).filter((run) => run.status === "success").length;
        return done >= round * 8 || planStatus(store, planId) !== "executing";
      });
      const victim = consoles.find((one) => one.info()?.dispatching) ?? consoles[0];
      if (victim !== undefined) {
        await kill(victim);
        consoles.splice(consoles.indexOf(victim), 1);
      }
      startConsole(4);
    }
    expect(await untilEnded(store, planId)).toBe("completed");
    const started = readFileSync(marks, "utf8").trim().split("\n");
    expect(new Set(started).size).toBe(started.length);
    const succeeded = runsOf(store, planId).filter((run) => run.status === "success");
    expect(new Set(succeeded.map((run) => run.subtask)).size).toBe(60);
    expect(succeeded).toHaveLength(60);
    // An attempt that printed its mark ran to its end, whoever watched: none of those was made again.
    expect(started).toHaveLength(60);
  });
});

describe("a database locked by another program", () => {
  it("delays what is to be written, says so, and loses nothing", async () => {
    const runner = bench.start(store);
    const planId = await bench.launch(store, [
      { id: "long", run: gated(0) },
      { id: "next", run: ["true"], dependencies: ["long"] },
    ]);
    await untilPrinted(store, planId, "long", "up");
    const other = new Database(bench.file);
    other.exec("BEGIN IMMEDIATE");
    go();
    await waitFor("the reason", () => runner.info().pausedReason?.includes("has held the lock"));
    expect(runOf(store, planId, "long")?.status).toBe("running");
    other.exec("COMMIT");
    other.close();
    expect(await untilEnded(store, planId)).toBe("completed");
    await waitFor("no reason", () => runner.info().pausedReason === null);
  });
});
