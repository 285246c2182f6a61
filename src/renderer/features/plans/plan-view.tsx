import { Workflow } from "lucide-react";
import { type ReactNode, useCallback, useEffect, useState, useSyncExternalStore } from "react";
import type { TaskRow } from "../../../shared/model/views";
import { ApiError } from "../../api";
import { goTo, type PlanTab, planPlace } from "../../location";
import { Button } from "../../ui/button";
import { DataTable } from "../../ui/data-table/data-table";
import { EmptyState } from "../../ui/empty-state";
import { Failure, MoreFailed } from "../../ui/failure";
import { useHotkeys } from "../../ui/hotkeys";
import { lookOf } from "../../ui/looks";
import { Page, PageHead } from "../../ui/page";
import { SkeletonRows } from "../../ui/skeleton-rows";
import { Tabs } from "../../ui/tabs";
import { DefinitionTab } from "../plan-definition/definition-tab";
import { EventsTab, EventsTools } from "../plan-events/events-tab";
import { type GraphDesk, GraphTab, GraphTools, useGraphDesk } from "../plan-graph/graph-tab";
import { TimelineTab } from "../plan-timeline/timeline-tab";
import { TimelineTools } from "../plan-timeline/timeline-tools";
import { useApp } from "../shell/app-store";
import { TaskInspector } from "../task-inspector/task-inspector";
import { useInspector } from "./inspector-size";
import { InspectorSlot } from "./inspector-slot";
import { PlanHead } from "./plan-head";
import { PlanProgress } from "./plan-progress";
import { loadMoreTasks, loadPlan, showPlan, usePlan } from "./plan-store";
import { keepTab, recallTab } from "./plan-tab";
import styles from "./plans.module.css";
import { listRows } from "./row-set";
import { TASK_COLUMNS } from "./task-columns";

const idOf = (task: TaskRow): string => task.id;
const toneOf = (task: TaskRow): string => lookOf("task", task.state).tone;
/** The inspector lies over the page. */
const narrow = window.matchMedia("(width < 1240px)");
const onNarrow = (listener: () => void): (() => void) => {
  narrow.addEventListener("change", listener);
  return () => narrow.removeEventListener("change", listener);
};
const loadMore = (): void => void loadMoreTasks();
/** Scrolling does not repeat a read that failed; a click does. */
const reachEnd = (): void => {
  if (usePlan.getState().moreError === null) loadMore();
};

interface PlanViewProps {
  readonly planId: string;
  /** The task in the inspector. */
  readonly taskId: string | null;
  /** As the address names it. */
  readonly tab: PlanTab | null;
}

/** What the bar of tabs holds for the one that is chosen. */
function toolsOf(tab: PlanTab, desk: GraphDesk): ReactNode {
  if (tab === "graph") return <GraphTools desk={desk} />;
  if (tab === "timeline") return <TimelineTools />;
  return tab === "events" ? <EventsTools /> : null;
}

/** A plan as a graph, in time, as the list of its tasks, with its events and its text, live, beside the inspector of the task that is selected. */
export function PlanView({ planId, taskId, tab: wanted }: PlanViewProps) {
  const { plan, tasks, status, error, moreError } = usePlan();
  const runner = useApp((state) => state.runner);
  const [cursor, setCursor] = useState(taskId);
  const { isOpen, width } = useInspector();
  const isNarrow = useSyncExternalStore(onNarrow, () => narrow.matches);

  useEffect(() => {
    void showPlan(planId);
  }, [planId]);
  useEffect(() => () => void showPlan(null), []);
  useEffect(() => {
    if (taskId !== null) setCursor(taskId);
  }, [taskId]);

  const inspects = taskId !== null && isOpen;
  const open = useCallback(
    (id: string): void => {
      setCursor(id);
      useInspector.setState({ isOpen: true });
      goTo(planPlace(planId, id, wanted), { replace: inspects });
    },
    [planId, inspects, wanted],
  );
  // With the inspector open, it follows the cursor: reading down a list needs no second key.
  const moveCursor = inspects ? open : setCursor;
  const close = useCallback((): void => goTo(planPlace(planId, null, wanted)), [planId, wanted]);
  const toggleInspector = (): void => {
    const target = taskId ?? cursor ?? tasks.order[0];
    if (inspects) useInspector.setState({ isOpen: false });
    else if (target !== undefined) open(target);
  };
  useHotkeys({
    group: "Plan",
    hotkeys: [
      { keys: ["]"], label: "Inspector", hint: true, run: toggleInspector },
      { keys: ["Escape"], label: "Back", run: () => (inspects ? close() : goTo(planPlace(null))) },
    ],
  });

  const tab = wanted ?? recallTab(planId, plan?.taskCount ?? 0);
  useEffect(() => {
    if (wanted !== null) keepTab(planId, wanted);
  }, [planId, wanted]);
  const desk = useGraphDesk(planId);

  const rows = listRows(tasks);
  if (status === "failed") {
    const gone = error instanceof ApiError && error.code === "not_found";
    return (
      <Page label="Plan">
        <h1 className="visually-hidden">Plan</h1>
        <Failure
          title={gone ? "This plan is not in the database" : "The plan could not be read"}
          error={error}
          meaning={
            gone
              ? "It may have been deleted by another program, or the address is of another database."
              : "Nothing was changed, and its tasks go on. Retry reads it again."
          }
          onRetry={() => void loadPlan()}
          actions={<Button onClick={() => goTo(planPlace(null))}>All plans</Button>}
        />
      </Page>
    );
  }
  const list = (
    <div className={styles.list}>
      {rows.length === 0 ? (
        <EmptyState icon={<Workflow size={20} />} title="This plan has no tasks">
          Its program has not written any yet; they show here as soon as it does.
        </EmptyState>
      ) : (
        <DataTable
          key={planId}
          label="Tasks"
          columns={TASK_COLUMNS}
          rows={rows}
          rowId={idOf}
          rowTone={toneOf}
          total={plan?.taskCount ?? rows.length}
          cursor={cursor}
          onCursor={moveCursor}
          onOpen={open}
          onEndReached={reachEnd}
        />
      )}
      {moreError !== null && <MoreFailed what="More tasks" error={moreError} onRetry={loadMore} />}
    </div>
  );
  return (
    <Page label={plan?.title ?? "Plan"}>
      {plan === null ? (
        <PageHead title="" />
      ) : (
        <PlanHead
          plan={plan}
          selected={(taskId === null ? undefined : tasks.byId[taskId]) ?? null}
          isInspecting={inspects}
          onToggleInspector={toggleInspector}
          onTravel={() => goTo({ view: "plans", planId, taskId, tab: wanted, at: Date.now() })}
        />
      )}
      {plan !== null && <PlanProgress plan={plan} runner={runner} />}
      {plan === null ? (
        <SkeletonRows />
      ) : (
        <Tabs
          label="Plan"
          value={tab}
          onChange={(next) => goTo(planPlace(planId, taskId, next))}
          end={toolsOf(tab, desk)}
          beside={
            inspects && (
              <InspectorSlot>
                <TaskInspector taskId={taskId} onClose={close} />
              </InspectorSlot>
            )
          }
          items={[
            {
              id: "graph",
              label: "Graph",
              panel: (
                <GraphTab
                  planId={planId}
                  taskCount={plan.taskCount}
                  desk={desk}
                  cursor={cursor}
                  onCursor={moveCursor}
                  onOpen={open}
                  covered={inspects && isNarrow ? width : 0}
                />
              ),
            },
            {
              id: "timeline",
              label: "Timeline",
              panel: (
                <TimelineTab
                  planId={planId}
                  taskCount={plan.taskCount}
                  cursor={cursor}
                  onCursor={moveCursor}
                  onOpen={open}
                />
              ),
            },
            { id: "tasks", label: "Tasks", count: plan.taskCount, panel: list },
            { id: "events", label: "Events", panel: <EventsTab planId={planId} onOpenTask={open} /> },
            { id: "definition", label: "Definition", panel: <DefinitionTab key={planId} plan={plan} /> },
          ]}
        />
      )}
    </Page>
  );
}
