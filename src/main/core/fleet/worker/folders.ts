import { readdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { isAlive, ownIdentity } from "../../process-identity";
import { stopTree } from "../../runner/stop-tree";

/*
 * A worker keeps what its attempts need below a folder of its own, named by its process, so that the next worker on this
 * host knows whose it is.
 */

export function ownFolder(base: string, instance: string): string {
  const { pid, pidStart } = ownIdentity();
  return join(base, `${pid}.${pidStart ?? "x"}.${instance}`);
}

const NAME = /^(\d+)\.(\d+|x)\.[\w-]+$/;
const RUN = /^(.+)\.(?:exit|log)$/;

/**
 * Ends what workers of this host that were killed have left running, and removes their folders. Their attempts were given
 * to others: two of one would be at work.
 */
export async function sweepFolders(base: string): Promise<void> {
  const { host, bootId } = ownIdentity();
  for (const name of await readdir(base).catch(() => [])) {
    const [, pid, start] = NAME.exec(name) ?? [];
    if (pid === undefined) continue;
    const pidStart = start === undefined || start === "x" ? null : start;
    if (isAlive({ pid: Number(pid), pidStart, host, bootId }) !== false) continue;
    const folder = join(base, name);
    for (const runId of await runsBelow(folder)) await stopTree({ runId, group: null }, 0);
    await rm(folder, { recursive: true, force: true });
  }
}

async function runsBelow(folder: string): Promise<ReadonlySet<string>> {
  const found = new Set<string>();
  for (const plan of await readdir(folder).catch(() => [])) {
    const logs = await readdir(join(folder, plan, "logs")).catch(() => []);
    for (const file of logs) {
      const runId = RUN.exec(file)?.[1];
      if (runId !== undefined) found.add(decodeURIComponent(runId));
    }
  }
  return found;
}

/** Where a task works: where the plan's folder is here, or in a folder of the worker. Null: the task's own is missing. */
export async function workingFolder(
  { cwd, folder }: { readonly cwd: string; readonly folder: string },
  { given, own }: { readonly given: string | null; readonly own: string },
): Promise<string> {
  const below = cwd === folder ? "" : cwd.startsWith(`${folder}/`) ? cwd.slice(folder.length + 1) : null;
  if (given !== null && below !== null) return join(given, below);
  if (below === "" && !(await isFolder(cwd))) return own;
  return cwd;
}

async function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
}
