import type { AgentCapability } from "../../../shared/model/agent";
import { type Agent, defineAgent, type Environment } from "./agent";
import { type FoundAgent, findAgentFile } from "./agent-folders";
import { createNamedAgent } from "./named-agent";
import type { AgentRegistry } from "./registry";

/** Hive's five standard agents and the one thing that each adapter is registered for. */
const STANDARD: ReadonlyArray<readonly [type: string, capability: AgentCapability]> = [
  ["ai-reviewer", "review"],
  ["ai-planner", "plan"],
  ["ai-deployer", "deploy"],
  ["hive-coder", "code"],
  ["guardian", "monitor"],
];

export interface AdapterOptions {
  /** Sets the agents up, as `hive agent show` says. Default: this process's. */
  readonly environment?: Environment;
  /** Where files may stand in for those that come with the program; the first folder that has one wins. */
  readonly folders?: readonly string[];
}

/**
 * Registers an adapter for each of Hive's standard agents, `ai-reviewer-adapter` and so on: one type and one capability
 * each. Throws `invalid_input` when one of them is registered already.
 */
export async function autoRegisterAdapters(
  registry: AgentRegistry,
  { environment = process.env, folders = [] }: AdapterOptions = {},
): Promise<void> {
  for (const [type, capability] of STANDARD) {
    const found = await findAgentFile(folders, type);
    if (found) registry.register(adapterOf(found, { type, capability, environment }));
  }
}

function adapterOf(
  found: FoundAgent,
  { type, capability, environment }: { type: string; capability: AgentCapability; environment: Environment },
): Agent {
  const { execute, program, isRepeatable, healthCheck, getInfo } = createNamedAgent(found, environment);
  const { description } = getInfo();
  const definition = { execute, program, isRepeatable, healthCheck, description };
  return defineAgent({ ...definition, id: `${type}-adapter`, type, capabilities: [capability] });
}
