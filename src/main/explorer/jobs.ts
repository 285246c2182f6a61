import { HiveError } from "../../shared/errors";
import { retain, takeCare } from "./care-jobs";
import { examineDatabase, previewRepairJob, repairDatabase } from "./doctor-jobs";
import { searchLog } from "./log-search";
import type { JobName, JobWorker } from "./protocol";
import { exportResult } from "./result-export";
import { countRows, readSchemaOf } from "./schema";
import { runSql } from "./sql-run";
import { readTablePage } from "./table-page";
import { readReferences, readWholeCell } from "./whole-cell";
import { commitWrite, previewWrite } from "./write-run";

/** Who does which job. */
export const JOBS: { readonly [Name in JobName]: JobWorker<Name> } = {
  searchLog: readingFile(searchLog),
  readSchema: once(readSchemaOf),
  countRows,
  runSql,
  readTable: once(readTablePage),
  readCell: once(readWholeCell),
  readReferences: once(readReferences),
  exportResult,
  previewWrite,
  commitWrite,
  examine: examineDatabase,
  previewRepair: async function* (job) {
    yield await previewRepairJob(job);
  },
  repair: repairDatabase,
  care: async function* (job) {
    yield await takeCare(job);
  },
  retain,
};

/** One answer is all there is. */
function once<Input, Part>(work: (input: Input) => Part) {
  return async function* (input: Input): AsyncGenerator<Part> {
    yield work(input);
  };
}

/** What fails while a file is read tells of the file. */
function readingFile<Input, Part>(work: (input: Input) => AsyncIterable<Part>) {
  return async function* (input: Input): AsyncGenerator<Part> {
    try {
      yield* work(input);
    } catch (error) {
      if (error instanceof HiveError) throw error;
      throw new HiveError("file_unreadable", error instanceof Error ? error.message : String(error));
    }
  };
}
