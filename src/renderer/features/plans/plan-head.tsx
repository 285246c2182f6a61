import { Ban, PanelRight } from "lucide-react";
import { useState } from "react";
import { isLegalPlanTransition } from "../../../shared/model/plan";
import { isTerminalTask } from "../../../shared/model/task";
import type { PlanDetail, StateCounts } from "../../../shared/model/views";
import { Button, IconButton } from "../../ui/button";
import { plural } from "../../ui/format";
import { planState } from "../../ui/looks";
import { Moment } from "../../ui/relative-time";
import { StatusBadge, StatusGlyph } from "../../ui/status";
import { useReadOnlyReason } from "../shell/app-store";
import { CancelPlanDialog } from "./cancel-plan-dialog";
import styles from "./plans.module.css";

interface PlanHeadProps {
  readonly plan: PlanDetail;
  readonly isInspecting: boolean;
  readonly onToggleInspector: () => void;
}

/** Where a plan was launched, as people call it. Other programs name themselves. */
const LAUNCHERS: Readonly<Record<string, string>> = { window: "the console", cli: "the terminal" };

function countUnended(counts: StateCounts): number {
  return Object.entries(counts).reduce((sum, [state, count]) => (isTerminalTask(state) ? sum : sum + count), 0);
}

/** What the plan is, where it stands and what can be done with it. */
export function PlanHead({ plan, isInspecting, onToggleInspector }: PlanHeadProps) {
  const [asks, setAsks] = useState(false);
  const readOnly = useReadOnlyReason();
  const state = planState(plan);
  const failed = plan.counts.failed ?? 0;
  const unended = countUnended(plan.counts);
  const whyNoCancel = (): string | null => {
    if (readOnly !== null) return readOnly;
    if (!isLegalPlanTransition(plan.status, "cancelled")) return "The plan has ended.";
    if (unended === 0) return "Every task has ended.";
    return plan.cancelRequested ? "It is being cancelled: its running tasks are stopping." : null;
  };
  return (
    <header className={styles.head}>
      <StatusGlyph kind="plan" state={state} size={16} />
      <h1 title={plan.title}>{plan.title}</h1>
      <StatusBadge kind="plan" state={state} />
      {failed > 0 && (
        <span className={styles.failed} data-tone="failed">
          {plural(failed, "task")} failed
        </span>
      )}
      <span className={styles.meta}>
        <span className="mono">{plan.sourceName ?? "written by another program"}</span>
        {plan.createdAt !== null && (
          <>
            {" · launched "}
            <Moment at={plan.createdAt} />
          </>
        )}
        {plan.launchedBy !== null && ` from ${LAUNCHERS[plan.launchedBy] ?? plan.launchedBy}`}
      </span>
      <span className={styles.actions}>
        <Button
          variant="danger-quiet"
          icon={<Ban size={14} />}
          disabledReason={whyNoCancel()}
          onClick={() => setAsks(true)}
        >
          Cancel…
        </Button>
        <IconButton
          label={isInspecting ? "Hide the inspector" : "Show the inspector"}
          keys="]"
          pressed={isInspecting}
          disabledReason={plan.taskCount === 0 ? "The plan has no tasks." : null}
          onClick={onToggleInspector}
        >
          <PanelRight size={14} />
        </IconButton>
      </span>
      <CancelPlanDialog plan={plan} unended={unended} open={asks} onClose={() => setAsks(false)} />
    </header>
  );
}
