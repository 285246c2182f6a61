import { readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { segment } from "../runner/task-files";
import { readDependencyRuns } from "../store/fleet-rows";
import type { Store } from "../store/open";
import { type ArtifactReference, artifactReference } from "./artifact-manifest";

/** Where it is noted what an attempt of the fleet left, beside its result. */
export function artifactsFile(filesFolder: string, planId: string, runId: string): string {
  return join(filesFolder, segment(planId), "runs", `${segment(runId)}.artifacts.json`);
}

/** Notes where an attempt's artifacts are. Whole or not at all. */
export async function noteArtifacts(file: string, reference: ArtifactReference): Promise<void> {
  const draft = `${file}.${process.pid}.new`;
  await writeFile(draft, JSON.stringify(reference));
  await rename(draft, file);
}

/** What the direct dependencies of a task left, by subtask id. */
export async function dependencyArtifacts(
  store: Store,
  { taskId, planId }: { readonly taskId: string; readonly planId: string },
): Promise<Record<string, ArtifactReference>> {
  const found: Array<[string, ArtifactReference]> = [];
  for (const { subtaskId, runId } of readDependencyRuns(store.read, taskId)) {
    const text = await readFile(artifactsFile(store.filesFolder, planId, runId), "utf8").catch(() => null);
    if (text !== null) found.push([subtaskId, artifactReference.parse(JSON.parse(text))]);
  }
  return Object.fromEntries(found);
}
