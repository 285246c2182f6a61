import { readFile, stat } from "node:fs/promises";
import { basename, dirname, isAbsolute } from "node:path";
import { HiveError } from "../../../shared/errors";
import type { NamedAgent } from "../../../shared/model/agent-work";
import type { ParameterValue, PlanDefinition, PlanFinding } from "../../../shared/model/plan-definition";
import { agentFolders, listAgentFiles, namedAgents } from "../agents/agent-folders";
import { secretNames } from "../plan/expand";
import { checkParameters } from "../plan/parameters";
import type { ParsedPlan } from "../plan/parse";
import { readSecrets } from "./secrets";

/** Reads a plan's text: at once, or in a thread of its own where nothing may wait for a large one. */
export type ReadPlan = (
  text: string,
  options: { readonly fileName: string; readonly agents: readonly NamedAgent[] },
) => ParsedPlan | Promise<ParsedPlan>;

export interface PlanToRead {
  /** Absolute. */
  readonly planFile: string;
  readonly parameters: Readonly<Record<string, ParameterValue>>;
  /** Whose agents the plan may name. */
  readonly databaseFile: string;
  readonly readPlan: ReadPlan;
  /** What a relative `folder` parameter stands on. Default: the plan file's folder. */
  readonly callerFolder?: string | undefined;
}

/** A plan that can be launched now. */
export interface LaunchablePlan {
  readonly definition: PlanDefinition;
  readonly parameters: Readonly<Record<string, ParameterValue>>;
  readonly sourceName: string;
  readonly sourceText: string;
  readonly folder: string;
}

/** A plan is written by people; whatever is larger is not one. */
const MOST_BYTES = 4 * 1024 * 1024;

/** Reads and checks a plan file as it is now. Throws `file_unreadable`, `invalid_plan`. */
export async function readLaunchable({
  planFile,
  parameters,
  databaseFile,
  readPlan,
  callerFolder,
}: PlanToRead): Promise<LaunchablePlan> {
  const text = await readText(planFile);
  const agents = namedAgents(await listAgentFiles(agentFolders(databaseFile)));
  const { definition, findings } = await readPlan(text, { fileName: basename(planFile), agents });
  if (definition === null) throw invalid(planFile, findings);
  const folder = dirname(planFile);
  const checked = checkParameters(definition, parameters, {
    callerFolder: callerFolder ?? folder,
    planFolder: folder,
  });
  if (checked.findings.some(({ severity }) => severity === "error")) throw invalid(planFile, checked.findings);
  return { definition, parameters: checked.values, sourceName: basename(planFile), sourceText: text, folder };
}

export interface PlanOfSchedule {
  readonly id: string;
  readonly planFile: string;
  readonly parameters: Readonly<Record<string, ParameterValue>>;
}

/**
 * Reads the plan of a schedule as it is now, with the secrets that are kept for it. One that the plan does not call a secret
 * any more would be stored with its tasks: then it is not launched. Throws as `readLaunchable`.
 */
export async function readScheduled(
  { file, filesFolder }: { readonly file: string; readonly filesFolder: string },
  { id, planFile, parameters }: PlanOfSchedule,
  readPlan: ReadPlan,
): Promise<LaunchablePlan> {
  const secrets = await readSecrets(filesFolder, id);
  const plan = await readLaunchable({
    planFile,
    parameters: { ...parameters, ...secrets },
    databaseFile: file,
    readPlan,
  });
  const names = secretNames(plan.definition.parameters);
  const shown = Object.keys(secrets).find((name) => !names.has(name));
  if (shown === undefined) return plan;
  throw new HiveError(
    "invalid_plan",
    `${planFile}: "${shown}" is kept as a secret, and the plan does not call it one any more: make it one again, or schedule the plan anew.`,
    { parameter: shown },
  );
}

async function readText(planFile: string): Promise<string> {
  const unreadable = (why: string) =>
    new HiveError("file_unreadable", `The plan file ${planFile} cannot be read: ${why}.`, { file: planFile });
  if (!isAbsolute(planFile)) throw unreadable("its path is not absolute");
  try {
    const found = await stat(planFile);
    if (!found.isFile()) throw unreadable("it is no file");
    if (found.size > MOST_BYTES) throw unreadable("it is larger than 4 MB, which no plan is");
    return new TextDecoder("utf-8", { fatal: true }).decode(await readFile(planFile));
  } catch (error) {
    if (error instanceof HiveError) throw error;
    if (error instanceof TypeError) throw unreadable("it is not UTF-8 text");
    const code = error instanceof Error && "code" in error ? String(error.code) : "";
    throw unreadable(TROUBLES[code] ?? (error instanceof Error ? error.message : String(error)));
  }
}

const TROUBLES: Readonly<Record<string, string>> = {
  ENOENT: "it is not there any more",
  EACCES: "this user may not read it",
};

function invalid(planFile: string, findings: readonly PlanFinding[]): HiveError {
  const errors = findings.filter(({ severity }) => severity === "error");
  const [first] = errors;
  const place = first?.line == null ? planFile : `${planFile}:${first.line}`;
  const more = errors.length > 1 ? ` (and ${errors.length - 1} more)` : "";
  return new HiveError("invalid_plan", `${place}: ${first?.message ?? "the plan is not valid"}${more}`, { findings });
}
