import type { Handlers } from "../../../shared/contract";
import { prometheusText } from "../../../shared/model/metrics";
import type { Environment } from "../agents/agent";
import type { Store } from "../store/open";
import { getAgentCourses } from "./agent-course";
import { agentChecks, agentStandings, checkAndRemember, getAgentPerformance, routeTo } from "./agent-history";
import { listTrials, tryAgent } from "./agent-trials";
import { getAgent, listAgents } from "./agents";
import { readMetrics } from "./metrics";
import { exportPlanMarkdown } from "./plan-markdown";

export function agentHandlers(store: Store, environment: Environment = process.env, actor = "operator") {
  const place = { databaseFile: store.file, environment };
  return {
    "agents.list": () => listAgents(place),
    "agents.get": ({ id }) => getAgent(place, id),
    "agents.check": ({ id }) => checkAndRemember(store, place, id),
    "agents.checks": (input) => agentChecks(store, input),
    "agents.standings": (input) => agentStandings(store, input),
    "agents.courses": (input) => getAgentCourses(store, input),
    "agents.try": (input) => tryAgent(store, place, { ...input, actor }),
    "agents.trials": (input) => listTrials(store, input),
    "agents.performance": () => getAgentPerformance(store),
    "agents.route": ({ capability }) => routeTo(store, place, capability),
    "metrics.read": async () => ({ text: prometheusText(await readMetrics(store, environment)) }),
    "plans.exportMarkdown": ({ planId }) => exportPlanMarkdown(store, planId),
  } satisfies Partial<Handlers>;
}
