import { HiveError } from "../../../shared/errors";
import { type Agent, WorkFailure } from "../agents/agent";
import { fillCommand, fillWork } from "../agents/fill";
import { type Program, programInput } from "../agents/program";
import type { RunnableClaim } from "./begun";
import { neededSecrets } from "./secrets";

/** A command as it is to be started, with everything filled in. */
export interface CommandWork {
  readonly run: string | readonly string[];
  /** Absolute, on this host. */
  readonly cwd: string;
  /** The plan's and the subtask's own variables. */
  readonly env: Readonly<Record<string, string>>;
  /** Its standard input; null: none. */
  readonly input: string | null;
}

/**
 * What an attempt of a command runs; `program`: a named agent's, in place of the task's own command.
 * @throws WorkFailure, or HiveError `invalid_plan` or `not_found`: nothing can be run
 */
export async function commandWork(
  claim: RunnableClaim,
  filesFolder: string,
  program: Program | undefined,
): Promise<CommandWork> {
  const { spec, planId } = claim;
  if (spec.run === null && program === undefined) {
    throw new HiveError("invalid_plan", `Subtask "${claim.subtaskId}" has nothing to run. Give it "run".`);
  }
  const secrets = await neededSecrets(filesFolder, planId, spec.late);
  const values = { parameters: { ...claim.parameters, ...secrets }, inputs: claim.inputs };
  const { run, cwd, env } = fillCommand({ ...spec, run: spec.run ?? "" }, claim.folder, values);
  if (program === undefined) return { run, cwd, env, input: null };
  const { program: work } = fillWork(spec, values);
  if (work) return { run: program.run, cwd, env, input: programInput(program, work.prompt) };
  throw new WorkFailure(`Subtask "${claim.subtaskId}" does not say what to do. Give it "prompt".`);
}

/** Throws WorkFailure for an agent that runs none. */
export function programOf(agent: Agent): Program {
  if (agent.program !== null) return agent.program();
  const { description, type } = agent.getInfo();
  const changed = `The agent "${agent.id}" ran a program when this was launched, and is of type ${type} now: launch it again.`;
  throw new WorkFailure(type === "broken" ? description : changed);
}
