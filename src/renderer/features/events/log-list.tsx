import { Pause, Play, Radio, ScrollText, SearchX } from "lucide-react";
import { useLayoutEffect, useRef } from "react";
import { useStore } from "zustand";
import type { FilteredLog } from "../../../shared/model/log-filter-text";
import { formatClock } from "../../time-format";
import { Button } from "../../ui/button";
import { type DataColumn, DataTable } from "../../ui/data-table/data-table";
import { EmptyState } from "../../ui/empty-state";
import { Failure, MoreFailed } from "../../ui/failure";
import { formatCount } from "../../ui/format";
import { useHotkeys } from "../../ui/hotkeys";
import { Kbd } from "../../ui/kbd";
import { SkeletonRows } from "../../ui/skeleton-rows";
import styles from "./events.module.css";
import type { LogStream, LogStreamState } from "./log-stream";

interface LogListProps<Row extends { readonly cursor: string }> {
  readonly log: FilteredLog;
  readonly stream: LogStream<Row>;
  readonly columns: ReadonlyArray<DataColumn<Row>>;
  readonly isFiltered: boolean;
  readonly cursor: string | null;
  readonly onCursor: (cursor: string) => void;
  readonly onOpen: (cursor: string) => void;
  readonly onClear: () => void;
}

const ROW_PX = 28;
/** So near to the upper end, newer rows that were let go are read again. */
const NEAR_PX = 20 * ROW_PX;

const idOf = ({ cursor }: { readonly cursor: string }): string => cursor;

/** A log as it flows, the latest first; what arrives while one reads waits. */
export function LogList<Row extends { readonly cursor: string }>(props: LogListProps<Row>) {
  const { log, stream, columns, isFiltered, cursor, onCursor, onOpen, onClear } = props;
  const state = useStore(stream.store);
  const scroller = useRef<HTMLDivElement>(null);
  const shift = useRef(state.shift);
  useLayoutEffect(() => {
    // Rows came or went above: what one reads stays where it is.
    const moved = state.shift - shift.current;
    shift.current = state.shift;
    if (moved !== 0 && scroller.current !== null) scroller.current.scrollTop += moved * ROW_PX;
  }, [state.shift]);
  const resume = (): void => {
    stream.setPaused(false);
    scroller.current?.scrollTo({ top: 0 });
  };
  const isHeld = state.heldSince !== null;
  useHotkeys({
    group: log === "events" ? "Events" : "Acts",
    hotkeys: [
      {
        keys: ["p", " "],
        label: isHeld ? "Resume and jump to the newest" : "Pause",
        hint: { keys: ["p"], label: isHeld ? "Resume" : "Pause" },
        run: () => (isHeld ? resume() : stream.setPaused(true)),
      },
    ],
  });
  const onScroll = (top: number): void => {
    stream.setScrolled(top > 0);
    if (top < NEAR_PX) void stream.newer();
  };
  const older = (): void => void stream.older();
  const what = log === "events" ? "events" : "acts";
  if (state.status === "failed") {
    return (
      <Failure
        title={`The ${what} could not be read`}
        error={state.error}
        meaning="Nothing was changed. Retry reads them again."
        onRetry={() => void stream.load()}
      />
    );
  }
  if (state.status === "loading") return <SkeletonRows />;
  const isEmpty = state.rows.length === 0 && !state.isReading;
  return (
    <div className={styles.stream}>
      <StreamBar
        log={log}
        state={state}
        onResume={resume}
        onPause={() => stream.setPaused(true)}
        onStop={stream.stop}
      />
      {isEmpty ? (
        <Nothing log={log} isFiltered={isFiltered} isAll={state.next === null} onClear={onClear} onMore={older} />
      ) : (
        <DataTable
          label={log === "events" ? "Events" : "Acts"}
          columns={columns}
          rows={state.rows}
          rowId={idOf}
          cursor={cursor}
          onCursor={onCursor}
          onOpen={onOpen}
          onScroll={onScroll}
          scrollRef={scroller}
          {...(state.next === null || state.moreError !== null || state.isReading ? {} : { onEndReached: older })}
        />
      )}
      {state.moreError !== null && <MoreFailed what={`Older ${what}`} error={state.moreError} onRetry={older} />}
    </div>
  );
}

interface StreamBarProps {
  readonly log: FilteredLog;
  readonly state: LogStreamState<unknown>;
  readonly onResume: () => void;
  readonly onPause: () => void;
  readonly onStop: () => void;
}

/** Always there, so that nothing moves when the stream stops: whether it flows, what waits, how far a search is. */
function StreamBar({ log, state, onResume, onPause, onStop }: StreamBarProps) {
  const { heldSince, isPaused, waiting, isMoreWaiting, isReading, rows } = state;
  const count = `${formatCount(waiting)}${isMoreWaiting ? "+" : ""} new`;
  return (
    <div className={styles.streamBar} data-held={heldSince !== null || undefined}>
      {heldSince === null ? <Radio size={12} aria-hidden="true" /> : <Pause size={12} aria-hidden="true" />}
      <span role="status" aria-live="polite">
        {heldSince === null ? (
          "Live, the newest first"
        ) : (
          <>
            {isPaused ? "Paused at" : "Held while you read, since"} {formatClock(heldSince)}.
            {waiting > 0 && <b> {count}</b>}
          </>
        )}
      </span>
      {isReading && rows.length < 40 && (
        <span className={styles.searching}>
          Searching older {log === "events" ? "events" : "acts"}…
          <Button size="xs" variant="ghost" onClick={onStop}>
            Stop
          </Button>
        </span>
      )}
      <button type="button" className={styles.resume} onClick={heldSince === null ? onPause : onResume}>
        {heldSince === null ? <Pause size={11} /> : <Play size={11} />}
        {heldSince === null ? "Pause" : "Resume and jump to newest"} <Kbd keys="p" />
      </button>
    </div>
  );
}

interface NothingProps {
  readonly log: FilteredLog;
  readonly isFiltered: boolean;
  /** The whole log was looked at. */
  readonly isAll: boolean;
  readonly onClear: () => void;
  readonly onMore: () => void;
}

function Nothing({ log, isFiltered, isAll, onClear, onMore }: NothingProps) {
  if (isFiltered) {
    return (
      <EmptyState
        icon={<SearchX size={20} />}
        title={log === "events" ? "No event matches" : "No act matches"}
        actions={
          <>
            {!isAll && <Button onClick={onMore}>Search further back</Button>}
            <Button keys="Shift+F" onClick={onClear}>
              Clear the filter
            </Button>
          </>
        }
      >
        {isAll
          ? "The whole log was searched. What matches shows here as soon as it happens."
          : "What was searched so far holds none."}
      </EmptyState>
    );
  }
  return log === "events" ? (
    <EmptyState icon={<Radio size={20} />} title="No events yet">
      Whatever happens to plans, tasks and workers is listed here as it does, whichever program tells it.
    </EmptyState>
  ) : (
    <EmptyState icon={<ScrollText size={20} />} title="Nobody has acted yet">
      Launches, retries, cancels, edits, decisions, settings: each is kept here with who did it, when and why. Nobody
      can change or delete what is noted.
    </EmptyState>
  );
}
