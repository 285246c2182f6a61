import { copyFile, stat, writeFile } from "node:fs/promises";
import type { Handlers } from "../../shared/contract";
import { HiveError } from "../../shared/errors";
import { unpackLog } from "../core/operations/bundle-logs";
import { wordsToHide } from "../core/operations/runs";
import { concealLog } from "../core/runner/conceal";
import { isLogInBundle } from "../core/store/bundle-file";
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
  const logOf = async (runId: string): Promise<LogText> => {
    const log = readRunLog(store.read, runId);
    if (log === null) {
      throw new HiveError("not_found", `There is no attempt ${runId} any more. It may have been deleted.`, { runId });
    }
    if (log.path !== null && isLogInBundle(log.path)) return { path: await unpackLog(store, runId) };
    return log.path === null ? { text: readStoredLog(store.read, runId) } : { path: log.path };
  };
  /** Of an attempt that runs: at its end secrets are hidden in the log itself. */
  const hiddenIn = async (runId: string): Promise<string[]> => {
    const log = readRunLog(store.read, runId);
    return log === null || log.ended || log.path === null ? [] : wordsToHide(store, log.planId);
  };
  return {
    "runs.searchLog": async ({ runId, query, from = START }) => ({
      searchId: searches.start({ log: await logOf(runId), query, from, hidden: await hiddenIn(runId) }),
    }),
    "runs.searchLogNext": ({ searchId }) => searches.next(searchId),
    "runs.stopSearch": ({ searchId }) => {
      searches.stop(searchId);
      return null;
    },
    "runs.saveLog": async ({ runId }) => {
      const log = await logOf(runId);
      const file = await dialogs.saveFile("Save the log", `${runId}.log`);
      if (file === null) return null;
      const hidden = await hiddenIn(runId);
      await save(log, file);
      if (hidden.length > 0) await concealLog(file, Object.fromEntries(hidden.entries()));
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
