import { open, rename, rm } from "node:fs/promises";
import type { Handlers } from "../shared/contract";
import { HiveError, toErrorBody } from "../shared/errors";
import type { ExportFormat, TaskExport } from "../shared/model/task-lists";
import { type ExportRequest, exportTasks } from "./core/operations/export-tasks";
import type { Store } from "./core/store/open";
import type { Dialogs } from "./dialogs";

const TITLE = "Export tasks";
const NAMES: Readonly<Record<ExportFormat, string>> = { csv: "tasks.csv", jsonl: "tasks.jsonl" };
/** Those that ended are asked for once more at most. */
const MOST_KEPT = 20;

export interface ExportServices {
  readonly store: Store;
  readonly dialogs: Pick<Dialogs, "saveFile">;
}

/** Files of tasks that this window writes. */
export function exportHandlers({ store, dialogs }: ExportServices) {
  const exports = new Map<string, TaskExport>();
  const stopping = new Set<string>();

  const note = (exportId: string, news: Partial<TaskExport>): void => {
    const known = exports.get(exportId);
    if (known !== undefined) exports.set(exportId, { ...known, ...news });
  };

  /** Into a file beside it first: what stood there stays until the new one is whole. */
  async function write(exportId: string, file: string, request: ExportRequest): Promise<void> {
    const part = `${file}.${exportId}.part`;
    try {
      const handle = await open(part, "wx");
      try {
        let written = 0;
        for await (const { text, tasks, isCut } of exportTasks(store, request)) {
          if (stopping.has(exportId)) break;
          await handle.appendFile(text);
          written += tasks;
          note(exportId, { written, isCut });
        }
      } finally {
        await handle.close();
      }
      if (stopping.has(exportId)) {
        await rm(part, { force: true });
        note(exportId, { state: "stopped" });
      } else {
        await rename(part, file);
        note(exportId, { state: "done" });
      }
    } catch (error) {
      await rm(part, { force: true }).catch(() => undefined);
      const { message } = toErrorBody(error);
      note(exportId, { state: "failed", error: `${file} could not be written: ${message}. Choose another place.` });
    } finally {
      stopping.delete(exportId);
    }
  }

  function forget(): void {
    for (const [id, { state }] of exports) {
      if (exports.size <= MOST_KEPT) return;
      if (state !== "writing") exports.delete(id);
    }
  }

  /** Throws `not_found`. */
  function known(exportId: string): TaskExport {
    const found = exports.get(exportId);
    if (found !== undefined) return found;
    throw new HiveError("not_found", `There is no export ${exportId} in this window.`, { exportId });
  }

  return {
    "tasks.export": async (request) => {
      const file = await dialogs.saveFile(TITLE, NAMES[request.format]);
      if (file === null) return null;
      const exportId = store.newId();
      const begun: TaskExport = { exportId, file, written: 0, state: "writing", isCut: false, error: null };
      exports.set(exportId, begun);
      forget();
      void write(exportId, file, request);
      return begun;
    },
    "tasks.exported": ({ exportId }) => known(exportId),
    "tasks.stopExport": ({ exportId }) => {
      if (known(exportId).state === "writing") stopping.add(exportId);
      return known(exportId);
    },
  } satisfies Partial<Handlers>;
}
