import { contract, type Handlers, type OperationName } from "../../shared/contract";
import { HiveError } from "../../shared/errors";
import type { PlanFinding } from "../../shared/model/plan-definition";
import type { AppInfo } from "../../shared/model/views";
import type { CloseChoice } from "../closing";
import type { Environment } from "../core/agents/agent";
import { loadAgents } from "../core/agents/local-agents";
import type { Core } from "../core/client";
import { agentHandlers } from "../core/operations/agent-handlers";
import { dryRunPlan } from "../core/operations/dry-run";
import { coreHandlers, OPERATOR } from "../core/operations/handlers";
import { launchPlan } from "../core/operations/plans";
import { scheduleHandlers } from "../core/operations/schedule-handlers";
import { checkParameters } from "../core/plan/parameters";
import { type DatabaseChoices, databaseChoiceHandlers } from "../database-handlers";
import type { PlanReader } from "../plan-reader";
import type { PlanSource } from "../plan-sources";
import { runnerInfoOf } from "../runner-info";
import type { Zoom } from "../zoom";
import type { ForecastPush } from "./forecast-push";
import { launchedPlanHandlers, type PlanTexts, planTextHandlers } from "./launch-handlers";
import type { LivePush } from "./push";

export interface WindowServices extends PlanTexts {
  readonly reader: PlanReader;
  readonly answerClosing: (choice: CloseChoice) => Promise<void>;
  readonly choices: DatabaseChoices;
  readonly zoom: Zoom;
}

/** Operations that need no database: they serve a window whose database could not be opened, too. */
export function windowHandlers(services: WindowServices) {
  const { answerClosing, choices, zoom } = services;
  return {
    ...planTextHandlers(services),
    "app.close": async ({ choice }) => {
      await answerClosing(choice);
      return null;
    },
    ...databaseChoiceHandlers(choices),
    "app.zoom": ({ change }) => zoom(change),
  } satisfies Partial<Handlers>;
}

export interface DatabaseServices extends Pick<WindowServices, "samples" | "sources" | "files" | "reader"> {
  readonly core: Core;
  /** Where agents look for endpoints and keys. */
  readonly environment: Environment;
  readonly live: LivePush;
  readonly forecasts: ForecastPush;
  readonly appInfo: (core: Core) => AppInfo;
  /** What a relative `folder` parameter stands on. */
  readonly homeFolder: string;
}

export function databaseHandlers(services: DatabaseServices) {
  const { core, environment, live, forecasts, samples, sources, files, reader, appInfo, homeFolder } = services;
  return {
    ...coreHandlers(core),
    ...agentHandlers(core.store, environment),
    ...launchedPlanHandlers({ store: core.store, samples, sources, files }),
    ...scheduleHandlers({
      store: core.store,
      actor: OPERATOR,
      readPlan: reader.parse,
      planFileOf: sources.savedFile,
      callerFolder: homeFolder,
    }),
    "app.info": () => appInfo(core),
    "live.subscribe": (view) => {
      forecasts.watch(view.planId);
      return live.subscribe(view);
    },
    "plans.dryRun": async ({ sourceId, parameters, slots = runnerInfoOf(core).slots }) => {
      const launch = checkedLaunch(sources.get(sourceId), parameters, homeFolder);
      const { store } = core;
      return dryRunPlan({ store, agents: await loadAgents(environment, store.file) }, { ...launch, slots });
    },
    "plans.launch": ({ sourceId, parameters, paused }) => {
      const source = sources.get(sourceId);
      const request = checkedLaunch(source, parameters, homeFolder);
      return launchPlan(core.store, { ...request, launchedBy: "window", actor: OPERATOR, paused });
    },
  } satisfies Partial<Handlers>;
}

/** Every operation refused for the same reason. */
export function refuseAll(error: HiveError): Handlers {
  const refuse = (): never => {
    throw error;
  };
  return Object.fromEntries(Object.keys(contract).map((name) => [name, refuse])) as Record<
    OperationName,
    typeof refuse
  >;
}

function checkedLaunch(source: PlanSource, given: Readonly<Record<string, unknown>>, homeFolder: string) {
  const { definition, name, text, folder } = source;
  if (definition === null) throw invalidPlan(name, source.findings);
  const { values, findings } = checkParameters(definition, given, { callerFolder: homeFolder, planFolder: folder });
  if (findings.some((finding) => finding.severity === "error")) throw invalidPlan(name, findings);
  return { definition, parameters: values, sourceName: name, sourceText: text, folder };
}

function invalidPlan(name: string, findings: readonly PlanFinding[]): HiveError {
  const errors = findings.filter((finding) => finding.severity === "error");
  const first = errors[0];
  const place = first?.line == null ? name : `${name}:${first.line}`;
  const more = errors.length > 1 ? ` (and ${errors.length - 1} more)` : "";
  return new HiveError("invalid_plan", `${place}: ${first?.message ?? "the plan is not valid"}${more}`, { findings });
}
