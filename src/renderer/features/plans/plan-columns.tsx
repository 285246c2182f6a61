import type { ReactNode } from "react";
import type { PlanSummary, StateCounts } from "../../../shared/model/views";
import type { DataColumn } from "../../ui/data-table/data-table";
import { formatCount } from "../../ui/format";
import { lookOf, planState } from "../../ui/looks";
import { Elapsed, Moment } from "../../ui/relative-time";
import { SegmentedBar } from "../../ui/segmented-bar";
import { StatusGlyph, StatusLabel } from "../../ui/status";
import styles from "./columns.module.css";

const row =
  (render: (plan: PlanSummary) => ReactNode): DataColumn<PlanSummary>["cell"] =>
  ({ row: { original } }) =>
    render(original);

/** States that want a person, the worst first. */
const WANTING = ["failed", "escalated", "stuck", "rejected", "review_pending"];

/** What wants a person, the worst in words. */
export function Attention({ counts }: { readonly counts: StateCounts }) {
  const states = WANTING.filter((name) => (counts[name] ?? 0) > 0);
  const [worst, ...others] = states;
  if (worst === undefined) return <span className={styles.muted}>None</span>;
  const word = (state: string) => `${formatCount(counts[state] ?? 0)} ${lookOf("task", state).label.toLowerCase()}`;
  return (
    <span className={styles.attention} title={states.map(word).join(", ")}>
      <StatusLabel kind="task" state={worst} tinted>
        {word(worst)}
      </StatusLabel>
      {others.map((state) => (
        <span key={state} className={styles.attention}>
          <StatusGlyph kind="task" state={state} named />
          {formatCount(counts[state] ?? 0)}
        </span>
      ))}
    </span>
  );
}

export const PLAN_COLUMNS: ReadonlyArray<DataColumn<PlanSummary>> = [
  {
    id: "state",
    header: "State",
    meta: { width: "136px" },
    cell: row((plan) => <StatusLabel kind="plan" state={planState(plan)} />),
  },
  {
    id: "title",
    header: "Plan",
    meta: { width: "minmax(150px, 1.6fr)" },
    cell: row((plan) => (
      <span className={styles.title} title={plan.title}>
        {plan.title}
      </span>
    )),
  },
  {
    id: "progress",
    header: "Progress",
    meta: { width: "minmax(96px, 1.2fr)" },
    cell: row((plan) => <SegmentedBar counts={plan.counts} />),
  },
  {
    id: "done",
    header: "Done",
    meta: { width: "104px", align: "end" },
    cell: row((plan) => `${formatCount(plan.counts.completed ?? 0)} / ${formatCount(plan.taskCount)}`),
  },
  {
    id: "attention",
    header: "Attention",
    meta: { width: "148px" },
    cell: row((plan) => <Attention counts={plan.counts} />),
  },
  {
    id: "elapsed",
    header: "Elapsed",
    meta: { width: "88px", align: "end" },
    cell: row((plan) => <Elapsed from={plan.startedAt} to={plan.finishedAt} />),
  },
  {
    id: "started",
    header: "Started",
    meta: { width: "140px", align: "end" },
    cell: row((plan) => (plan.startedAt === null ? "Not started" : <Moment at={plan.startedAt} />)),
  },
  {
    id: "source",
    header: "Source",
    meta: { width: "minmax(68px, 0.7fr)" },
    cell: row((plan) =>
      plan.sourceName === null ? (
        <span className={styles.muted}>Another program</span>
      ) : (
        <span className={styles.mono} title={plan.sourceName}>
          {plan.sourceName}
        </span>
      ),
    ),
  },
];
