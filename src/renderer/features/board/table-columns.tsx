import {
  type ColumnDef,
  columnOrderingFeature,
  columnResizingFeature,
  columnSizingFeature,
  columnVisibilityFeature,
  metaHelper,
  tableFeatures,
} from "@tanstack/react-table";
import type { ReactNode } from "react";
import { isActiveTask } from "../../../shared/model/task";
import type { BoardTask, TaskOrder } from "../../../shared/model/task-lists";
import { shortId } from "../../ui/format";
import { RelativeTime } from "../../ui/relative-time";
import { TaskAttempt, TaskDuration, TaskId, TaskReason, TaskTitle, TaskWaited, TaskWorker } from "../../ui/task-cells";
import { TaskState } from "../dialogs/held-mark";
import { AgentIcon } from "./agent-icon";
import { PriorityMark } from "./priority-mark";
import styles from "./table.module.css";
import { UsualBar } from "./usual-bar";

export interface TaskColumnMeta {
  readonly label: string;
  /** Columns of one caption that stand beside each other share it. */
  readonly caption: "Task" | "Execution" | "Timing" | "Outcome";
  readonly align?: "end";
  /** Orders of the list that its header chooses, the first one first; none: no index has this order. */
  readonly orders?: readonly TaskOrder[];
  readonly render: (task: BoardTask) => ReactNode;
}

export const features = tableFeatures({
  columnOrderingFeature,
  columnResizingFeature,
  columnSizingFeature,
  columnVisibilityFeature,
  columnMeta: metaHelper<TaskColumnMeta>(),
});

export type TaskColumn = ColumnDef<typeof features, BoardTask, unknown> & {
  readonly id: string;
  readonly size: number;
  readonly meta: TaskColumnMeta;
};

const column = (
  id: string,
  size: number,
  meta: Omit<TaskColumnMeta, "render">,
  render: (task: BoardTask) => ReactNode,
): TaskColumn => ({
  id,
  size,
  minSize: 44,
  maxSize: 900,
  meta: { ...meta, render },
});

const muted = (words: ReactNode): ReactNode => <span className={styles.muted}>{words}</span>;

/** All columns there are, in their first order. The last one takes what room is left. */
export const TASK_TABLE_COLUMNS: readonly TaskColumn[] = [
  column("state", 108, { label: "State", caption: "Task" }, (task) => <TaskState task={task} />),
  column("title", 184, { label: "Title", caption: "Task" }, (task) => <TaskTitle task={task} />),
  column("id", 84, { label: "ID", caption: "Task" }, (task) => <TaskId task={task} />),
  column("plan", 132, { label: "Plan", caption: "Task" }, (task) =>
    task.planId === null ? (
      muted("No plan")
    ) : (
      <span title={task.planTitle ?? task.planId}>{task.planTitle ?? shortId(task.planId)}</span>
    ),
  ),
  column("type", 92, { label: "Type", caption: "Task" }, (task) => (
    <span className={styles.type}>
      <AgentIcon agent={task.agent} />
      {task.agent}
    </span>
  )),
  column("priority", 48, { label: "Pri", caption: "Task", orders: ["priority"] }, (task) => (
    <PriorityMark priority={task.priority} />
  )),
  column("tags", 110, { label: "Tags", caption: "Task" }, (task) => muted(task.tags.join(", "))),
  column("worker", 104, { label: "Worker", caption: "Execution" }, (task) => <TaskWorker task={task} />),
  column("attempt", 66, { label: "Attempt", caption: "Execution", align: "end" }, (task) => (
    <TaskAttempt task={task} />
  )),
  column("waited", 82, { label: "Waited", caption: "Timing", align: "end" }, (task) => <TaskWaited task={task} />),
  column("duration", 84, { label: "Duration", caption: "Timing", align: "end" }, (task) => (
    <TaskDuration task={task} />
  )),
  column("usual", 74, { label: "of P95", caption: "Timing" }, (task) =>
    isActiveTask(task.status) && task.startedAt !== null && task.planId !== null ? (
      <UsualBar taskId={task.id} from={task.startedAt} inline />
    ) : null,
  ),
  column("created", 74, { label: "Created", caption: "Timing", align: "end", orders: ["newest", "oldest"] }, (task) => (
    <RelativeTime at={task.createdAt} />
  )),
  column("updated", 74, { label: "Updated", caption: "Timing", align: "end", orders: ["recent"] }, (task) => (
    <RelativeTime at={task.updatedAt} />
  )),
  column("reason", 240, { label: "Reason", caption: "Outcome" }, (task) => <TaskReason task={task} />),
];

/** Shown unless somebody hides them. */
export const SHOWN_AT_FIRST: Readonly<Record<string, boolean>> = { tags: false, waited: false };
