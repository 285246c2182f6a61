import { constants, statSync } from "node:fs";
import { access, mkdir } from "node:fs/promises";
import { availableParallelism, tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { type Command, InvalidArgumentError } from "commander";
import { version } from "../../package.json";
import { artifactTarget } from "../main/core/fleet/artifact-target";
import { type FleetAccess, fleetAccess } from "../main/core/fleet/fleet-access";
import type { End, Work } from "../main/core/fleet/protocol";
import { FLEET_VARIABLES } from "../main/core/fleet/redis-address";
import { type FleetWorker, startFleetWorker } from "../main/core/fleet/worker/fleet-worker";
import { HiveError, toErrorBody } from "../shared/errors";
import { DEFAULT_QUEUE, QUEUE_PATTERN } from "../shared/model/fleet";
import { EXIT, type ExitCode } from "./exit-codes";
import { type CommandSetting, collect } from "./operation-command";
import type { Outputs } from "./output";
import { parseSlots } from "./parameters";
import { listenForInterrupts } from "./signals";
import { formatDuration, plainText, plural } from "./text";

interface WorkerFlags {
  readonly redis?: string;
  readonly ca?: string;
  readonly queue: string;
  readonly role: string;
  readonly capability?: readonly string[];
  readonly slots?: number;
  readonly folder?: string;
  readonly files?: string;
  readonly json?: boolean;
}

const NOTES = `
Needs no database and no display: consoles give it tasks of its queue through Redis, and write what comes
of them into their databases. The address may also stand in ${FLEET_VARIABLES.redis}, where no list of processes
shows its password; the key that everything is sealed with in ${FLEET_VARIABLES.key}, the same on both sides.

SIGTERM or ^C once takes no more tasks and waits for those that run; twice stops them and gives them back.

Exit codes: 0 all ended; 1 a console refused it; 2 the command line or a variable is wrong;
130 tasks were stopped and given back.
`;

/** `hive fleet worker`. */
export function addFleetWorker(fleet: Command, { outputs, done }: CommandSetting): void {
  fleet
    .command("worker")
    .description("Runs tasks that consoles on other hosts give it, until it is stopped.")
    .option("--redis <url>", `the fleet's Redis, redis:// or rediss:// (default: ${FLEET_VARIABLES.redis})`)
    .option("--ca <file>", `PEM of the authority of its certificate (default: ${FLEET_VARIABLES.ca})`)
    .option("-q, --queue <name>", "takes the tasks of this queue", parseQueue, DEFAULT_QUEUE)
    .option("-r, --role <role>", "the role that tasks may ask for", parseRole, "fleet")
    .option("-c, --capability <name>", "what it can do; repeat it for more", parseCapability)
    .option("-s, --slots <n>", "tasks at once (default: the machine's cores)", parseSlots)
    .option("--folder <folder>", "where plans' folders are here (default: where they are on the console's host)")
    .option("--files <folder>", "where tasks keep logs and files while they run (default: a temporary folder)")
    .option("--json", "one JSON object for each task that begins or ends")
    .addHelpText("after", NOTES)
    .action(async (flags: WorkerFlags) => {
      done(await runWorker(flags, outputs));
    });
}

function parseQueue(text: string): string {
  if (new RegExp(QUEUE_PATTERN).test(text)) return text;
  throw new InvalidArgumentError("Up to 63 letters, digits and . _ -, beginning with a letter or digit.");
}

const MOST_NAME = 100;
const MOST_CAPABILITIES = 50;

function parseRole(text: string): string {
  if (text.trim() === "") throw new InvalidArgumentError("Give the role a name.");
  if (text.length > MOST_NAME) throw new InvalidArgumentError(`Up to ${MOST_NAME} characters.`);
  return text;
}

function parseCapability(text: string, given?: readonly string[]): readonly string[] {
  if (text.trim() === "") throw new InvalidArgumentError("Give the capability a name.");
  if (text.length > MOST_NAME) throw new InvalidArgumentError(`Up to ${MOST_NAME} characters.`);
  const all = collect(text, given);
  if (all.length > MOST_CAPABILITIES) throw new InvalidArgumentError(`Up to ${MOST_CAPABILITIES} of them.`);
  return all;
}

/** Programs that are to find plans' folders there would fail one by one. */
function existingFolder(given: string): string {
  const folder = resolve(given);
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory()) return folder;
  throw new HiveError("invalid_input", `There is no folder ${folder}. Make it, or correct --folder.`);
}

async function makeFilesFolder(folder: string): Promise<string> {
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    await access(folder, constants.W_OK);
    return folder;
  } catch (error) {
    const why = toErrorBody(error).message;
    throw new HiveError("invalid_input", `Tasks cannot keep their files in ${folder}: ${why}. Give another --files.`);
  }
}

function accessOf({ redis, ca }: WorkerFlags): FleetAccess {
  const given = {
    ...(redis !== undefined && { [FLEET_VARIABLES.redis]: redis }),
    ...(ca !== undefined && { [FLEET_VARIABLES.ca]: ca }),
  };
  const access = fleetAccess({ ...process.env, ...given });
  if (access !== null) return access;
  throw new HiveError(
    "invalid_input",
    `No Redis is named. Give --redis redis://HOST:6379, or set ${FLEET_VARIABLES.redis}.`,
  );
}

async function runWorker(flags: WorkerFlags, outputs: Outputs): Promise<ExitCode> {
  const fleet = accessOf(flags);
  const { queue, role, capability = [], slots = availableParallelism(), folder, files } = flags;
  const workFolder = folder === undefined ? null : existingFolder(folder);
  const filesFolder = await makeFilesFolder(files === undefined ? defaultFiles() : resolve(files));
  const interrupts = listenForInterrupts();
  const tell = flags.json ? tellJson(outputs) : tellLines(outputs);
  const begun = new Map<string, number>();
  let interrupt: () => void = () => undefined;
  let isRefused = false;
  const worker = await startFleetWorker({
    access: fleet,
    queue,
    role,
    capabilities: capability,
    slots,
    version,
    filesFolder,
    workFolder,
    artifacts: artifactTarget(process.env[FLEET_VARIABLES.artifacts] ?? "", process.env),
    onBegin(work) {
      begun.set(work.runId, performance.now());
      tell.started(work);
    },
    onEnd(work, end) {
      const took = performance.now() - (begun.get(work.runId) ?? performance.now());
      begun.delete(work.runId);
      tell.ended(work, end, took);
    },
    onTrouble: tell.trouble,
    onRefused(reason) {
      if (isRefused) return;
      isRefused = true;
      tell.refused(reason);
      interrupt();
    },
    onDrain: () => interrupt(),
  });
  tell.ready(worker, fleet, { queue, slots });
  try {
    const code = await untilStopped(worker, interrupts, tell, (now) => {
      interrupt = now;
      if (isRefused) now();
    });
    return isRefused ? EXIT.failed : code;
  } finally {
    interrupts.end();
  }
}

/** Another one for each user: a folder is for its owner alone. */
function defaultFiles(): string {
  return join(tmpdir(), `hive-fleet-${process.getuid?.() ?? "worker"}`);
}

const GRACE_MS = 5_000;

function untilStopped(
  worker: FleetWorker,
  interrupts: ReturnType<typeof listenForInterrupts>,
  tell: Teller,
  expose: (interrupt: () => void) => void,
): Promise<ExitCode> {
  return new Promise<ExitCode>((resolve, reject) => {
    const react = (count: number): void => {
      const running = worker.running();
      tell.stopping(count, running);
      const over = count === 1 ? worker.drain() : worker.stop(GRACE_MS);
      const code = count === 1 || running === 0 ? EXIT.ok : EXIT.interrupted;
      over.then(() => resolve(interrupts.count > 1 ? EXIT.interrupted : code), reject);
    };
    interrupts.react(react);
    expose(() => react(1));
  });
}

interface Teller {
  ready(worker: FleetWorker, access: FleetAccess, taking: { readonly queue: string; readonly slots: number }): void;
  started(work: Work): void;
  ended(work: Work, end: End, took: number): void;
  stopping(count: number, running: number): void;
  trouble(trouble: string | null): void;
  refused(reason: string): void;
}

function tellLines({ out, err }: Outputs): Teller {
  const named = ({ title, runNumber }: Work) => `${plainText(title)}${runNumber > 1 ? ` (run ${runNumber})` : ""}`;
  return {
    ready(_worker, { address }, { queue, slots }) {
      out.line(
        `Taking up to ${plural(slots, "task")} at once of the queue ${queue} from ${address.shown}. ^C to stop.`,
      );
    },
    started: (work) => out.line(`${out.paint("blue", "◐")} ${named(work)}`),
    ended(work, { outcome, error }, took) {
      const isGood = outcome === "success";
      const mark = isGood ? out.paint("green", "✓") : out.paint("red", "✗");
      const why = error === null ? "" : `: ${plainText(error)}`;
      out.line(`${mark} ${named(work)}  ${formatDuration(took)}${why}`);
    },
    stopping(count, running) {
      if (count === 1 && running > 0) err.line(`Waiting for ${plural(running, "task")}; ^C again stops them.`);
      else if (running > 0) err.line(`Stopping ${plural(running, "task")} and giving them back.`);
    },
    trouble: (trouble) => err.line(trouble === null ? "Connected." : `${err.paint("yellow", "hive:")} ${trouble}`),
    refused: (reason) => err.line(`${err.paint("red", "hive:")} A console gives this worker nothing. ${reason}`),
  };
}

function tellJson({ out }: Outputs): Teller {
  const line = (type: string, more: Readonly<Record<string, unknown>>) => out.line(JSON.stringify({ type, ...more }));
  const identity = ({ taskId, planId, subtaskId, runId, runNumber }: Work) => ({
    task_id: taskId,
    plan_id: planId,
    subtask_id: subtaskId,
    run_id: runId,
    run_number: runNumber,
  });
  return {
    ready: ({ instance }, { address }, taking) => line("ready", { instance, redis: address.shown, ...taking }),
    started: (work) => line("started", identity(work)),
    ended: (work, { outcome, error }, took) =>
      line("ended", { ...identity(work), outcome, error, took_ms: Math.round(took) }),
    stopping: (count, running) => line("stopping", { interrupts: count, running }),
    trouble: (trouble) => line("trouble", { trouble }),
    refused: (reason) => line("refused", { reason }),
  };
}
