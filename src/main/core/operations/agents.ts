import { basename, join } from "node:path";
import { HiveError } from "../../../shared/errors";
import type { AgentCheck, AgentDetail, AgentRow, AgentSettings, AgentVariable } from "../../../shared/model/agent";
import { isBuiltInAgent, type NamedAgent } from "../../../shared/model/agent-work";
import type { Environment } from "../agents/agent";
import type { AgentProfile } from "../agents/agent-file";
import { agentFolders, type FoundAgent, listAgentFiles, namedAgents } from "../agents/agent-folders";
import { createLocalAgents, loadAgents } from "../agents/local-agents";
import { variablesOf } from "../agents/named-agent";
import { checkHealth } from "../agents/registry";

/** Which agents: those of a database's folder and the user's count too. `environment`: the console's own. */
export interface AgentPlace {
  readonly databaseFile: string;
  readonly environment: Environment;
}

/** The agents of files, as the parser of plans wants them. */
export async function knownAgents(databaseFile: string): Promise<NamedAgent[]> {
  return namedAgents(await listAgentFiles(agentFolders(databaseFile)));
}

export async function listAgents({ databaseFile, environment }: AgentPlace): Promise<AgentRow[]> {
  const builtIn = createLocalAgents(environment)
    .listInfo()
    .map((info): AgentRow => ({ ...info, ...BUILT_IN, title: info.id }));
  return [...builtIn, ...(await listAgentFiles(agentFolders(databaseFile))).map(rowOf)];
}

/** Throws `not_found`. */
export async function findAgent(place: AgentPlace, id: string): Promise<AgentRow> {
  const rows = await listAgents(place);
  const row = rows.find((one) => one.id === id);
  if (!row) throw noAgent(id, rows);
  return row;
}

/** Throws `not_found`. */
export async function getAgent(place: AgentPlace, id: string): Promise<AgentDetail> {
  const row = await findAgent(place, id);
  const folders = agentFolders(place.databaseFile);
  const found = (await listAgentFiles(folders)).find((one) => one.id === id);
  const name = found?.file == null ? `${id}.md` : basename(found.file);
  const variables = variablesOf(id, row.type);
  return {
    ...row,
    settings: found?.profile ? settingsOf(found.profile) : null,
    variables,
    setup: variables.map((name) => variableOf(name, id, place.environment)),
    places: row.layer === "built-in" ? [] : folders.map((folder) => join(folder, name)),
  };
}

const SETS = [
  ["_ENDPOINT", "endpoint"],
  ["_MODEL", "model"],
  ["_KEY_ENV", "key"],
  ["_COMMAND", "program"],
] as const;

function variableOf(name: string, id: string, environment: Environment): AgentVariable {
  const value = environment[name]?.trim() || null;
  const sets = SETS.find(([ending]) => name.endsWith(ending))?.[1] ?? "model";
  const isLost = sets === "key" && value !== null && !environment[value]?.trim();
  // An address that holds a password is refused when it is asked, and shown nowhere.
  const isOpen = sets === "endpoint" && value !== null && /\/\/[^/@]*@/.test(value);
  return {
    name,
    sets,
    isOwn: id === "llm" || !name.startsWith("HIVE_LLM_"),
    value: isOpen ? value.replace(/\/\/[^/@]*@/, "//…@") : value,
    problem: isLost
      ? `${value}, which is to hold the key, is not set.`
      : isOpen
        ? "It holds a name or a password: hand the key over by a variable."
        : null,
  };
}

/** Throws `not_found` for an id that nobody has. */
export async function checkAgents(place: AgentPlace, id?: string): Promise<AgentCheck[]> {
  const agents = await loadAgents(place.environment, place.databaseFile);
  const asked = id === undefined ? agents.listAgentIds() : [id];
  return Promise.all(
    asked.map(async (one) => {
      const agent = agents.get(one);
      if (agent === null) throw noAgent(one, agents.listInfo());
      const begun = performance.now();
      const health = await checkHealth(agent);
      return { id: one, ...health, tookMs: Math.round(performance.now() - begun) };
    }),
  );
}

function noAgent(id: string, known: readonly { readonly id: string }[]): HiveError {
  const ids = known.map((agent) => agent.id).join(", ");
  return new HiveError("not_found", `There is no agent "${id}". Known are ${ids}.`, { id });
}

/** A file that has the name of a built-in agent is listed by its own name: it is none. */
function rowOf({ id, file, profile, problem, layer, findings, hides }: FoundAgent): AgentRow {
  const found = { origin: file === null ? "shipped" : "own", file, problem, layer, findings, hides } as const;
  if (profile === null) {
    const listed = isBuiltInAgent(id) ? basename(file) : id;
    return { id: listed, type: "broken", title: listed, description: "", capabilities: [], ...found };
  }
  const { type, title, description, capabilities } = profile;
  return { id, type, title, description, capabilities, ...found };
}

const BUILT_IN = {
  origin: "built-in",
  layer: "built-in",
  file: null,
  problem: null,
  findings: [],
  hides: [],
} as const;

const UNSET = { endpoint: null, model: null, keyEnv: null, temperature: null, maxTokens: null, schema: null } as const;

function settingsOf(profile: AgentProfile): AgentSettings {
  const { prompt } = profile;
  if (profile.type === "command") return { ...UNSET, type: profile.type, prompt, run: profile.run };
  const { type, endpoint, model, keyEnv, temperature, maxTokens, schema } = profile;
  return { type, prompt, endpoint, model, keyEnv, temperature, maxTokens, schema, run: null };
}
