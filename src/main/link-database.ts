import { existsSync } from "node:fs";
import { systemClock } from "./core/clock";
import { isInWalMode, mustAllowWriting } from "./core/store/file-checks";
import { openSource } from "./core/store/observe-source";
import type { TaskLink } from "./links";

/** How long the databases of a link are looked through, each and together, in milliseconds. */
const PATIENCE_MS = 200;
const PATIENCE_WITH_ALL_MS = 2_000;

/**
 * The first of these databases that has the link's task, read without leaving anything behind; null: none. One that is
 * missing, locked, damaged or no database is passed over.
 */
export async function databaseOfLink(
  { taskId }: TaskLink,
  files: readonly string[],
  nativeBinding: string | undefined,
): Promise<string | null> {
  const end = systemClock.monotonic() + PATIENCE_WITH_ALL_MS;
  for (const file of files) {
    if (systemClock.monotonic() > end) return null;
    if (await hasTask(file, taskId, nativeBinding).catch(() => false)) return file;
  }
  return null;
}

async function hasTask(file: string, taskId: string, nativeBinding: string | undefined): Promise<boolean> {
  if (!existsSync(file)) return false;
  // On a read-only medium it would be copied first.
  if (isInWalMode(file)) mustAllowWriting(file);
  const deadline = { clock: systemClock, at: systemClock.monotonic() + PATIENCE_MS };
  const source = await openSource({ file, nativeBinding, deadline });
  try {
    return source.connection.prepare("SELECT 1 FROM tasks WHERE id = ?").get(taskId) !== undefined;
  } finally {
    await source.close();
  }
}
