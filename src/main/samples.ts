import { readdir, readFile } from "node:fs/promises";
import { join, parse } from "node:path";
import { HiveError } from "../shared/errors";
import type { SamplePlan } from "../shared/model/views";
import type { PlanReader } from "./plan-reader";

const PLAN_FILE = /\.(ya?ml|json)$/;

/** The plans that come with the program. */
export interface Samples {
  list(): Promise<readonly SamplePlan[]>;
  /** The file of a listed sample. */
  fileOf(name: string): Promise<string>;
}

/** `folder`: where the plan files lie. A sample's name is its file's, without the ending. */
export function createSamples(folder: string, reader: PlanReader): Samples {
  async function fileNames(): Promise<string[]> {
    return (await readdir(folder)).filter((name) => PLAN_FILE.test(name)).sort();
  }

  async function describe(fileName: string): Promise<SamplePlan[]> {
    const { definition } = await reader.parse(await readFile(join(folder, fileName), "utf8"), { fileName });
    if (definition === null) return [];
    const { title, description, subtasks } = definition;
    return [{ name: parse(fileName).name, title, description, taskCount: subtasks.length }];
  }

  return {
    list: async () => (await Promise.all((await fileNames()).map(describe))).flat(),
    async fileOf(name) {
      const fileName = (await fileNames()).find((candidate) => parse(candidate).name === name);
      if (fileName === undefined) {
        throw new HiveError("not_found", `There is no sample plan ${JSON.stringify(name)}.`, { name });
      }
      return join(folder, fileName);
    },
  };
}
