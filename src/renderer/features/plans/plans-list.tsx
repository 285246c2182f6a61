import { Play, Workflow } from "lucide-react";
import { useRef } from "react";
import { goTo, planPlace } from "../../location";
import { Button } from "../../ui/button";
import { DataTable } from "../../ui/data-table/data-table";
import { EmptyState } from "../../ui/empty-state";
import { Failure, MoreFailed } from "../../ui/failure";
import { formatCount } from "../../ui/format";
import { lookOf, planState } from "../../ui/looks";
import { NewPill } from "../../ui/new-pill";
import { Page } from "../../ui/page";
import { SkeletonRows } from "../../ui/skeleton-rows";
import { HelpLink } from "../guide/help-link";
import { PlansSwitch } from "../planning/plans-switch";
import { useReadOnlyReason } from "../shell/app-store";
import { SampleList } from "../welcome/sample-list";
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
  const readOnly = useReadOnlyReason();
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
          <HelpLink to="launch">How plans are launched</HelpLink>
          <div className={styles.samples}>
            <SampleList />
          </div>
        </>
      }
    >
      A plan is a graph of tasks. Launch one from a file of yours, or open a sample to see it work.
    </EmptyState>
  );
}
