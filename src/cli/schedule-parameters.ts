import { knownAgents } from "../main/core/operations/agents";
import { parsePlan } from "../main/core/plan/parse";
import { HiveError } from "../shared/errors";
import type { Output } from "./output";
import type { GivenParameters } from "./parameters";
import { readPlanFile } from "./plan-file";
import { fetchSecrets } from "./secret-parameters";

/** What was given, with secrets from where they are. Throws `invalid_plan` for one that cannot be read. */
export async function givenParameters(
  path: string,
  given: GivenParameters,
  databaseFile: string,
  err: Output,
): Promise<GivenParameters> {
  // What is wrong with the file is told by whoever stores the schedule.
  const file = await readPlanFile(path).catch(() => null);
  if (file === null) return given;
  const { definition } = parsePlan(file.text, { fileName: file.path, agents: await knownAgents(databaseFile) });
  const fetched = await fetchSecrets({ parameters: definition?.parameters ?? [] }, given, process.env);
  const wrong = fetched.findings.find(({ severity }) => severity === "error");
  if (wrong !== undefined) throw new HiveError("invalid_plan", wrong.message, { findings: fetched.findings });
  for (const { message } of fetched.findings) err.line(`Warning: ${message}`);
  return fetched.given;
}
