import { readdir, readFile } from "node:fs/promises";
import { basename, extname, join } from "node:path";
import type { AgentFinding, AgentLayer, HiddenAgent } from "../../../shared/model/agent";
import type { NamedAgent } from "../../../shared/model/agent-work";
import { dataFolder } from "../paths";
import { type AgentFileFormat, type AgentProfile, type ParsedAgent, parseAgentFile } from "./agent-file";
import { SHIPPED_AGENT_FILES } from "./shipped";

interface Found {
  readonly id: string;
  readonly layer: AgentLayer;
  readonly findings: readonly AgentFinding[];
  /** Files of the same id that this one stands in for. */
  readonly hides: readonly HiddenAgent[];
}

/** An agent's file as found. */
export type FoundAgent = Found &
  (
    | { readonly file: string | null; readonly profile: AgentProfile; readonly problem: null }
    | {
        readonly file: string;
        readonly profile: null;
        readonly problem: string;
        /** Another agent's id, which the file says is its own. */
        readonly claims?: string;
      }
  );

/** Where agents of the operator's own are: a database's, then the user's. The first folder that has an id wins. */
export function agentFolders(databaseFile: string): string[] {
  return [`${databaseFile}.agents`, join(dataFolder(), "agents")];
}

/**
 * Every agent that a file defines: the operator's own, then those that come with the program and that none of these
 * stands in for. A broken file is told of, and hides a working one of the same id as well: nothing runs by a prompt
 * that the operator did not mean.
 */
export async function listAgentFiles(folders: readonly string[]): Promise<FoundAgent[]> {
  const found = new Map<string, FoundAgent>();
  const add = (agent: FoundAgent): void => {
    const first = found.get(agent.id);
    const { layer, file } = agent;
    found.set(agent.id, first ? { ...first, hides: [...first.hides, { layer, file }] } : agent);
  };
  for (const [index, folder] of folders.entries()) {
    for (const [id, names] of await namesIn(folder)) add(await readFrom(folder, id, names, layerOf(index)));
  }
  for (const agent of shippedAgents()) add(agent);
  return [...found.values()].map((agent) => withRival(agent, found)).sort((a, b) => (a.id < b.id ? -1 : 1));
}

/** Null: no file defines it. */
export async function findAgentFile(folders: readonly string[], id: string): Promise<FoundAgent | null> {
  for (const [index, folder] of folders.entries()) {
    const names = (await namesIn(folder)).get(id);
    if (names !== undefined) return readFrom(folder, id, names, layerOf(index));
  }
  return shippedAgents().find((agent) => agent.id === id) ?? null;
}

const layerOf = (index: number): AgentLayer => (index === 0 ? "database" : "user");

/** What the parser of plans needs to know of them. */
export function namedAgents(found: readonly FoundAgent[]): NamedAgent[] {
  return found.map(({ id, profile, problem }) => ({ id, type: profile?.type ?? "llm", problem }));
}

const FORMATS: Readonly<Partial<Record<string, AgentFileFormat>>> = {
  ".md": "markdown",
  ".yaml": "yaml",
  ".yml": "yaml",
};

type Names = readonly [string, ...string[]];

/** The files of a folder that may define agents, by their id. More than one of an id is a mistake. */
async function namesIn(folder: string): Promise<ReadonlyMap<string, Names>> {
  const byId = new Map<string, Names>();
  for (const name of (await namesOf(folder)).toSorted()) {
    if (FORMATS[extname(name)] === undefined || name === "README.md") continue;
    const id = idOf(name);
    const known = byId.get(id);
    byId.set(id, known === undefined ? [name] : [...known, name]);
  }
  return byId;
}

const idOf = (name: string): string => basename(name, extname(name));

async function namesOf(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch {
    // Most have none of their own.
    return [];
  }
}

/** A file is read whenever somebody asks, and its text looked through again when it is another one. */
const parsed = new Map<string, { readonly source: string; readonly result: ParsedAgent }>();
const MOST_PARSED = 1_000;

function parse(file: string, id: string, source: string): ParsedAgent {
  const known = parsed.get(file);
  if (known?.source === source) return known.result;
  const result = parseAgentFile(source, id, FORMATS[extname(file)]);
  if (parsed.size >= MOST_PARSED) parsed.clear();
  parsed.set(file, { source, result });
  return result;
}

async function readFrom(folder: string, id: string, names: Names, layer: AgentLayer): Promise<FoundAgent> {
  const [name, ...others] = names;
  const file = join(folder, name);
  const common = { id, file, layer, hides: [] };
  if (others.length > 0) {
    const message = `${names.join(" and ")} both define "${id}", and neither is used: keep one of them.`;
    return { ...common, profile: null, problem: `${folder}: ${message}`, findings: [{ line: 1, message }] };
  }
  let source: string;
  try {
    source = new TextDecoder("utf-8", { fatal: true }).decode(await readFile(file));
  } catch (error) {
    const why = error instanceof TypeError ? "it is not UTF-8 text" : error instanceof Error ? error.message : "";
    const findings = [{ line: 1, message: `It cannot be read: ${why}.` }];
    return { ...common, profile: null, problem: `${file} cannot be read: ${why}.`, findings };
  }
  const result = parse(file, id, source);
  if ("profile" in result) return { ...common, profile: result.profile, problem: null, findings: [] };
  const { problem, findings } = result;
  return { ...common, profile: null, problem: `${file}, ${problem}`, findings, ...claimOf(result) };
}

const claimOf = ({ claims }: { readonly claims?: string }) => (claims === undefined ? {} : { claims });

/** A copy that kept the id of what it was copied from: says which file has that id. */
function withRival(agent: FoundAgent, all: ReadonlyMap<string, FoundAgent>): FoundAgent {
  if (agent.profile !== null || agent.claims === undefined) return agent;
  const rival = all.get(agent.claims);
  const [found] = agent.findings;
  if (rival === undefined || found === undefined) return agent;
  const where = rival.file ?? "a file that comes with the program";
  const message = `Two files say that they are "${rival.id}": ${where} is, and this one is called ${basename(agent.file)}. Give it an id of its own.`;
  return {
    ...agent,
    problem: `${agent.file}, line ${found.line}: ${message}`,
    findings: [{ line: found.line, message }],
  };
}

let shippedOnes: readonly FoundAgent[] | null = null;

function shippedAgents(): readonly FoundAgent[] {
  shippedOnes ??= [...SHIPPED_AGENT_FILES].map(([name, source]) => shipped(name, source));
  return shippedOnes;
}

function shipped(name: string, source: string): FoundAgent {
  const id = idOf(name);
  const result = parseAgentFile(source, id, FORMATS[extname(name)]);
  if (!("profile" in result))
    throw new Error(`The agent ${id} that comes with the program is broken: ${result.problem}`);
  return { id, file: null, profile: result.profile, problem: null, layer: "program", findings: [], hides: [] };
}
