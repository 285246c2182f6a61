import type { Handlers } from "../../../shared/contract";
import type { Environment } from "../agents/agent";
import type { Store } from "../store/open";
import { checkAgents, getAgent, listAgents } from "./agents";
import { exportPlanMarkdown } from "./plan-markdown";

export function agentHandlers(store: Store, environment: Environment = process.env) {
  const place = { databaseFile: store.file, environment };
  return {
    "agents.list": () => listAgents(place),
    "agents.get": ({ id }) => getAgent(place, id),
    "agents.check": ({ id }) => checkAgents(place, id),
    "plans.exportMarkdown": ({ planId }) => exportPlanMarkdown(store, planId),
  } satisfies Partial<Handlers>;
}
