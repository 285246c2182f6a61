import { access, constants } from "node:fs/promises";
import { basename } from "node:path";
import { type AgentWork, isBuiltInAgent } from "../../../shared/model/agent-work";
import { type Agent, defineAgent, type Environment, healthy, unhealthy } from "./agent";
import { agentFolders, findAgentFile, listAgentFiles } from "./agent-folders";
import { httpAgent } from "./http";
import { createLlmAgent } from "./llm";
import { brokenAgent, createNamedAgent } from "./named-agent";
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

/** All agents that can be used with a database: those of every console, and those that files define. */
export async function loadAgents(environment: Environment, databaseFile: string): Promise<AgentRegistry<AgentWork>> {
  const registry = createLocalAgents(environment);
  for (const found of await listAgentFiles(agentFolders(databaseFile))) {
    // A file of a built-in agent's name defines nothing: the agent stays what it is, and the file is told of.
    const isTaken = isBuiltInAgent(found.id);
    registry.register(
      isTaken
        ? brokenAgent(basename(found.file ?? found.id), found.problem ?? "")
        : createNamedAgent(found, environment),
    );
  }
  return registry;
}

/** The agent of a file, as the file is now. Null: no file defines it. */
export async function loadAgent(environment: Environment, databaseFile: string, id: string): Promise<Agent | null> {
  const found = await findAgentFile(agentFolders(databaseFile), id);
  return found && createNamedAgent(found, environment);
}

/** The agents that every console has. */
export function createLocalAgents(environment: Environment): AgentRegistry<AgentWork> {
  return createAgentRegistry([commandAgent, noopAgent, httpAgent, createLlmAgent(environment), approvalAgent]);
}
