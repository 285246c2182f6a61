import { access, constants, stat } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { type AgentHealth, type Environment, healthy, unhealthy } from "./agent";
import type { Program } from "./agent-types";

export type { Program };

/** What a program is handed: the agent's instructions, then the task. */
export function programInput({ instructions }: Program, prompt: string): string {
  return `${instructions}\n\n# Your task\n\n${prompt}\n`;
}

/** A first word that is not the shell's own business. */
const plainWord = /^[A-Za-z0-9_./~+-]+$/;

/** Whether the program is there. `name`: the variable that names it, for the message. */
export async function checkProgram(run: Program["run"], environment: Environment, name: string): Promise<AgentHealth> {
  const word = typeof run === "string" ? (run.trim().split(/\s+/)[0] ?? "") : (run[0] ?? "");
  const details = { run, variable: name };
  if (typeof run === "string" && !plainWord.test(word)) {
    const message = `It is run as: ${run}. Whether that works is known only when it runs.`;
    return { status: "degraded", message, details };
  }
  const found = await findProgram(word, environment.PATH ?? "");
  if (found !== null) return healthy(`It is run by ${found}`, { ...details, program: found });
  return unhealthy(`The program "${word}" is not found: install it, or correct ${name}.`, details);
}

async function findProgram(word: string, path: string): Promise<string | null> {
  const endings = process.platform === "win32" ? ["", ".exe", ".cmd", ".bat"] : [""];
  const places = word.includes("/") ? [word] : path.split(delimiter).map((folder) => join(folder, word));
  for (const place of places.flatMap((name) => endings.map((ending) => name + ending))) {
    if (await isProgram(place)) return place;
  }
  return null;
}

async function isProgram(file: string): Promise<boolean> {
  try {
    await access(file, constants.X_OK);
    return (await stat(file)).isFile();
  } catch {
    return false;
  }
}
