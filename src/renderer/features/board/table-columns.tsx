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
import { cx } from "../../ui/class-names";
import { shortId } from "../../ui/format";
import { lookOf } from "../../ui/looks";
import { Elapsed, RelativeTime, Remaining } from "../../ui/relative-time";
import { StatusLabel } from "../../ui/status";
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

const isBad = (state: string): boolean => ["failed", "rejected", "escalated"].includes(state);
const muted = (words: ReactNode): ReactNode => <span className={styles.muted}>{words}</span>;

function duration(task: BoardTask): ReactNode {
  if (task.state === "retrying" && task.notBefore !== null) return muted(<Remaining until={task.notBefore} />);
  if (task.startedAt === null) return task.finishedAt === null ? muted("Not started") : null;
  if (task.finishedAt !== null) return <Elapsed from={task.startedAt} to={task.finishedAt} />;
  return isActiveTask(task.status) ? <Elapsed from={task.startedAt} to={null} /> : null;
}

/** All columns there are, in their first order. The last one takes what room is left. */
export const TASK_TABLE_COLUMNS: readonly TaskColumn[] = [
  column("state", 108, { label: "State", caption: "Task" }, (task) => <StatusLabel kind="task" state={task.state} />),
  column("title", 184, { label: "Title", caption: "Task" }, (task) => (
    <span className={styles.title} title={task.title}>
      {task.title}
    </span>
  )),
  column("id", 84, { label: "ID", caption: "Task" }, (task) => (
    <span className={cx(styles.mono, styles.muted)} title={task.id}>
      {task.subtaskId ?? shortId(task.id)}
    </span>
  )),
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
  column("worker", 104, { label: "Worker", caption: "Execution" }, (task) =>
    task.workerId === null ? (
      muted("Unassigned")
    ) : (
      <span className={styles.mono} title={task.workerId}>
        {task.workerId}
      </span>
    ),
  ),
  column("attempt", 66, { label: "Attempt", caption: "Execution", align: "end" }, (task) => (
    <span className={cx(task.attempts > 1 && styles.retried)}>
      {task.attempts}/{task.maxAttempts}
    </span>
  )),
  column("waited", 82, { label: "Waited", caption: "Timing", align: "end" }, (task) => (
    <Elapsed from={task.createdAt} to={task.startedAt ?? task.finishedAt} />
  )),
  column("duration", 84, { label: "Duration", caption: "Timing", align: "end" }, duration),
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
  column("reason", 240, { label: "Reason", caption: "Outcome" }, (task) =>
    task.reason === null ? null : (
      <span
        className={cx(isBad(task.state) && styles.tinted)}
        data-tone={lookOf("task", task.state).tone}
        title={task.reason}
      >
        {task.reason}
      </span>
    ),
  ),
];

/** Shown unless somebody hides them. */
export const SHOWN_AT_FIRST: Readonly<Record<string, boolean>> = { tags: false, waited: false };
