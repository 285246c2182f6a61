import { call, on } from "../../api";
import { keepLive, watchRun } from "../../sync";
import type { LogSearchRequest, LogSource } from "../../ui/log-viewer/log-reader";

/** The log of an attempt, live while it is watched. */
export function runLogSource(runId: string): LogSource {
  const read: LogSource["read"] = async (request) => {
    // Growth is told from here on, so none falls between the read and the telling.
    await watchRun(runId);
    return call("runs.readLog", { runId, ...request });
  };
  return {
    read,
    search: (request) => search(runId, request),
    save: () => call("runs.saveLog", { runId }),
    watch(listener) {
      const ends = [
        on("log", (message) => {
          if (message.runId === runId) listener(message);
        }),
        keepLive({
          patch: () => {},
          // Pushes were missed: ask how long it is now. A failure shows with the next read.
          reload: () => void read({ maxBytes: 1 }).then(listener, () => {}),
        }),
      ];
      return () => {
        for (const end of ends) end();
        void watchRun(null);
      };
    },
  };
}

async function search(runId: string, { query, from, onFound, signal }: LogSearchRequest): Promise<void> {
  if (signal.aborted) return;
  const { searchId } = await call("runs.searchLog", { runId, query, ...(from === undefined ? {} : { from }) });
  // Nobody waits for the end of a search that is given up; one that main forgot is stopped already.
  const stop = (): void => void call("runs.stopSearch", { searchId }).catch(() => undefined);
  if (signal.aborted) {
    stop();
    return;
  }
  signal.addEventListener("abort", stop, { once: true });
  try {
    for (;;) {
      const found = await call("runs.searchLogNext", { searchId });
      if (signal.aborted) return;
      onFound(found);
      if (found.isDone) return;
    }
  } catch (error) {
    // Stopping makes the last question fail.
    if (!signal.aborted) throw error;
  } finally {
    signal.removeEventListener("abort", stop);
  }
}
