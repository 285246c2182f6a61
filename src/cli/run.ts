import { knownAgents } from "../main/core/operations/agents";
import { type LaunchRequest, launchPlan } from "../main/core/operations/plans";
import { checkParameters } from "../main/core/plan/parameters";
import { parsePlan } from "../main/core/plan/parse";
import type { ParameterValue, PlanDefinition } from "../shared/model/plan-definition";
import { openToAct, openToRun } from "./database";
import { EXIT, type ExitCode } from "./exit-codes";
import { hasErrors, printFindings } from "./findings";
import { followPlan } from "./follow";
import { operatorName } from "./operator";
import type { Outputs } from "./output";
import type { GivenParameters } from "./parameters";
import { type PlanFile, readPlanFile } from "./plan-file";
import { Reported } from "./report";
import { createJsonReporter, createLineReporter, createLiveReporter, type Reporter } from "./reporters";
import { fetchSecrets } from "./secret-parameters";
import { listenForInterrupts } from "./signals";
import { plainText } from "./text";
import { planTree } from "./tree";

export interface RunOptions {
  readonly databaseFile: string;
  readonly parameters: GivenParameters;
  /** Tasks at once. Default: the machine's cores. */
  readonly slots?: number;
  readonly json: boolean;
}

/** Launches a plan of which nothing starts until it is resumed, and says how. */
export async function launchPaused(path: string, options: RunOptions, outputs: Outputs): Promise<ExitCode> {
  const { file, definition, parameters } = await readLaunchable(path, options, outputs);
  const core = await openToAct(options.databaseFile, { create: true }, outputs.err);
  try {
    const { planId } = await launchPlan(core.store, { ...launchOf(file, definition, parameters), paused: true });
    const { title, subtasks } = definition;
    const { out } = outputs;
    if (options.json) {
      out.line(JSON.stringify({ plan_id: planId, title, status: "executing", paused: true, tasks: subtasks.length }));
    } else {
      out.line(`${out.paint("green", "✓")} ${plainText(title)} is launched, paused, as plan ${planId}`);
      out.line(`Let it go on with: hive plan resume ${planId}. Follow it with: hive plan watch ${planId}`);
    }
    return EXIT.ok;
  } finally {
    await core.close();
  }
}

function launchOf(file: PlanFile, definition: PlanDefinition, parameters: Launchable["parameters"]): LaunchRequest {
  return {
    definition,
    parameters,
    sourceName: file.name,
    sourceText: file.text,
    folder: file.folder,
    launchedBy: "cli",
    actor: operatorName(),
  };
}

/** Launches a plan, shows it until it has ended, and gives the exit code of its outcome. */
export async function runPlan(path: string, options: RunOptions, outputs: Outputs): Promise<ExitCode> {
  const { file, definition, parameters } = await readLaunchable(path, options, outputs);
  const interrupts = listenForInterrupts();
  const core = await openToRun(options.databaseFile, options.slots ?? null, outputs.err);
  try {
    if (interrupts.count > 0) return EXIT.interrupted;
    const { planId } = await launchPlan(core.store, launchOf(file, definition, parameters));
    const reporter = chooseReporter(options, outputs, definition);
    return await followPlan(
      core,
      { planId, subtasks: definition.subtasks, operator: operatorName() },
      reporter,
      interrupts,
    );
  } finally {
    interrupts.end();
    await core.close();
  }
}

export interface Launchable {
  readonly file: PlanFile;
  readonly definition: PlanDefinition;
  readonly parameters: Readonly<Record<string, ParameterValue>>;
}

/** Everything that can be wrong before the database is touched. Ends with exit code 2 when something is. */
export async function readLaunchable(
  path: string,
  options: Pick<RunOptions, "databaseFile" | "parameters" | "json">,
  outputs: Outputs,
): Promise<Launchable> {
  const file = await readPlanFile(path);
  const { definition, findings } = parsePlan(file.text, {
    fileName: file.path,
    agents: await knownAgents(options.databaseFile),
  });
  const folders = { callerFolder: process.cwd(), planFolder: file.folder };
  const secrets = await fetchSecrets({ parameters: definition?.parameters ?? [] }, options.parameters, process.env);
  const checked =
    definition === null ? { values: {}, findings: [] } : checkParameters(definition, secrets.given, folders);
  const all = [...findings, ...secrets.findings, ...checked.findings];
  printFindings(outputs.err, all, file);
  if (definition !== null && !hasErrors(all)) return { file, definition, parameters: checked.values };
  if (options.json) outputs.out.line(JSON.stringify({ type: "error", code: "invalid_plan", findings: all }));
  throw new Reported(EXIT.usage);
}

function chooseReporter(options: RunOptions, outputs: Outputs, definition: PlanDefinition): Reporter {
  const now = () => Date.now();
  if (options.json) return createJsonReporter(outputs, now);
  if (outputs.out.isTty) return createLiveReporter(outputs, planTree(definition.subtasks), now);
  return createLineReporter(outputs, now);
}
