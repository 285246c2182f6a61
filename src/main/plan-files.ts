import { createHash } from "node:crypto";
import { isAbsolute } from "node:path";
import { HiveError } from "../shared/errors";
import type { Preferences } from "./preferences";

/** Files remembered from one start to the next. */
const MOST_RECENT = 20;

/**
 * Plan files by ids of ours: what a person chose in a dialog, dropped on the window, named on the command line or
 * launched before. The page names an id and never a path.
 */
export interface PlanFiles {
  /** Makes a file known; the same file always has the same id. `path`: absolute. */
  name(path: string): string;
  /** Throws `not_found`. */
  pathOf(fileId: string): string;
  /** Remembers that it was opened. */
  noteOpened(path: string): void;
  /** Paths opened before, the latest first. */
  opened(): readonly string[];
}

export function createPlanFiles(preferences: Preferences): PlanFiles {
  const paths = new Map<string, string>();
  const opened = (): readonly string[] => preferences.values.recentPlans;

  function name(path: string): string {
    const id = createHash("sha256").update(path).digest("hex").slice(0, 24);
    paths.set(id, path);
    return id;
  }
  for (const path of opened()) name(path);

  return {
    name,
    pathOf(fileId) {
      const path = paths.get(fileId);
      if (path !== undefined) return path;
      throw new HiveError("not_found", "The console does not know this file any more. Open it again.", { fileId });
    },
    noteOpened(path) {
      if (!isAbsolute(path) || opened()[0] === path) return;
      name(path);
      preferences.update({
        recentPlans: [path, ...opened().filter((other) => other !== path)].slice(0, MOST_RECENT),
      });
    },
    opened,
  };
}
