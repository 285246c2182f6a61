import { useCallback, useMemo } from "react";
import { useStore } from "zustand";
import type { TaskOrder } from "../../../shared/model/task-lists";
import { Failure, MoreFailed } from "../../ui/failure";
import { formatCount } from "../../ui/format";
import { NewPill } from "../../ui/new-pill";
import { SkeletonRows } from "../../ui/skeleton-rows";
import { noteScroll } from "./reading";
import styles from "./table.module.css";
import { MOST_WAITING, rowsOf, type TaskList } from "./task-list";
import { type Line, TaskTable } from "./task-table";

interface FlatTableProps {
  readonly list: TaskList;
  readonly total: number | null;
  readonly isPartial: boolean;
  readonly cursor: string | null;
  readonly onCursor: (id: string | null) => void;
  readonly onOpen: (id: string) => void;
  readonly onOrder: (order: TaskOrder) => void;
}

/** The next page is read when so few rows are left below. */
const AHEAD = 30;

const ORDER_WORDS: Readonly<Record<TaskOrder, string>> = {
  priority: "Sorted by priority, then age",
  recent: "Sorted by last change",
  newest: "Sorted by creation, the newest first",
  oldest: "Sorted by creation, the oldest first",
};

const nothing = (): void => undefined;

/** All tasks that match, one after the other. */
export function FlatTable({ list, total, isPartial, cursor, onCursor, onOpen, onOrder }: FlatTableProps) {
  const state = useStore(list.store);
  const rows = useMemo(() => rowsOf(state), [state]);
  const lines = useMemo(
    () =>
      rows.map((task, index): Line => {
        if (task === null) return { kind: "place", key: `place-${index}` };
        return { kind: "task", key: task.id, task, isGone: state.gone.has(task.id) };
      }),
    [rows, state.gone],
  );
  const { next, moreError } = state;
  const look = useCallback(
    (first: number, last: number): void => {
      list.look(first, last);
      if (next !== null && moreError === null && last >= rows.length - AHEAD) void list.more();
    },
    [list, next, moreError, rows.length],
  );
  if (state.status === "loading") return <SkeletonRows />;
  if (state.status === "failed") {
    return (
      <Failure
        title="The tasks could not be read"
        error={state.error}
        meaning="Nothing was changed, and tasks that run go on. Retry reads them again."
        onRetry={() => void list.load()}
      />
    );
  }
  const showNew = (): void => {
    noteScroll("table", 0);
    void list.load();
  };
  return (
    <>
      <NewPill count={state.waiting.size} isAtLeast={state.waiting.size === MOST_WAITING} top={60} onShow={showNew} />
      <TaskTable
        lines={lines}
        total={total}
        order={state.order}
        unserved={state.unserved}
        onOrder={onOrder}
        cursor={cursor}
        onCursor={onCursor}
        onOpen={onOpen}
        onToggle={nothing}
        onLook={look}
      />
      {moreError !== null && <MoreFailed what="More tasks" error={moreError} onRetry={() => void list.more()} />}
      <footer className={styles.foot}>
        <span>
          Read <b>{formatCount(rows.length)}</b>
          {total !== null && (
            <>
              {" "}
              of {formatCount(total)}
              {isPartial && "+"}
            </>
          )}
          {state.isReading && state.searched > 0 && (
            <>
              {" "}
              · Searched {formatCount(state.searched)} of {formatCount(Math.max(state.total, state.searched))}
            </>
          )}
        </span>
        <span>{state.order === null ? "" : ORDER_WORDS[state.order]}</span>
      </footer>
    </>
  );
}
