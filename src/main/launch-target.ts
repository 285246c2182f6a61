import type { WindowMode } from "../shared/model/database-choice";
import type { LaunchRequest } from "./arguments";
import type { RememberedDatabase } from "./databases";
import type { TaskLink } from "./links";

type OpenRequest = Extract<LaunchRequest, { readonly kind: "open" }>;

/** The database whose window opens, and how. */
export interface LaunchTarget {
  readonly databaseFile: string;
  readonly mode: WindowMode;
}

export interface TargetOptions {
  /** Databases that windows had open, the latest first. */
  readonly remembered: readonly RememberedDatabase[];
  readonly defaultFile: string;
  readonly nativeBinding: string | undefined;
}

/**
 * What a start opens. A database that nobody said how to open is opened as it was last; one that was never open here is
 * only looked at: a click on a file or a link adopts nothing.
 */
export async function targetOf(
  { databaseFile, link, mode }: OpenRequest,
  { remembered, defaultFile, nativeBinding }: TargetOptions,
): Promise<LaunchTarget> {
  const known = [...remembered.map(({ file }) => file), defaultFile];
  const file = databaseFile ?? (link === null ? null : await findTask(link, known, nativeBinding));
  const last = remembered.find((one) => one.file === file)?.mode;
  if (file === null || file === defaultFile) return { databaseFile: defaultFile, mode: mode ?? last ?? "operate" };
  return { databaseFile: file, mode: mode ?? last ?? "observe" };
}

/** What reads databases is loaded only where one is searched: a start waits for it otherwise. */
async function findTask(...search: [TaskLink, readonly string[], string | undefined]): Promise<string | null> {
  const { databaseOfLink } = await import("./link-database");
  return databaseOfLink(...search);
}
