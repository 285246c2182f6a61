import { availableParallelism } from "node:os";
import { type Command, InvalidArgumentError } from "commander";
import { startWorkerHost, type WorkerHost } from "../main/core/runner/worker-host";
import type { Claim } from "../main/core/store/queue";
import { openToAct } from "./database";
import { EXIT, type ExitCode } from "./exit-codes";
import { type CommandSetting, collect, type DatabaseFlags } from "./operation-command";
import type { Outputs } from "./output";
import { parseSlots } from "./parameters";
import { listenForInterrupts } from "./signals";
import { formatDuration, plainText, plural } from "./text";

interface StartFlags extends DatabaseFlags {
  readonly role: string;
  readonly capability?: readonly string[];
  readonly slots?: number;
}

const NOTES = `
The tasks of this database that ask for this role, for capabilities that are all named here, or for
nothing, are run by this process. The dispatcher of a console treats it like its own workers: when its
heart stops for 15 seconds, its tasks are tried again elsewhere, as their plan allows.

^C once takes no more tasks and waits for those that run; ^C twice stops them and gives them back.

Exit codes: 0 all ended; 1 its workers were removed; 2 the command line is wrong;
3 the database cannot be opened or written; 130 tasks were stopped and given back.
`;

/** `hive worker start`. */
export function addWorkerStart(worker: Command, setting: CommandSetting): void {
  const { outputs, addDatabaseOption, databaseFile, done } = setting;
  addDatabaseOption(worker.command("start").description("Runs tasks in this process until it is stopped."))
    .requiredOption("-r, --role <role>", "the role that tasks may ask for", parseRole)
    .option("-c, --capability <name>", "what it can do; repeat it for more", collect)
    .option("-s, --slots <n>", "tasks at once (default: the machine's cores)", parseSlots)
    .option("--json", "one JSON object for each task that begins or ends")
    .addHelpText("after", NOTES)
    .action(async (flags: StartFlags) => {
      done(await runWorker(databaseFile(flags), flags, outputs));
    });
}

function parseRole(text: string): string {
  if (text.trim() === "") throw new InvalidArgumentError("Give the role a name.");
  return text;
}

async function runWorker(file: string, flags: StartFlags, outputs: Outputs): Promise<ExitCode> {
  const { role, capability = [], slots = availableParallelism() } = flags;
  const interrupts = listenForInterrupts();
  const core = await openToAct(file, { create: false }, outputs.err);
  const tell = flags.json ? tellJson(outputs) : tellLines(outputs);
  try {
    const begun = new Map<string, number>();
    const { clock } = core.store;
    const host = await startWorkerHost(core.store, {
      role,
      capabilities: capability,
      slots,
      onStart(claim) {
        begun.set(claim.runId, clock.monotonic());
        tell.started(claim);
      },
      onEnd(claim, end) {
        const took = clock.monotonic() - (begun.get(claim.runId) ?? clock.monotonic());
        begun.delete(claim.runId);
        tell.ended(claim, { ...end, took });
      },
      onTrouble: tell.trouble,
    });
    tell.ready(host.workerIds, file);
    return await untilStopped(host, interrupts, tell);
  } finally {
    interrupts.end();
    await core.close();
  }
}

function untilStopped(
  host: WorkerHost,
  interrupts: ReturnType<typeof listenForInterrupts>,
  tell: Teller,
): Promise<ExitCode> {
  const stopped = new Promise<ExitCode>((resolve, reject) => {
    interrupts.react((count) => {
      const running = host.running();
      tell.stopping(count, running);
      const over = count === 1 ? host.drain() : host.stop();
      const code = count === 1 || running === 0 ? EXIT.ok : EXIT.interrupted;
      over.then(() => resolve(interrupts.count > 1 ? EXIT.interrupted : code), reject);
    });
  });
  const removed = host.failed.catch(async (error: unknown) => {
    await host.stop();
    throw error;
  });
  return Promise.race([stopped, removed]);
}

interface EndTold {
  readonly outcome: string;
  readonly error: string | null;
  readonly retryAt: number | null;
  /** Milliseconds. */
  readonly took: number;
}

interface Teller {
  ready(workerIds: readonly string[], file: string): void;
  started(claim: Claim): void;
  ended(claim: Claim, end: EndTold): void;
  stopping(count: number, running: number): void;
  trouble(trouble: string | null): void;
}

function tellLines({ out, err }: Outputs): Teller {
  const named = ({ title, runNumber }: Claim) => `${plainText(title)}${runNumber > 1 ? ` (run ${runNumber})` : ""}`;
  return {
    ready(workerIds, file) {
      out.line(`Working on ${file} as ${workerIds.join(", ")}. ^C to stop.`);
    },
    started: (claim) => out.line(`${out.paint("blue", "◐")} ${named(claim)}`),
    ended(claim, { outcome, error, took }) {
      const isGood = outcome === "success";
      const mark = isGood ? out.paint("green", "✓") : out.paint("red", "✗");
      const why = error === null ? "" : `: ${plainText(error)}`;
      out.line(`${mark} ${named(claim)}  ${formatDuration(took)}${why}`);
    },
    stopping(count, running) {
      if (count === 1 && running > 0) err.line(`Waiting for ${plural(running, "task")}; ^C again stops them.`);
      else if (running > 0) err.line(`Stopping ${plural(running, "task")} and giving them back.`);
    },
    trouble: (trouble) => err.line(trouble === null ? "Goes on." : `${err.paint("yellow", "hive:")} ${trouble}`),
  };
}

function tellJson({ out }: Outputs): Teller {
  const line = (type: string, more: Readonly<Record<string, unknown>>) => out.line(JSON.stringify({ type, ...more }));
  const identity = ({ taskId, planId, subtaskId, runId, runNumber, workerId }: Claim) => ({
    task_id: taskId,
    plan_id: planId,
    subtask_id: subtaskId,
    run_id: runId,
    run_number: runNumber,
    worker_id: workerId,
  });
  return {
    ready: (workerIds, file) => line("ready", { worker_ids: workerIds, database: file }),
    started: (claim) => line("started", identity(claim)),
    ended: (claim, { outcome, error, took }) =>
      line("ended", { ...identity(claim), outcome, error, took_ms: Math.round(took) }),
    stopping: (count, running) => line("stopping", { interrupts: count, running }),
    trouble: (trouble) => line("trouble", { trouble }),
  };
}
