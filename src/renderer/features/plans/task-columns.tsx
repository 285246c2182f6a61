import type { ComponentType } from "react";
import type { TaskRow } from "../../../shared/model/views";
import type { DataColumn } from "../../ui/data-table/data-table";
import { TaskAttempt, TaskDuration, TaskId, TaskReason, TaskTitle, TaskWaited, TaskWorker } from "../../ui/task-cells";
import { TaskState } from "../dialogs/held-mark";
import styles from "./columns.module.css";

const cell =
  (Cell: ComponentType<{ readonly task: TaskRow }>): DataColumn<TaskRow>["cell"] =>
  ({ row: { original } }) => <Cell task={original} />;

export const TASK_COLUMNS: ReadonlyArray<DataColumn<TaskRow>> = [
  { id: "state", header: "State", meta: { width: "112px" }, cell: cell(TaskState) },
  { id: "title", header: "Title", meta: { width: "minmax(130px, 1.1fr)" }, cell: cell(TaskTitle) },
  { id: "id", header: "ID", meta: { width: "minmax(116px, 0.6fr)" }, cell: cell(TaskId) },
  {
    id: "agent",
    header: "Agent",
    meta: { width: "74px" },
    cell: ({ row: { original } }) => <span className={styles.mono}>{original.agent}</span>,
  },
  { id: "worker", header: "Worker", meta: { width: "minmax(84px, 0.5fr)" }, cell: cell(TaskWorker) },
  { id: "attempt", header: "Attempt", meta: { width: "66px", align: "end" }, cell: cell(TaskAttempt) },
  { id: "waited", header: "Waited", meta: { width: "72px", align: "end" }, cell: cell(TaskWaited) },
  { id: "duration", header: "Duration", meta: { width: "84px", align: "end" }, cell: cell(TaskDuration) },
  { id: "reason", header: "Reason", meta: { width: "minmax(120px, 1.4fr)" }, cell: cell(TaskReason) },
];
