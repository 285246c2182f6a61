import { FlaskConical, Play, Workflow } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import type { SamplePlan } from "../../../shared/model/views";
import { call } from "../../api";
import { goTo, planPlace } from "../../location";
import { Button } from "../../ui/button";
import { DataTable } from "../../ui/data-table/data-table";
import { EmptyState } from "../../ui/empty-state";
import { Failure, MoreFailed } from "../../ui/failure";
import { formatCount, plural } from "../../ui/format";
import { lookOf, planState } from "../../ui/looks";
import { NewPill } from "../../ui/new-pill";
import { Page } from "../../ui/page";
import { SkeletonRows } from "../../ui/skeleton-rows";
import { PlansSwitch } from "../planning/plans-switch";
import { useReadOnlyReason } from "../shell/app-store";
import { PLAN_COLUMNS } from "./plan-columns";
import styles from "./plans.module.css";
import { loadMorePlans, loadPlans, showWaitingPlans, usePlans } from "./plans-store";
import { listRows } from "./row-set";

const openPlan = (id: string): void => {
  usePlans.setState({ cursor: id });
  goTo(planPlace(id));
};
const setCursor = (cursor: string): void => usePlans.setState({ cursor });
const setScroll = (scroll: number): void => usePlans.setState({ scroll });
const loadMore = (): void => void loadMorePlans();
/** Scrolling does not repeat a read that failed; a click does. */
const reachEnd = (): void => {
  if (usePlans.getState().moreError === null) loadMore();
};
const toneOf = (plan: Parameters<typeof planState>[0]): string => lookOf("plan", planState(plan)).tone;

/** All plans, newest first. */
export function PlansList() {
  const { rows, waiting, next, status, error, moreError, cursor } = usePlans();
  const scroller = useRef<HTMLDivElement>(null);
  const initialScroll = useRef(usePlans.getState().scroll);
  const plans = listRows(rows);
  const running = plans.filter((plan) => plan.status === "executing").length;

  const showWaiting = (): void => {
    showWaitingPlans();
    scroller.current?.scrollTo({ top: 0 });
  };
  return (
    <Page
      title="Plans"
      tools={<PlansSwitch shown="plans" />}
      meta={
        status === "ready" &&
        plans.length > 0 && (
          <>
            {formatCount(plans.length)}
            {next !== null && "+"} {plans.length === 1 && next === null ? "plan" : "plans"}, {formatCount(running)} in
            progress
          </>
        )
      }
    >
      {status === "loading" && <SkeletonRows height={34} />}
      {status === "failed" && (
        <Failure
          title="The plans could not be read"
          error={error}
          meaning="Nothing was changed, and tasks that run go on. Retry reads the list again."
          onRetry={() => void loadPlans()}
        />
      )}
      {status === "ready" && plans.length === 0 && waiting.length === 0 && <NoPlans />}
      {status === "ready" && (plans.length > 0 || waiting.length > 0) && (
        <div className={styles.list}>
          <DataTable
            label="Plans"
            columns={PLAN_COLUMNS}
            rows={plans}
            rowId={idOf}
            rowTone={toneOf}
            rowHeight={34}
            cursor={cursor}
            onCursor={setCursor}
            onOpen={openPlan}
            onEndReached={reachEnd}
            scroll={initialScroll.current}
            onScroll={setScroll}
            scrollRef={scroller}
          />
          {moreError !== null && <MoreFailed what="More plans" error={moreError} onRetry={loadMore} />}
          <NewPill count={waiting.length} onShow={showWaiting} />
        </div>
      )}
    </Page>
  );
}

const idOf = (plan: { readonly id: string }): string => plan.id;

/** Nothing yet: how to begin. */
export function NoPlans() {
  const [samples, setSamples] = useState<readonly SamplePlan[]>([]);
  const readOnly = useReadOnlyReason();
  useEffect(() => {
    let gone = false;
    const read = async (): Promise<void> => {
      try {
        const found = await call("plans.samples", {});
        if (!gone) setSamples(found);
      } catch {
        // Without samples the launch view is still there; it says what is wrong with them.
      }
    };
    void read();
    return () => {
      gone = true;
    };
  }, []);
  return (
    <EmptyState
      icon={<Workflow size={20} />}
      title="No plans yet"
      actions={
        <>
          <Button
            variant="primary"
            icon={<Play size={12} />}
            keys="N"
            disabledReason={readOnly}
            onClick={() => goTo({ view: "launch", sample: null })}
          >
            Launch plan
          </Button>
          {samples.length > 0 && (
            <ul className={styles.samples} aria-label="Sample plans">
              {samples.map((sample) => (
                <li key={sample.name}>
                  <button
                    type="button"
                    className={styles.sample}
                    onClick={() => goTo({ view: "launch", sample: sample.name })}
                  >
                    <FlaskConical size={14} />
                    <span className={styles.sampleText}>
                      <b>{sample.title}</b>
                      <span>{sample.description}</span>
                    </span>
                    <span className={styles.sampleCount}>{plural(sample.taskCount, "task")}</span>
                  </button>
                </li>
              ))}
            </ul>
          )}
        </>
      }
    >
      A plan is a graph of tasks. Launch one from a file of yours, or open a sample to see it work.
    </EmptyState>
  );
}
