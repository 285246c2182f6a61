import type { PlanDetail } from "../../../shared/model/views";
import { formatCount } from "../../ui/format";
import { segmentsOf } from "../../ui/looks";
import { Elapsed } from "../../ui/relative-time";
import { SegmentedBar } from "../../ui/segmented-bar";
import { StatusLabel } from "../../ui/status";
import styles from "../plans/plan-progress.module.css";

/** How far the plan was. */
export function PastProgress({ plan, at }: { readonly plan: PlanDetail; readonly at: number }) {
  const percent = plan.taskCount === 0 ? 0 : Math.floor((100 * (plan.counts.completed ?? 0)) / plan.taskCount);
  return (
    <div className={styles.progress}>
      <div className={styles.bar}>
        <SegmentedBar counts={plan.counts} height={8} />
        <ul className={styles.legend}>
          {segmentsOf(plan.counts).map((segment) => (
            <li key={segment.state}>
              <StatusLabel kind="task" state={segment.state}>
                <b>{formatCount(segment.count)}</b> {segment.label.toLowerCase()}
              </StatusLabel>
            </li>
          ))}
        </ul>
      </div>
      <dl className={styles.figures}>
        <div className={styles.figure}>
          <dt>Done</dt>
          <dd>{percent} %</dd>
        </div>
        <div className={styles.figure}>
          <dt>Elapsed</dt>
          <dd>
            {plan.startedAt === null ? "Not started" : <Elapsed from={plan.startedAt} to={plan.finishedAt ?? at} />}
          </dd>
        </div>
      </dl>
    </div>
  );
}
