import { access, constants } from "node:fs/promises";
import { type Agent, defineAgent, type Environment, healthy, unhealthy } from "./agent";
import { httpAgent } from "./http";
import { createLlmAgent } from "./llm";
import { type AgentRegistry, createAgentRegistry } from "./registry";

const commandAgent: Agent = defineAgent({
  id: "command",
  type: "process",
  capabilities: ["custom"],
  description: "Runs a command as a process of its own.",
  healthCheck: checkShell,
});

const noopAgent: Agent = defineAgent({
  id: "noop",
  type: "join",
  capabilities: ["orchestrate"],
  description: "Completes at once: a point where branches join.",
  healthCheck: async () => healthy("Nothing can be wrong with it."),
});

const approvalAgent: Agent = defineAgent({
  id: "approval",
  type: "gate",
  capabilities: ["review"],
  description: "Waits until a person approves or rejects.",
  healthCheck: async () => healthy("A person decides: hive task approve, or the window."),
});

async function checkShell() {
  const shell = process.platform === "win32" ? (process.env.ComSpec ?? "cmd.exe") : "/bin/sh";
  try {
    await access(shell, process.platform === "win32" ? constants.F_OK : constants.X_OK);
    return healthy(`Commands are run by ${shell}`, { shell });
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return unhealthy(`The shell ${shell} cannot be run (${why}): install it.`, { shell });
  }
}

/** The agents that every console has. */
export function createLocalAgents(environment: Environment): AgentRegistry {
  return createAgentRegistry([commandAgent, noopAgent, httpAgent, createLlmAgent(environment), approvalAgent]);
}
