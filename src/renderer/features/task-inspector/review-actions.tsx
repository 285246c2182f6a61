import { Check, Undo2, X } from "lucide-react";
import type { ReactNode } from "react";
import { isTerminalTask } from "../../../shared/model/task";
import type { TaskDetail } from "../../../shared/model/views";
import { Button } from "../../ui/button";
import { useHotkeys } from "../../ui/hotkeys";
import { askVerdict } from "../dialogs/task-acts";
import { useReadOnlyReason } from "../shell/app-store";
import styles from "./task-actions-bar.module.css";

type Verdict = Parameters<typeof askVerdict>[1];

interface VerdictLook {
  readonly verdict: Verdict;
  readonly label: string;
  readonly keys: string;
  readonly icon: ReactNode;
  /** The statuses in which it may be given. */
  readonly of: readonly string[];
}

const LOOKS: readonly VerdictLook[] = [
  {
    verdict: "tasks.approve",
    label: "Approve",
    keys: "a",
    icon: <Check size={14} />,
    of: ["review_pending", "escalated"],
  },
  { verdict: "tasks.reject", label: "Reject", keys: "d", icon: <X size={14} />, of: ["review_pending", "escalated"] },
  {
    verdict: "tasks.sendBack",
    label: "Send back",
    keys: "b",
    icon: <Undo2 size={14} />,
    of: ["review_pending", "rejected"],
  },
];

/** A person's decision on a task that waits for one. */
export function ReviewActions({ task }: { readonly task: TaskDetail }) {
  const readOnly = useReadOnlyReason();
  const looks = LOOKS.filter(({ of }) => of.includes(task.status));
  const ask = (verdict: Verdict): void => {
    const blocks = task.dependents.filter((dependent) => !isTerminalTask(dependent.state)).length;
    askVerdict(task, verdict, { blocks });
  };
  useHotkeys({
    group: "Task",
    hotkeys: looks.map(({ verdict, keys, label }) => ({
      keys: [keys],
      label,
      hint: true,
      disabled: readOnly !== null,
      run: () => ask(verdict),
    })),
  });
  if (looks.length === 0) return null;
  return (
    <div className={styles.actions}>
      {looks.map(({ verdict, label, keys, icon }) => (
        <Button
          key={verdict}
          size="sm"
          variant={verdict === "tasks.reject" ? "danger-quiet" : "default"}
          icon={icon}
          keys={keys}
          disabledReason={readOnly}
          onClick={() => ask(verdict)}
        >
          {label}
        </Button>
      ))}
    </div>
  );
}
