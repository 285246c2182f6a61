import { Workflow } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { MOST_GRAPH_TASKS } from "../../../shared/model/plan-graph";
import { EmptyState } from "../../ui/empty-state";
import { Failure } from "../../ui/failure";
import { formatCount } from "../../ui/format";
import { useHotkeys } from "../../ui/hotkeys";
import { lookOf } from "../../ui/looks";
import { StatusGlyph } from "../../ui/status";
import styles from "./timeline.module.css";
import { retryTimeline, setGrouping, showTimeline, toggleCritical, useTimeline } from "./timeline-store";
import { type Arranged, createTimelineView, type TimelineView } from "./timeline-view";
import { describeRow, factsOfRow } from "./timeline-words";

interface TimelineTabProps {
  readonly planId: string;
  readonly taskCount: number;
  /** The task the keys are on. */
  readonly cursor: string | null;
  readonly onCursor: (taskId: string) => void;
  readonly onOpen: (taskId: string) => void;
}

/** A plan in time: who did what when, what waited, and what is expected. */
export function TimelineTab({ planId, taskCount, ...canvas }: TimelineTabProps) {
  const isTooLarge = taskCount > MOST_GRAPH_TASKS;
  const isEmpty = taskCount === 0;
  const error = useTimeline((state) => state.error);
  const isLoaded = useTimeline((state) => state.model !== null && state.planId === planId);
  useEffect(() => (isTooLarge || isEmpty ? undefined : showTimeline(planId)), [planId, isTooLarge, isEmpty]);
  if (isEmpty || isTooLarge) {
    return (
      <EmptyState
        icon={<Workflow size={20} />}
        title={isEmpty ? "This plan has no tasks" : `${formatCount(taskCount)} tasks are too many for a picture`}
      >
        {isEmpty
          ? "Its program has not written any yet; they show here as soon as it does."
          : `A timeline is drawn of up to ${formatCount(MOST_GRAPH_TASKS)} tasks. The tab Tasks lists all of them.`}
      </EmptyState>
    );
  }
  if (error !== null && error !== undefined) {
    return (
      <Failure
        title="The timeline could not be read"
        error={error}
        meaning="Nothing was changed, and the plan's tasks go on. Retry reads it again; the tab Tasks lists them."
        onRetry={retryTimeline}
      />
    );
  }
  return (
    <div className={styles.timeline}>
      {isLoaded ? <TimelineCanvas key={planId} {...canvas} /> : <p className={styles.wait}>Reading attempts…</p>}
    </div>
  );
}

interface Hover {
  readonly row: number;
  readonly x: number;
  readonly y: number;
}

function TimelineCanvas({ cursor, onCursor, onOpen }: Omit<TimelineTabProps, "planId" | "taskCount">) {
  const root = useRef<HTMLDivElement>(null);
  const scroller = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const spacer = useRef<HTMLDivElement>(null);
  const view = useRef<TimelineView | null>(null);
  const [arranged, setArranged] = useState<Arranged | null>(null);
  const [hover, setHover] = useState<Hover | null>(null);
  const version = useTimeline((state) => state.version);
  const rowOf = (taskId: string | null): number => {
    if (taskId === null || arranged === null) return -1;
    const place = arranged.model.graph.ids.indexOf(taskId);
    return arranged.rows.findIndex((row) => row.place === place);
  };
  const at = rowOf(cursor);
  const idAt = (row: number): string | undefined => arranged?.model.graph.ids[arranged.rows[row]?.place ?? -1];
  const open = (id: string | null | undefined): void => {
    root.current?.focus({ preventScroll: true });
    if (id) onOpen(id);
  };
  const acts = useRef({ open: (_row: number): void => undefined });
  acts.current = { open: (row) => open(idAt(row)) };

  useEffect(() => {
    if (canvas.current === null || scroller.current === null || spacer.current === null) return undefined;
    const created = createTimelineView({
      canvas: canvas.current,
      scroller: scroller.current,
      spacer: spacer.current,
      onArranged: setArranged,
      onHover: setHover,
      onPick: (row) => acts.current.open(row),
    });
    view.current = created;
    return () => {
      view.current = null;
      created.end();
    };
  }, []);
  useEffect(() => {
    view.current?.setCursor(at === -1 ? null : at);
  }, [at]);

  const move = (step: number): void => {
    if (arranged === null) return;
    const next = at === -1 ? 0 : Math.min(arranged.rows.length - 1, Math.max(0, at + step));
    const id = idAt(next);
    view.current?.reveal(next);
    if (id !== undefined) onCursor(id);
  };
  useHotkeys({
    group: "Timeline",
    within: root,
    hotkeys: [
      { keys: ["j", "ArrowDown"], label: "Next row", hint: { keys: ["j", "k"], label: "Row" }, run: () => move(1) },
      { keys: ["k", "ArrowUp"], label: "Previous row", run: () => move(-1) },
      { keys: ["PageDown"], label: "Page down", run: () => move(20) },
      { keys: ["PageUp"], label: "Page up", run: () => move(-20) },
      { keys: ["ArrowLeft"], label: "Earlier", run: () => view.current?.pan(-0.2) },
      { keys: ["ArrowRight"], label: "Later", run: () => view.current?.pan(0.2) },
      // By its id: the rows may have been put in another order since this was drawn.
      { keys: ["Enter"], label: "Open", hint: true, disabled: at === -1, run: () => open(cursor) },
    ],
  });
  useHotkeys({
    group: "Timeline",
    hotkeys: [
      {
        keys: ["+", "="],
        label: "Zoom in",
        hint: { keys: ["+", "-"], label: "Zoom" },
        run: () => view.current?.zoom(1.5),
      },
      { keys: ["-"], label: "Zoom out", run: () => view.current?.zoom(1 / 1.5) },
      { keys: ["0"], label: "Fit the whole plan", run: () => view.current?.fit() },
      { keys: ["t"], label: "Jump to now", hint: true, run: () => view.current?.toNow() },
      {
        keys: ["g"],
        label: "Rows by task or by worker",
        run: () => setGrouping(useTimeline.getState().grouping === "task" ? "worker" : "task"),
      },
      { keys: ["c"], label: "Critical path", run: toggleCritical },
    ],
  });
  // Read again with every change: the model is written in place.
  const facts = (row: number | undefined) => {
    const place = row === undefined ? undefined : arranged?.rows[row]?.place;
    if (arranged === null || place === undefined || version < 0) return null;
    return factsOfRow(arranged.model, place, arranged.expected, Date.now());
  };
  const told = at === -1 ? null : facts(at);
  const card = hover === null ? null : facts(hover.row);
  const count = arranged?.rows.length ?? 0;
  return (
    <div
      ref={root}
      className={styles.root}
      role="application"
      // biome-ignore lint/a11y/noNoninteractiveTabindex: its rows are walked through with the keys
      tabIndex={0}
      aria-label={`Timeline of ${count} tasks. J and K walk along its rows, Enter opens a task, plus and minus zoom. The tab Tasks has them as a table.`}
    >
      <div ref={scroller} className={styles.scroller}>
        <canvas ref={canvas} className={styles.canvas} />
        <div ref={spacer} />
      </div>
      {card !== null && hover !== null && (
        <div
          className={styles.card}
          style={{
            left: Math.min(hover.x + 18, (root.current?.clientWidth ?? 0) - 344),
            top: Math.min(hover.y + 18, (root.current?.clientHeight ?? 0) - 60 - 20 * card.facts.length),
          }}
        >
          <p className={styles.cardTitle}>
            <StatusGlyph kind="task" state={card.state} />
            <b>{card.title}</b>
            <span>{card.attempt === "" ? lookOf("task", card.state).label.toLowerCase() : card.attempt}</span>
          </p>
          <dl>
            {card.facts.map(([name, value]) => (
              <div key={name}>
                <dt>{name}</dt>
                <dd>{value}</dd>
              </div>
            ))}
          </dl>
        </div>
      )}
      {arranged?.model.isCut === true && (
        <p className={styles.cut} role="status">
          This plan has more attempts than are drawn; those of its last tasks are missing.
        </p>
      )}
      <p className="visually-hidden" aria-live="polite">
        {told === null ? "" : describeRow(told)}
      </p>
    </div>
  );
}
