import { Radio } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import type { EventRow } from "../../../shared/model/log-views";
import { eventsPlace, goTo } from "../../location";
import { formatDateTime } from "../../time-format";
import { Button } from "../../ui/button";
import { DataTable } from "../../ui/data-table/data-table";
import { EmptyState } from "../../ui/empty-state";
import { Failure, MoreFailed } from "../../ui/failure";
import { useHotkeys } from "../../ui/hotkeys";
import { NewPill } from "../../ui/new-pill";
import { Segmented } from "../../ui/segmented";
import { SkeletonRows } from "../../ui/skeleton-rows";
import { EVENT_COLUMNS } from "./event-columns";
import { taskOfEvent } from "./event-words";
import styles from "./events.module.css";
import { loadOlder, retryEvents, setTopic, showEvents, showWaiting, useEvents } from "./events-store";

interface EventsTabProps {
  readonly planId: string;
  /** Opens a task in the inspector. */
  readonly onOpenTask: (taskId: string) => void;
}

const idOf = (event: EventRow): string => event.cursor;
const older = (): void => void loadOlder();
const setCursor = (cursor: string): void => useEvents.setState({ cursor });
const onScroll = (top: number): void => {
  const isScrolled = top > 0;
  if (isScrolled !== useEvents.getState().isScrolled) {
    if (isScrolled) useEvents.setState({ isScrolled });
    else showWaiting();
  }
};

/** What happened to a plan and its tasks, as the database was told, the latest first. */
export function EventsTab({ planId, onOpenTask }: EventsTabProps) {
  useEffect(() => showEvents(planId), [planId]);
  const { rows, waiting, topic, status, error, moreError, next, cursor } = useEvents();
  const scroller = useRef<HTMLDivElement>(null);
  const chosen = rows.find((event) => event.cursor === cursor) ?? null;
  const task = chosen === null ? null : taskOfEvent(chosen);
  useHotkeys({
    group: "Events",
    hotkeys: [
      {
        keys: ["o"],
        label: "Open its task",
        hint: true,
        disabled: task === null,
        run: () => {
          if (task !== null) onOpenTask(task.id);
        },
      },
    ],
  });
  if (status === "failed") {
    return (
      <Failure
        title="The events could not be read"
        error={error}
        meaning="Nothing was changed. Retry reads them again."
        onRetry={retryEvents}
      />
    );
  }
  if (status === "loading") return <SkeletonRows />;
  if (rows.length === 0) {
    return (
      <EmptyState
        icon={<Radio size={20} />}
        title={topic === "" ? "No events yet" : "No event matches"}
        actions={topic === "" ? undefined : <Button onClick={() => setTopic("")}>Show all types</Button>}
      >
        {topic === ""
          ? "Whatever happens to this plan and its tasks is listed here as it does."
          : `None of the plan's events is of a type like ${topic}.`}
      </EmptyState>
    );
  }
  return (
    <div className={styles.events}>
      <div className={styles.list}>
        <DataTable
          key={`${planId} ${topic}`}
          label="Events"
          columns={EVENT_COLUMNS}
          rows={rows}
          rowId={idOf}
          cursor={cursor}
          onCursor={setCursor}
          onOpen={setCursor}
          onEndReached={next === null || moreError !== null ? undefined : older}
          onScroll={onScroll}
          scrollRef={scroller}
        />
        {moreError !== null && <MoreFailed what="Older events" error={moreError} onRetry={older} />}
        <NewPill
          count={waiting.length}
          onShow={() => {
            showWaiting();
            scroller.current?.scrollTo({ top: 0 });
          }}
        />
      </div>
      {chosen !== null && (
        <section className={styles.detail} aria-label="Event">
          <header>
            <b className="mono">{chosen.type}</b>
            <span>{chosen.at === null ? "no readable time" : formatDateTime(chosen.at)}</span>
            <span className="mono">{chosen.source}</span>
            <Button size="sm" onClick={() => goTo(eventsPlace(`plan:${planId}`, { cursor: chosen.cursor }))}>
              Its trace
            </Button>
            {task !== null && (
              <Button size="sm" keys="o" onClick={() => onOpenTask(task.id)}>
                Open its task
              </Button>
            )}
          </header>
          {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling text must be reachable by keyboard */}
          <pre tabIndex={0}>{detailOf(chosen)}</pre>
        </section>
      )}
    </div>
  );
}

function detailOf({ payload, metadata, correlationId, id }: EventRow): string {
  return JSON.stringify({ event_id: id, correlation_id: correlationId, payload, metadata }, null, 2);
}

const TOPICS = ["", "task.*", "review.*", "plan.*", "*.failed"].map((value) => ({
  value,
  label: value === "" ? "All" : value,
}));

/** For the bar of tabs: which types of events. */
export function EventsTools() {
  const topic = useEvents((state) => state.topic);
  const [text, setText] = useState(topic);
  useEffect(() => setText(topic), [topic]);
  return (
    <div className={styles.tools}>
      <Segmented isFramed label="Types of events" options={TOPICS} value={topic} onChange={setTopic} />
      <form
        onSubmit={(event) => {
          event.preventDefault();
          setTopic(text.trim());
        }}
      >
        <input
          type="text"
          className={styles.topic}
          value={text}
          placeholder="task.c*"
          aria-label="Types of events, as a pattern; Enter applies it"
          spellCheck={false}
          maxLength={500}
          onChange={(event) => setText(event.target.value)}
        />
      </form>
    </div>
  );
}
