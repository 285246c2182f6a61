import { link, readFile, rename, unlink, writeFile } from "node:fs/promises";
import { z } from "zod";
import { type AgentWork, approvalWork, httpWork, llmWork, programWork } from "../../../shared/model/agent-work";

const workFile = z.object({
  work: z.object({
    http: httpWork.optional(),
    llm: llmWork.optional(),
    approval: approvalWork.optional(),
    program: programWork.optional(),
  }),
  progress: z.unknown(),
});

/** What an attempt inside the console does, and how far it is: for the console that takes it up. */
export interface WorkState {
  readonly work: AgentWork;
  /** Null: nothing is known but that it began. */
  readonly progress: unknown;
}

/** As `claimWork`, for an attempt that is never to begin. */
const FORBIDDEN = "forbidden";

/**
 * Makes the file whole or not at all, before anything is sent. False when it was there: another console began the
 * attempt, or forbade it.
 */
async function claim(path: string, text: string): Promise<boolean> {
  const draft = `${path}.${process.pid}.new`;
  await writeFile(draft, text, { mode: 0o600 });
  try {
    await link(draft, path);
    return true;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "EEXIST") return false;
    throw error;
  } finally {
    await unlink(draft);
  }
}

export function claimWork(path: string, state: WorkState): Promise<boolean> {
  return claim(path, JSON.stringify(state));
}

/** Keeps an attempt that nobody began from beginning late. False: it had begun. */
export function forbidWork(path: string): Promise<boolean> {
  return claim(path, FORBIDDEN);
}

export async function saveWork(path: string, state: WorkState): Promise<void> {
  const draft = `${path}.${process.pid}.new`;
  await writeFile(draft, JSON.stringify(state), { mode: 0o600 });
  await rename(draft, path);
}

/** Null for a file that is none of ours. */
export async function readWork(path: string): Promise<WorkState | null> {
  try {
    const { work, progress = null } = workFile.parse(JSON.parse(await readFile(path, "utf8")));
    return { work, progress };
  } catch {
    return null;
  }
}
