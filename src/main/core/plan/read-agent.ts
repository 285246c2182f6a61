import type { Node } from "yaml";
import { AGENT_CAPABILITIES, type AgentCapability } from "../../../shared/model/agent";
import {
  AGENT_IDS,
  type AgentWork,
  ANY_AGENT,
  isBuiltInAgent,
  type NamedAgent,
  SETTINGS_OF_AGENT,
} from "../../../shared/model/agent-work";
import type { Expressive } from "./expressions";
import { noteExpressive } from "./read-json";
import { type Fields, fault, hasKey, readText, type Subject } from "./reading";

/** The agent that a subtask names; null after a finding. One with a prompt and no agent goes to whoever can do it. */
export function readAgent(subject: Subject, fields: Fields): string | null {
  const field = fields.get("agent");
  if (!field) return fields.has("prompt") && !fields.has("run") ? ANY_AGENT : "command";
  const written = readText(subject, field);
  if (written === null || isBuiltInAgent(written)) return written;
  const { agents, suggest } = subject.reading;
  const named = agents.get(written);
  if (named?.problem === null) return written;
  if (named) {
    fault(subject, "broken_agent", field.value, `has the agent "${written}", which cannot be used: ${named.problem}`);
    return null;
  }
  const known = [...AGENT_IDS, ...agents.keys()];
  const meant = suggest(written, known);
  const hint = meant ? `Did you mean "${meant}"?` : `Known are ${known.join(", ")}.`;
  fault(subject, "unknown_agent", field.value, `has the unknown agent "${written}". ${hint}`);
  return null;
}

/** The prompt of a named agent, which no built-in agent may have, as work of the agent's type. */
export function readPrompt(
  subject: Subject,
  fields: Fields,
  node: Node,
  { agent, dependencies }: { readonly agent: string | null; readonly dependencies: readonly string[] },
  expressive: Expressive[],
): Pick<AgentWork, "llm" | "program"> {
  const field = fields.get("prompt");
  const named = agent === ANY_AGENT ? SOMEBODY : subject.reading.agents.get(agent ?? "");
  if (named === undefined) {
    if (field && agent !== null) {
      const hint = agent === "llm" ? 'write it below "llm"' : "name an agent that takes one, or remove it";
      fault(subject, "unexpected_key", field.key, `has "prompt", which its agent ${agent} does not take: ${hint}.`);
    }
    return {};
  }
  if (!field && !hasKey(node, "prompt")) {
    fault(subject, "missing_key", fields.get("agent")?.key ?? node, 'has no "prompt": add it (what to ask).');
  }
  const prompt = readText(subject, field, false) ?? "";
  if (field) noteExpressive(expressive, subject, dependencies)(prompt, field.value);
  return promptWork(named.type, prompt);
}

/** Until it is chosen, its work is written as a model's. */
const SOMEBODY: NamedAgent = { id: ANY_AGENT, type: "llm", problem: null };

/** What the agent must be good for that a subtask of nobody goes to: its capabilities are asked of agents, not of workers. */
export function readRoute(
  subject: Subject,
  fields: Fields,
  node: Node,
  capabilities: readonly string[],
): AgentCapability[] {
  const field = fields.get("capabilities");
  if (capabilities.length === 0 && !field) {
    const all = AGENT_CAPABILITIES.join(", ");
    const problem = `has a prompt and no agent: name one, or say in "capabilities" what it must be good for (${all}).`;
    fault(subject, "missing_agent", fields.get("prompt")?.key ?? node, problem);
  }
  return capabilities.flatMap((word) => {
    const known = AGENT_CAPABILITIES.find((one) => one === word);
    if (known !== undefined) return known;
    const meant = subject.reading.suggest(word, AGENT_CAPABILITIES);
    const hint = meant ? `Did you mean "${meant}"?` : `Known are ${AGENT_CAPABILITIES.join(", ")}.`;
    fault(subject, "unknown_capability", field?.value ?? node, `asks for an agent that can "${word}". ${hint}`);
    return [];
  });
}

/** A prompt as work of a named agent. */
export function promptWork(type: NamedAgent["type"], prompt: string): Pick<AgentWork, "llm" | "program"> {
  return type === "llm" ? { llm: { ...SETTINGS_OF_AGENT, prompt } } : { program: { prompt } };
}
