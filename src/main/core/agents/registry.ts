import { setTimeout as delay } from "node:timers/promises";
import { HiveError } from "../../../shared/errors";
import type { AgentCapability, AgentHealth } from "../../../shared/model/agent";
import { createAgentEvent, type UnifiedEvent } from "../../../shared/model/unified-event";
import { unhealthy } from "./agent";
import type { AgentInfo, AgentOf } from "./agent-types";

export interface AgentStats {
  readonly agents: number;
  readonly types: number;
  readonly capabilities: number;
  readonly agentsByType: Readonly<Record<string, number>>;
  readonly agentsByCapability: Readonly<Record<string, number>>;
}

export interface RegistryOptions {
  /** Hears of `agent.registered` as agents come, and of `agent.error` where a check finds one unhealthy. */
  readonly tell?: (event: UnifiedEvent) => void;
}

/** The agents that this console knows, by id, type and capability. */
export interface AgentRegistry<Work = unknown> {
  /** Throws `invalid_input` for a second agent of the same id. */
  register(agent: AgentOf<Work>): void;
  /** False: there was none. */
  unregister(id: string): boolean;
  get(id: string): AgentOf<Work> | null;
  getByType(type: string): AgentOf<Work>[];
  getByCapability(capability: AgentCapability): AgentOf<Work>[];
  listInfo(): AgentInfo[];
  listAgentIds(): string[];
  listAgentTypes(): string[];
  listCapabilities(): AgentCapability[];
  /** All at once; one that fails or hangs is unhealthy after `deadlineMs` (5,000) and holds up no other. */
  healthCheckAll(deadlineMs?: number): Promise<Map<string, AgentHealth>>;
  getStats(): AgentStats;
}

const DEADLINE_MS = 5_000;

export function createAgentRegistry<Work>(
  agents: readonly AgentOf<Work>[] = [],
  { tell }: RegistryOptions = {},
): AgentRegistry<Work> {
  const byId = new Map<string, AgentOf<Work>>();
  const all = () => [...byId.values()];
  const distinct = <T>(values: readonly T[]): T[] => [...new Set(values)];

  const registry: AgentRegistry<Work> = {
    register(agent) {
      if (byId.has(agent.id)) {
        throw new HiveError(
          "invalid_input",
          `There is an agent "${agent.id}" already. Give this one another id, or unregister the other.`,
          { id: agent.id },
        );
      }
      byId.set(agent.id, agent);
      const { type, capabilities } = agent;
      tell?.(createAgentEvent("agent.registered", { ...about(agent.id), data: { type, capabilities } }));
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
      const checks = all().map(async (agent) => {
        const health = await checkHealth(agent, deadlineMs);
        const { status, message: error } = health;
        if (status === "unhealthy") tell?.(createAgentEvent("agent.error", { ...about(agent.id), data: { error } }));
        return [agent.id, health] as const;
      });
      return new Map(await Promise.all(checks));
    },
    getStats: () => ({
      agents: byId.size,
      types: registry.listAgentTypes().length,
      capabilities: registry.listCapabilities().length,
      agentsByType: counted(all().map(({ type }) => type)),
      agentsByCapability: counted(all().flatMap(({ capabilities }) => capabilities)),
    }),
  };
  for (const agent of agents) registry.register(agent);
  return registry;
}

const about = (agentId: string) => ({ agentId, correlationId: agentId });

function counted(names: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const name of names) counts[name] = (counts[name] ?? 0) + 1;
  return counts;
}

/** One agent's health; it never throws and never takes longer than `deadlineMs`. */
export async function checkHealth<Work>(agent: AgentOf<Work>, deadlineMs: number = DEADLINE_MS): Promise<AgentHealth> {
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
