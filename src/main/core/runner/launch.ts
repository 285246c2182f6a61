import { type ChildProcess, type SpawnOptions, spawn } from "node:child_process";
import { accessSync, closeSync, constants, openSync, statSync } from "node:fs";
import { delimiter, join, resolve } from "node:path";
import { withoutLeaks } from "./descriptors";
import { makeExitFile } from "./exit-file";
import { notExecutableMessage, notFoundMessage, type ProcessEnd } from "./outcome";
import type { SpawnServer } from "./spawn-server";
import type { AttemptFiles } from "./task-files";

export interface LaunchRequest {
  /** A string is run by the shell, a list is an argument vector. */
  readonly run: string | readonly string[];
  /** Absolute. */
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  readonly files: AttemptFiles;
  /** The file that is its standard input. Default: it has none. */
  readonly input?: string;
  /** For messages. */
  readonly subtaskId: string;
}

export type Launched =
  | {
      readonly kind: "started";
      readonly pid: number;
      readonly exited: Promise<ProcessEnd>;
      /** What keeps this program from ending before the process does. */
      readonly child: Pick<ChildProcess, "unref">;
      /** Somebody has reason to believe that it is gone: without this it is noticed within half a second. */
      readonly look?: () => void;
    }
  /** It never began; `end` says why. */
  | { readonly kind: "refused"; readonly end: ProcessEnd };

/**
 * Runs the command, and puts its exit code into a file, so that it is known even when no console lives to see
 * it. First it makes that file, which must not exist: whoever makes it, wrapper or finder of a lost attempt,
 * decides whether the attempt begins. One `write` fills it: it is complete when it ends in a newline. The
 * command writes to descriptor 3, the log, alone: what the wrapper itself has to say ("Killed") goes nowhere.
 * The traps let the command have its grace period after a SIGTERM to the group; commands do not inherit them.
 */
const WRAPPER =
  'e=$1; shift; set -C; : >"$e" || exit 125; set +C; trap : TERM INT HUP; ' +
  '(exec "$@" 2>&3 3>&-); s=$?; echo $s >"$e"; exit $s';

function refused(trouble: string, exitCode: number | null = null): Launched {
  return { kind: "refused", end: { exitCode, signal: null, trouble } };
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function isExecutable(path: string): "yes" | "no" | "missing" {
  try {
    if (!statSync(path).isFile()) return "missing";
  } catch {
    return "missing";
  }
  try {
    accessSync(path, constants.X_OK);
    return "yes";
  } catch {
    return "no";
  }
}

/**
 * Where a command of an argument vector is, as `execvp` would find it: in the task's PATH, or from its
 * working folder when it has a slash.
 */
function findExecutable(command: string, cwd: string, path: string): { path: string } | { exitCode: 126 | 127 } {
  const candidates = command.includes("/")
    ? [resolve(cwd, command)]
    : path.split(delimiter).map((folder) => join(resolve(cwd, folder), command));
  let exitCode: 126 | 127 = 127;
  for (const candidate of candidates) {
    const executable = isExecutable(candidate);
    if (executable === "yes") return { path: candidate };
    if (executable === "no") exitCode = 126;
  }
  return { exitCode };
}

/** The argument vector that is really started, or why none can be. */
function commandLine(request: LaunchRequest): { argv: readonly string[] } | { refusal: Launched } {
  const { run, subtaskId } = request;
  if (typeof run === "string") return { argv: ["/bin/sh", "-c", run] };
  const command = run[0];
  if (command === undefined || command === "") {
    return { refusal: refused(`"run" of subtask "${subtaskId}" names no command. Give it at least one word.`) };
  }
  const found = findExecutable(command, request.cwd, request.env.PATH ?? "/usr/local/bin:/usr/bin:/bin");
  if ("path" in found) return { argv: [found.path, ...run.slice(1)] };
  const message = found.exitCode === 127 ? notFoundMessage : notExecutableMessage;
  return { refusal: refused(message(command, subtaskId), found.exitCode) };
}

function checkFolder(request: LaunchRequest): Launched | null {
  const advice = `Create it or correct "cwd" of subtask "${request.subtaskId}".`;
  try {
    if (statSync(request.cwd).isDirectory()) return null;
    return refused(`The working folder ${request.cwd} is not a folder. ${advice}`);
  } catch {
    return refused(`The working folder ${request.cwd} does not exist or cannot be entered. ${advice}`);
  }
}

function start(request: LaunchRequest, argv: readonly string[], log: number): ChildProcess {
  const { cwd, env, files, input } = request;
  const stdin = input === undefined ? null : openSync(input, "r");
  try {
    return withoutLeaks([stdin ?? "ignore", log, "ignore", log], (stdio) =>
      spawn("/bin/sh", ["-c", WRAPPER, "sh", files.exit, ...argv], { cwd, env, detached: true, stdio }),
    );
  } finally {
    if (stdin !== null) closeSync(stdin);
  }
}

/** Untested: without a wrapper, so the exit code of a task that outlives its console is not known. */
function startOnWindows(request: LaunchRequest, log: number): ChildProcess {
  const { run, cwd, env } = request;
  const options: SpawnOptions = { cwd, env, detached: true, windowsHide: true, stdio: ["ignore", log, log] };
  if (typeof run === "string") {
    return spawn("cmd.exe", ["/d", "/s", "/c", `"${run}"`], { ...options, windowsVerbatimArguments: true });
  }
  return spawn(run[0] ?? "", run.slice(1), options);
}

function whenExited(child: ChildProcess): Promise<ProcessEnd> {
  return new Promise((resolve) => {
    child.once("exit", (exitCode, signal) => resolve({ exitCode, signal, trouble: null }));
  });
}

/** No fault of the attempt, which has not begun: the caller may try another one later. */
export class StartLost extends Error {
  readonly code = "EAGAIN";
}

const NOTHING_TO_UNREF = { unref: () => undefined };

async function throughServer(answer: ReturnType<SpawnServer["start"]>, subtaskId: string): Promise<Launched | null> {
  const served = await answer;
  if (served === null) return null;
  if (served.kind === "started") return { ...served, child: NOTHING_TO_UNREF };
  if (served.kind === "refused") return served;
  throw new StartLost(`The command of subtask "${subtaskId}" was not started: what starts processes did not answer`);
}

async function startUnix(request: LaunchRequest, log: number, server: SpawnServer | null): Promise<Launched> {
  const command = commandLine(request);
  if ("refusal" in command) return command.refusal;
  const served = server && (await throughServer(server.start({ ...request, argv: command.argv }), request.subtaskId));
  return served ?? started(start(request, command.argv, log), request.subtaskId);
}

/**
 * Starts the process of an attempt in a process group of its own, with the input that it is given or none, and
 * both outputs straight in the log. It lives on when the console ends.
 * @param server starts it where it can.
 * @throws {StartLost}
 */
export async function launch(request: LaunchRequest, server: SpawnServer | null = null): Promise<Launched> {
  let log: number;
  try {
    log = openSync(request.files.log, "a");
  } catch (error) {
    return refused(`The log ${request.files.log} could not be created: ${reasonOf(error)}`);
  }
  try {
    const badFolder = checkFolder(request);
    if (badFolder !== null) return badFolder;
    if (process.platform !== "win32") return await startUnix(request, log, server);
    if (!makeExitFile(request.files.exit)) return refused("Another console has declared this attempt lost");
    return await started(startOnWindows(request, log), request.subtaskId);
  } catch (error) {
    if (error instanceof StartLost) throw error;
    return refused(`The command of subtask "${request.subtaskId}" could not be started: ${reasonOf(error)}`);
  } finally {
    closeSync(log);
  }
}

async function started(child: ChildProcess, subtaskId: string): Promise<Launched> {
  const { pid } = child;
  if (pid !== undefined) return { kind: "started", pid, exited: whenExited(child), child };
  const error = await new Promise<Error>((resolve) => {
    child.once("error", resolve);
  });
  return refused(`The command of subtask "${subtaskId}" could not be started: ${error.message}`);
}
