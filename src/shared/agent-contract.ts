import { z } from "zod";
import {
  AGENT_CAPABILITIES,
  type AgentCheck,
  type AgentCheckPoint,
  type AgentDetail,
  type AgentPerformance,
  type AgentRow,
  type RoutedAgent,
} from "./model/agent";
import { operation } from "./operation";

const id = z.string().min(1).max(200);

/** Who can carry out tasks, and what came of a plan as text for people. docs/agents.md explains them. */
export const agentContract = {
  /** The built-in agents, then those of files by id; broken files too. */
  "agents.list": operation<readonly AgentRow[]>()(z.strictObject({})),
  "agents.get": operation<AgentDetail>()(z.strictObject({ id })),
  /** Asks agents, all or one, whether they could work now. Takes at most five seconds. */
  "agents.check": operation<readonly AgentCheck[]>()(z.strictObject({ id: id.optional() })),
  /** How an agent was found when it was checked, the latest first. */
  "agents.checks": operation<readonly AgentCheckPoint[]>()(
    z.strictObject({ id, limit: z.int().min(1).max(500).default(100) }),
  ),
  /** Latency and success of each agent, of the newest 2,000 attempts of the database. */
  "agents.performance": operation<readonly AgentPerformance[]>()(z.strictObject({})),
  /** Who could do what takes a capability, the best first: by health, then by load. */
  "agents.route": operation<readonly RoutedAgent[]>()(z.strictObject({ capability: z.enum(AGENT_CAPABILITIES) })),
  /** Figures of the database and this process, in Prometheus' text format. */
  "metrics.read": operation<{ readonly text: string }>()(z.strictObject({})),
  /** A plan with its tasks and its final result, as Markdown. */
  "plans.exportMarkdown": operation<{ readonly fileName: string; readonly markdown: string }>()(
    z.strictObject({ planId: id }),
  ),
} as const;
