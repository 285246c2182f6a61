import { create } from "zustand";
import type { OperationInput } from "../../../shared/contract";
import type { ResultExport } from "../../../shared/model/explorer";
import { call, messageOf } from "../../api";
import { formatBytes, plural } from "../../ui/format";
import { toast } from "../../ui/toast";

type Order = OperationInput<"explorer.export">;

/** The file that is being written; null: none is. */
export const useResultExport = create<{ readonly writing: ResultExport | null }>()(() => ({ writing: null }));

const POLL_MS = 200;

/** Asks where to, writes every row there, and tells when it is done. */
export async function exportRows(source: Order["source"], format: Order["format"]): Promise<void> {
  try {
    const begun = await call("explorer.export", { source, format });
    if (begun !== null) await follow(begun);
  } catch (error) {
    useResultExport.setState({ writing: null });
    toast.error("The rows could not be exported", { description: messageOf(error) });
  }
}

async function follow(begun: ResultExport): Promise<void> {
  let latest = begun;
  while (latest.state === "writing") {
    useResultExport.setState({ writing: latest });
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    latest = await call("explorer.exported", { exportId: begun.exportId });
  }
  useResultExport.setState({ writing: null });
  const { state, rows, bytes, file, error } = latest;
  if (state === "failed") toast.error("The rows could not be exported", { description: error ?? file });
  else if (state === "stopped") toast.info("Export stopped", { description: "No file was left." });
  else toast.success(`${plural(rows, "row")} exported, ${formatBytes(bytes)}`, { description: file });
}

export async function stopExport(exportId: string): Promise<void> {
  try {
    await call("explorer.stopExport", { exportId });
  } catch (error) {
    toast.error("Could not stop", { description: messageOf(error) });
  }
}
