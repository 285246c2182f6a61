import { type ReactNode, useEffect, useMemo, useState } from "react";
import type { PlanSummary } from "../../../shared/model/views";
import { call } from "../../api";
import { type DataColumn, DataTable } from "../../ui/data-table/data-table";
import { EmptyState } from "../../ui/empty-state";
import { Failure } from "../../ui/failure";
import { formatDuration, plural } from "../../ui/format";
import { lookOf } from "../../ui/looks";
import { SkeletonRows } from "../../ui/skeleton-rows";
import { StatusGlyph, StatusLabel } from "../../ui/status";
import { Switch } from "../../ui/switch";
import { type ComparedTask, type Comparison, compareRuns, type ReadRun, type RunOfTask } from "./compare";
import styles from "./definition.module.css";

async function readRun(planId: string): Promise<ReadRun> {
  const [graph, states] = await Promise.all([call("plans.graph", { planId }), call("plans.graphStates", { planId })]);
  return { graph, states };
}

interface CompareTableProps {
  readonly plan: PlanSummary;
  readonly other: PlanSummary;
}

/** Two runs side by side, and where they went apart. */
export function CompareTable({ plan, other }: CompareTableProps) {
  const [comparison, setComparison] = useState<Comparison | null>(null);
  const [error, setError] = useState<unknown>(null);
  const [attempt, setAttempt] = useState(0);
  const [onlyDifferent, setOnlyDifferent] = useState(false);
  const [cursor, setCursor] = useState<string | null>(null);
  // What has changed since is read again: this run may still be under way.
  const standing = JSON.stringify(plan.counts);
  // biome-ignore lint/correctness/useExhaustiveDependencies: each attempt, and each change of the counts, reads anew
  useEffect(() => {
    let gone = false;
    const load = async (): Promise<void> => {
      try {
        const [here, there] = await Promise.all([readRun(plan.id), readRun(other.id)]);
        if (gone) return;
        setComparison(compareRuns(here, there));
        setError(null);
      } catch (failure) {
        if (!gone) setError(failure);
      }
    };
    void load();
    return () => {
      gone = true;
    };
  }, [plan.id, other.id, attempt, standing]);
  const rows = useMemo(
    () =>
      comparison === null ? [] : onlyDifferent ? comparison.tasks.filter((task) => task.isDifferent) : comparison.tasks,
    [comparison, onlyDifferent],
  );
  if (comparison === null) {
    return error === null ? (
      <SkeletonRows />
    ) : (
      <Failure
        title="The two runs could not be compared"
        error={error}
        meaning="Nothing was changed. Retry reads both again."
        onRetry={() => setAttempt((count) => count + 1)}
      />
    );
  }
  return (
    <section className={styles.compare} aria-label="Comparison">
      <header className={styles.summary}>
        <p>
          {comparison.diverged === null ? (
            "Every task stands the same in both runs."
          ) : (
            <>
              {plural(comparison.differences, "task differs", "tasks differ")}. They went apart at{" "}
              <b>{comparison.diverged.title}</b>: {words(comparison.diverged.here)} here,{" "}
              {words(comparison.diverged.there)} there.
            </>
          )}
        </p>
        <span className={styles.only}>
          <label htmlFor="only-differences">Only differences</label>
          <Switch id="only-differences" checked={onlyDifferent} onChange={setOnlyDifferent} />
        </span>
      </header>
      {rows.length === 0 ? (
        <EmptyState icon={<StatusGlyph kind="task" state="completed" size={18} />} title="No differences">
          Every task of both runs has the same state and the same number of attempts.
        </EmptyState>
      ) : (
        <DataTable
          label="Comparison of two runs"
          columns={COLUMNS}
          rows={rows}
          rowId={idOf}
          cursor={cursor}
          onCursor={setCursor}
          onOpen={setCursor}
        />
      )}
    </section>
  );
}

const idOf = (task: ComparedTask): string => task.subtaskId;

function words(run: RunOfTask | null): string {
  if (run === null) return "no such task";
  const state = lookOf("task", run.state).label.toLowerCase();
  return run.attempts > 1 ? `${state} after ${run.attempts} attempts` : state;
}

const row =
  (render: (task: ComparedTask) => ReactNode): DataColumn<ComparedTask>["cell"] =>
  ({ row: { original } }) =>
    render(original);

const state = (run: RunOfTask | null): ReactNode =>
  run === null ? <span className={styles.muted}>No such task</span> : <StatusLabel kind="task" state={run.state} />;
const attempts = (run: RunOfTask | null): ReactNode => (run === null ? "" : String(run.attempts));
const duration = (run: RunOfTask | null): ReactNode => (run?.durationMs == null ? "" : formatDuration(run.durationMs));

/** How much longer it took here, where both have ended. */
function difference({ here, there }: ComparedTask): ReactNode {
  if (here?.durationMs == null || there?.durationMs == null) return "";
  const ms = here.durationMs - there.durationMs;
  if (Math.abs(ms) < 50) return <span className={styles.muted}>same</span>;
  return `${ms > 0 ? "+" : "−"}${formatDuration(Math.abs(ms))}`;
}

const COLUMNS: ReadonlyArray<DataColumn<ComparedTask>> = [
  {
    id: "mark",
    header: "",
    meta: { width: "30px" },
    cell: row((task) =>
      task.isDifferent ? (
        <b className={styles.mark} title="Different">
          ≠
        </b>
      ) : null,
    ),
  },
  {
    id: "title",
    header: "Task",
    meta: { width: "minmax(140px, 1.4fr)" },
    cell: row((task) => (
      <span className={styles.title} title={task.title}>
        {task.title}
      </span>
    )),
  },
  { id: "here", header: "This run", meta: { width: "112px" }, cell: row((task) => state(task.here)) },
  {
    id: "hereAttempts",
    header: "Attempts",
    meta: { width: "64px", align: "end" },
    cell: row((task) => attempts(task.here)),
  },
  {
    id: "hereDuration",
    header: "Duration",
    meta: { width: "80px", align: "end" },
    cell: row((task) => duration(task.here)),
  },
  { id: "there", header: "Other run", meta: { width: "112px" }, cell: row((task) => state(task.there)) },
  {
    id: "thereAttempts",
    header: "Attempts",
    meta: { width: "64px", align: "end" },
    cell: row((task) => attempts(task.there)),
  },
  {
    id: "thereDuration",
    header: "Duration",
    meta: { width: "80px", align: "end" },
    cell: row((task) => duration(task.there)),
  },
  { id: "difference", header: "Took longer", meta: { width: "92px", align: "end" }, cell: row(difference) },
];
