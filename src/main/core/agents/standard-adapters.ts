import { z } from "zod";
import type { AgentCapability } from "../../../shared/model/agent";
import { llmWork, programWork } from "../../../shared/model/agent-work";
import { FinalFailure } from "./agent";
import { type FoundAgent, findAgentFile } from "./agent-folders";
import type { AgentOf, Environment } from "./agent-types";
import { defineAgent } from "./define-agent";
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
  registry: AgentRegistry<unknown>,
  { environment = process.env, folders = [] }: AdapterOptions = {},
): Promise<void> {
  for (const [type, capability] of STANDARD) {
    const found = await findAgentFile(folders, type);
    if (found) registry.register(adapterOf(found, { type, capability, environment }));
  }
}

const adapterWork = z.object({ llm: llmWork.optional(), program: programWork.optional() });

function adapterOf(
  found: FoundAgent,
  { type, capability, environment }: { type: string; capability: AgentCapability; environment: Environment },
): AgentOf<unknown> {
  const { execute, program, isRepeatable, healthCheck, getInfo } = createNamedAgent(found, environment);
  const { description } = getInfo();
  const id = `${type}-adapter`;
  return defineAgent<unknown>({
    ...{ id, type, capabilities: [capability], description, program, healthCheck },
    isRepeatable: (work) => isRepeatable(adapterWork.safeParse(work).data ?? {}),
    execute:
      execute &&
      ((task) => {
        const { data, error } = adapterWork.safeParse(task.work);
        if (error) throw new FinalFailure(`${id} was given work that it cannot read: ${z.prettifyError(error)}`);
        return execute({ ...task, work: data });
      }),
  });
}
