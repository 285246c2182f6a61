import { z } from "zod";
import {
  AGENT_CAPABILITIES,
  type AgentCheck,
  type AgentCheckPoint,
  type AgentDetail,
  type AgentPerformance,
  type AgentRow,
  type AgentStanding,
  type AgentTrial,
  type RoutedAgent,
} from "./model/agent";
import { type AgentCourses, COURSE_RANGE_NAMES } from "./model/agent-course";
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
  /** The latest checks of each agent that was ever checked. */
  "agents.standings": operation<readonly AgentStanding[]>()(
    z.strictObject({ limit: z.int().min(1).max(100).default(24) }),
  ),
  /** Latency and success of each agent over a range of time up to now, in bars. */
  "agents.courses": operation<AgentCourses>()(z.strictObject({ range: z.enum(COURSE_RANGE_NAMES).default("24h") })),
  /**
   * Has an agent do one thing, as a plan of one task. `input`: a prompt; for `command` a line of the shell, for `http` an
   * address, for `noop` nothing.
   */
  "agents.try": operation<AgentTrial>()(z.strictObject({ id, input: z.string().max(100_000).default("") })),
  /** The latest tests of an agent among the newest plans, the newest first. */
  "agents.trials": operation<readonly AgentTrial[]>()(
    z.strictObject({ id, limit: z.int().min(1).max(50).default(10) }),
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
