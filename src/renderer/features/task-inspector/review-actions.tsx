import { Check, Undo2, X } from "lucide-react";
import type { ReactNode } from "react";
import { isTerminalTask } from "../../../shared/model/task";
import type { TaskDetail } from "../../../shared/model/views";
import { Button } from "../../ui/button";
import { useHotkeys } from "../../ui/hotkeys";
import { useHeldAct } from "../dialogs/held-acts";
import { approveTask, askVerdict } from "../dialogs/task-acts";
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
    keys: "Shift+A",
    icon: <Check size={14} />,
    of: ["review_pending", "escalated"],
  },
  {
    verdict: "tasks.reject",
    label: "Reject",
    keys: "Shift+D",
    icon: <X size={14} />,
    of: ["review_pending", "escalated"],
  },
  {
    verdict: "tasks.sendBack",
    label: "Send back",
    keys: "Shift+B",
    icon: <Undo2 size={14} />,
    of: ["review_pending", "rejected"],
  },
];

/** A person's decision on a task that waits for one. */
export function ReviewActions({ task, hasKeys }: { readonly task: TaskDetail; readonly hasKeys: boolean }) {
  const held = useHeldAct(task.id);
  const readOnly = useReadOnlyReason();
  const off = readOnly ?? (held?.act === "tasks.approve" ? "It is approved in a moment; Undo takes that back." : null);
  const looks = LOOKS.filter(({ of }) => of.includes(task.status));
  const ask = (verdict: Verdict): void => {
    const blocks = task.dependents.filter((dependent) => !isTerminalTask(dependent.state)).length;
    if (verdict === "tasks.approve") void approveTask(task, { blocks });
    else askVerdict(task, verdict, { blocks });
  };
  useHotkeys({
    group: "Task",
    hotkeys: looks.map(({ verdict, keys, label }) => ({
      keys: [keys],
      label,
      hint: true,
      disabled: !hasKeys || off !== null,
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
          disabledReason={off}
          onClick={() => ask(verdict)}
        >
          {label}
        </Button>
      ))}
    </div>
  );
}
