import { HiveError } from "../../../shared/errors";
import type { AgentCheck, AgentDetail, AgentRow, AgentSettings } from "../../../shared/model/agent";
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
    .map((info): AgentRow => ({ ...info, title: info.id, origin: "built-in", file: null, problem: null }));
  return [...builtIn, ...(await listAgentFiles(agentFolders(databaseFile))).map(rowOf)];
}

/** Throws `not_found`. */
export async function getAgent(place: AgentPlace, id: string): Promise<AgentDetail> {
  const rows = await listAgents(place);
  const row = rows.find((one) => one.id === id);
  if (!row) throw noAgent(id, rows);
  const found = (await listAgentFiles(agentFolders(place.databaseFile))).find((one) => one.id === id);
  return { ...row, settings: found?.profile ? settingsOf(found.profile) : null, variables: variablesOf(id, row.type) };
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
function rowOf({ id, file, profile, problem }: FoundAgent): AgentRow {
  const origin = file === null ? "shipped" : "own";
  if (profile === null) {
    const listed = isBuiltInAgent(id) ? `${id}.md` : id;
    return { id: listed, type: "broken", title: listed, description: "", capabilities: [], origin, file, problem };
  }
  const { type, title, description, capabilities } = profile;
  return { id, type, title, description, capabilities, origin, file, problem: null };
}

const UNSET = { endpoint: null, model: null, keyEnv: null, temperature: null, maxTokens: null, schema: null } as const;

function settingsOf(profile: AgentProfile): AgentSettings {
  const { prompt } = profile;
  if (profile.type === "command") return { ...UNSET, type: profile.type, prompt, run: profile.run };
  const { type, endpoint, model, keyEnv, temperature, maxTokens, schema } = profile;
  return { type, prompt, endpoint, model, keyEnv, temperature, maxTokens, schema, run: null };
}
