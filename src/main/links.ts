import { existsSync } from "node:fs";
import { systemClock } from "./core/clock";
import { isInWalMode, mustAllowWriting } from "./core/store/file-checks";
import { openSource } from "./core/store/observe-source";

/** What a link of ours, `hive://task/<id>`, leads to. It can show something, and do nothing. */
export interface TaskLink {
  readonly taskId: string;
}

export const LINK_SCHEME = "hive:";

/** Ids are short; whatever is longer is none. */
const LONGEST_ID = 200;
const SHAPE = /^hive:\/\/task\/([\w.~%:@+-]+)\/?$/i;

/**
 * Reads a link: anybody may have written it. Null: it is none of those that are known, with nothing before, behind or
 * between.
 */
export function parseLink(text: string): TaskLink | null {
  const encoded = SHAPE.exec(text)?.[1];
  if (encoded === undefined) return null;
  try {
    const taskId = decodeURIComponent(encoded);
    const isId = taskId.length <= LONGEST_ID && !/\p{Cc}/u.test(taskId);
    return isId ? { taskId } : null;
  } catch {
    return null;
  }
}

/** Where in the page a link leads, whatever stands in it. */
export function linkPlace({ taskId }: TaskLink): string {
  return `#/tasks/${encodeURIComponent(taskId)}`;
}

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
