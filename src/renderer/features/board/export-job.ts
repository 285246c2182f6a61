import { create } from "zustand";
import type { TaskFilter } from "../../../shared/model/task-filter";
import type { ExportFormat, TaskExport, TaskOrder } from "../../../shared/model/task-lists";
import { call, messageOf } from "../../api";
import { formatCount, plural } from "../../ui/format";
import { toast } from "../../ui/toast";

/** The file of tasks that is being written; null: none is. */
export const useExport = create<{ readonly writing: TaskExport | null }>()(() => ({ writing: null }));

const POLL_MS = 200;

/** Asks where to, writes the tasks that match there, and tells when it is done. */
export async function exportTasks(filter: TaskFilter, order: TaskOrder | null, format: ExportFormat): Promise<void> {
  try {
    const begun = await call("tasks.export", { filter, format, ...(order === null ? {} : { order }) });
    if (begun !== null) await follow(begun);
  } catch (error) {
    toast.error("The tasks could not be exported", { description: messageOf(error) });
  }
}

async function follow(begun: TaskExport): Promise<void> {
  let latest = begun;
  while (latest.state === "writing") {
    useExport.setState({ writing: latest });
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    latest = await call("tasks.exported", { exportId: begun.exportId });
  }
  useExport.setState({ writing: null });
  tell(latest);
}

function tell({ state, written, file, isCut, error }: TaskExport): void {
  if (state === "failed") toast.error("The tasks could not be exported", { description: error ?? file });
  else if (state === "stopped") toast.info("Export stopped", { description: "Nothing was written." });
  else {
    toast.success(`${plural(written, "task")} exported`, {
      description: isCut ? `The first ${formatCount(written)}: a file gets no more. ${file}` : file,
    });
  }
}

export async function stopExport(exportId: string): Promise<void> {
  try {
    await call("tasks.stopExport", { exportId });
  } catch (error) {
    toast.error("Could not stop", { description: messageOf(error) });
  }
}
