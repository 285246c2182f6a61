import type { AgentCapability, NamedAgentType, RoutedAgent } from "../../../shared/model/agent";
import type { Environment } from "./agent";
import { agentFolders, type FoundAgent, listAgentFiles } from "./agent-folders";
import { createNamedAgent } from "./named-agent";
import { checkHealth } from "./registry";

/** An agent that a task could go to, with who carries its work out. */
export interface Candidate extends RoutedAgent {
  readonly type: NamedAgentType;
}

export interface RouteRequest {
  readonly databaseFile: string;
  readonly environment: Environment;
  /** All of these it must be good for. */
  readonly capabilities: readonly AgentCapability[];
  /** Attempts that each agent has under way. */
  readonly load: ReadonlyMap<string, number>;
  /** How an agent is. Default: it is asked. */
  readonly check?: (found: FoundAgent) => Promise<Pick<RoutedAgent, "status" | "message">>;
}

const HEALTH_ORDER = { healthy: 0, degraded: 1, unhealthy: 2 } as const;

/**
 * Agents of files that are good for something, the best first: the healthy before the degraded, then who has least to
 * do, then who names these capabilities before others. Those that cannot work come last, and say why.
 */
export async function routeAgents({
  databaseFile,
  environment,
  capabilities,
  load,
  check = (found) => checkHealth(createNamedAgent(found, environment)),
}: RouteRequest): Promise<Candidate[]> {
  const found = await listAgentFiles(agentFolders(databaseFile));
  const able = found.flatMap((agent) => {
    const { profile } = agent;
    const isAble = profile !== null && capabilities.every((one) => profile.capabilities.includes(one));
    return isAble ? [{ agent, type: profile.type, rank: rankOf(profile.capabilities, capabilities) }] : [];
  });
  const checked = await Promise.all(
    able.map(async ({ agent, type, rank }) => {
      const { status, message } = await check(agent);
      return { id: agent.id, type, status, message, running: load.get(agent.id) ?? 0, rank };
    }),
  );
  return checked
    .sort((a, b) => HEALTH_ORDER[a.status] - HEALTH_ORDER[b.status] || a.running - b.running || a.rank - b.rank)
    .map(({ rank: _rank, ...candidate }) => candidate);
}

function rankOf(own: readonly AgentCapability[], wanted: readonly AgentCapability[]): number {
  return wanted.reduce((sum, one) => sum + own.indexOf(one), 0);
}

/** Why a task goes to nobody now. */
export function nobodyWords(capabilities: readonly AgentCapability[], candidates: readonly RoutedAgent[]): string {
  const what = capabilities.join(" and ");
  if (candidates.length === 0) return `No agent is good for ${what}: hive agent list says what each is for.`;
  const why = candidates.map(({ id, message }) => `${id}: ${message}`).join(" ");
  return `No agent that is good for ${what} could work now. ${why}`;
}
