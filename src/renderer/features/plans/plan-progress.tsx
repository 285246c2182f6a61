import type { ReactNode } from "react";
import type { PlanSummary, RunnerInfo } from "../../../shared/model/views";
import { useNow } from "../../ui/clock";
import { formatAge, formatCount } from "../../ui/format";
import { segmentsOf } from "../../ui/looks";
import { Elapsed, Moment } from "../../ui/relative-time";
import { SegmentedBar } from "../../ui/segmented-bar";
import { StatusLabel } from "../../ui/status";
import { basisWords, finishWords, useForecast } from "./forecast";
import styles from "./plan-progress.module.css";

interface PlanBarProps {
  readonly plan: Pick<PlanSummary, "counts" | "taskCount" | "startedAt" | "finishedAt">;
  /** Until when it has taken its time; null: it goes on. */
  readonly until: number | null;
  /** More figures. */
  readonly children?: ReactNode;
}

/** How far a plan is, in which states, and for how long. */
export function PlanBar({ plan, until, children }: PlanBarProps) {
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
          <dd>{plan.startedAt === null ? "Not started" : <Elapsed from={plan.startedAt} to={until} />}</dd>
        </div>
        {children}
      </dl>
    </div>
  );
}

interface PlanProgressProps {
  readonly plan: PlanSummary;
  readonly runner: RunnerInfo | null;
}

/** The plan at a glance: how far, in which states, since when. */
export function PlanProgress({ plan, runner }: PlanProgressProps) {
  const forecast = useForecast(plan.id, plan.status === "executing");
  const now = useNow();
  const p50 = forecast === null ? null : finishWords(forecast, "P50", now);
  const p90 = forecast === null ? null : finishWords(forecast, "P90", now);
  const left = forecast === null || forecast.finishP50 === null ? null : forecast.finishP50 - now;
  return (
    <PlanBar plan={plan} until={plan.finishedAt}>
      {p50 === null ? (
        <div className={styles.figure} title={forecast === null ? undefined : basisWords(forecast)}>
          <dt>{plan.finishedAt === null ? "Started" : "Finished"}</dt>
          <dd>
            <Moment at={plan.finishedAt ?? plan.startedAt} />
          </dd>
        </div>
      ) : (
        <>
          <div className={styles.figure} title={forecast === null ? undefined : basisWords(forecast)}>
            <dt>Finish P50</dt>
            <dd>
              {p50} {left !== null && <small>in {formatAge(left)}</small>}
            </dd>
          </div>
          <div className={styles.figure} title={forecast === null ? undefined : basisWords(forecast)}>
            <dt>Finish P90</dt>
            <dd>{p90 ?? "–"}</dd>
          </div>
        </>
      )}
      {plan.finishedAt === null && runner !== null && (
        <div className={styles.figure}>
          <dt>Running now</dt>
          <dd>
            {formatCount(plan.counts.in_progress ?? 0)} <small>of {formatCount(runner.slots)} slots</small>
          </dd>
        </div>
      )}
    </PlanBar>
  );
}
