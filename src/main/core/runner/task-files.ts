import { mkdir, rename, writeFile } from "node:fs/promises";
import { join, sep } from "node:path";

/** Where one attempt keeps its files, all under the database's own folder. */
export interface AttemptFiles {
  /** What the process printed, both streams, as they came. */
  readonly log: string;
  /** Made when the process begins. At its end: the exit code and a newline. */
  readonly exit: string;
  readonly inputs: string;
  /** The inputs of all attempts of the plan that have none. */
  readonly noInputs: string;
  readonly result: string;
  /** What the program of a named agent reads from its standard input. */
  readonly prompt: string;
  /** What an attempt inside the console does, and how far it is. */
  readonly work: string;
  /** Shared by all subtasks of the plan (`HIVE_PLAN_DIR`). */
  readonly planFolder: string;
}

/** Ids come from the database and may be anything there: an id never leaves its folder. */
export function segment(id: string): string {
  return encodeURIComponent(id).replace(/^\./, "%2E");
}

export function attemptFiles(filesFolder: string, planId: string, runId: string): AttemptFiles {
  const plan = join(filesFolder, segment(planId));
  const run = segment(runId);
  // Asked for several times in each attempt's life, and there is nothing to normalize in what follows the folder.
  const runs = `${plan}${sep}runs${sep}`;
  return {
    log: `${plan}${sep}logs${sep}${run}.log`,
    exit: `${runs}${run}.exit`,
    inputs: `${runs}${run}.inputs.json`,
    noInputs: `${runs}no-inputs.json`,
    result: `${runs}${run}.result.json`,
    prompt: `${runs}${run}.prompt.md`,
    work: `${runs}${run}.work.json`,
    planFolder: `${plan}${sep}files`,
  };
}

/** Answers a function that makes a plan's folders, once for each plan. */
export function createPlanFolders(filesFolder: string): (planId: string) => Promise<void> {
  const made = new Map<string, Promise<void>>();
  const make = async (planId: string): Promise<void> => {
    const plan = join(filesFolder, segment(planId));
    await mkdir(join(plan, "logs"), { recursive: true });
    await mkdir(join(plan, "runs"), { recursive: true });
    await mkdir(join(plan, "files"), { recursive: true });
    // Whole or not at all: a task of an earlier console may be reading it.
    const noInputs = join(plan, "runs", "no-inputs.json");
    await writeFile(`${noInputs}.${process.pid}`, NO_INPUTS);
    await rename(`${noInputs}.${process.pid}`, noInputs);
  };
  return (planId) => {
    const known = made.get(planId);
    if (known !== undefined) return known;
    const making = make(planId).catch((error: unknown) => {
      made.delete(planId);
      throw error;
    });
    made.set(planId, making);
    return making;
  };
}

/** The largest `HIVE_INPUTS`: beyond it a process reads `HIVE_INPUTS_FILE`. */
export const INPUTS_IN_ENVIRONMENT_BYTES = 64 * 1024;

export interface WrittenInputs {
  /** JSON. */
  readonly text: string;
  /** Where they are (`HIVE_INPUTS_FILE`). */
  readonly file: string;
}

const NO_INPUTS = "{}";

/** Writes the results of the dependencies. Tasks without any share a file, which `createPlanFolders` made. */
export async function writeInputs(
  files: AttemptFiles,
  inputs: Readonly<Record<string, unknown>>,
): Promise<WrittenInputs> {
  const text = JSON.stringify(inputs);
  if (text === NO_INPUTS) return { text, file: files.noInputs };
  await writeFile(files.inputs, text);
  return { text, file: files.inputs };
}
