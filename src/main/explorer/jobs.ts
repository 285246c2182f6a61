import { HiveError } from "../../shared/errors";
import { searchLog } from "./log-search";
import type { JobName, JobWorker } from "./protocol";

/** Who does which job. */
export const JOBS: { readonly [Name in JobName]: JobWorker<Name> } = {
  searchLog: readingFile(searchLog),
};

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
