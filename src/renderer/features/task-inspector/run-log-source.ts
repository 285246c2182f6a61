import { call, on } from "../../api";
import { keepLive, watchRun } from "../../sync";
import type { LogSource } from "../../ui/log-viewer/log-reader";

/** The log of an attempt, live while it is watched. */
export function runLogSource(runId: string): LogSource {
  const read: LogSource["read"] = async (request) => {
    // Growth is told from here on, so none falls between the read and the telling.
    await watchRun(runId);
    return call("runs.readLog", { runId, ...request });
  };
  return {
    read,
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
