import { Check, Undo2, X } from "lucide-react";
import { type ReactNode, useState } from "react";
import { isTerminalTask } from "../../../shared/model/task";
import type { TaskDetail } from "../../../shared/model/views";
import { call } from "../../api";
import { Button } from "../../ui/button";
import { plural } from "../../ui/format";
import { useHotkeys } from "../../ui/hotkeys";
import { toast } from "../../ui/toast";
import { ConfirmDialog } from "../dialogs/confirm-dialog";
import { useReadOnlyReason } from "../shell/app-store";
import styles from "./task-actions-bar.module.css";
import { readTask } from "./task-store";

type Verdict = "approve" | "reject" | "sendBack";

interface VerdictLook {
  readonly operation: `tasks.${Verdict}`;
  readonly label: string;
  readonly keys: string;
  readonly icon: ReactNode;
  readonly consequence: (waiting: string | null) => string;
  readonly done: string;
}

const LOOKS: Readonly<Record<Verdict, VerdictLook>> = {
  approve: {
    operation: "tasks.approve",
    label: "Approve",
    keys: "a",
    icon: <Check size={14} />,
    consequence: (waiting) => (waiting === null ? "It completes." : `It completes, and ${waiting} can go on.`),
    done: "is approved",
  },
  reject: {
    operation: "tasks.reject",
    label: "Reject",
    keys: "d",
    icon: <X size={14} />,
    consequence: (waiting) =>
      waiting === null
        ? "It counts as failed."
        : `It counts as failed, and ${waiting} cannot start until it is retried.`,
    done: "is rejected",
  },
  sendBack: {
    operation: "tasks.sendBack",
    label: "Send back",
    keys: "b",
    icon: <Undo2 size={14} />,
    consequence: () => "It needs rework, and asks again when it is retried. What depends on it goes on waiting.",
    done: "is sent back",
  },
};

const VERDICTS: readonly Verdict[] = ["approve", "reject", "sendBack"];

/** A person's decision on a task that waits for one. */
export function ReviewActions({ task }: { readonly task: TaskDetail }) {
  const [asking, setAsking] = useState<Verdict | null>(null);
  const readOnly = useReadOnlyReason();
  useHotkeys({
    group: "Task",
    hotkeys: VERDICTS.map((verdict) => ({
      keys: [LOOKS[verdict].keys],
      label: LOOKS[verdict].label,
      hint: true,
      disabled: readOnly !== null,
      run: () => setAsking(verdict),
    })),
  });
  return (
    <div className={styles.actions}>
      {VERDICTS.map((verdict) => (
        <Button
          key={verdict}
          size="sm"
          variant={verdict === "reject" ? "danger-quiet" : "default"}
          icon={LOOKS[verdict].icon}
          keys={LOOKS[verdict].keys}
          disabledReason={readOnly}
          onClick={() => setAsking(verdict)}
        >
          {LOOKS[verdict].label}
        </Button>
      ))}
      {VERDICTS.map((verdict) => (
        <ReviewDialog
          key={verdict}
          task={task}
          look={LOOKS[verdict]}
          isDanger={verdict === "reject"}
          open={asking === verdict}
          onClose={() => setAsking(null)}
        />
      ))}
    </div>
  );
}

interface ReviewDialogProps {
  readonly task: TaskDetail;
  readonly look: VerdictLook;
  readonly isDanger: boolean;
  readonly open: boolean;
  readonly onClose: () => void;
}

function ReviewDialog({ task, look, isDanger, open, onClose }: ReviewDialogProps) {
  const waiting = task.dependents.filter((dependent) => !isTerminalTask(dependent.state)).length;
  return (
    <ConfirmDialog
      open={open}
      onClose={onClose}
      title={`${look.label} 1 task?`}
      consequence={look.consequence(waiting === 0 ? null : plural(waiting, "task"))}
      affected={[{ id: task.id, kind: "task", state: task.state, title: task.title, detail: task.reason }]}
      confirmLabel={`${look.label} 1 task`}
      confirmVariant={isDanger ? "danger" : "primary"}
      keepLabel="Decide later"
      onConfirm={async (reason) => {
        await call(look.operation, { taskId: task.id, reason });
        toast.success(`${task.title} ${look.done}`);
        readTask();
      }}
    />
  );
}
