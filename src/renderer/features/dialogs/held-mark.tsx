import { Hourglass } from "lucide-react";
import type { ReactNode } from "react";
import type { HeldAct } from "../../../shared/held-contract";
import type { TaskRow } from "../../../shared/model/views";
import { StatusLabel } from "../../ui/status";
import { useHeldAct } from "./held-acts";
import styles from "./held-mark.module.css";

function wordsOf(act: HeldAct): string {
  switch (act.act) {
    case "tasks.retry":
      return "Retrying";
    case "tasks.approve":
      return "Approving";
    case "tasks.setPriority":
      return `Priority ${act.priority}`;
  }
}

interface HeldMarkProps {
  readonly taskId: string;
  /** While nothing is about to be done to it. */
  readonly children: ReactNode;
}

/** What is about to be done to a task, until it is done or taken back. It takes the place of what stands there otherwise. */
export function HeldMark({ taskId, children }: HeldMarkProps) {
  const held = useHeldAct(taskId);
  if (held === null) return children;
  return (
    <span className={styles.mark} title="It is done in a moment; Undo takes that back.">
      <Hourglass size={12} aria-hidden="true" />
      <span>{wordsOf(held)}</span>
    </span>
  );
}

/** A task's state in a row, or what is about to be done to it. */
export function TaskState({ task }: { readonly task: TaskRow }) {
  return (
    <HeldMark taskId={task.id}>
      <StatusLabel kind="task" state={task.state} />
    </HeldMark>
  );
}
