import { type ChildProcess, type SpawnOptions, spawn } from "node:child_process";
import { accessSync, closeSync, constants, mkdirSync, openSync, statSync } from "node:fs";
import { delimiter, dirname, join, resolve } from "node:path";
import { withoutLeaks } from "./descriptors";
import { notExecutableMessage, notFoundMessage, type ProcessEnd } from "./outcome";
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
      readonly child: ChildProcess;
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

/** Makes the file that decides about the start. False: it exists. */
function makeExitFile(path: string): boolean {
  try {
    closeSync(openSync(path, "wx"));
    return true;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "EEXIST") return false;
    throw error;
  }
}

/**
 * Sees to it that an attempt without a process never begins, not even when the console that was about to start
 * it wakes up late. False: it has begun. The file that says so must stay.
 */
export function forbidStart(files: AttemptFiles): boolean {
  mkdirSync(dirname(files.exit), { recursive: true });
  return makeExitFile(files.exit);
}

/**
 * Starts the process of an attempt in a process group of its own, with the input that it is given or none, and
 * both outputs straight in the log. It lives on when the console ends.
 */
export async function launch(request: LaunchRequest): Promise<Launched> {
  let log: number;
  try {
    log = openSync(request.files.log, "a");
  } catch (error) {
    return refused(`The log ${request.files.log} could not be created: ${reasonOf(error)}`);
  }
  try {
    const badFolder = checkFolder(request);
    if (badFolder !== null) return badFolder;
    let child: ChildProcess;
    if (process.platform === "win32") {
      if (!makeExitFile(request.files.exit)) return refused("Another console has declared this attempt lost");
      child = startOnWindows(request, log);
    } else {
      const command = commandLine(request);
      if ("refusal" in command) return command.refusal;
      child = start(request, command.argv, log);
    }
    return await started(child, request.subtaskId);
  } catch (error) {
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
