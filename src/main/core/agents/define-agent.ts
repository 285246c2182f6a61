import type { AgentDefinitionOf, AgentOf } from "./agent-types";

/** An agent of one's own. What the definition leaves out, it does not do. */
export function defineAgent<Work>(definition: AgentDefinitionOf<Work>): AgentOf<Work> {
  const {
    id,
    type,
    capabilities,
    description,
    healthCheck,
    execute = null,
    program = null,
    isRepeatable = () => true,
  } = definition;
  return {
    id,
    type,
    capabilities,
    execute,
    program,
    isRepeatable,
    healthCheck,
    hasCapability: (capability) => capabilities.includes(capability),
    getInfo: () => ({ id, type, capabilities, description }),
  };
}
