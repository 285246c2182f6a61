import { existsSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setImmediate as nextTurn } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { pausePlan, resumePlan } from "../../../src/main/core/operations/control";
import { cancelPlan, launchPlan } from "../../../src/main/core/operations/plans";
import { reviewTask } from "../../../src/main/core/operations/tasks";
import type { Runner } from "../../../src/main/core/runner/runner";
import type { Store } from "../../../src/main/core/store/open";
import { requestStop } from "../../../src/main/core/store/queue";
import type { ExecutorName } from "../../../src/shared/model/fleet";
import { isAlive, processesWith } from "../../helpers/processes";
import { REDIS_MISSING, RedisServer } from "../../helpers/redis";
import { waitFor } from "../../helpers/wait";
import {
  Bench,
  logOf,
  planOf,
  type RunView,
  runOf,
  runsOf,
  type Subtask,
  untilEnded,
  untilPrinted,
} from "../runner/setup";
import { fleetEnvironment, hasNone, QUICK_RUNNER, startWorkerHere, untilJoined } from "./setup";

/*
 * What a task is promised, whoever carries it out: one suite for processes of the console's host and for workers of
 * the fleet. What only the fleet has is in tests for it alone; what may happen to Redis, hosts and links is in faults.test.ts.
 */

const EXECUTORS: readonly ExecutorName[] = REDIS_MISSING === undefined ? ["local", "fleet"] : ["local"];

describe.each(EXECUTORS)("the %s executor", (executor) => {
  let redis: RedisServer | null = null;
  let bench: Bench;
  let store: Store;
  let runner: Runner;
  let environment: Record<string, string>;
  let workers: Awaited<ReturnType<typeof startWorkerHere>>[];

  beforeAll(async () => {
    if (executor === "fleet") redis = await RedisServer.start();
  });
  afterAll(() => redis?.remove());
  beforeEach(async () => {
    bench = new Bench();
    store = await bench.open();
    workers = [];
    environment = redis === null ? {} : fleetEnvironment(redis.url);
    runner = bench.start(store, { ...QUICK_RUNNER, environment });
    if (executor === "local") return;
    workers.push(await startWorkerHere(environment));
    await untilJoined(store, 2);
  });
  afterEach(async () => {
    for (const worker of workers) await worker.remove();
    await bench.close();
  });

  const launch = (subtasks: readonly Subtask[]) => bench.launch(store, subtasks, { executor });
  const only = async (subtask: Omit<Subtask, "id">): Promise<RunView> => {
    const planId = await launch([{ id: "a", ...subtask }]);
    await untilEnded(store, planId);
    return one(planId);
  };
  const one = (planId: string): RunView => {
    const run = runOf(store, planId, "a");
    if (run === undefined) throw new Error("There is no run");
    return run;
  };
  /** A command that runs until the file `go` is there. */
  const gated = (after = "true") =>
    `echo up; while [ ! -e ${join(bench.folder, "go")} ]; do sleep 0.02; done; ${after}`;
  const go = () => writeFileSync(join(bench.folder, "go"), "");
  const started = (planId: string) => untilPrinted(store, planId, "a", "up");

  it("records success, the whole log and the result", async () => {
    const run = await only({ run: 'echo out; echo err >&2; echo \'{"x": [1]}\' > "$HIVE_RESULT_FILE"' });
    expect(run).toMatchObject({ status: "success", exitCode: 0, error: null });
    expect(JSON.parse(run.result ?? "")).toEqual({ x: [1] });
    expect(logOf(run)).toBe("out\nerr\n");
  });

  it("records a failure with its exit code and its last words", async () => {
    const run = await only({ run: "echo first; echo it broke; exit 7" });
    expect(run).toMatchObject({ status: "failure", exitCode: 7, error: "Exit code 7: it broke" });
    expect(await only({ run: ["/there/is/nothing"] })).toMatchObject({ status: "failure", exitCode: 127 });
    expect(await only({ run: "kill -SEGV $$" })).toMatchObject({ status: "failure", signal: "SIGSEGV" });
    expect(await only({ run: "echo '{' > $HIVE_RESULT_FILE" })).toMatchObject({
      status: "failure",
      error: expect.stringContaining("The result is not JSON"),
    });
  });

  it("runs a command as it is written, with its variables, inputs and folder", async () => {
    const planId = await launch([
      { id: "first", run: 'echo \'"one"\' > "$HIVE_RESULT_FILE"; echo kept > "$HIVE_PLAN_DIR/file"' },
      {
        id: "a",
        dependencies: ["first"],
        env: { MY: "own $value" },
        run: [
          "sh",
          "-c",
          'printf "%s|" "$1" "$MY" "$HIVE_INPUTS" "$(cat "$HIVE_INPUTS_FILE")" "$HIVE_ATTEMPT" "$(cat "$HIVE_PLAN_DIR/file")" "$PWD"; env | grep -c "^HIVE_\\(TASK\\|RUN\\|PLAN\\|CORRELATION\\)_ID=."',
          "sh",
          "a 'b' \"c\"\n$d",
        ],
      },
    ]);
    await untilEnded(store, planId);
    const inputs = '{"first":"one"}';
    expect(logOf(one(planId))).toBe(`a 'b' "c"\n$d|own $value|${inputs}|${inputs}|1|kept|${bench.folder}|4\n`);
  });

  it("passes results of any size on to what depends on them: those over 2 MB as files", async () => {
    const planId = await launch([
      { id: "long", run: returns(1_500_000) },
      { id: "longer", run: returns(3_000_000) },
      {
        id: "a",
        dependencies: ["long", "longer"],
        run: [process.execPath, "-e", READS_INPUTS],
      },
    ]);
    expect(await untilEnded(store, planId)).toBe("completed");
    expect(logOf(one(planId))).toBe("1500000 3000002 3000000\n");
    const { $file, bytes } = JSON.parse(runOf(store, planId, "longer")?.result ?? "{}");
    expect([bytes, statSync($file).size]).toEqual([3_000_002, 3_000_002]);
    expect($file.startsWith(store.filesFolder)).toBe(true);
    // What went beside the messages is gone with them.
    const beside = async () => (redis === null ? "" : redis.cli("KEYS", "*:large:*"));
    await waitFor("Redis to hold none of it", async () => (await beside()) === "");
  });

  it("shows the log while it runs", async () => {
    const planId = await launch([{ id: "a", run: gated("echo down") }]);
    await started(planId);
    expect(one(planId).status).toBe("running");
    expect(runner.info()).toMatchObject({ running: 1, busySlots: executor === "local" ? 1 : 0 });
    go();
    await untilEnded(store, planId);
    expect(logOf(one(planId))).toBe("up\ndown\n");
  });

  it("keeps a long log whole", async () => {
    const run = await only({ run: "seq 1 200000; echo end" });
    const lines = logOf(run).split("\n");
    expect(lines.length).toBe(200_002);
    expect(lines[123_455]).toBe("123456");
    expect(lines.at(-2)).toBe("end");
  });

  it("stops a task at its time limit", async () => {
    const run = await only({ run: "echo up; sleep 60", timeoutMs: 300 });
    expect(run).toMatchObject({ status: "timeout", error: "Stopped at its time limit of 300 ms" });
  });

  it("cancels what runs, and what does not yet", async () => {
    const planId = await launch([
      { id: "a", run: gated() },
      { id: "b", run: "true", dependencies: ["a"] },
    ]);
    await started(planId);
    await cancelPlan(store, { planId, actor: "test" });
    await untilEnded(store, planId);
    expect(one(planId)).toMatchObject({ status: "cancelled", error: "Stopped on request" });
    expect(runOf(store, planId, "b")).toBeUndefined();
  });

  it("kills what does not obey, with all that it started", async () => {
    const planId = await launch([{ id: "a", run: `trap '' TERM; setsid sleep 61 & echo up; sleep 62; ${gated()}` }]);
    const { id } = await started(planId);
    await store.write((tx) => requestStop(tx, id, "cancel"));
    await untilEnded(store, planId);
    expect(one(planId)).toMatchObject({ status: "cancelled", signal: "SIGKILL" });
    expect(processesWith(`HIVE_RUN_ID=${id}`).filter(isAlive)).toEqual([]);
  });

  it("tries again as the plan says, and each attempt is a run of its own", async () => {
    const run = 'test "$HIVE_ATTEMPT" = 3 && echo third || { echo no; exit 1; }';
    const planId = await launch([{ id: "a", run, retries: { ...NO_DELAY, count: 2 } }]);
    expect(await untilEnded(store, planId)).toBe("completed");
    expect(runsOf(store, planId).map(({ number, status }) => [number, status])).toEqual([
      [1, "failure"],
      [2, "failure"],
      [3, "success"],
    ]);
    expect(logOf(runsOf(store, planId)[2])).toBe("third\n");
  });

  it("is fenced: what ends an attempt by another hand stops its process, and its own end changes nothing", async () => {
    const planId = await launch([{ id: "a", run: gated(`touch ${join(bench.folder, "lived")}`) }]);
    const { id } = await started(planId);
    await store.write((tx) => {
      tx.prepare("UPDATE runs SET status = 'failure', error_message = 'by hand' WHERE id = ?").run(id);
      tx.prepare("UPDATE console_runs SET live = NULL WHERE run_id = ?").run(id);
      tx.prepare("UPDATE tasks SET status = 'failed' WHERE id = (SELECT task_id FROM runs WHERE id = ?)").run(id);
    });
    await waitFor("its process to be stopped", () => processesWith(`HIVE_RUN_ID=${id}`).filter(isAlive).length === 0);
    go();
    await nextTurn();
    expect(one(planId)).toMatchObject({ status: "failure", error: "by hand" });
    expect(existsSync(join(bench.folder, "lived"))).toBe(false);
  });

  it.runIf(executor === "fleet")("keeps a plan's folder on a worker for as long as the plan may need it", async () => {
    const [worker] = workers;
    const isGone = (part: string) => hasNone(worker?.folder ?? "", part);
    const planId = await launch([
      { id: "first", run: 'echo kept > "$HIVE_PLAN_DIR/note"' },
      { id: "wait", run: gated(), executor: "local", dependencies: ["first"] },
      { id: "a", run: 'cat "$HIVE_PLAN_DIR/note"', dependencies: ["wait"] },
    ]);
    await untilPrinted(store, planId, "wait", "up");
    const asked = () => (runner.fleet()?.workers[0]?.idle ?? []).some((idle) => idle.planId === planId);
    await waitFor("its worker to ask for it", asked);
    await waitFor("its worker to have been answered", () => !asked());
    expect(isGone("note")).toBe(false);
    go();
    expect(await untilEnded(store, planId)).toBe("completed");
    expect(logOf(one(planId))).toBe("kept\n");
    await waitFor("its folder to go", () => isGone(planId));
    expect(await only({ run: "true" })).toMatchObject({ status: "success" });
  });

  it.runIf(executor === "fleet")("follows another address at once, and back", async () => {
    const { HIVE_FLEET_REDIS: address = "" } = environment;
    delete environment.HIVE_FLEET_REDIS;
    runner.noteEnvironment();
    expect(runner.fleet()).toBeNull();
    environment.HIVE_FLEET_REDIS = address;
    runner.noteEnvironment();
    expect(runner.fleet()).not.toBeNull();
    expect(await only({ run: "true" })).toMatchObject({ status: "success" });
  });

  it("waits for an approval and while its plan is paused, and has its secret, which nobody reads", async () => {
    const given = {
      type: "secret",
      description: "",
      required: true,
      default: null,
      choices: [],
      pattern: null,
    } as const;
    const subtasks: Subtask[] = [
      { id: "gate", agent: "approval", approval: { instructions: "Look." } },
      {
        id: "a",
        dependencies: ["gate"],
        env: { TOKEN: `\${{ params.token }}` },
        run: 'echo "it is $TOKEN"; test "$TOKEN" = hush-hush',
      },
    ];
    const { planId } = await launchPlan(store, {
      definition: planOf(subtasks, { executor, parameters: [{ name: "token", ...given }] }),
      parameters: { token: "hush-hush" },
      sourceName: null,
      sourceText: null,
      folder: bench.folder,
      launchedBy: "test",
    });
    const gate = store.read.prepare<[string], { id: string; status: string }>(
      "SELECT t.id, t.status FROM tasks t JOIN console_tasks k ON k.task_id = t.id WHERE k.plan_id = ? AND k.subtask_id = 'gate'",
    );
    await waitFor("the gate to wait for a review", () => gate.get(planId)?.status === "review_pending");
    await pausePlan(store, { planId, actor: "test" });
    await reviewTask(store, { taskId: gate.get(planId)?.id ?? "", verdict: "approve", reason: "seen", actor: "test" });
    // Another plan has slots meanwhile.
    expect(await only({ run: "true" })).toMatchObject({ status: "success" });
    expect(runOf(store, planId, "a")).toBeUndefined();
    await resumePlan(store, { planId, actor: "test" });
    expect(await untilEnded(store, planId)).toBe("completed");
    expect(logOf(one(planId))).toMatch(/^it is (?!hush-hush)/);
  });

  it("carries a task over a restart of the console", async () => {
    const planId = await launch([{ id: "a", run: gated("echo down; exit 3") }]);
    await started(planId);
    await runner.stop({ tasks: "leave" });
    go();
    bench.start(store, { ...QUICK_RUNNER, environment });
    await untilEnded(store, planId);
    expect(runsOf(store, planId)).toHaveLength(1);
    expect(one(planId)).toMatchObject({ status: "failure", exitCode: 3 });
    expect(logOf(one(planId))).toBe("up\ndown\n");
  });
});

const returns = (characters: number): string =>
  `node -e 'process.stdout.write(JSON.stringify("x".repeat(${characters})))' > "$HIVE_RESULT_FILE"`;
const READS_INPUTS = `const { readFileSync } = require("fs");
  const { long, longer } = JSON.parse(readFileSync(process.env.HIVE_INPUTS_FILE, "utf8"));
  console.log(long.length, longer.bytes, JSON.parse(readFileSync(longer.$file, "utf8")).length);`;

const NO_DELAY = { backoffMs: 1, maxMs: 1, jitter: 0, onExitCodes: null } as const;
