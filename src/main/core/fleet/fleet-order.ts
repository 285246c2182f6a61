import { dirname, join, resolve } from "node:path";
import { z } from "zod";
import { HiveError } from "../../../shared/errors";
import { isBuiltInAgent } from "../../../shared/model/agent-work";
import { type Environment, WorkFailure } from "../agents/agent";
import { loadAgent } from "../agents/local-agents";
import type { RunnableClaim } from "../runner/begun";
import { commandWork, programOf } from "../runner/command-work";
import { segment } from "../runner/task-files";
import type { Store } from "../store/open";
import { dependencyArtifacts } from "./artifact-notes";
import type { LargeFile, LargeFiles } from "./large-files";
import type { LargePayloads } from "./large-payloads";
import { PARTS, type Work } from "./protocol";
import type { Sealer } from "./sealed";

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
    const nothing = { env: {}, parameters: {}, inputs: {}, inputFiles: {}, artifacts: {}, input: null };
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
    inputFiles: {},
    artifacts: await dependencyArtifacts(store, { taskId, planId }),
    input,
    timeoutMs,
  };
}

/**
 * What is put into an order: the work, sealed, with the inputs that are files of this host beside it. Null: Redis has no
 * room for it.
 * @throws HiveError when something is too large
 */
export async function sendWork(
  work: Work,
  {
    large,
    files,
    sealer,
    filesFolder,
  }: {
    readonly large: LargePayloads;
    readonly files: LargeFiles;
    readonly sealer: Sealer;
    readonly filesFolder: string;
  },
): Promise<string | null> {
  try {
    const inputFiles: Record<string, LargeFile> = {};
    for (const [subtaskId, path] of keptInputs(work, filesFolder)) {
      inputFiles[subtaskId] = await files.push(path, `${work.runId}-${subtaskId}`, sealer);
    }
    const text = sealer.seal(JSON.stringify({ ...work, inputFiles }), PARTS.order);
    return await large.outgoing(text, `${work.runId}-${PARTS.order}`);
  } catch (error) {
    if (error instanceof HiveError || !isNoRoom(error)) throw error;
    return null;
  }
}

/** Results that were too large for the database. Only files of the plan's attempts: a result may name any other. */
function keptInputs({ inputs, planId }: Work, filesFolder: string): Array<readonly [string, string]> {
  const given = Object.entries(inputs);
  if (given.length === 0) return [];
  const folder = join(filesFolder, segment(planId), "runs");
  return given.flatMap(([subtaskId, value]) => {
    const kept = keptResult.safeParse(value);
    if (!kept.success || dirname(resolve(kept.data.$file)) !== folder) return [];
    return [[subtaskId, kept.data.$file] as const];
  });
}

const keptResult = z.strictObject({ $file: z.string(), bytes: z.number() });

function isNoRoom(error: unknown): boolean {
  return error instanceof Error && error.message.includes("OOM");
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
