import type { LlmWork } from "../../../shared/model/agent-work";
import { type Agent, type AgentHealth, defineAgent, type Environment, FinalFailure, unhealthy } from "./agent";
import type { LlmProfile, ProgramProfile } from "./agent-file";
import type { FoundAgent } from "./agent-folders";
import { askModel } from "./llm";
import { checkLlm } from "./llm-health";
import { DEFAULT_NAMES, type LlmNames, type LlmTarget, llmTarget } from "./llm-target";
import { checkProgram, type Program } from "./program";

/** The agent of a file, set up by the console's environment. */
export function createNamedAgent(found: FoundAgent, environment: Environment): Agent {
  const { id, profile, problem } = found;
  if (profile === null) return brokenAgent(id, problem);
  return profile.type === "llm" ? llmAgent(profile, environment) : programAgent(profile, environment);
}

/** Stands in for an agent that cannot be used: it says why, and does nothing. */
export function brokenAgent(id: string, problem: string): Agent {
  return defineAgent({
    id,
    type: "broken",
    capabilities: [],
    description: problem,
    async execute() {
      throw new FinalFailure(problem);
    },
    healthCheck: async () => unhealthy(problem),
  });
}

/** `HIVE_AGENT_AI_PLANNER` of `ai-planner`: what the agent's own variables begin with. */
function prefixOf(id: string): string {
  return `HIVE_AGENT_${id.toUpperCase().replaceAll("-", "_")}`;
}

function llmNames(id: string): LlmNames {
  const prefix = prefixOf(id);
  return { endpoint: `${prefix}_ENDPOINT`, model: `${prefix}_MODEL`, keyEnv: `${prefix}_KEY_ENV` };
}

function programName(id: string): string {
  return `${prefixOf(id)}_COMMAND`;
}

/** The environment variables that set up an agent, its own first. */
export function variablesOf(id: string, type: string): string[] {
  if (type === "command") return [programName(id)];
  if (type !== "llm") return [];
  const forAll = Object.values(DEFAULT_NAMES);
  return id === "llm" ? forAll : [...Object.values(llmNames(id)), ...forAll];
}

function llmAgent(profile: LlmProfile, environment: Environment): Agent {
  const { id, capabilities, description } = profile;
  const names = llmNames(id);
  const target = namedTarget(profile, names, environment);
  return defineAgent({
    id,
    type: "llm",
    capabilities,
    description,
    async execute(task) {
      const { llm } = task.work;
      if (!llm) throw new FinalFailure(`Subtask "${task.subtaskId}" does not say what to ask ${id}. Give it "prompt".`);
      const work = withProfile(llm, profile, target);
      if (work.model === null) throw new FinalFailure(unconfigured(id, target, names));
      return askModel(task, work);
    },
    async healthCheck(signal) {
      if (target.model === null) return unhealthy(unconfigured(id, target, names), { ...target });
      return checkLlm(target, environment, signal, names);
    },
  });
}

/** The agent's own variables, then its file, then what holds for all. A key is for the endpoint that it came with. */
function namedTarget(profile: LlmProfile, names: LlmNames, environment: Environment): LlmTarget {
  const forAll = llmTarget(environment);
  const own = (name: string): string | null => environment[name] || null;
  const endpoint = own(names.endpoint) ?? profile.endpoint;
  const keyOfFile = own(names.endpoint) === null ? profile.keyEnv : null;
  return {
    endpoint: (endpoint ?? forAll.endpoint).replace(/\/+$/, ""),
    model: own(names.model) ?? profile.model ?? forAll.model,
    keyEnv: own(names.keyEnv) ?? keyOfFile ?? (endpoint === null ? forAll.keyEnv : null),
  };
}

/** What the task says, and the file where it says nothing. */
function withProfile(llm: LlmWork, profile: LlmProfile, target: LlmTarget): LlmWork {
  return {
    endpoint: llm.endpoint ?? target.endpoint,
    model: llm.model ?? target.model,
    keyEnv: llm.keyEnv ?? (llm.endpoint === null ? target.keyEnv : null),
    system: llm.system ?? profile.prompt,
    prompt: llm.prompt,
    temperature: llm.temperature ?? profile.temperature,
    maxTokens: llm.maxTokens ?? profile.maxTokens,
    schema: llm.schema ?? profile.schema,
  };
}

function unconfigured(id: string, { endpoint, keyEnv }: LlmTarget, names: LlmNames): string {
  const key = keyEnv === null ? "without a key" : `with the key in ${keyEnv}`;
  return (
    `No model is named for ${id}: set ${names.model}, or ${DEFAULT_NAMES.model} for all agents. It would ask ${endpoint} ` +
    `(${names.endpoint} or ${DEFAULT_NAMES.endpoint} sets another) ${key} (${names.keyEnv} or ${DEFAULT_NAMES.keyEnv} ` +
    "names the variable that holds one)."
  );
}

/** An agent whose tasks are processes of a program of the operator's choice. */
function programAgent(profile: ProgramProfile, environment: Environment): Agent {
  const { id, capabilities, description } = profile;
  const name = programName(id);
  const run = environment[name]?.trim() || profile.run;
  const program: Program | null = run === null ? null : { run, instructions: profile.prompt };
  const missing =
    `No program is named for ${id}: set ${name} to a command line that takes the task from its standard input, ` +
    "as a coding or deployment tool of yours does.";
  return defineAgent({
    id,
    type: "command",
    capabilities,
    description,
    program() {
      if (program === null) throw new FinalFailure(missing);
      return program;
    },
    async healthCheck(): Promise<AgentHealth> {
      return program === null ? unhealthy(missing, { variable: name }) : checkProgram(program.run, environment, name);
    },
  });
}
