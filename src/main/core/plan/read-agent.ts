import type { Node } from "yaml";
import { AGENT_IDS, type AgentWork, isBuiltInAgent, type NamedAgent } from "../../../shared/model/agent-work";
import type { Expressive } from "./expressions";
import { noteExpressive } from "./read-json";
import { type Field, type Fields, fault, hasKey, readText, type Subject } from "./reading";

/** The agent that a subtask names; null after a finding. */
export function readAgent(subject: Subject, field: Field | undefined): string | null {
  if (!field) return "command";
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
  const named: NamedAgent | undefined = subject.reading.agents.get(agent ?? "");
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

/** A prompt as work of a named agent. */
export function promptWork(type: NamedAgent["type"], prompt: string): Pick<AgentWork, "llm" | "program"> {
  return type === "llm" ? { llm: { ...ASKED_BY_FILE, prompt } } : { program: { prompt } };
}

/** What the agent's file says. */
const ASKED_BY_FILE = {
  endpoint: null,
  model: null,
  keyEnv: null,
  system: null,
  temperature: null,
  maxTokens: null,
  schema: null,
} as const;
