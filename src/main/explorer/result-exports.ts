import { rm } from "node:fs/promises";
import { HiveError, toErrorBody } from "../../shared/errors";
import type { ResultExport, ResultFormat } from "../../shared/model/explorer";
import { MOST_MEMORY } from "./ask";
import type { Explorer, RunningJob } from "./client";
import type { ExplorerDatabase } from "./connection";
import type { ExportSource } from "./result-export";

/** Those that ended are asked for once more at most. */
const MOST_KEPT = 20;

export interface ExportOrder {
  readonly database: ExplorerDatabase;
  readonly source: ExportSource;
  readonly format: ResultFormat;
  readonly file: string;
}

/** Files of results that this window writes. */
export interface ResultExports {
  start(order: ExportOrder): ResultExport;
  /** Throws `not_found`. */
  get(exportId: string): ResultExport;
  stop(exportId: string): void;
  stopAll(): void;
}

export function createResultExports(explorer: Explorer, memoryBytes = MOST_MEMORY): ResultExports {
  const exports = new Map<string, ResultExport>();
  const jobs = new Map<string, RunningJob>();
  const stopping = new Set<string>();
  let last = 0;

  const note = (exportId: string, news: Partial<ResultExport>): void => {
    const known = exports.get(exportId);
    if (known !== undefined) exports.set(exportId, { ...known, ...news });
  };

  function stop(exportId: string): void {
    stopping.add(exportId);
    jobs.get(exportId)?.cancel();
  }

  return {
    start({ database, source, format, file }) {
      last += 1;
      const exportId = String(last);
      const part = `${file}.${process.pid}-${exportId}.part`;
      const begun: ResultExport = { exportId, file, state: "writing", rows: 0, bytes: 0, error: null };
      for (const [id, { state }] of exports) {
        if (exports.size >= MOST_KEPT && state !== "writing") exports.delete(id);
      }
      exports.set(exportId, begun);
      const job = explorer.run<"exportResult">(
        { kind: "exportResult", ...database, source, format, target: file, part },
        { onPart: (progress) => note(exportId, progress), timeoutMs: null, memoryBytes },
      );
      jobs.set(exportId, job);
      void job.ended
        .then(
          async () => {
            if (!stopping.has(exportId)) return note(exportId, { state: "done" });
            await rm(part, { force: true });
            note(exportId, { state: "stopped" });
          },
          async (error: unknown) => {
            // A process that was killed could not clear up.
            await rm(part, { force: true });
            note(exportId, { state: "failed", error: toErrorBody(error).message });
          },
        )
        .finally(() => {
          jobs.delete(exportId);
          stopping.delete(exportId);
        });
      return begun;
    },
    get(exportId) {
      const known = exports.get(exportId);
      if (known !== undefined) return known;
      throw new HiveError("not_found", "This export is not known any more.", { exportId });
    },
    stop,
    stopAll() {
      for (const exportId of jobs.keys()) stop(exportId);
    },
  };
}
