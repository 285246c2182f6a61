import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { HiveError, toErrorBody } from "../../../../shared/errors";
import { segment } from "../../runner/task-files";
import type { ArtifactTarget } from "../artifact-target";
import { fetchArtifacts, pushArtifacts } from "../artifacts";
import type { End, Work } from "../protocol";

/** The artifacts of one attempt on this host: those of its dependencies before it begins, its own when it has ended. */
export interface ArtifactsHere {
  /** Where its process finds and leaves them. */
  readonly env: Readonly<Record<string, string>>;
  /** The end with what was pushed; a failure when that cannot be. */
  push(end: End): Promise<End>;
  /** Stops pushing, and removes them here. */
  remove(): Promise<void>;
}

/**
 * Fetches what its dependencies left. Null: this worker has no target, and the attempt needs none.
 * @param signal ends fetching and pushing
 * @throws HiveError when they cannot be had, whole and unchanged
 */
export async function artifactsHere(
  { planId, runId, artifacts }: Pick<Work, "planId" | "runId" | "artifacts">,
  {
    target,
    filesFolder,
    signal,
  }: { readonly target: ArtifactTarget | null; readonly filesFolder: string; readonly signal: AbortSignal },
): Promise<ArtifactsHere | null> {
  const given = Object.entries(artifacts);
  if (target === null) {
    if (given.length === 0) return null;
    const from = given.map(([id]) => `"${id}"`).join(", ");
    throw new HiveError(
      "invalid_input",
      `It is given artifacts of ${from}, and this worker does not know where they are: set HIVE_FLEET_ARTIFACTS there as on the others.`,
    );
  }
  const folder = join(filesFolder, segment(planId), "runs", `${segment(runId)}.artifacts`);
  const [inputs, own] = [join(folder, "in"), join(folder, "out")];
  const removing = new AbortController();
  const either = AbortSignal.any([signal, removing.signal]);
  const remove = async (): Promise<void> => {
    removing.abort();
    await rm(folder, { recursive: true, force: true }).catch(() => undefined);
  };
  try {
    await mkdir(inputs, { recursive: true });
    await mkdir(own);
    for (const [subtaskId, reference] of given) {
      await fetchArtifacts(target, reference, { folder: join(inputs, segment(subtaskId)), signal: either });
    }
  } catch (error) {
    await remove();
    throw error;
  }
  return {
    env: { HIVE_ARTIFACTS: own, HIVE_ARTIFACTS_IN: inputs },
    async push(end) {
      if (end.outcome !== "success") return end;
      try {
        const name = `${segment(planId)}/${segment(runId)}`;
        const pushed = await pushArtifacts(target, { folder: own, name, signal: either });
        return pushed === null ? end : { ...end, artifacts: pushed };
      } catch (error) {
        const why = `It succeeded, and its artifacts cannot be kept: ${toErrorBody(error).message}`;
        return { ...end, outcome: "failure", error: why, result: null };
      }
    },
    remove,
  };
}
