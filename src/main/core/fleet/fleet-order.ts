import { isBuiltInAgent } from "../../../shared/model/agent-work";
import { type Environment, WorkFailure } from "../agents/agent";
import { loadAgent } from "../agents/local-agents";
import type { RunnableClaim } from "../runner/begun";
import { commandWork, programOf } from "../runner/command-work";
import type { Store } from "../store/open";
import { dependencyArtifacts } from "./artifact-notes";
import type { Work } from "./protocol";

/**
 * All that a worker needs for an attempt.
 * @throws WorkFailure or HiveError: nothing can be run
 */
export async function workOf(
  claim: RunnableClaim,
  {
    store,
    environment,
    graceMs,
  }: { readonly store: Store; readonly environment: Environment; readonly graceMs: number },
): Promise<Work> {
  const { runId, taskId, planId, subtaskId, title, runNumber, correlationId, folder, parameters, inputs, spec } = claim;
  const common = { runId, taskId, planId, subtaskId, title, runNumber, correlationId, folder, graceMs };
  const { timeoutMs } = spec;
  if (spec.agent === "noop") {
    const nothing = { env: {}, parameters: {}, inputs: {}, artifacts: {}, input: null };
    return { ...common, run: null, cwd: spec.cwd, ...nothing, timeoutMs };
  }
  const { run, cwd, env, input } = await commandWork(
    claim,
    store.filesFolder,
    await programFor(claim, store, environment),
  );
  return {
    ...common,
    run: mutable(run),
    cwd,
    env: { ...env },
    parameters: { ...parameters },
    inputs: { ...inputs },
    artifacts: await dependencyArtifacts(store, { taskId, planId }),
    input,
    timeoutMs,
  };
}

async function programFor({ spec }: RunnableClaim, store: Store, environment: Environment) {
  if (isBuiltInAgent(spec.agent)) {
    if (spec.agent === "command") return undefined;
    throw new WorkFailure(
      `Workers of the fleet run commands and programs, and the agent of this task is ${spec.agent}.`,
    );
  }
  const agent = await loadAgent(environment, store.file, spec.agent);
  if (agent !== null) return programOf(agent);
  throw new WorkFailure(`There is no agent "${spec.agent}" here any more. Put its file back: hive agent list.`);
}

const mutable = (run: string | readonly string[]): string | string[] => (typeof run === "string" ? run : [...run]);
