import { copyFile, stat, writeFile } from "node:fs/promises";
import type { Handlers } from "../../shared/contract";
import { HiveError } from "../../shared/errors";
import type { Store } from "../core/store/open";
import { readRunLog, readStoredLog } from "../core/store/run-rows";
import type { Dialogs } from "../dialogs";
import type { LogText } from "./log-search";
import type { LogSearches } from "./log-searches";

export interface LogServices {
  readonly store: Store;
  readonly searches: LogSearches;
  readonly dialogs: Pick<Dialogs, "saveFile">;
}

const START = { byte: 0, line: 1 };

/** What the log viewer asks for beside pieces of a log. */
export function logHandlers({ store, searches, dialogs }: LogServices) {
  /** Throws `not_found`. */
  const logOf = (runId: string): LogText => {
    const log = readRunLog(store.read, runId);
    if (log === null) {
      throw new HiveError("not_found", `There is no attempt ${runId} any more. It may have been deleted.`, { runId });
    }
    return log.path === null ? { text: readStoredLog(store.read, runId) } : { path: log.path };
  };
  return {
    "runs.searchLog": ({ runId, query, from = START }) => ({
      searchId: searches.start({ log: logOf(runId), query, from }),
    }),
    "runs.searchLogNext": ({ searchId }) => searches.next(searchId),
    "runs.stopSearch": ({ searchId }) => {
      searches.stop(searchId);
      return null;
    },
    "runs.saveLog": async ({ runId }) => {
      const log = logOf(runId);
      const file = await dialogs.saveFile("Save the log", `${runId}.log`);
      if (file === null) return null;
      await save(log, file);
      return { file, bytes: (await stat(file)).size };
    },
  } satisfies Partial<Handlers>;
}

async function save(log: LogText, file: string): Promise<void> {
  try {
    if ("path" in log) await copyFile(log.path, file);
    else await writeFile(file, log.text);
  } catch (error) {
    const cause = error instanceof Error ? error.message : String(error);
    throw new HiveError("file_unwritable", `The log could not be saved as ${file}: ${cause}. Choose another place.`, {
      file,
    });
  }
}
