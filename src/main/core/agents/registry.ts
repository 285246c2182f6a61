import { setTimeout as delay } from "node:timers/promises";
import { HiveError } from "../../../shared/errors";
import { type Agent, type AgentCapability, type AgentHealth, type AgentInfo, unhealthy } from "./agent";

export interface AgentStats {
  readonly agents: number;
  readonly types: number;
  readonly capabilities: number;
}

/** The agents that this console knows, by id, type and capability. */
export interface AgentRegistry {
  /** Throws `invalid_input` for a second agent of the same id. */
  register(agent: Agent): void;
  /** False: there was none. */
  unregister(id: string): boolean;
  get(id: string): Agent | null;
  getByType(type: string): Agent[];
  getByCapability(capability: AgentCapability): Agent[];
  listInfo(): AgentInfo[];
  listAgentIds(): string[];
  listAgentTypes(): string[];
  listCapabilities(): AgentCapability[];
  /** All at once; one that fails or hangs is unhealthy after `deadlineMs` (5,000) and holds up no other. */
  healthCheckAll(deadlineMs?: number): Promise<Map<string, AgentHealth>>;
  getStats(): AgentStats;
}

const DEADLINE_MS = 5_000;

export function createAgentRegistry(agents: readonly Agent[] = []): AgentRegistry {
  const byId = new Map<string, Agent>();
  const all = () => [...byId.values()];
  const distinct = <T>(values: readonly T[]): T[] => [...new Set(values)];

  const registry: AgentRegistry = {
    register(agent) {
      if (byId.has(agent.id)) {
        throw new HiveError(
          "invalid_input",
          `There is an agent "${agent.id}" already. Give this one another id, or unregister the other.`,
          { id: agent.id },
        );
      }
      byId.set(agent.id, agent);
    },
    unregister: (id) => byId.delete(id),
    get: (id) => byId.get(id) ?? null,
    getByType: (type) => all().filter((agent) => agent.type === type),
    getByCapability: (capability) => all().filter((agent) => agent.hasCapability(capability)),
    listInfo: () => all().map((agent) => agent.getInfo()),
    listAgentIds: () => [...byId.keys()],
    listAgentTypes: () => distinct(all().map((agent) => agent.type)),
    listCapabilities: () => distinct(all().flatMap((agent) => agent.capabilities)),
    async healthCheckAll(deadlineMs = DEADLINE_MS) {
      const checks = all().map(async (agent) => [agent.id, await checkHealth(agent, deadlineMs)] as const);
      return new Map(await Promise.all(checks));
    },
    getStats: () => ({
      agents: byId.size,
      types: registry.listAgentTypes().length,
      capabilities: registry.listCapabilities().length,
    }),
  };
  for (const agent of agents) registry.register(agent);
  return registry;
}

/** One agent's health; it never throws and never takes longer than `deadlineMs`. */
export async function checkHealth(agent: Agent, deadlineMs: number = DEADLINE_MS): Promise<AgentHealth> {
  const enough = new AbortController();
  const late = unhealthy(`The check took longer than ${deadlineMs / 1_000} s. Look at what it waits for.`, {
    deadlineMs,
  });
  const timer = delay(deadlineMs, late, { signal: enough.signal }).catch(() => late);
  const check = Promise.resolve()
    .then(() => agent.healthCheck(enough.signal))
    .catch((error: unknown) =>
      unhealthy(`The check itself failed: ${error instanceof Error ? error.message : String(error)}`),
    );
  try {
    return await Promise.race([check, timer]);
  } finally {
    enough.abort();
  }
}
