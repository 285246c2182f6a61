import { traceHeaders } from "../agents/request";
import { INPUTS_IN_ENVIRONMENT_BYTES } from "./task-files";

type Environment = Readonly<Record<string, string | undefined>>;

export interface AttemptIdentity {
  readonly taskId: string;
  readonly runId: string;
  readonly planId: string;
  readonly correlationId: string | null;
  /** 1 for the first attempt. */
  readonly runNumber: number;
}

export interface EnvironmentRequest extends AttemptIdentity {
  /** The plan's and the subtask's own variables. */
  readonly env: Readonly<Record<string, string>>;
  /** The plan's parameters by name. */
  readonly parameters: Readonly<Record<string, unknown>>;
  /** The results of the dependencies as JSON text. */
  readonly inputs: string;
  readonly inputsFile: string;
  readonly resultFile: string;
  readonly planFolder: string;
}

/**
 * Variables of the console itself. In a task they would make Electron programs behave as Node, a nested
 * console take over our binaries, a nested npm believe in our package, or a debugger attach twice.
 */
const OWN_PREFIXES = ["HIVE_", "ELECTRON_", "npm_lifecycle_", "npm_package_"];
const OWN_NAMES = new Set([
  "APPDIR",
  "APPIMAGE",
  "ARGV0",
  "CHROME_DESKTOP",
  "INIT_CWD",
  "npm_command",
  "npm_execpath",
  "npm_node_execpath",
  "npm_config_local_prefix",
  "npm_config_user_agent",
]);

/** Lists of folders to which an AppImage adds folders of its own. */
const LISTS_OF_FOLDERS = new Set(["PATH", "LD_LIBRARY_PATH", "XDG_DATA_DIRS", "GSETTINGS_SCHEMA_DIR"]);

function isOwn(name: string, value: string): boolean {
  if (name === "NODE_OPTIONS") return /playwright|--inspect|bootloader/.test(value);
  return OWN_NAMES.has(name) || OWN_PREFIXES.some((prefix) => name.startsWith(prefix));
}

/**
 * A list of folders without those of an AppImage: tasks outlive the console whose file it is, and must not link its
 * libraries. Undefined: nothing is left of it.
 */
function withoutImage(list: string, image: string): string | undefined {
  const folders = list.split(":").filter((folder) => folder !== image && !folder.startsWith(`${image}/`));
  return folders.length === 0 ? undefined : folders.join(":");
}

/** The environment that every task starts from: the console's without what is the console's own. */
export function inheritedEnvironment(console: Environment): Record<string, string> {
  const inherited: Record<string, string> = {};
  const image = console.APPDIR;
  for (const [name, value] of Object.entries(console)) {
    if (value === undefined || isOwn(name, value)) continue;
    const kept = image && LISTS_OF_FOLDERS.has(name) ? withoutImage(value, image) : value;
    if (kept !== undefined) inherited[name] = kept;
  }
  return inherited;
}

/** A parameter's variable: `HIVE_PARAM_` and its name in capitals, with `_` for what no variable may hold. */
export function parameterVariable(name: string): string {
  return `HIVE_PARAM_${name.toUpperCase().replace(/[^A-Z0-9_]/g, "_")}`;
}

/**
 * What a task's process finds in its environment, on top of what it inherits (`inheritedEnvironment`). Our
 * names win over the plan's, the plan's over inherited ones.
 */
export function taskEnvironment(
  inherited: Readonly<Record<string, string>>,
  request: EnvironmentRequest,
): Record<string, string> {
  const environment: Record<string, string> = { ...inherited, ...request.env };
  for (const [name, value] of Object.entries(request.parameters)) {
    environment[parameterVariable(name)] = typeof value === "string" ? value : JSON.stringify(value);
  }
  environment.HIVE_TASK_ID = request.taskId;
  environment.HIVE_RUN_ID = request.runId;
  environment.HIVE_PLAN_ID = request.planId;
  environment.HIVE_CORRELATION_ID = request.correlationId ?? "";
  environment.TRACEPARENT = traceHeaders(request.runId, request.correlationId).traceparent;
  environment.HIVE_ATTEMPT = String(request.runNumber);
  environment.HIVE_INPUTS_FILE = request.inputsFile;
  environment.HIVE_RESULT_FILE = request.resultFile;
  environment.HIVE_PLAN_DIR = request.planFolder;
  if (Buffer.byteLength(request.inputs) <= INPUTS_IN_ENVIRONMENT_BYTES) environment.HIVE_INPUTS = request.inputs;
  else delete environment.HIVE_INPUTS;
  return environment;
}
