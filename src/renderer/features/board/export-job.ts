import type { TaskFilter } from "../../../shared/model/task-filter";
import type { ExportFormat, TaskExport, TaskOrder } from "../../../shared/model/task-lists";
import { call } from "../../api";
import { createFileWriting } from "../../file-writing";
import { formatCount, plural } from "../../ui/format";

const files = createFileWriting<TaskExport>({
  ask: ({ exportId }) => call("tasks.exported", { exportId }),
  stop: ({ exportId }) => call("tasks.stopExport", { exportId }),
  failed: "The tasks could not be exported",
  stopped: { title: "Export stopped", description: "Nothing was written." },
  done: ({ written, file, isCut }) => ({
    title: `${plural(written, "task")} exported`,
    description: isCut ? `The first ${formatCount(written)}: a file gets no more. ${file}` : file,
  }),
});

/** The file of tasks that is being written; null: none is. */
export const useExport = files.use;

/** Asks where to, writes the tasks that match there, and tells when it is done. */
export const exportTasks = (filter: TaskFilter, order: TaskOrder | null, format: ExportFormat): Promise<void> =>
  files.write(() => call("tasks.export", { filter, format, ...(order === null ? {} : { order }) }));

export const stopExport = files.stop;
