import type { ReactNode } from "react";
import { isActiveTask } from "../../../shared/model/task";
import type { TaskRow } from "../../../shared/model/views";
import { cx } from "../../ui/class-names";
import type { DataColumn } from "../../ui/data-table/data-table";
import { shortId } from "../../ui/format";
import { lookOf } from "../../ui/looks";
import { Elapsed, Remaining } from "../../ui/relative-time";
import { StatusLabel } from "../../ui/status";
import styles from "./columns.module.css";

const row =
  (render: (task: TaskRow) => ReactNode): DataColumn<TaskRow>["cell"] =>
  ({ row: { original } }) =>
    render(original);

/** From its creation to its start; ticking while it has not begun. */
function Waited({ task }: { readonly task: TaskRow }) {
  const end = task.startedAt ?? task.finishedAt;
  return <Elapsed from={task.createdAt} to={end} />;
}

/** Of the latest attempt; ticking while it runs. Before a retry, the time until it begins. */
function Duration({ task }: { readonly task: TaskRow }) {
  if (task.state === "retrying" && task.notBefore !== null) {
    return (
      <span className={styles.muted}>
        <Remaining until={task.notBefore} />
      </span>
    );
  }
  if (task.startedAt === null)
    return task.finishedAt === null ? <span className={styles.muted}>Not started</span> : null;
  if (task.finishedAt !== null) return <Elapsed from={task.startedAt} to={task.finishedAt} />;
  return isActiveTask(task.status) ? <Elapsed from={task.startedAt} to={null} /> : null;
}

const isBad = (state: string): boolean => ["failed", "rejected", "escalated"].includes(state);

export const TASK_COLUMNS: ReadonlyArray<DataColumn<TaskRow>> = [
  {
    id: "state",
    header: "State",
    meta: { width: "112px" },
    cell: row((task) => <StatusLabel kind="task" state={task.state} />),
  },
  {
    id: "title",
    header: "Title",
    meta: { width: "minmax(130px, 1.1fr)" },
    cell: row((task) => (
      <span className={styles.title} title={task.title}>
        {task.title}
      </span>
    )),
  },
  {
    id: "id",
    header: "ID",
    meta: { width: "minmax(116px, 0.6fr)" },
    cell: row((task) => (
      <span className={cx(styles.mono, styles.muted)} title={task.id}>
        {task.subtaskId ?? shortId(task.id)}
      </span>
    )),
  },
  {
    id: "agent",
    header: "Agent",
    meta: { width: "74px" },
    cell: row((task) => <span className={styles.mono}>{task.agent}</span>),
  },
  {
    id: "worker",
    header: "Worker",
    meta: { width: "minmax(84px, 0.5fr)" },
    cell: row((task) =>
      task.workerId === null ? (
        <span className={styles.muted}>Unassigned</span>
      ) : (
        <span className={styles.mono} title={task.workerId}>
          {task.workerId}
        </span>
      ),
    ),
  },
  {
    id: "attempt",
    header: "Attempt",
    meta: { width: "66px", align: "end" },
    cell: row((task) => (
      <span className={cx(task.attempts > 1 && styles.retried)}>
        {task.attempts}/{task.maxAttempts}
      </span>
    )),
  },
  {
    id: "waited",
    header: "Waited",
    meta: { width: "72px", align: "end" },
    cell: row((task) => <Waited task={task} />),
  },
  {
    id: "duration",
    header: "Duration",
    meta: { width: "84px", align: "end" },
    cell: row((task) => <Duration task={task} />),
  },
  {
    id: "reason",
    header: "Reason",
    meta: { width: "minmax(120px, 1.4fr)" },
    cell: row((task) =>
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
  },
];
