import { Workflow } from "lucide-react";
import { type RefObject, useEffect, useRef } from "react";
import { MOST_GRAPH_TASKS } from "../../../shared/model/plan-graph";
import { EmptyState } from "../../ui/empty-state";
import { Failure } from "../../ui/failure";
import { formatCount } from "../../ui/format";
import type { GraphView } from "../../ui/graph/graph-view";
import styles from "./graph.module.css";
import { GraphCanvas } from "./graph-canvas";
import { retryGraph, showGraph, showPastGraph, useGraph } from "./graph-store";
import { FoldButton, GraphFind } from "./graph-tools";
import { type GraphSearch, useGraphSearch } from "./use-graph-search";

/** What the tools in the bar of tabs and the picture have in common. */
export interface GraphDesk {
  readonly search: GraphSearch;
  readonly view: RefObject<GraphView | null>;
  /** The element around the picture: it has the focus while the graph is walked through. */
  readonly root: RefObject<HTMLDivElement | null>;
  readonly input: RefObject<HTMLInputElement | null>;
}

export function useGraphDesk(planId: string): GraphDesk {
  const view = useRef<GraphView>(null);
  const root = useRef<HTMLDivElement>(null);
  const input = useRef<HTMLInputElement>(null);
  const shown = useGraph((state) => (state.planId === planId ? state.shown : null));
  const search = useGraphSearch(shown, (node) => view.current?.reveal(node));
  return { search, view, root, input };
}

/** For the bar of tabs: search, and folding what is over. */
export function GraphTools({ desk }: { readonly desk: GraphDesk }) {
  return (
    <div className={styles.end}>
      <GraphFind search={desk.search} inputRef={desk.input} onLeave={() => desk.root.current?.focus()} />
      <FoldButton />
    </div>
  );
}

interface GraphTabProps {
  readonly planId: string;
  readonly taskCount: number;
  readonly desk: GraphDesk;
  /** The task the keys are on. */
  readonly cursor: string | null;
  readonly onCursor: (taskId: string) => void;
  readonly onOpen: (taskId: string) => void;
  /** So many pixels at the right lie under the inspector. */
  readonly covered: number;
  /** Where its tasks stood is written by who shows it. */
  readonly isPast?: boolean;
}

/** A plan as a graph, live. */
export function GraphTab({ planId, taskCount, isPast = false, ...canvas }: GraphTabProps) {
  const { shown, error, planId: loaded } = useGraph();
  const isTooLarge = taskCount > MOST_GRAPH_TASKS;
  const isEmpty = taskCount === 0;
  useEffect(() => {
    if (isTooLarge || isEmpty) return undefined;
    return isPast ? showPastGraph(planId) : showGraph(planId);
  }, [planId, isTooLarge, isEmpty, isPast]);
  if (isEmpty) {
    return (
      <EmptyState icon={<Workflow size={20} />} title="This plan has no tasks">
        Its program has not written any yet; they show here as soon as it does.
      </EmptyState>
    );
  }
  if (isTooLarge) {
    return (
      <EmptyState icon={<Workflow size={20} />} title={`${formatCount(taskCount)} tasks are too many for a picture`}>
        A graph is drawn of up to {formatCount(MOST_GRAPH_TASKS)} tasks. The tab Tasks lists all of them.
      </EmptyState>
    );
  }
  if (error !== null && error !== undefined) {
    return (
      <Failure
        title="The graph could not be read"
        error={error}
        meaning="Nothing was changed, and the plan's tasks go on. Retry reads it again; the tab Tasks lists them."
        onRetry={retryGraph}
      />
    );
  }
  if (shown === null || loaded !== planId) {
    return (
      <div className={styles.graph}>
        <p className={styles.wait}>Laying out the graph…</p>
      </div>
    );
  }
  return <GraphCanvas planId={planId} shown={shown} {...canvas} />;
}
