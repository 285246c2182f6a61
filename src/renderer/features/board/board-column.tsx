import { useVirtualizer } from "@tanstack/react-virtual";
import { Check, Minus } from "lucide-react";
import { type MouseEvent, memo, useEffect, useMemo, useRef } from "react";
import { useStore } from "zustand";
import { MoreFailed } from "../../ui/failure";
import { formatCount } from "../../ui/format";
import { lookOf } from "../../ui/looks";
import { NewPill } from "../../ui/new-pill";
import { RelativeTime } from "../../ui/relative-time";
import { StatusGlyph } from "../../ui/status";
import { useApp } from "../shell/app-store";
import styles from "./board.module.css";
import { noteScroll, scrollOf } from "./reading";
import { selectMany, useSelection } from "./selection";
import { TaskCard } from "./task-card";
import { MOST_WAITING, rowsOf, type TaskList } from "./task-list";
import { useKeptScroll } from "./use-kept-scroll";

const CARD_PX = 74;
const GAP_PX = 6;
const OVERSCAN = 3;
/** The next page is read when so few cards are left below. */
const AHEAD = 8;

interface BoardColumnProps {
  readonly status: string;
  readonly list: TaskList;
  /** Tasks in it, wherever they are; null: not counted yet. */
  readonly count: number | null;
  readonly isPartial: boolean;
  /** The task that the keys are on, when it is in this column. */
  readonly cursor: string | null;
  readonly idPrefix: string;
  readonly onClick: (id: string, event: MouseEvent<HTMLElement>) => void;
}

/** The tasks of one state. Cards are drawn as they come into sight and change where they stand. */
export const BoardColumn = memo(function BoardColumn(props: BoardColumnProps) {
  const { status, list, count, isPartial, cursor, idPrefix, onClick } = props;
  const state = useStore(list.store);
  const { ids: selected, isAll } = useSelection();
  const scroller = useRef<HTMLDivElement>(null);
  const column = useRef<HTMLElement>(null);
  const rows = useMemo(() => rowsOf(state), [state]);
  const virtualizer = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => CARD_PX,
    getItemKey: (index) => rows[index]?.id ?? `place-${index}`,
    gap: GAP_PX,
    overscan: OVERSCAN,
    initialOffset: scrollOf(status),
    paddingEnd: 64,
  });
  const scrolledTo = useKeptScroll(status, scroller, rows.length);
  const items = virtualizer.getVirtualItems();
  const first = items[0]?.index ?? 0;
  const last = items.at(-1)?.index ?? -1;
  useEffect(() => {
    list.look(first, last);
    if (state.next !== null && state.moreError === null && last >= rows.length - AHEAD) void list.more();
  }, [list, first, last, rows.length, state.next, state.moreError]);
  const cursorAt = cursor === null ? -1 : rows.findIndex((row) => row?.id === cursor);
  useEffect(() => {
    if (cursorAt === -1) return;
    virtualizer.scrollToIndex(cursorAt);
    // The column itself may lie beyond the edge of the board, or under the inspector.
    column.current?.scrollIntoView({ block: "nearest", inline: "nearest" });
  }, [cursorAt, virtualizer]);

  const { label } = lookOf("task", status);
  const here = rows.filter((row) => row !== null);
  const chosen = isAll ? here.length : here.filter((row) => selected.has(row.id)).length;
  const showNew = (): void => {
    scroller.current?.scrollTo({ top: 0 });
    noteScroll(status, 0);
    void list.load();
  };
  const isListed = rows.length > 0;
  const clicked = (event: MouseEvent<HTMLElement>): void => {
    const card = event.target instanceof Element ? event.target.closest<HTMLElement>("[data-id]") : null;
    if (card?.dataset.id !== undefined) onClick(card.dataset.id, event);
  };
  return (
    <section ref={column} className={styles.column} aria-label={label} data-status={status}>
      <header className={styles.columnHead}>
        {chosen > 0 && (
          <button
            type="button"
            className={styles.headCheck}
            aria-label={`Leave the selected of ${label}`}
            onClick={() =>
              selectMany(
                here.map((row) => row.id),
                false,
              )
            }
          >
            {chosen === here.length ? <Check size={10} strokeWidth={3} /> : <Minus size={10} strokeWidth={3} />}
          </button>
        )}
        <StatusGlyph kind="task" state={status} />
        <h2>{label}</h2>
        <span className={styles.columnCount}>
          {count === null ? "" : formatCount(count)}
          {isPartial && "+"}
        </span>
        <span className={styles.columnNote}>
          {chosen > 0 ? (
            `${formatCount(chosen)} selected`
          ) : (
            <ColumnNote status={status} at={here[0]?.createdAt ?? null} />
          )}
        </span>
      </header>
      <div className={styles.columnBody}>
        <NewPill count={state.waiting.size} isAtLeast={state.waiting.size === MOST_WAITING} top={6} onShow={showNew} />
        {/* biome-ignore lint/a11y/useKeyWithClickEvents lint/a11y/noStaticElementInteractions: a listbox as soon as it has cards; Enter opens the one that the cursor is on */}
        <div
          ref={scroller}
          className={styles.cards}
          onClick={clicked}
          onScroll={(event) => scrolledTo(event.currentTarget.scrollTop)}
          {...(isListed
            ? {
                role: "listbox",
                tabIndex: 0,
                "aria-multiselectable": true,
                "aria-label": `${label} tasks`,
                "aria-activedescendant": cursorAt === -1 ? undefined : `${idPrefix}${cursor}`,
              }
            : {})}
        >
          {isListed && (
            <div role="presentation" className={styles.cardsSpace} style={{ height: virtualizer.getTotalSize() }}>
              {items.map((item) => {
                const row = rows[item.index] ?? null;
                return (
                  <div
                    key={item.key}
                    ref={virtualizer.measureElement}
                    data-index={item.index}
                    data-id={row?.id}
                    id={row === null ? undefined : `${idPrefix}${row.id}`}
                    role="option"
                    tabIndex={-1}
                    aria-selected={row !== null && (isAll || selected.has(row.id))}
                    aria-setsize={count ?? -1}
                    aria-posinset={item.index + 1}
                    className={styles.cardPlace}
                    style={{ transform: `translateY(${item.start}px)` }}
                  >
                    {row === null ? (
                      <div className={styles.cardToCome} />
                    ) : (
                      <TaskCard
                        task={row}
                        column={status}
                        isSelected={isAll || selected.has(row.id)}
                        isCursor={row.id === cursor}
                        isGone={state.gone.has(row.id)}
                      />
                    )}
                  </div>
                );
              })}
            </div>
          )}
          {state.status === "loading" && <CardsToCome />}
          {state.status === "ready" && rows.length === 0 && (
            <p className={styles.columnEmpty}>
              {state.isReading ? <Searching searched={state.searched} total={state.total} /> : "None"}
            </p>
          )}
          {rows.length > 0 && state.isReading && state.next !== null && (
            <p className={styles.columnMore}>
              <Searching searched={state.searched} total={state.total} />
            </p>
          )}
        </div>
        {(state.moreError !== null || state.status === "failed") && (
          <MoreFailed
            what={`${label} tasks`}
            error={state.moreError ?? state.error}
            onRetry={() => void (state.status === "failed" ? list.load() : list.more())}
          />
        )}
      </div>
    </section>
  );
});

/** Of running tasks how many slots they take; of waiting ones how long the first has waited; of others nothing. */
function ColumnNote({ status, at }: { readonly status: string; readonly at: number | null }) {
  const runner = useApp((state) => state.runner);
  if (status !== "in_progress") return <Oldest status={status} at={at} />;
  if (runner === null) return null;
  return (
    <span title={`${runner.busySlots} of ${runner.slots} slots of this console are taken`}>
      {runner.busySlots} / {runner.slots}
    </span>
  );
}

/** How long the one that has waited longest does; of those that are over nobody asks. */
function Oldest({ status, at }: { readonly status: string; readonly at: number | null }) {
  if (at === null || !["queued", "assigned"].includes(status)) return null;
  return (
    <>
      first <RelativeTime at={at} />
    </>
  );
}

function Searching({ searched, total }: { readonly searched: number; readonly total: number }) {
  return (
    <>
      Searched {formatCount(searched)} of {formatCount(Math.max(total, searched))}
    </>
  );
}

/** Cards to come, in their final height. They show only when the wait is longer than 200 ms. */
function CardsToCome() {
  return (
    <div className={styles.skeleton} role="status" aria-label="Loading">
      {[0, 1, 2, 3].map((index) => (
        <div key={index} className={styles.cardToCome} />
      ))}
    </div>
  );
}
