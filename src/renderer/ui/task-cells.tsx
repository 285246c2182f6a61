import { isActiveTask } from "../../shared/model/task";
import type { TaskRow } from "../../shared/model/views";
import { cx } from "./class-names";
import { shortId } from "./format";
import { lookOf } from "./looks";
import { Elapsed, Remaining } from "./relative-time";
import styles from "./task-cells.module.css";

interface CellProps {
  readonly task: TaskRow;
}

export function TaskTitle({ task }: CellProps) {
  return (
    <span className={styles.title} title={task.title}>
      {task.title}
    </span>
  );
}

/** The id in its plan, else the beginning of its own. */
export function TaskId({ task }: CellProps) {
  return (
    <span className={cx(styles.mono, styles.muted)} title={task.id}>
      {task.subtaskId ?? shortId(task.id)}
    </span>
  );
}

export function TaskWorker({ task }: CellProps) {
  if (task.workerId === null) return <span className={styles.muted}>Unassigned</span>;
  return (
    <span className={styles.mono} title={task.workerId}>
      {task.workerId}
    </span>
  );
}

/** Attempts begun, of so many. */
export function TaskAttempt({ task }: CellProps) {
  return (
    <span className={cx(task.attempts > 1 && styles.retried)}>
      {task.attempts}/{task.maxAttempts}
    </span>
  );
}

/** From its creation to its start; ticking while it has not begun. */
export function TaskWaited({ task }: CellProps) {
  return <Elapsed from={task.createdAt} to={task.startedAt ?? task.finishedAt} />;
}

/** Of the latest attempt; ticking while it runs. Before a retry, the time until it begins. */
export function TaskDuration({ task }: CellProps) {
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

const BAD = ["failed", "rejected", "escalated"];

/** Why it failed, or what it waits for. */
export function TaskReason({ task }: CellProps) {
  if (task.reason === null) return null;
  return (
    <span
      className={cx(BAD.includes(task.state) && styles.tinted)}
      data-tone={lookOf("task", task.state).tone}
      title={task.reason}
    >
      {task.reason}
    </span>
  );
}
