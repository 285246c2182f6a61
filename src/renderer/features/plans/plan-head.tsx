import { Ban, History, Package, PanelRight, Pause, Play, RotateCcw, StepForward } from "lucide-react";
import { isLegalPlanTransition } from "../../../shared/model/plan";
import { isTerminalTask } from "../../../shared/model/task";
import type { PlanDetail, StateCounts } from "../../../shared/model/views";
import { Button, IconButton } from "../../ui/button";
import { formatCount, plural } from "../../ui/format";
import { useHotkeys } from "../../ui/hotkeys";
import { planState } from "../../ui/looks";
import { PageHead } from "../../ui/page";
import { Moment } from "../../ui/relative-time";
import { StatusBadge, StatusGlyph } from "../../ui/status";
import { makeBundle } from "../bundle/bundle-job";
import { useReadOnlyReason } from "../shell/app-store";
import { askCancelPlan, askRerunFrom, askRetryFailed, pausePlan } from "./plan-acts";
import styles from "./plans.module.css";

interface PlanHeadProps {
  readonly plan: PlanDetail;
  /** The task that is selected; null: none. */
  readonly selected: { readonly id: string; readonly title: string } | null;
  readonly isInspecting: boolean;
  readonly onToggleInspector: () => void;
  /** Why nothing can be done with it: it is shown as it was. */
  readonly pastReason?: string;
  /** Shows it as it was, or as it is. */
  readonly onTravel: () => void;
}

/** Where a plan was launched, as people call it. Other programs name themselves. */
const LAUNCHERS: Readonly<Record<string, string>> = { window: "the console", cli: "the terminal" };

function countUnended(counts: StateCounts): number {
  return Object.entries(counts).reduce((sum, [state, count]) => (isTerminalTask(state) ? sum : sum + count), 0);
}

/** What the plan is, where it stands and what can be done with it. */
export function PlanHead(props: PlanHeadProps) {
  const { plan, selected, isInspecting, onToggleInspector, pastReason, onTravel } = props;
  const mode = useReadOnlyReason();
  const readOnly = pastReason ?? mode;
  const state = planState(plan);
  const failed = plan.counts.failed ?? 0;
  const unended = countUnended(plan.counts);
  const whyNoCancel = (): string | null => {
    if (readOnly !== null) return readOnly;
    if (!isLegalPlanTransition(plan.status, "cancelled")) return "The plan has ended.";
    if (unended === 0) return "Every task has ended.";
    // Cancelled again, it does without its clean-up.
    if (plan.cleaning) return null;
    return plan.cancelRequested ? "It is being cancelled: its running tasks are stopping." : null;
  };
  const isOurs = plan.sourceName !== null || plan.launchedBy !== null;
  const whyNoPause = (): string | null => {
    if (readOnly !== null) return readOnly;
    if (!isOurs) return "Another program runs this plan.";
    if (plan.status !== "executing") return "The plan does not run.";
    return plan.cancelRequested ? "It is being cancelled." : null;
  };
  const again = (plan.counts.failed ?? 0) + (plan.counts.cancelled ?? 0) + (plan.counts.escalated ?? 0);
  const noPause = whyNoPause();
  const noRetry = readOnly ?? (again === 0 ? "No task of it failed, was cancelled or escalated." : null);
  const noRerun = readOnly ?? (selected === null ? "Select the task to begin with." : null);
  const noCancel = whyNoCancel();
  const pause = (): void => void pausePlan(plan, plan.paused);
  const rerun = (): void => {
    if (selected !== null) askRerunFrom(selected);
  };
  useHotkeys({
    group: "Plan",
    hotkeys: [
      {
        keys: ["Shift+P"],
        label: plan.paused ? "Resume the plan" : "Pause the plan",
        disabled: noPause !== null,
        run: pause,
      },
      { keys: ["h"], label: "Travel through its history", run: onTravel },
      // While a task is open these keys are its own.
      {
        keys: ["Shift+R"],
        label: "Retry failed tasks",
        disabled: isInspecting || noRetry !== null,
        run: () => askRetryFailed(plan),
      },
      {
        keys: ["Shift+X"],
        label: "Cancel the plan",
        disabled: isInspecting || noCancel !== null,
        run: () => askCancelPlan(plan),
      },
    ],
  });
  return (
    <PageHead
      title={plan.title}
      isGiven
      lead={<StatusGlyph kind="plan" state={state} size={16} />}
      tools={
        <>
          <StatusBadge kind="plan" state={state} />
          {failed > 0 && (
            <span className={styles.failed} data-tone="failed">
              {plural(failed, "task")} failed
            </span>
          )}
        </>
      }
      meta={
        <>
          <span className="mono">{plan.sourceName ?? "written by another program"}</span>
          {plan.createdAt !== null && (
            <>
              {" · launched "}
              <Moment at={plan.createdAt} />
            </>
          )}
          {plan.launchedBy !== null && ` from ${LAUNCHERS[plan.launchedBy] ?? plan.launchedBy}`}
        </>
      }
      actions={
        <>
          <Button
            icon={plan.paused ? <Play size={14} /> : <Pause size={14} />}
            keys="Shift+P"
            disabledReason={noPause}
            onClick={pause}
          >
            {plan.paused ? "Resume" : "Pause"}
          </Button>
          <Button icon={<RotateCcw size={14} />} disabledReason={noRetry} onClick={() => askRetryFailed(plan)}>
            Retry failed{again > 0 && <small>{formatCount(again)}</small>}
          </Button>
          <Button icon={<StepForward size={14} />} disabledReason={noRerun} onClick={rerun}>
            Rerun from…
          </Button>
          <Button
            variant="danger-quiet"
            icon={<Ban size={14} />}
            disabledReason={noCancel}
            onClick={() => askCancelPlan(plan)}
          >
            Cancel…
          </Button>
          <IconButton label="Make an incident bundle…" onClick={() => void makeBundle("plan", plan.id)}>
            <Package size={14} />
          </IconButton>
          <IconButton
            label={pastReason === undefined ? "Travel through its history" : "Back to now"}
            keys="h"
            pressed={pastReason !== undefined}
            disabledReason={plan.taskCount === 0 ? "The plan has no tasks." : null}
            onClick={onTravel}
          >
            <History size={14} />
          </IconButton>
          <IconButton
            label={isInspecting ? "Hide the inspector" : "Show the inspector"}
            keys="]"
            pressed={isInspecting}
            disabledReason={plan.taskCount === 0 ? "The plan has no tasks." : null}
            onClick={onToggleInspector}
          >
            <PanelRight size={14} />
          </IconButton>
        </>
      }
    />
  );
}
