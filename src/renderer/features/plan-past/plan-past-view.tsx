import { type ReactNode, useCallback, useEffect, useMemo, useRef, useState, useSyncExternalStore } from "react";
import { goTo, type PlanTab, placeNow, planPlace } from "../../location";
import { formatClock } from "../../time-format";
import { Button } from "../../ui/button";
import { Failure } from "../../ui/failure";
import { useHotkeys } from "../../ui/hotkeys";
import { Page } from "../../ui/page";
import { SkeletonRows } from "../../ui/skeleton-rows";
import { Tabs } from "../../ui/tabs";
import { fillPast, useGraph } from "../plan-graph/graph-store";
import { GraphTab, GraphTools, useGraphDesk } from "../plan-graph/graph-tab";
import { useInspector } from "../plans/inspector-size";
import { InspectorSlot } from "../plans/inspector-slot";
import { PlanHead } from "../plans/plan-head";
import { momentOf, rowsOf, writeFacts } from "./past-facts";
import { PastBoard, PastTable } from "./past-lists";
import { PastNotes } from "./past-notes";
import { PastProgress } from "./past-progress";
import { type LoadedPast, loadPast, setPlaying, showPast, usePast } from "./past-store";
import { PastTask } from "./past-task";
import { TimeBar } from "./time-bar";

interface PlanPastViewProps {
  readonly planId: string;
  readonly taskId: string | null;
  /** As the address names it. */
  readonly tab: PlanTab | null;
  readonly at: number;
}

/** A plan as it was: graph, table and board at any moment of its history. Nothing can be done with the past. */
export function PlanPastView({ planId, taskId, tab, at }: PlanPastViewProps) {
  useEffect(() => showPast(planId), [planId]);
  const { loaded, error, planId: shown } = usePast();
  const leave = useCallback((): void => goTo(planPlace(planId, taskId, tab)), [planId, taskId, tab]);
  if (error !== null && shown === planId && loaded === null) {
    return (
      <Page label="Plan">
        <h1 className="visually-hidden">Plan</h1>
        <Failure
          title="The history of this plan could not be read"
          error={error}
          meaning="Nothing was changed. Retry reads it again."
          onRetry={() => void loadPast(planId)}
          actions={<Button onClick={leave}>Back to now</Button>}
        />
      </Page>
    );
  }
  if (loaded === null || shown !== planId) {
    return (
      <Page label="Plan">
        <h1 className="visually-hidden">Plan</h1>
        <SkeletonRows />
      </Page>
    );
  }
  return <Travel key={planId} loaded={loaded} taskId={taskId} tab={tab} given={at} onLeave={leave} />;
}

/** The inspector lies over the page. */
const narrow = window.matchMedia("(width < 1240px)");
const onNarrow = (listener: () => void): (() => void) => {
  narrow.addEventListener("change", listener);
  return () => narrow.removeEventListener("change", listener);
};

type PastTab = "graph" | "tasks" | "board";

/** The address follows when the moment has stood still for so long. */
const SETTLE_MS = 250;

/** The moment that is shown: dragging and playing move it at once, the address follows. */
function useMoment(loaded: LoadedPast, given: number): readonly [number, (at: number) => void] {
  const { from, to } = loaded;
  const [at, setAt] = useState(given);
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  const own = useRef(given);
  useEffect(() => {
    // Back and forward go through moments, too.
    if (given !== own.current) setAt(given);
    own.current = given;
  }, [given]);
  useEffect(() => () => clearTimeout(timer.current), []);
  const move = useCallback((next: number): void => {
    const rounded = Math.round(next);
    setAt(rounded);
    clearTimeout(timer.current);
    timer.current = setTimeout(() => {
      const place = placeNow();
      own.current = rounded;
      if (place.view === "plans" && place.at !== undefined) goTo({ ...place, at: rounded }, { replace: true });
    }, SETTLE_MS);
  }, []);
  return [Math.min(to, Math.max(from, at)), move];
}

interface TravelProps {
  readonly loaded: LoadedPast;
  readonly taskId: string | null;
  readonly tab: PlanTab | null;
  readonly given: number;
  readonly onLeave: () => void;
}

function Travel({ loaded, taskId, tab, given, onLeave }: TravelProps) {
  const { planId } = loaded.history;
  const [at, move] = useMoment(loaded, given);
  const moment = useMemo(() => momentOf(loaded, at), [loaded, at]);
  const [shown, setShown] = useState<PastTab>(tab === "tasks" ? "tasks" : "graph");
  const [cursor, setCursor] = useState(taskId);
  const desk = useGraphDesk(planId);
  const width = useInspector((state) => state.width);
  const isNarrow = useSyncExternalStore(onNarrow, () => narrow.matches);
  const graph = useGraph((state) => state.shown?.graph);
  // biome-ignore lint/correctness/useExhaustiveDependencies: once it is laid out, it is filled
  useEffect(() => fillPast(at, (drawn, facts) => writeFacts(loaded, moment, drawn, facts)), [loaded, moment, graph]);
  const rows = useMemo(() => (shown === "graph" ? [] : rowsOf(loaded, moment)), [loaded, moment, shown]);
  const open = (id: string): void => {
    setCursor(id);
    const place = placeNow();
    if (place.view === "plans") goTo({ ...place, taskId: id }, { replace: true });
  };
  const close = (): void => {
    const place = placeNow();
    if (place.view === "plans") goTo({ ...place, taskId: null }, { replace: true });
  };
  useHotkeys({
    group: "Time travel",
    hotkeys: [{ keys: ["Escape"], label: "Back to now", whileTyping: true, run: taskId === null ? onLeave : close }],
  });
  const list = { rows, cursor, onCursor: taskId === null ? setCursor : open, onOpen: open };
  const panel = (id: PastTab, node: ReactNode): ReactNode => (shown === id ? node : null);
  return (
    <Page label={`${loaded.plan.title}, as it was`}>
      <PlanHead
        plan={moment.plan}
        selected={null}
        isInspecting={taskId !== null}
        onToggleInspector={() => (taskId === null ? open(cursor ?? loaded.history.ids[0] ?? "") : close())}
        pastReason={`This is the plan as of ${formatClock(at)}: nothing can be done with the past. Go back to now first.`}
        onTravel={onLeave}
      />
      <TimeBar loaded={loaded} at={at} onMove={move} onLeave={onLeave} />
      <PastNotes loaded={loaded} />
      <PastProgress plan={moment.plan} at={at} />
      <Tabs
        label="Plan, as it was"
        value={shown}
        onChange={setShown}
        end={shown === "graph" ? <GraphTools desk={desk} /> : null}
        beside={
          taskId !== null && (
            <InspectorSlot label="Task, as it was">
              <PastTask
                loaded={loaded}
                moment={moment}
                taskId={taskId}
                onMove={(next) => {
                  setPlaying(false);
                  move(next);
                }}
                onClose={close}
              />
            </InspectorSlot>
          )
        }
        items={[
          {
            id: "graph",
            label: "Graph",
            panel: panel(
              "graph",
              <GraphTab
                planId={planId}
                taskCount={loaded.graph.ids.length}
                desk={desk}
                cursor={cursor}
                onCursor={taskId === null ? setCursor : open}
                onOpen={open}
                covered={taskId !== null && isNarrow ? width : 0}
                isPast
              />,
            ),
          },
          { id: "tasks", label: "Tasks", count: moment.plan.taskCount, panel: panel("tasks", <PastTable {...list} />) },
          { id: "board", label: "Board", panel: panel("board", <PastBoard {...list} />) },
        ]}
      />
    </Page>
  );
}
