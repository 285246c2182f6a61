import type { PlanSummary } from "../../../shared/model/views";
import { formatPlace, planPlace } from "../../location";
import { formatCount } from "../../ui/format";
import { planState } from "../../ui/looks";
import { Panel } from "../../ui/panel";
import { Elapsed } from "../../ui/relative-time";
import { SegmentedBar } from "../../ui/segmented-bar";
import { StatusGlyph } from "../../ui/status";
import { Attention } from "../plans/plan-columns";
import { EtaSpan } from "./eta-span";
import styles from "./overview.module.css";
import { useHeld } from "./use-held";

interface RunningPlansPanelProps {
  readonly plans: readonly PlanSummary[];
  readonly hasMore: boolean;
}

const idOf = ({ id }: PlanSummary): string => id;

/** Plans that run, how far they are and when they will be done. */
export function RunningPlansPanel({ plans, hasMore }: RunningPlansPanelProps) {
  const { shown, waiting, holders, release } = useHeld(plans, idOf);
  return (
    <Panel
      title="Active plans"
      meta={`${formatCount(plans.length)}${hasMore ? "+" : ""}`}
      className={styles.plans}
      actions={<a href={formatPlace(planPlace(null))}>All plans</a>}
    >
      {shown.length === 0 ? (
        <p className={styles.quiet}>No plan is running. Launch one, or open an earlier one from the list of plans.</p>
      ) : (
        <div className={styles.scroll} {...holders}>
          <table className={styles.planTable}>
            <thead>
              <tr>
                <th scope="col">Plan</th>
                <th scope="col">Progress</th>
                <th scope="col">Done</th>
                <th scope="col">Attention</th>
                <th scope="col">Elapsed</th>
                <th scope="col">Finish P50 – P90</th>
              </tr>
            </thead>
            <tbody>
              {shown.map(({ item, isOver }) => (
                <PlanRow key={item.id} plan={item} isOver={isOver} />
              ))}
            </tbody>
          </table>
          {waiting > 0 && (
            <button type="button" className={styles.moreButton} onClick={release}>
              {formatCount(waiting)} more started
            </button>
          )}
        </div>
      )}
    </Panel>
  );
}

function PlanRow({ plan, isOver }: { readonly plan: PlanSummary; readonly isOver: boolean }) {
  return (
    <tr data-over={isOver || undefined}>
      <td>
        <a className={styles.planTitle} href={formatPlace(planPlace(plan.id))} title={plan.title}>
          <StatusGlyph kind="plan" state={planState(plan)} named />
          <span>{plan.title}</span>
        </a>
      </td>
      <td>
        <SegmentedBar counts={plan.counts} />
      </td>
      <td>
        {formatCount(plan.counts.completed ?? 0)} / {formatCount(plan.taskCount)}
      </td>
      <td>
        <Attention counts={plan.counts} />
      </td>
      <td>
        <Elapsed from={plan.startedAt} to={plan.finishedAt} />
      </td>
      <td>
        {isOver ? "Ended" : plan.paused ? <span className={styles.muted}>Paused</span> : <EtaSpan planId={plan.id} />}
      </td>
    </tr>
  );
}
