import { spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { availableParallelism, cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { type Core, openCore } from "../main/core/client";
import { getPlanSummaries, launchPlan } from "../main/core/operations/plans";
import { parsePlan } from "../main/core/plan/parse";
import type { Runner } from "../main/core/runner/runner";
import type { Store } from "../main/core/store/open";
import { HiveError } from "../shared/errors";
import { isTerminalPlan } from "../shared/model/plan";
import { requireNodeApi } from "./database";

/** One thing measured on this machine. */
export interface Measurement {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  /** What it means. */
  readonly about: string;
}

const COMMITS = 100;
const NOOPS = 2_000;
const COMMANDS = 100;

/**
 * A quick measure of this machine, some seconds long, on a database of its own that is removed afterwards.
 * `folder`: where that one is made, for the disk is half of what is measured.
 */
export async function measure(folder = tmpdir(), onStep: (name: string) => void = () => {}): Promise<Measurement[]> {
  requireNodeApi();
  const place = await mkdtemp(join(folder, "hive-bench-"));
  const slots = availableParallelism();
  const core = await openCore({ file: join(place, "bench.db"), create: true, runner: { slots, program: "cli" } });
  try {
    onStep("durable commits");
    const commitMs = await timeCommits(core.store);
    onStep("no-op tasks");
    const drainMs = await timePlan(core, noopPlan());
    onStep("commands");
    const commandsMs = await timePlan(core, commandPlan());
    onStep("bare processes");
    const bareMs = await timeSpawns(slots);
    return [
      { name: "cores", value: cpus().length, unit: "", about: "that this machine has" },
      { name: "durable_commit", value: commitMs, unit: "ms", about: "one change, on disk when it returns" },
      { name: "noop_tasks", value: (NOOPS * 1_000) / drainMs, unit: "/s", about: `a plan of ${NOOPS} join points` },
      {
        name: "command_tasks",
        value: (COMMANDS * 1_000) / commandsMs,
        unit: "/s",
        about: `a plan of ${COMMANDS} commands, ${slots} at once`,
      },
      {
        name: "bare_processes",
        value: (COMMANDS * 1_000) / bareMs,
        unit: "/s",
        about: "the same commands without hive",
      },
    ];
  } finally {
    await core.close();
    await rm(place, { recursive: true, force: true, maxRetries: 5 });
  }
}

async function timeCommits(store: Store): Promise<number> {
  const begun = performance.now();
  for (let done = 0; done < COMMITS; done += 1) {
    await store.write((tx) => tx.exec("INSERT INTO console_changes (entity, id) VALUES ('setting', 'bench')"));
  }
  return (performance.now() - begun) / COMMITS;
}

function noopPlan(): string {
  const width = 20;
  const subtasks = Array.from({ length: NOOPS }, (_, at) => ({
    id: `t${at}`,
    agent: "noop",
    dependencies: at < width ? [] : [`t${at - width}`],
  }));
  return JSON.stringify({ title: "No-op tasks", subtasks });
}

function commandPlan(): string {
  const subtasks = Array.from({ length: COMMANDS }, (_, at) => ({ id: `c${at}`, run: emptyCommand() }));
  return JSON.stringify({ title: "Commands", subtasks });
}

/** The shortest that a process can be. */
function emptyCommand(): string[] {
  return process.platform === "win32" ? ["cmd.exe", "/c", "exit 0"] : ["true"];
}

/** Milliseconds from launch to the end of a plan. */
async function timePlan({ store }: Core<Runner>, text: string): Promise<number> {
  const { definition } = parsePlan(text, { fileName: "bench.json" });
  if (definition === null) throw new HiveError("internal", "The plan of the measurement is not valid.");
  const begun = performance.now();
  const { planId } = await launchPlan(store, {
    definition,
    parameters: {},
    sourceName: null,
    sourceText: text,
    folder: tmpdir(),
    launchedBy: "bench",
  });
  await new Promise<void>((ended) => {
    const look = () => {
      const [plan] = getPlanSummaries(store, [planId]);
      if (plan !== undefined && isTerminalPlan(plan.status)) {
        unsubscribe();
        ended();
      }
    };
    const unsubscribe = store.changes.subscribe(look);
    look();
  });
  return performance.now() - begun;
}

async function timeSpawns(slots: number): Promise<number> {
  const [program = "", ...args] = emptyCommand();
  const begun = performance.now();
  let left = COMMANDS;
  const lane = async () => {
    while (left > 0) {
      left -= 1;
      await new Promise<void>((ended, failed) => {
        spawn(program, args, { stdio: "ignore" })
          .once("exit", () => ended())
          .once("error", failed);
      });
    }
  };
  await Promise.all(Array.from({ length: slots }, lane));
  return performance.now() - begun;
}
