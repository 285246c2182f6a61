import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { Queue } from "bullmq";
import { Redis } from "ioredis";
import { startRunner } from "../../src/main/core/runner/runner";
import type { Store } from "../../src/main/core/store/open";
import { REDIS_MISSING, RedisServer } from "../helpers/redis";
import type { Benchmark, BenchmarkContext } from "./benchmark";
import { until } from "./drain";
import { atLeast, atMost, median } from "./figure";
import { inPlace, launch, planOf, subtask } from "./place";

const WORKERS = 4;
/** So many that nobody waits for a round trip; the bare workers have as many. */
const SLOTS = 100;
const ROUNDS = 3;

/**
 * Tasks with nothing to run through four worker processes: with claims, runs, fences, events and ends in the database,
 * beside a bare BullMQ producer and its workers on the same Redis in the same run.
 */
export const fleet: Benchmark = {
  name: "fleet",
  async run(context) {
    if (REDIS_MISSING !== undefined) {
      process.stderr.write(`fleet: ${REDIS_MISSING}\n`);
      return;
    }
    await inPlace(async ({ folder }) => {
      const program = await workerProgram(folder);
      await rates(context, program);
      await lengths(context, program);
    });
  },
};

/** Made by a process of its own: this one is a bundle, and what bundles does not work in one. */
async function workerProgram(folder: string): Promise<string> {
  const bundle = pathToFileURL(join(process.cwd(), "test/helpers/bundle.ts")).href;
  const script = `const { bundleForNode } = await import(${JSON.stringify(bundle)});
    await bundleForNode("test/bench/fleet-worker.ts", ${JSON.stringify(folder)});`;
  await promisify(execFile)(process.execPath, ["--input-type=module", "-e", script]);
  return join(folder, "fleet-worker.mjs");
}

async function rates({ quick, report }: BenchmarkContext, program: string): Promise<void> {
  const tasks = quick ? 500 : 10_000;
  const bare: Drained[] = [];
  const ours: Drained[] = [];
  for (let round = 0; round < (quick ? 1 : ROUNDS); round += 1) {
    bare.push(await bareDrain(program, tasks));
    ours.push(await ourDrain(program, tasks));
  }
  report({
    bench: "fleet",
    value: median(ours.map(({ perSecond }) => perSecond)),
    unit: "tasks/s",
    reference: median(bare.map(({ perSecond }) => perSecond)),
    referenceIs: "a bare BullMQ producer and four worker processes on a Redis of the same make",
    promise: atLeast(0.6),
    more: { tasks, workers: WORKERS, slots: WORKERS * SLOTS },
  });
  report({
    bench: "fleet, processor time of a task",
    value: median(ours.map(({ cpuMs }) => cpuMs)),
    unit: "ms",
    reference: median(bare.map(({ cpuMs }) => cpuMs)),
    referenceIs: "the same of the bare producer; both with their workers and their Redis",
    more: { tasks },
  });
}

interface Drained {
  readonly perSecond: number;
  /** Of its first tasks alone, from the end of the launch. */
  readonly firstPerSecond: number;
  /** For each task, of all processes together. Other programs on the machine change it less than the rate. */
  readonly cpuMs: number;
}

/** What a task costs must not depend on how many wait: they wait in the database. */
async function lengths({ quick, report }: BenchmarkContext, program: string): Promise<void> {
  const [short, long] = quick ? [100, 1_000] : [1_000, 100_000];
  const few = await ourDrain(program, short, quick ? 50 : 500);
  const many = await ourDrain(program, long, quick ? 50 : 500);
  report({
    bench: "fleet, cost of a task with a long queue",
    value: 1_000 / many.firstPerSecond,
    unit: "ms",
    reference: 1_000 / few.firstPerSecond,
    referenceIs: `the same with ${short} tasks in the queue`,
    promise: atMost(1.5),
    more: { queue: long },
  });
}

async function withWorkers<T>(
  kind: "bare" | "ours",
  program: string,
  work: (redis: RedisServer, cpu: () => number) => Promise<T>,
): Promise<T> {
  const redis = await RedisServer.start();
  const children: ChildProcess[] = [];
  try {
    for (let count = 0; count < WORKERS; count += 1) {
      const args = [program, kind, String(redis.port), String(SLOTS)];
      children.push(spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] }));
    }
    await Promise.all(children.map(({ stdout }) => stdout && once(stdout, "data")));
    const pids = [redis.pid, process.pid, ...children.flatMap(({ pid }) => pid ?? [])];
    return await work(redis, () => pids.reduce((sum, pid) => sum + cpuMsOf(pid), 0));
  } finally {
    for (const child of children) child.kill("SIGKILL");
    await redis.remove();
  }
}

/** So many additions are under way at once, as a busy producer has. */
const ADDING = 200;

function bareDrain(program: string, tasks: number): Promise<Drained> {
  return withWorkers("bare", program, async (redis, cpu) => {
    const connection = new Redis(redis.url, { maxRetriesPerRequest: null, enableAutoPipelining: true });
    const queue = new Queue("bare", { connection });
    await queue.waitUntilReady();
    const cpuBefore = cpu();
    const begun = performance.now();
    for (let at = 0; at < tasks; at += ADDING) {
      const some = Array.from({ length: Math.min(ADDING, tasks - at) }, (_, index) => at + index);
      await Promise.all(some.map((index) => queue.add("task", { index }, { removeOnComplete: true })));
    }
    for (;;) {
      const counts = await queue.getJobCounts("wait", "active", "delayed");
      if (Object.values(counts).every((count) => count === 0)) break;
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    const perSecond = (1_000 * tasks) / (performance.now() - begun);
    const cpuMs = (cpu() - cpuBefore) / tasks;
    await queue.close();
    connection.disconnect();
    return { perSecond, firstPerSecond: perSecond, cpuMs };
  });
}

/** Rates of a plan from its launch to its end, and of its first tasks alone. */
function ourDrain(program: string, tasks: number, first = tasks): Promise<Drained> {
  return withWorkers("ours", program, (redis, cpu) =>
    inPlace(async (place) => {
      const store = await place.openStore();
      const environment = { HIVE_FLEET_REDIS: redis.url };
      const runner = startRunner(store, { slots: 1, program: "cli", environment });
      await until(store, () => joined(store) === WORKERS * SLOTS);
      const plan = planOf(Array.from({ length: tasks }, (_, index) => subtask(index, { executor: "fleet" })));
      const cpuBefore = cpu();
      const begun = performance.now();
      await launch(store, plan);
      const launched = performance.now();
      // A long plan is launched in pieces, and its first tasks begin before it is all there.
      const before = first < tasks ? ended(store) : 0;
      await until(store, () => ended(store) >= Math.min(tasks, before + first));
      const took = performance.now() - launched;
      if (first < tasks) {
        await runner.stop({ tasks: "leave" });
        return { perSecond: Number.NaN, firstPerSecond: (1_000 * first) / took, cpuMs: Number.NaN };
      }
      const perSecond = (1_000 * tasks) / (performance.now() - begun);
      const cpuMs = (cpu() - cpuBefore) / tasks;
      await runner.stop({ tasks: "cancel" });
      return { perSecond, firstPerSecond: (1_000 * first) / took, cpuMs };
    }),
  );
}

/** Linux counts in hundredths of a second. */
const TICK_MS = 10;

/** Processor time of a process so far; 0 where the system does not tell. */
function cpuMsOf(pid: number): number {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return (Number(fields[11]) + Number(fields[12])) * TICK_MS;
  } catch {
    return 0;
  }
}

function joined(store: Store): number {
  const sql = "SELECT count(*) FROM workers WHERE id LIKE 'fleet:%' AND status <> 'offline'";
  return Number(store.read.prepare(sql).pluck().get());
}

function ended(store: Store): number {
  const sql = "SELECT coalesce(sum(n), 0) FROM console_counts WHERE scope = '' AND status = 'completed'";
  return Number(store.read.prepare(sql).pluck().get());
}
