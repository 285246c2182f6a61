import type {
  AgentCheck,
  AgentCheckPoint,
  AgentPerformance,
  AgentStanding,
  RoutedAgent,
} from "../../../shared/model/agent";
import { isRunTerminal } from "../../../shared/model/run";
import type { AgentCapability } from "../agents/agent";
import { routeAgents } from "../agents/routing";
import { noteAgentChecks } from "../store/agent-checks";
import { agentLoad } from "../store/agent-load";
import type { WritableDatabase } from "../store/database";
import { appendEvent } from "../store/events";
import {
  type AgentCheckRow,
  type AgentRun,
  latestAgentChecks,
  listAgentChecks,
  newestAgentRuns,
} from "../store/metric-rows";
import type { Store } from "../store/open";
import { type AgentPlace, checkAgents } from "./agents";
import { SOURCE } from "./source";

/**
 * Asks agents whether they could work, and remembers what they said where that may be written; one that could and cannot
 * any more, or can again, has an event. Throws `not_found`.
 */
export async function checkAndRemember(store: Store, place: AgentPlace, id?: string): Promise<AgentCheck[]> {
  const checks = await checkAgents(place, id);
  if (store.info().mode === "operate") {
    const at = store.clock.now();
    const rows = checks.map(({ id: agent, status, message, tookMs }) => ({ agent, at, status, message, tookMs }));
    await store.write((tx) => {
      const before = new Map(latestAgentChecks(tx).map((check) => [check.agent, check.status]));
      noteAgentChecks(tx, rows);
      for (const row of rows) tellOfTurn(tx, store, row, before.get(row.agent));
    });
  }
  return checks;
}

/** What an agent never was able to do is no news. */
function tellOfTurn(
  tx: WritableDatabase,
  { newId }: Store,
  { agent, at, status, message }: AgentCheckRow,
  before: string | undefined,
): void {
  const couldWork = before !== "unhealthy";
  const canWork = status !== "unhealthy";
  if (before === undefined || couldWork === canWork) return;
  const event = { id: newId(), at, source: SOURCE, correlationId: agent } as const;
  if (canWork) appendEvent(tx, { ...event, type: "agent.heartbeat", payload: { agent_id: agent, status, message } });
  else appendEvent(tx, { ...event, type: "agent.error", payload: { agent_id: agent, error: message } });
}

/** How an agent was found, the latest first. */
export function agentChecks(
  store: Store,
  { id, limit }: { readonly id: string; readonly limit: number },
): AgentCheckPoint[] {
  return listAgentChecks(store.read, id, limit).map(({ at, status, message, tookMs }) => ({
    at,
    status,
    message,
    tookMs,
  }));
}

/** How each agent that was ever checked was found lately. */
export function agentStandings(store: Store, { limit }: { readonly limit: number }): AgentStanding[] {
  return latestAgentChecks(store.read).map(({ agent }) => ({
    agent,
    checks: agentChecks(store, { id: agent, limit }),
  }));
}

interface Tally {
  readonly agent: string;
  readonly byStatus: Record<string, number>;
  readonly tookMs: number[];
}

/** Attempts by agent, the most used first. */
export function agentPerformance(runs: readonly AgentRun[]): Tally[] {
  const tallies = new Map<string, Tally>();
  for (const { agent, status, tookMs } of runs) {
    let tally = tallies.get(agent);
    if (!tally) {
      tally = { agent, byStatus: {}, tookMs: [] };
      tallies.set(agent, tally);
    }
    tally.byStatus[status] = (tally.byStatus[status] ?? 0) + 1;
    if (tookMs !== null && isRunTerminal(status)) tally.tookMs.push(tookMs);
  }
  return [...tallies.values()].sort((a, b) => total(b) - total(a));
}

const total = ({ byStatus }: Tally): number => Object.values(byStatus).reduce((sum, n) => sum + n, 0);

/** What the newest attempts of the database say of each agent. */
export function getAgentPerformance(store: Store): AgentPerformance[] {
  return agentPerformance(newestAgentRuns(store.read)).map(({ agent, byStatus, tookMs }) => {
    const ended = Object.entries(byStatus).filter(([status]) => isRunTerminal(status));
    const runs = ended.reduce((sum, [, n]) => sum + n, 0);
    const sorted = tookMs.toSorted((a, b) => a - b);
    const quantile = (share: number) => sorted[Math.ceil(share * sorted.length) - 1] ?? null;
    return {
      agent,
      running: byStatus.running ?? 0,
      ended: runs,
      successShare: runs === 0 ? null : (byStatus.success ?? 0) / runs,
      tookMs: { p50: quantile(0.5), p95: quantile(0.95) },
    };
  });
}

/** Who could do something that takes these capabilities, the best first. Empty: nobody has them. */
export async function routeTo(
  store: Store,
  place: AgentPlace,
  capability: AgentCapability | readonly AgentCapability[],
): Promise<RoutedAgent[]> {
  const capabilities = typeof capability === "string" ? [capability] : capability;
  const candidates = await routeAgents({ ...place, capabilities, load: agentLoad(store.read) });
  return candidates.map(({ type: _type, ...routed }) => routed);
}
