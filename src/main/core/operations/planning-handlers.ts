import { homedir } from "node:os";
import type { Handlers } from "../../../shared/contract";
import type { Environment } from "../agents/agent";
import type { Store } from "../store/open";
import { operator } from "./hive/caller";
import { planRequest, stopPlanning } from "./plan-request";
import { listPlanners } from "./planners";
import {
  addPlanning,
  approvePlanning,
  claimPlanning,
  dropPlanning,
  editPlanning,
  getPlanning,
  launchPlanning,
  listPlanning,
  rejectPlanning,
  retryPlanning,
} from "./planning";

export interface PlanningServices {
  readonly store: Store;
  readonly actor: string;
  readonly environment?: Environment;
}

/** What is to be planned, and the plans that are made for it. */
export function planningHandlers({ store, actor, environment = process.env }: PlanningServices) {
  const caller = operator(actor);
  return {
    "planning.list": (input) => listPlanning(store, input),
    "planning.get": ({ requestId }) => getPlanning(store, requestId),
    "planning.add": (input) => addPlanning(store, caller, input),
    "planning.claim": (input) => claimPlanning(store, caller, input),
    "planning.plan": (input) => planRequest(store, caller, { ...input, environment }),
    "planning.planners": () => listPlanners({ databaseFile: store.file, environment }),
    "planning.retry": async (input) => {
      const detail = await retryPlanning(store, caller, input);
      stopPlanning(store, input.requestId);
      return detail;
    },
    "planning.drop": (input) => dropPlanning(store, caller, input),
    "planning.edit": (input) => editPlanning(store, caller, input),
    "planning.approve": (input) => approvePlanning(store, caller, input),
    "planning.reject": (input) => rejectPlanning(store, caller, input),
    "planning.launch": (input) => launchPlanning(store, caller, { ...input, launchedBy: "window", folder: homedir() }),
  } satisfies Partial<Handlers>;
}
