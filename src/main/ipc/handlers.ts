import { contract, type Handlers, type OperationName } from "../../shared/contract";
import { HiveError } from "../../shared/errors";
import type { PlanFinding } from "../../shared/model/plan-definition";
import type { AppInfo } from "../../shared/model/views";
import type { CloseChoice } from "../closing";
import { loadAgents } from "../core/agents/local-agents";
import type { Core } from "../core/client";
import { dryRunPlan } from "../core/operations/dry-run";
import { coreHandlers, OPERATOR } from "../core/operations/handlers";
import { launchPlan } from "../core/operations/plans";
import { scheduleHandlers } from "../core/operations/schedule-handlers";
import { checkParameters } from "../core/plan/parameters";
import type { Runner } from "../core/runner/runner";
import type { Dialogs } from "../dialogs";
import type { PlanReader } from "../plan-reader";
import type { PlanSource, PlanSources } from "../plan-sources";
import type { Samples } from "../samples";
import type { ForecastPush } from "./forecast-push";
import type { LivePush } from "./push";

export interface WindowServices {
  readonly dialogs: Dialogs;
  readonly samples: Samples;
  readonly sources: PlanSources;
  readonly reader: PlanReader;
  readonly answerClosing: (choice: CloseChoice) => Promise<void>;
  /** Opens another database in place of one that could not be opened. */
  readonly openDatabase: (file: string) => Promise<void>;
}

/** Operations that need no database: they serve a window whose database could not be opened, too. */
export function windowHandlers({ dialogs, samples, sources, answerClosing, openDatabase }: WindowServices) {
  return {
    "app.close": async ({ choice }) => {
      await answerClosing(choice);
      return null;
    },
    "app.chooseDatabase": async () => {
      const file = await dialogs.databaseFile();
      if (file !== null) await openDatabase(file);
      return file !== null;
    },
    "plans.samples": () => samples.list(),
    "plans.openSample": async ({ name }) => sources.open(await samples.fileOf(name)),
    "plans.chooseFile": async () => {
      const file = await dialogs.planFile();
      return file === null ? null : sources.open(file);
    },
    "plans.reload": ({ sourceId }) => sources.reload(sourceId),
    "plans.chooseFolder": ({ current }) => dialogs.folder(current ?? null),
  } satisfies Partial<Handlers>;
}

export interface DatabaseServices {
  readonly core: Core<Runner>;
  readonly live: LivePush;
  readonly forecasts: ForecastPush;
  readonly sources: PlanSources;
  readonly reader: PlanReader;
  readonly appInfo: (core: Core<Runner>) => AppInfo;
  /** What a relative `folder` parameter stands on. */
  readonly homeFolder: string;
}

export function databaseHandlers({ core, live, forecasts, sources, reader, appInfo, homeFolder }: DatabaseServices) {
  return {
    ...coreHandlers(core),
    ...scheduleHandlers({
      store: core.store,
      actor: OPERATOR,
      readPlan: reader.parse,
      planFileOf: (sourceId) => sources.get(sourceId).file,
      callerFolder: homeFolder,
    }),
    "app.info": () => appInfo(core),
    "live.subscribe": (view) => {
      forecasts.watch(view.planId);
      return live.subscribe(view);
    },
    "plans.dryRun": async ({ sourceId, parameters, slots = core.runner.info().slots }) => {
      const launch = checkedLaunch(sources.get(sourceId), parameters, homeFolder);
      const { store } = core;
      return dryRunPlan({ store, agents: await loadAgents(process.env, store.file) }, { ...launch, slots });
    },
    "plans.launch": ({ sourceId, parameters }) => {
      const source = sources.get(sourceId);
      return launchPlan(core.store, { ...checkedLaunch(source, parameters, homeFolder), launchedBy: "window" });
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
