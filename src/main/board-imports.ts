import type { boardImportContract } from "../shared/board-import-contract";
import type { Handlers } from "../shared/contract";
import { HiveError, toErrorBody } from "../shared/errors";
import type { BoardImportProgress } from "../shared/model/board-import";
import { importBoard } from "./core/operations/board-import";
import type { Store } from "./core/store/open";
import type { Dialogs } from "./dialogs";

export interface BoardImportServices {
  readonly store: Store;
  readonly dialogs: Pick<Dialogs, "databaseFile">;
  readonly nativeBinding: string | undefined;
  readonly actor: string;
}

/** Imports of this window: one at a time. */
export function boardImportHandlers({ store, dialogs, nativeBinding, actor }: BoardImportServices) {
  let latest: BoardImportProgress | null = null;
  let abort = new AbortController();

  const note = (news: Partial<BoardImportProgress>): void => {
    if (latest !== null) latest = { ...latest, ...news };
  };

  function known(importId: string): BoardImportProgress {
    if (latest?.importId === importId) return latest;
    throw new HiveError("not_found", `There is no import ${importId} in this window.`, { importId });
  }

  async function run(file: string, { signal }: AbortController): Promise<void> {
    try {
      const onProgress = (report: BoardImportProgress["report"]) => note({ report });
      note({ state: "done", report: await importBoard(store, { file, actor, nativeBinding, signal, onProgress }) });
    } catch (error) {
      note(signal.aborted ? { state: "stopped" } : { state: "failed", error: toErrorBody(error).message });
    }
  }

  return {
    "boardImport.begin": async () => {
      if (latest?.state === "running") {
        throw new HiveError("not_allowed", `${latest.file} is still being imported.`, { file: latest.file });
      }
      const file = await dialogs.databaseFile();
      if (file === null) return null;
      latest = { importId: store.newId(), file, state: "running", report: null, error: null };
      abort = new AbortController();
      void run(file, abort);
      return latest;
    },
    "boardImport.status": ({ importId }) => known(importId),
    "boardImport.stop": ({ importId }) => {
      const found = known(importId);
      abort.abort();
      return found;
    },
  } satisfies Pick<Handlers, keyof typeof boardImportContract>;
}
