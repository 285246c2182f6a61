import { z } from "zod";
import type { AgentCheck, AgentDetail, AgentRow } from "./model/agent";
import { operation } from "./operation";

const id = z.string().min(1).max(200);

/** Who can carry out tasks, and what came of a plan as text for people. docs/agents.md explains them. */
export const agentContract = {
  /** The built-in agents, then those of files by id; broken files too. */
  "agents.list": operation<readonly AgentRow[]>()(z.strictObject({})),
  "agents.get": operation<AgentDetail>()(z.strictObject({ id })),
  /** Asks agents, all or one, whether they could work now. Takes at most five seconds. */
  "agents.check": operation<readonly AgentCheck[]>()(z.strictObject({ id: id.optional() })),
  /** A plan with its tasks and its final result, as Markdown. */
  "plans.exportMarkdown": operation<{ readonly fileName: string; readonly markdown: string }>()(
    z.strictObject({ planId: id }),
  ),
} as const;
