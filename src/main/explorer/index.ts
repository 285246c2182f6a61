import { searchLog } from "./log-search";
import type { FromExplorer, ToExplorer } from "./protocol";

/** The explorer process: one job at a time, told piece by piece. Whoever started it kills it when it takes too long. */
const tell = (message: FromExplorer): void => process.parentPort.postMessage(message);

process.parentPort.on("message", ({ data }: { data: ToExplorer }) => void work(data));

async function work({ id, job }: ToExplorer): Promise<void> {
  try {
    for await (const part of searchLog(job)) tell({ id, part });
    tell({ id, end: null });
  } catch (error) {
    tell({ id, failure: error instanceof Error ? error.message : String(error) });
  }
}
