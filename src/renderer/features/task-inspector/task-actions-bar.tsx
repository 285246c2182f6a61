import { Ban, RotateCcw } from "lucide-react";
import { useState } from "react";
import { isTerminalTask } from "../../../shared/model/task";
import type { TaskDetail } from "../../../shared/model/views";
import { call, messageOf } from "../../api";
import { Button } from "../../ui/button";
import { plural } from "../../ui/format";
import { useHotkeys } from "../../ui/hotkeys";
import { Elapsed } from "../../ui/relative-time";
import { toast } from "../../ui/toast";
import { ConfirmDialog } from "../dialogs/confirm-dialog";
import { useReadOnlyReason } from "../shell/app-store";
import { cancelBlocker, retryBlocker } from "./task-actions";
import styles from "./task-actions-bar.module.css";
import { readTask } from "./task-store";

/** Cancel and Retry: always there, and when off they say why. */
export function TaskActions({ task }: { readonly task: TaskDetail }) {
  const [isAsking, setIsAsking] = useState(false);
  const [isRetrying, setIsRetrying] = useState(false);
  const readOnly = useReadOnlyReason();
  const noCancel = readOnly ?? cancelBlocker(task);
  const noRetry = readOnly ?? retryBlocker(task) ?? (isRetrying ? "It is being queued." : null);
  const retry = async () => {
    setIsRetrying(true);
    try {
      await call("tasks.retry", { taskId: task.id });
      toast.success(`${task.title} is queued again`);
      readTask();
    } catch (error) {
      toast.error(`Could not retry ${task.title}`, { description: messageOf(error) });
    } finally {
      setIsRetrying(false);
    }
  };
  useHotkeys({
    group: "Task",
    hotkeys: [
      { keys: ["x"], label: "Cancel", hint: true, disabled: noCancel !== null, run: () => setIsAsking(true) },
      { keys: ["r"], label: "Retry", hint: true, disabled: noRetry !== null, run: () => void retry() },
    ],
  });
  return (
    <div className={styles.actions}>
      <Button
        size="sm"
        variant="danger-quiet"
        icon={<Ban size={14} />}
        keys="x"
        disabledReason={noCancel}
        onClick={() => setIsAsking(true)}
      >
        Cancel
      </Button>
      <Button size="sm" icon={<RotateCcw size={14} />} keys="r" disabledReason={noRetry} onClick={() => void retry()}>
        Retry
      </Button>
      <CancelDialog task={task} open={isAsking} onClose={() => setIsAsking(false)} />
    </div>
  );
}

interface CancelDialogProps {
  readonly task: TaskDetail;
  readonly open: boolean;
  readonly onClose: () => void;
}

function CancelDialog({ task, open, onClose }: CancelDialogProps) {
  const isRunning = task.status === "in_progress";
  const waiting = task.dependents.filter((dependent) => !isTerminalTask(dependent.state)).length;
  const stop = isRunning
    ? "Its process and everything that process started get a stop signal now and are ended soon after. Work in progress is lost; the log and the attempt are kept."
    : "It will not start. Its earlier attempts and logs are kept.";
  const blocked =
    waiting === 0
      ? ""
      : ` ${plural(waiting, "task")} that ${waiting === 1 ? "waits" : "wait"} for it cannot start until it is retried.`;
  return (
    <ConfirmDialog
      open={open}
      onClose={onClose}
      title={`Cancel 1 ${isRunning ? "running" : "waiting"} task?`}
      consequence={`${stop}${blocked}`}
      affected={[
        {
          id: task.id,
          kind: "task",
          state: task.state,
          title: task.title,
          detail: <span className="mono">{task.workerId ?? task.agent}</span>,
          figure: isRunning ? <Elapsed from={task.startedAt} to={null} /> : null,
        },
      ]}
      confirmLabel="Cancel 1 task"
      keepLabel={isRunning ? "Keep running" : "Keep it"}
      onConfirm={async (reason) => {
        await call("tasks.cancel", { taskId: task.id, reason });
        toast.success(isRunning ? `${task.title} is being stopped` : `${task.title} is cancelled`);
        readTask();
      }}
    />
  );
}
