import { isTerminalTask } from "../../../shared/model/task";
import type { PlanDetail, TaskRow } from "../../../shared/model/views";
import { call } from "../../api";
import { plural } from "../../ui/format";
import { Elapsed } from "../../ui/relative-time";
import { toast } from "../../ui/toast";
import { type AffectedItem, ConfirmDialog } from "../dialogs/confirm-dialog";
import { usePlan } from "./plan-store";
import { listRows } from "./row-set";

const LISTED = 6;

interface CancelPlanDialogProps {
  readonly plan: PlanDetail;
  /** Tasks that have not ended. */
  readonly unended: number;
  readonly open: boolean;
  readonly onClose: () => void;
}

const isRunning = (task: TaskRow): boolean => task.status === "in_progress";

function itemOf(task: TaskRow): AffectedItem {
  return {
    id: task.id,
    kind: "task",
    state: task.state,
    title: task.title,
    detail: isRunning(task) ? "Its processes are stopped" : "Will not start",
    figure: isRunning(task) ? <Elapsed from={task.startedAt} to={null} /> : undefined,
  };
}

/** Shows what cancelling a plan touches, running tasks first, and does it. */
export function CancelPlanDialog({ plan, unended, open, onClose }: CancelPlanDialogProps) {
  const tasks = usePlan((state) => state.tasks);
  const touched = open ? listRows(tasks).filter((task) => !isTerminalTask(task.status)) : [];
  const listed = [...touched.filter(isRunning), ...touched.filter((task) => !isRunning(task))].slice(0, LISTED);
  const running = touched.filter(isRunning).length;

  const cancel = async (reason: string | undefined): Promise<void> => {
    const { cancelled, stopping } = await call("plans.cancel", { planId: plan.id, ...(reason ? { reason } : {}) });
    toast.success(`Cancelled ${plan.title}`, {
      description: `${plural(cancelled, "task")} cancelled, ${plural(stopping, "running task")} stopping.`,
    });
  };
  return (
    <ConfirmDialog
      open={open}
      onClose={onClose}
      title={`Cancel ${plural(unended, "task")} of ${plan.title}?`}
      consequence={
        running === 0
          ? "None of them is running. What has completed keeps its results; cancelled tasks can be retried one by one."
          : `${plural(running, "running task")} and all processes started by ${running === 1 ? "it" : "them"} are stopped. What has completed keeps its results; cancelled tasks can be retried one by one.`
      }
      affected={listed.map(itemOf)}
      more={Math.max(0, unended - listed.length)}
      confirmLabel={`Cancel ${plural(unended, "task")}`}
      keepLabel="Keep running"
      onConfirm={cancel}
    />
  );
}
