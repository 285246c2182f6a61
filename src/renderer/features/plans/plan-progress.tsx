import type { PlanSummary, RunnerInfo } from "../../../shared/model/views";
import { formatCount } from "../../ui/format";
import { segmentsOf } from "../../ui/looks";
import { Elapsed, Moment } from "../../ui/relative-time";
import { SegmentedBar } from "../../ui/segmented-bar";
import { StatusLabel } from "../../ui/status";
import styles from "./plan-progress.module.css";

interface PlanProgressProps {
  readonly plan: PlanSummary;
  readonly runner: RunnerInfo | null;
}

/** The plan at a glance: how far, in which states, since when. */
export function PlanProgress({ plan, runner }: PlanProgressProps) {
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
          <dd>{plan.startedAt === null ? "Not started" : <Elapsed from={plan.startedAt} to={plan.finishedAt} />}</dd>
        </div>
        <div className={styles.figure}>
          <dt>{plan.finishedAt === null ? "Started" : "Finished"}</dt>
          <dd>
            <Moment at={plan.finishedAt ?? plan.startedAt} />
          </dd>
        </div>
        {plan.finishedAt === null && runner !== null && (
          <div className={styles.figure}>
            <dt>Running now</dt>
            <dd>
              {formatCount(plan.counts.in_progress ?? 0)} <small>of {formatCount(runner.slots)} slots</small>
            </dd>
          </div>
        )}
      </dl>
    </div>
  );
}
