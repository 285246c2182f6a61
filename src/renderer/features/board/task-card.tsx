import { Check } from "lucide-react";
import { memo } from "react";
import type { BoardTask } from "../../../shared/model/task-lists";
import { cx } from "../../ui/class-names";
import { lookOf } from "../../ui/looks";
import { Elapsed, RelativeTime, Remaining } from "../../ui/relative-time";
import { StatusGlyph } from "../../ui/status";
import { HeldMark } from "../dialogs/held-mark";
import { AgentIcon } from "./agent-icon";
import styles from "./board.module.css";
import { PriorityMark } from "./priority-mark";
import { OverUsual, UsualBar } from "./usual-bar";

interface TaskCardProps {
  readonly task: BoardTask;
  /** The status of the column that it stands in. */
  readonly column: string;
  readonly isSelected: boolean;
  readonly isCursor: boolean;
  readonly isGone: boolean;
}

const TINTED = ["failed", "rejected", "escalated", "stopping", "blocked"];

/** How long it runs or ran; of all others how long ago it changed. */
function Age({ task }: { readonly task: BoardTask }) {
  if (task.state === "retrying" && task.notBefore !== null) return <Remaining until={task.notBefore} />;
  if (task.status === "in_progress" && task.startedAt !== null) return <Elapsed from={task.startedAt} to={null} />;
  return <RelativeTime at={task.status === "queued" ? task.createdAt : (task.updatedAt ?? task.createdAt)} />;
}

function took({ status, startedAt, finishedAt }: BoardTask) {
  if (status !== "completed" || startedAt === null || finishedAt === null) return null;
  return (
    <>
      took <Elapsed from={startedAt} to={finishedAt} />
    </>
  );
}

/** A task on the board: what it is, where it belongs, why it stands there, who has it and for how long. */
export const TaskCard = memo(function TaskCard({ task, column, isSelected, isCursor, isGone }: TaskCardProps) {
  const isMoved = task.status !== column;
  const isDerived = task.state !== column;
  const { tone, label } = lookOf("task", task.state);
  const why = task.reason ?? took(task);
  const runsSince = task.status === "in_progress" && task.planId !== null && !isGone ? task.startedAt : null;
  return (
    <div
      className={cx(styles.card, (isMoved || isGone) && styles.away)}
      data-tone={tone}
      data-selected={isSelected || undefined}
      data-cursor={isCursor || undefined}
    >
      <div className={styles.cardTop}>
        <span className={styles.check} data-check aria-hidden="true">
          {isSelected && <Check size={10} strokeWidth={3} />}
        </span>
        <span className={styles.cardTitle} title={task.title}>
          {task.title}
        </span>
        <PriorityMark priority={task.priority} />
      </div>
      <div className={styles.cardPlan} title={task.planTitle ?? undefined}>
        <HeldMark taskId={task.id}>{task.planTitle ?? (task.planId === null ? "No plan" : task.planId)}</HeldMark>
      </div>
      {isGone ? (
        <div className={styles.cardWhy}>Deleted</div>
      ) : isDerived ? (
        <div className={cx(styles.cardWhy, styles.tinted)} title={task.reason ?? label}>
          <StatusGlyph kind="task" state={task.state} size={12} />
          <span>{isMoved ? `Now ${label.toLowerCase()}` : (task.reason ?? label)}</span>
        </div>
      ) : (
        why !== null && (
          <div
            className={cx(styles.cardWhy, TINTED.includes(task.state) && styles.tinted)}
            title={task.reason ?? undefined}
          >
            <span>{why}</span>
          </div>
        )
      )}
      {runsSince !== null && !isDerived && why === null && <OverUsual taskId={task.id} from={runsSince} />}
      <div className={styles.cardFoot}>
        <span className={styles.who} title={task.workerId ?? task.agent}>
          <AgentIcon agent={task.agent} />
          <span>{task.workerId ?? task.agent}</span>
        </span>
        <span className={task.attempts > 1 ? styles.retried : undefined} title="Attempts begun, of so many">
          {task.attempts}/{task.maxAttempts}
        </span>
        <span className={styles.age}>
          <Age task={task} />
        </span>
      </div>
      {runsSince !== null && <UsualBar taskId={task.id} from={runsSince} />}
    </div>
  );
});
