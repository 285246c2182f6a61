import type { OperationInput } from "../../../shared/contract";
import type { ResultExport } from "../../../shared/model/explorer";
import { call } from "../../api";
import { createFileWriting } from "../../file-writing";
import { formatBytes, plural } from "../../ui/format";

type Order = OperationInput<"explorer.export">;

const files = createFileWriting<ResultExport>({
  ask: ({ exportId }) => call("explorer.exported", { exportId }),
  stop: ({ exportId }) => call("explorer.stopExport", { exportId }),
  failed: "The rows could not be exported",
  stopped: { title: "Export stopped", description: "No file was left." },
  done: ({ rows, bytes, file }) => ({
    title: `${plural(rows, "row")} exported, ${formatBytes(bytes)}`,
    description: file,
  }),
});

/** The file that is being written; null: none is. */
export const useResultExport = files.use;

/** Asks where to, writes every row there, and tells when it is done. */
export const exportRows = (source: Order["source"], format: Order["format"]): Promise<void> =>
  files.write(() => call("explorer.export", { source, format }));

export const stopExport = files.stop;
