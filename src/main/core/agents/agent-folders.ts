import { readdir, readFile } from "node:fs/promises";
import { join, parse } from "node:path";
import type { NamedAgent } from "../../../shared/model/agent-work";
import { dataFolder } from "../paths";
import { type AgentProfile, parseAgentFile } from "./agent-file";
import { SHIPPED_AGENT_FILES } from "./shipped";

/** An agent's file as found. */
export type FoundAgent =
  | { readonly id: string; readonly file: string | null; readonly profile: AgentProfile; readonly problem: null }
  | { readonly id: string; readonly file: string; readonly profile: null; readonly problem: string };

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
  for (const folder of folders) {
    for (const id of await idsIn(folder)) if (!found.has(id)) found.set(id, await readFrom(folder, id));
  }
  for (const [id, source] of SHIPPED_AGENT_FILES) if (!found.has(id)) found.set(id, shipped(id, source));
  return [...found.values()].sort((a, b) => (a.id < b.id ? -1 : 1));
}

/** Null: no file defines it. */
export async function findAgentFile(folders: readonly string[], id: string): Promise<FoundAgent | null> {
  for (const folder of folders) if ((await idsIn(folder)).includes(id)) return readFrom(folder, id);
  const source = SHIPPED_AGENT_FILES.get(id);
  return source === undefined ? null : shipped(id, source);
}

/** What the parser of plans needs to know of them. */
export function namedAgents(found: readonly FoundAgent[]): NamedAgent[] {
  return found.map(({ id, profile, problem }) => ({ id, type: profile?.type ?? "llm", problem }));
}

async function idsIn(folder: string): Promise<string[]> {
  try {
    const names = await readdir(folder);
    return names.filter((name) => name.endsWith(".md") && name !== "README.md").map((name) => parse(name).name);
  } catch {
    // Most have none of their own.
    return [];
  }
}

async function readFrom(folder: string, id: string): Promise<FoundAgent> {
  const file = join(folder, `${id}.md`);
  let source: string;
  try {
    source = new TextDecoder("utf-8", { fatal: true }).decode(await readFile(file));
  } catch (error) {
    const why = error instanceof TypeError ? "it is not UTF-8 text" : error instanceof Error ? error.message : "";
    return { id, file, profile: null, problem: `${file} cannot be read: ${why}.` };
  }
  const parsed = parseAgentFile(source, id);
  if ("profile" in parsed) return { id, file, profile: parsed.profile, problem: null };
  return { id, file, profile: null, problem: `${file}, ${parsed.problem}` };
}

function shipped(id: string, source: string): FoundAgent {
  const parsed = parseAgentFile(source, id);
  if ("profile" in parsed) return { id, file: null, profile: parsed.profile, problem: null };
  throw new Error(`The agent ${id} that comes with the program is broken: ${parsed.problem}`);
}
