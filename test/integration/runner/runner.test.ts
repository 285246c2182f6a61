import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { listAudit, listEvents } from "../../../src/main/core/operations/events";
import { restartWorker } from "../../../src/main/core/operations/restart-worker";
import { listTasks } from "../../../src/main/core/operations/tasks";
import { processesOfRun } from "../../../src/main/core/runner/process-table";
import type { Store } from "../../../src/main/core/store/open";
import { requestStop } from "../../../src/main/core/store/queue";
import { listWorkers } from "../../../src/main/core/store/workers";
import { NO_RETRIES } from "../../../src/shared/model/plan-definition";
import { waitFor } from "../../helpers/wait";
import { Bench, exists, logOf, planStatus, runOf, runsOf, untilEnded, untilPrinted } from "./setup";

let bench: Bench;
let store: Store;

beforeEach(async () => {
  bench = new Bench();
  store = await bench.open();
});
afterEach(() => bench.close());

describe("a plan", () => {
  it("runs a diamond in parallel, hands results on, and completes", async () => {
    // Each branch waits for the other's mark: only two at once get through.
    const branch = (own: string, other: string) =>
      `touch "$HIVE_PLAN_DIR/${own}"; while [ ! -e "$HIVE_PLAN_DIR/${other}" ]; do sleep 0.01; done; echo '{"branch":"${own}"}' > "$HIVE_RESULT_FILE"`;
    bench.start(store);
    const planId = await bench.launch(store, [
      { id: "top", run: ["true"] },
      { id: "left", run: branch("left", "right"), dependencies: ["top"] },
      { id: "right", run: branch("right", "left"), dependencies: ["top"] },
      { id: "join", dependencies: ["left", "right"] },
      { id: "report", run: 'echo "$HIVE_INPUTS"; cat "$HIVE_INPUTS_FILE"', dependencies: ["left", "right", "join"] },
    ]);
    expect(await untilEnded(store, planId)).toBe("completed");
    expect(runsOf(store, planId).map((run) => run.status)).toEqual(Array(5).fill("success"));
    const inputs = '{"left":{"branch":"left"},"right":{"branch":"right"},"join":null}';
    expect(logOf(runOf(store, planId, "report"))).toBe(`${inputs}\n${inputs}`);
  });

  it("drains 500 no-op tasks without starting a process", async () => {
    bench.start(store);
    const subtasks = Array.from({ length: 500 }, (_, index) => ({
      id: `t${index}`,
      dependencies: index === 0 ? [] : [`t${Math.floor(index / 2)}`].filter((id) => id !== `t${index}`),
    }));
    const planId = await bench.launch(store, subtasks);
    expect(await untilEnded(store, planId)).toBe("completed");
    expect(runsOf(store, planId).every((run) => run.pid === null && run.status === "success")).toBe(true);
  });

  it("keeps within its concurrency", async () => {
    bench.start(store, { slots: 4 });
    const run = 'mkdir "$HIVE_PLAN_DIR/alone" && sleep 0.03 && rmdir "$HIVE_PLAN_DIR/alone"';
    const subtasks = ["a", "b", "c", "d"].map((id) => ({ id, run }));
    expect(await untilEnded(store, await bench.launch(store, subtasks, { concurrency: 1 }))).toBe("completed");
  });
});

describe("a failing task", () => {
  it("is tried again until it succeeds", async () => {
    bench.start(store);
    const planId = await bench.launch(store, [
      {
        id: "flaky",
        run: 'echo "attempt $HIVE_ATTEMPT"; [ "$HIVE_ATTEMPT" -ge 3 ]',
        retries: { ...NO_RETRIES, count: 3, backoffMs: 20, maxMs: 50 },
      },
    ]);
    expect(await untilEnded(store, planId)).toBe("completed");
    expect(runsOf(store, planId).map((run) => [run.number, run.status, run.error])).toEqual([
      [1, "failure", "Exit code 1: attempt 1"],
      [2, "failure", "Exit code 1: attempt 2"],
      [3, "success", null],
    ]);
  });

  it("fails for good when its retries are used up; the rest of the plan goes on", async () => {
    bench.start(store);
    const planId = await bench.launch(store, [
      { id: "bad", run: "exit 7", retries: { ...NO_RETRIES, count: 1, backoffMs: 10, maxMs: 10 } },
      { id: "behind", run: ["true"], dependencies: ["bad"] },
      { id: "beside", run: ["true"] },
    ]);
    expect(await untilEnded(store, planId)).toBe("partially_completed");
    expect(runsOf(store, planId).map((run) => [run.subtask, run.status, run.exitCode])).toEqual([
      ["bad", "failure", 7],
      ["bad", "failure", 7],
      ["beside", "success", 0],
    ]);
  });

  it.each([
    [{ run: ["no-such-program"] }, "failure", 'The command "no-such-program" was not found'],
    [{ run: ["true"], cwd: "no-such-folder" }, "failure", "no-such-folder does not exist"],
    [{ run: 'echo nonsense > "$HIVE_RESULT_FILE"' }, "failure", "The result is not JSON"],
    [{ run: "sleep 100", timeoutMs: 100 }, "timeout", "Stopped at its time limit of 100 ms"],
    [{ run: ["printf", "a\0b"] }, "failure", "could not be started"],
  ])("says what happened: %j", async (subtask, status, error) => {
    bench.start(store);
    const planId = await bench.launch(store, [{ id: "build", ...subtask }]);
    expect(await untilEnded(store, planId)).toBe("failed");
    const [run, ...others] = runsOf(store, planId);
    expect(others).toEqual([]);
    expect(run?.status).toBe(status);
    expect(run?.error).toContain(error);
  });

  it("killed from outside says so", async () => {
    bench.start(store);
    const planId = await bench.launch(store, [{ id: "victim", run: "echo up; sleep 100; true" }]);
    const { pid } = await untilPrinted(store, planId, "victim", "up");
    process.kill(pid ?? 0, "SIGKILL");
    expect(await untilEnded(store, planId)).toBe("failed");
    expect(runOf(store, planId, "victim")).toMatchObject({
      status: "failure",
      signal: "SIGKILL",
      error: "Killed by signal SIGKILL from outside the console",
    });
  });

  it("with a specification that cannot be read fails alone", async () => {
    const planId = await bench.launch(store, [
      { id: "broken", run: ["true"] },
      { id: "sound", run: ["true"] },
    ]);
    await store.write((tx) =>
      tx.exec("UPDATE console_specs SET spec = 'nonsense' WHERE seq = (SELECT min(seq) FROM console_specs)"),
    );
    bench.start(store);
    expect(await untilEnded(store, planId)).toBe("partially_completed");
    expect(runOf(store, planId, "broken")?.error).toContain("console_specs");
  });
});

describe("cancelling", () => {
  it("asked for in another process stops the whole tree, and nothing of it stays alive", async () => {
    bench.start(store);
    const planId = await bench.launch(store, [
      {
        id: "tree",
        run: "(trap '' TERM; while :; do sleep 0.05; done) & setsid sh -c 'trap \"\" TERM; echo up; sleep 100' & wait",
      },
    ]);
    const run = await untilPrinted(store, planId, "tree", "up");
    const other = await bench.open();
    await other.write((tx) => requestStop(tx, run.id, "cancel"));
    await untilEnded(store, planId);
    expect(runOf(store, planId, "tree")?.status).toBe("cancelled");
    expect(await processesOfRun(run.id, null)).toEqual([]);
  });
});

describe("workers", () => {
  it("are one a slot, beat, follow the number of slots, and leave", async () => {
    const runner = bench.start(store, { slots: 3, heartbeatMs: 20 });
    const states = () =>
      listWorkers(store.read).map((row) => `${row.id} ${row.role} ${row.status} ${row.capabilities.join("+")}`);
    const row = (id: number, status: string) => `local-${id} local ${status} command+noop+http+llm`;
    await waitFor("three workers", () => states().length === 3);
    expect(states()).toEqual([row(1, "idle"), row(2, "idle"), row(3, "idle")]);
    const first = listWorkers(store.read)[0]?.lastHeartbeat ?? 0;
    await waitFor("a heartbeat", () => (listWorkers(store.read)[0]?.lastHeartbeat ?? 0) > first);

    const planId = await bench.launch(
      store,
      [1, 2, 3].map((n) => ({ id: `t${n}`, run: "echo up; sleep 100" })),
    );
    for (const n of [1, 2, 3]) await untilPrinted(store, planId, `t${n}`, "up");
    expect(runner.info()).toMatchObject({ slots: 3, running: 3, dispatching: true, pausedReason: null });
    runner.setSlots(1);
    const pids = runsOf(store, planId).map((run) => run.pid);
    expect(pids.every(exists)).toBe(true);
    for (const run of runsOf(store, planId)) await store.write((tx) => requestStop(tx, run.id, "cancel"));
    await waitFor(
      "two to leave",
      () => states().join() === [row(1, "idle"), row(2, "offline"), row(3, "offline")].join(),
    );
    await runner.stop({ tasks: "leave" });
    expect(states()).toEqual([row(1, "offline"), row(2, "offline"), row(3, "offline")]);
  });
});

describe("a slot that is restarted", () => {
  const restart = (workerId: string) => restartWorker(store, { workerId, actor: "ada", reason: "it hangs" });

  it("stops what it runs, to its last process, and begins it anew without counting", async () => {
    bench.start(store, { slots: 1 });
    const work = "echo up; if [ -e begun ]; then exit 0; fi; touch begun; sleep 100 & wait";
    const planId = await bench.launch(store, [{ id: "hangs", run: work }]);
    const { id } = await untilPrinted(store, planId, "hangs", "up");
    await store.write((tx) =>
      tx.exec("INSERT INTO console_drains (worker_id, at, actor) VALUES ('local-1', 0, 'bob')"),
    );
    const [task] = listTasks(store, { planId, limit: 1 }).rows;
    expect(await restart("local-1")).toEqual({ workerId: "local-1", restarted: [task?.id] });
    expect(await untilEnded(store, planId)).toBe("completed");
    expect(runsOf(store, planId)).toMatchObject([
      { status: "failure", error: "Begun anew on request" },
      { status: "success" },
    ]);
    expect(await processesOfRun(id, null)).toEqual([]);
    expect(listTasks(store, { planId, limit: 1 }).rows).toMatchObject([{ status: "completed", attempts: 1 }]);
    const { rows } = await listEvents(store, { topic: "system.error" });
    expect(rows).toEqual([]);
    const acts = (await listAudit(store, { entity: { kind: "worker", id: "local-1" } })).rows;
    expect(acts.map(({ act, reason }) => [act, reason])).toEqual([
      ["workers.restart", "it hangs"],
      ["workers.undrain", "it hangs"],
    ]);
    await expect(restart("local-1")).rejects.toMatchObject({ code: "not_allowed", message: /It is free/ });
    await expect(restart("nobody")).rejects.toMatchObject({ code: "not_found" });
  });

  it("obeys who wants an end for good meanwhile", async () => {
    const planId = await bench.launch(store, [{ id: "a", run: "sleep 100" }]);
    bench.start(store, { slots: 1 });
    const run = await waitFor("the attempt", () => runOf(store, planId, "a"));
    await store.write((tx) => {
      requestStop(tx, run.id, "restart");
      requestStop(tx, run.id, "cancel");
    });
    await untilEnded(store, planId);
    expect(runsOf(store, planId)).toHaveLength(1);
  });
});

describe("stopping the runner", () => {
  it("with cancel stops and records its tasks", async () => {
    const runner = bench.start(store);
    const planId = await bench.launch(store, [
      { id: "long", run: "echo up; sleep 100" },
      { id: "later", run: ["true"], dependencies: ["long"] },
    ]);
    const { pid } = await untilPrinted(store, planId, "long", "up");
    await runner.stop({ tasks: "cancel" });
    expect(exists(pid)).toBe(false);
    expect(runOf(store, planId, "long")).toMatchObject({ status: "cancelled", error: "Stopped on request" });
  });

  it("with leave lets them run on; the next console records their true exit code", async () => {
    const runner = bench.start(store);
    const planId = await bench.launch(store, [
      {
        id: "long",
        run: `echo up; while [ ! -e ${join(bench.folder, "go")} ]; do sleep 0.02; done; echo done; exit 5`,
      },
      { id: "quick", run: ["true"] },
    ]);
    const { pid } = await untilPrinted(store, planId, "long", "up");
    await waitFor("quick", () => runOf(store, planId, "quick")?.status === "success");
    await runner.stop({ tasks: "leave" });
    expect(exists(pid)).toBe(true);
    expect(runOf(store, planId, "long")?.status).toBe("running");

    const second = bench.start(await bench.open());
    await waitFor("the second to take over", () => second.info().running === 1);
    expect(planStatus(store, planId)).toBe("executing");
    await bench.launch(store, [{ id: "go", run: `touch ${join(bench.folder, "go")}` }]);
    expect(await untilEnded(store, planId)).toBe("partially_completed");
    expect(runsOf(store, planId)[0]).toMatchObject({
      status: "failure",
      exitCode: 5,
      number: 1,
      error: "Exit code 5: done",
    });
    expect(runsOf(store, planId)).toHaveLength(2);
  });
});
