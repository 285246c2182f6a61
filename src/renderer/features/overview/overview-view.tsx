import { useEffect } from "react";
import { THROUGHPUT_RANGE_NAMES, THROUGHPUT_RANGES } from "../../../shared/model/overview";
import { Failure } from "../../ui/failure";
import { formatCount, plural } from "../../ui/format";
import { Page } from "../../ui/page";
import { Segmented } from "../../ui/segmented";
import { SkeletonRows } from "../../ui/skeleton-rows";
import { Welcome } from "../welcome/welcome";
import { ActivityPanel } from "./activity-panel";
import { AttentionPanel } from "./attention-panel";
import styles from "./overview.module.css";
import { retryOverview, setRange, showOverview, useOverview } from "./overview-store";
import { RunningPlansPanel } from "./running-plans-panel";
import { StateCounts } from "./state-counts";
import { ThroughputPanel } from "./throughput-panel";
import { WorkerStrip } from "./worker-strip";

const RANGES = THROUGHPUT_RANGE_NAMES.map((value) => ({ value, label: THROUGHPUT_RANGES[value].label }));

/** Whether anything is wrong, and what finishes when. */
export function OverviewView() {
  useEffect(showOverview, []);
  const { overview, error, throughput, throughputError, range } = useOverview();
  if (overview === null) {
    return (
      <Page title="Overview">
        {error === null ? (
          <SkeletonRows height={34} />
        ) : (
          <Failure
            title="The overview could not be read"
            error={error}
            meaning="Nothing was changed, and tasks that run go on. Retry reads it again."
            onRetry={retryOverview}
          />
        )}
      </Page>
    );
  }
  if (overview.isEmpty) {
    return (
      <Page title="Overview">
        <Welcome />
      </Page>
    );
  }
  const running = overview.counts.in_progress ?? 0;
  return (
    <Page
      title="Overview"
      meta={
        <>
          {formatCount(overview.plans.length)}
          {overview.hasMorePlans && "+"} active {overview.plans.length === 1 ? "plan" : "plans"},{" "}
          {plural(running, "task")} in progress
        </>
      }
      actions={<Segmented isFramed label="Time range" options={RANGES} value={range} onChange={setRange} />}
    >
      <div className={styles.grid}>
        <StateCounts overview={overview} throughput={throughput} />
        <AttentionPanel items={overview.attention} />
        <ThroughputPanel throughput={throughput} error={throughputError} />
        <RunningPlansPanel plans={overview.plans} hasMore={overview.hasMorePlans} />
        <ActivityPanel items={overview.activity} />
        <WorkerStrip />
      </div>
    </Page>
  );
}
