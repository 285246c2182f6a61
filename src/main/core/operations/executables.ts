import { constants } from "node:fs";
import { access, stat } from "node:fs/promises";
import { delimiter, isAbsolute, join, resolve } from "node:path";

/** Whether a program would be found, as the process that starts it looks for it. */
export type Found = "found" | "missing" | "not_executable" | "folder";

export interface Search {
  /** A name, or a path. */
  readonly word: string;
  /** Absolute: where relative paths begin. */
  readonly cwd: string;
  /** The value of PATH; undefined: the system's default. */
  readonly path: string | undefined;
}

const DEFAULT_PATH = "/usr/local/bin:/usr/bin:/bin";
const isWindows = process.platform === "win32";

export async function findExecutable({ word, cwd, path }: Search): Promise<Found> {
  const isPath = word.includes("/") || (isWindows && word.includes("\\"));
  if (isPath || isAbsolute(word)) return look(resolve(cwd, word));
  let best: Found = "missing";
  for (const folder of (path ?? DEFAULT_PATH).split(delimiter)) {
    const found = await look(resolve(cwd, join(folder === "" ? "." : folder, word)));
    if (found === "found") return found;
    if (found === "not_executable") best = found;
  }
  return best;
}

async function look(file: string): Promise<Found> {
  const endings = isWindows ? ["", ...(process.env.PATHEXT ?? ".COM;.EXE;.BAT;.CMD").split(";")] : [""];
  let best: Found = "missing";
  for (const ending of endings) {
    const found = await lookAt(`${file}${ending}`);
    if (found === "found") return found;
    if (found !== "missing") best = found;
  }
  return best;
}

async function lookAt(file: string): Promise<Found> {
  try {
    if ((await stat(file)).isDirectory()) return "folder";
    await access(file, isWindows ? constants.F_OK : constants.X_OK);
    return "found";
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EACCES" ? "not_executable" : "missing";
  }
}

/** Whether a task can have its working folder there: null when it can, else what is in the way. */
export async function folderTrouble(folder: string): Promise<"missing" | "not_a_folder" | "forbidden" | null> {
  try {
    if (!(await stat(folder)).isDirectory()) return "not_a_folder";
    await access(folder, constants.X_OK);
    return null;
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : null;
    return code === "EACCES" ? "forbidden" : code === "ENOTDIR" ? "not_a_folder" : "missing";
  }
}
