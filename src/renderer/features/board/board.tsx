import { type MouseEvent, useCallback, useEffect, useId, useRef } from "react";
import { useHotkeys } from "../../ui/hotkeys";
import styles from "./board.module.css";
import { BoardColumn } from "./board-column";
import { useBoard } from "./board-store";
import { useCounts } from "./counts";
import { noteCursor, notePointer } from "./reading";
import { clearSelection, extendTo, selectMany, toggleTask, useSelection } from "./selection";
import { rowsOf } from "./task-list";

interface BoardProps {
  readonly cursor: string | null;
  readonly onCursor: (id: string | null) => void;
  readonly onOpen: (id: string) => void;
}

/** Ids of a column as far as they were read; null stands for a row that is not held. */
function idsOf(key: string): ReadonlyArray<string | null> {
  const list = useBoard.getState().lists.get(key);
  return list === undefined ? [] : rowsOf(list.store.getState()).map((row) => row?.id ?? null);
}

function columnOf(id: string | null): string | undefined {
  return id === null ? undefined : useBoard.getState().columns.find((column) => idsOf(column).includes(id));
}

/** The tasks by state. */
export function Board({ cursor, onCursor, onOpen }: BoardProps) {
  const columns = useBoard((state) => state.columns);
  const lists = useBoard((state) => state.lists);
  const { counts, isPartial } = useCounts();
  const body = useRef<HTMLDivElement>(null);
  const idPrefix = useId();
  useEffect(() => {
    noteCursor(cursor);
    return () => noteCursor(null);
  }, [cursor]);
  useEffect(() => () => notePointer(false), []);

  const go = (id: string | null | undefined): void => {
    if (typeof id === "string") onCursor(id);
  };
  const step = (by: 1 | -1): string | null => {
    const column = columnOf(cursor) ?? columns.find((status) => idsOf(status).length > 0);
    if (column === undefined) return null;
    const ids = idsOf(column);
    const at = cursor === null ? -1 : ids.indexOf(cursor);
    const next = at === -1 ? 0 : Math.min(ids.length - 1, Math.max(0, at + by));
    return ids[next] ?? null;
  };
  const sideways = (by: 1 | -1): void => {
    const from = columnOf(cursor);
    if (from === undefined) {
      go(step(1));
      return;
    }
    const row = Math.max(0, idsOf(from).indexOf(cursor));
    for (let at = columns.indexOf(from) + by; at >= 0 && at < columns.length; at += by) {
      const ids = idsOf(columns[at] ?? "");
      const id = ids[Math.min(row, ids.length - 1)];
      if (typeof id === "string") {
        go(id);
        return;
      }
    }
  };
  const extend = (by: 1 | -1): void => {
    const next = step(by);
    if (next === null || cursor === null) {
      go(next);
      return;
    }
    const column = columnOf(next);
    if (useSelection.getState().anchor === null) toggleTask(cursor);
    if (column !== undefined) extendTo(next, idsOf(column));
    go(next);
  };
  const column = columnOf(cursor);
  useHotkeys({
    group: "Board",
    within: body,
    hotkeys: [
      {
        keys: ["j", "ArrowDown"],
        label: "Next task",
        hint: { keys: ["j", "k"], label: "Move" },
        run: () => go(step(1)),
      },
      { keys: ["k", "ArrowUp"], label: "Previous task", run: () => go(step(-1)) },
      { keys: ["l", "ArrowRight"], label: "Next column", run: () => sideways(1) },
      { keys: ["h", "ArrowLeft"], label: "Previous column", run: () => sideways(-1) },
      {
        keys: ["Space", "x"],
        label: "Select",
        hint: true,
        disabled: cursor === null,
        run: () => {
          if (cursor !== null) toggleTask(cursor);
        },
      },
      {
        keys: ["Shift+j", "Shift+ArrowDown"],
        label: "Extend down",
        hint: { keys: ["Shift", "j"], label: "Extend" },
        run: () => extend(1),
      },
      { keys: ["Shift+k", "Shift+ArrowUp"], label: "Extend up", run: () => extend(-1) },
      {
        keys: ["Mod+a"],
        label: "Select the column",
        disabled: column === undefined,
        run: () => {
          if (column !== undefined)
            selectMany(
              idsOf(column).filter((id) => id !== null),
              true,
            );
        },
      },
      {
        keys: ["Enter"],
        label: "Open",
        hint: true,
        disabled: cursor === null,
        run: () => {
          if (cursor !== null) onOpen(cursor);
        },
      },
    ],
  });
  const click = useCallback(
    (id: string, event: MouseEvent<HTMLElement>): void => {
      const isCheck = event.target instanceof Element && event.target.closest("[data-check]") !== null;
      onCursor(id);
      if (event.shiftKey) extendTo(id, idsOf(columnOf(id) ?? ""));
      else if (isCheck || event.ctrlKey || event.metaKey) toggleTask(id);
      else {
        if (useSelection.getState().isAll) clearSelection();
        onOpen(id);
      }
    },
    [onCursor, onOpen],
  );
  return (
    <div
      ref={body}
      className={styles.board}
      onPointerEnter={() => notePointer(true)}
      onPointerLeave={() => notePointer(false)}
    >
      {columns.map((status) => {
        const list = lists.get(status);
        return list === undefined ? null : (
          <BoardColumn
            key={status}
            status={status}
            list={list}
            count={counts === null ? null : (counts[status] ?? 0)}
            isPartial={isPartial}
            cursor={column === status ? cursor : null}
            idPrefix={idPrefix}
            onClick={click}
          />
        );
      })}
    </div>
  );
}
