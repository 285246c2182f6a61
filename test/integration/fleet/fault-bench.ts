import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { TestContext } from "vitest";
import type { Runner } from "../../../src/main/core/runner/runner";
import type { Store } from "../../../src/main/core/store/open";
import { bundleForNode } from "../../helpers/bundle";
import type { NamespaceHost } from "../../helpers/network-namespace";
import { type RedisOptions, RedisServer } from "../../helpers/redis";
import { waitFor } from "../../helpers/wait";
import { Bench, runsOf, type Subtask } from "../runner/setup";
import { type Pace, QUICK_RUNNER } from "./quick";
import { fleetEnvironment } from "./setup";

/** The programs that tests start, stop and kill, bundled once. */
export class Programs {
  readonly folder = mkdtempSync(join(tmpdir(), "hive-fleet-programs-"));
  worker = "";
  console = "";

  async build(): Promise<void> {
    const entry = (name: string) => fileURLToPath(new URL(`${name}.ts`, import.meta.url));
    this.worker = await bundleForNode(entry("worker-process"), this.folder);
    this.console = await bundleForNode(entry("console-process"), this.folder);
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** A console's database with processes of a fleet around it; `close` ends whatever is left. */
export class FaultBench {
  readonly bench = new Bench();
  readonly #children: ChildProcess[] = [];
  readonly #gate = join(this.bench.folder, "gate");
  readonly #log = join(this.bench.folder, "begun");
  readonly #programs: Programs;
  readonly environment: Record<string, string>;
  #open: number | null = null;
  #folders = 0;

  constructor(programs: Programs, environment: Record<string, string>) {
    this.#programs = programs;
    this.environment = environment;
    execFileSync("mkfifo", [this.#gate]);
  }

  worker({
    slots = 1,
    queue = "default",
    pace = "quick",
    host,
    environment = this.environment,
  }: {
    readonly slots?: number;
    readonly queue?: string;
    readonly pace?: Pace;
    readonly host?: NamespaceHost;
    readonly environment?: Record<string, string>;
  } = {}): ChildProcess {
    this.#folders += 1;
    const folder = join(this.bench.folder, `worker-${this.#folders}`);
    return this.#start([this.#programs.worker, folder, String(slots), queue, pace], environment, host?.before);
  }

  console(): ChildProcess {
    return this.#start([this.#programs.console, this.bench.file], this.environment);
  }

  #start(args: readonly string[], environment: Record<string, string>, before: readonly string[] = []): ChildProcess {
    const [command = "", ...rest] = [...before, process.execPath, ...args];
    const child = spawn(command, rest, {
      stdio: ["ignore", "inherit", "inherit"],
      env: { ...process.env, ...environment },
    });
    this.#children.push(child);
    return child;
  }

  /** A command that says that it begins, waits for `go`, and ends. */
  gated(after = "echo down"): string {
    return `echo $HIVE_RUN_ID >> ${this.#log}; echo up; read line < ${this.#gate}; ${after}`;
  }

  /** Lets all go on that wait, and all that will. */
  go(): void {
    this.#open ??= openSync(this.#gate, "r+");
    writeSync(this.#open, "\n".repeat(1_000));
  }

  /** The attempts that began, in their order. */
  begun(): string[] {
    try {
      return readFileSync(this.#log, "utf8").split("\n").filter(Boolean);
    } catch {
      return [];
    }
  }

  untilBegun(count: number): Promise<unknown> {
    return waitFor(`${count} attempts to begin`, () => this.begun().length >= count, { timeoutMs: 30_000 });
  }

  launch(store: Store, subtasks: readonly Subtask[]): Promise<string> {
    return this.bench.launch(store, subtasks, { executor: "fleet" });
  }

  async close(): Promise<void> {
    if (this.#open !== null) closeSync(this.#open);
    for (const child of this.#children) await kill(child);
    await this.bench.close();
  }
}

export interface Fleet {
  readonly redis: RedisServer;
  readonly faults: FaultBench;
  readonly store: Store;
  /** A console; nobody is taken for lost by silence unless the test is about that. */
  begin(silenceMs?: number): Runner;
}

/** A fleet of the test's own, so that tests wait beside each other; gone after it. */
export async function setUpFleet(
  programs: Programs,
  { onTestFinished }: TestContext,
  options: RedisOptions = {},
  more: Record<string, string> = {},
): Promise<Fleet> {
  const redis = await RedisServer.start(options);
  const faults = new FaultBench(programs, fleetEnvironment(redis.url, more));
  onTestFinished(async () => {
    await faults.close();
    await redis.remove();
  }, 30_000);
  const store = await faults.bench.open();
  return {
    redis,
    faults,
    store,
    begin: (silenceMs = 600_000) =>
      faults.bench.start(store, { slots: 1, ...QUICK_RUNNER, silenceMs, environment: faults.environment }),
  };
}

export async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise((resolve) => child.once("exit", resolve));
  child.kill("SIGKILL");
  child.kill("SIGCONT");
  await gone;
}

/** How each attempt of a subtask ended, in their order. */
export function endsOf(store: Store, planId: string, subtask = "a"): string[] {
  return runsOf(store, planId).flatMap((run) => (run.subtask === subtask ? [run.status] : []));
}

/** Events that tell of an attempt that came back too late. */
export function lateReturns(store: Store): number {
  const sql = "SELECT count(*) FROM events WHERE event_type = 'system.error' AND payload LIKE '%came back too late%'";
  return store.read.prepare<[], number>(sql).pluck().get() ?? 0;
}
