import { useTable } from "@tanstack/react-table";
import { useVirtualizer } from "@tanstack/react-virtual";
import { Check } from "lucide-react";
import { type CSSProperties, type MouseEvent, type ReactNode, useEffect, useId, useMemo, useRef } from "react";
import type { BoardTask, TaskOrder } from "../../../shared/model/task-lists";
import { cx } from "../../ui/class-names";
import { useHotkeys } from "../../ui/hotkeys";
import { GroupHead } from "./group-head";
import type { Group } from "./groups";
import { noteCursor, notePointer, scrollOf } from "./reading";
import { extendTo, selectMany, toggleTask, useSelection } from "./selection";
import styles from "./table.module.css";
import { features, TASK_TABLE_COLUMNS, type TaskColumn } from "./table-columns";
import { Captions, HeadCell } from "./table-head";
import { TaskLine } from "./table-line";
import { setPrefs, useTablePrefs } from "./table-prefs";
import { useKeptScroll } from "./use-kept-scroll";

/** What stands in a line of the table. */
export type Line =
  | { readonly kind: "task"; readonly key: string; readonly task: BoardTask; readonly isGone: boolean }
  | { readonly kind: "place"; readonly key: string }
  | { readonly kind: "group"; readonly key: string; readonly group: Group; readonly isOpen: boolean }
  | { readonly kind: "more"; readonly key: string; readonly words: ReactNode; readonly run: () => void };

interface TaskTableProps {
  readonly lines: readonly Line[];
  /** Tasks there are in all; null: not counted. */
  readonly total: number | null;
  readonly order: TaskOrder | null;
  readonly unserved: Readonly<Partial<Record<TaskOrder, string>>>;
  readonly onOrder: (order: TaskOrder) => void;
  /** The key of the line that the keys are on. */
  readonly cursor: string | null;
  readonly onCursor: (key: string) => void;
  readonly onOpen: (taskId: string) => void;
  readonly onToggle: (group: Group) => void;
  /** Lines from here to there are looked at. */
  readonly onLook: (first: number, last: number) => void;
  /** Columns that would say the same in every line. */
  readonly without?: readonly string[];
  readonly children?: ReactNode;
}

const ROW_PX = 28;
const GROUP_PX = 32;
const OVERSCAN = 12;
const HEAD_PX = 50;
const SCROLL = "table";
/** The table keeps columns alone: see TaskLine. */
const NO_ROWS: BoardTask[] = [];

/** Tasks as lines with columns that can be shown, moved and widened; the lines change where they stand. */
export function TaskTable(props: TaskTableProps) {
  const { lines, total, order, unserved, onOrder, cursor, onCursor, onOpen, onToggle, onLook, without = [] } = props;
  const prefs = useTablePrefs();
  const { ids: selected, isAll } = useSelection();
  const scroller = useRef<HTMLDivElement>(null);
  const prefix = useId();
  const tasks = useMemo(() => lines.flatMap((line) => (line.kind === "task" ? [line.task] : [])), [lines]);
  const table = useTable({
    features,
    columns: TASK_TABLE_COLUMNS as TaskColumn[],
    data: NO_ROWS,
    columnResizeMode: "onChange",
    state: {
      columnVisibility: { ...prefs.visibility, ...Object.fromEntries(without.map((id) => [id, false])) },
      columnOrder: [...prefs.order],
      columnSizing: { ...prefs.sizing },
    },
    onColumnSizingChange: (update) =>
      setPrefs({ sizing: typeof update === "function" ? update({ ...useTablePrefs.getState().sizing }) : update }),
  });
  const headers = table.getHeaderGroups()[0]?.headers ?? [];
  const shown = headers.map((header) => header.column.id).join();
  const columns = useMemo(
    () => shown.split(",").flatMap((id) => TASK_TABLE_COLUMNS.filter((column) => column.id === id)),
    [shown],
  );
  const virtualizer = useVirtualizer({
    count: lines.length,
    getScrollElement: () => scroller.current,
    estimateSize: (index) => (lines[index]?.kind === "group" ? GROUP_PX : ROW_PX),
    getItemKey: (index) => lines[index]?.key ?? index,
    overscan: OVERSCAN,
    initialOffset: scrollOf(SCROLL),
    scrollPaddingEnd: HEAD_PX + 60,
  });
  const scrolledTo = useKeptScroll(SCROLL, scroller, lines.length);
  const items = virtualizer.getVirtualItems();
  const first = items[0]?.index ?? 0;
  const last = items.at(-1)?.index ?? -1;
  useEffect(() => onLook(first, last), [first, last, onLook]);
  useEffect(() => {
    noteCursor(cursor);
    return () => noteCursor(null);
  }, [cursor]);
  useEffect(() => () => notePointer(false), []);

  const taskIds = (): ReadonlyArray<string | null> => lines.map((line) => (line.kind === "task" ? line.task.id : null));
  const at = cursor === null ? -1 : lines.findIndex((line) => line.key === cursor);
  const move = (to: number): string | null => {
    const next = Math.min(lines.length - 1, Math.max(0, at === -1 ? 0 : to));
    const line = lines[next];
    if (line === undefined) return null;
    onCursor(line.key);
    virtualizer.scrollToIndex(next);
    return line.kind === "task" ? line.task.id : null;
  };
  const act = (line: Line | undefined): void => {
    if (line?.kind === "task") onOpen(line.task.id);
    else if (line?.kind === "group") onToggle(line.group);
    else if (line?.kind === "more") line.run();
  };
  const current = lines[at];
  const extend = (by: 1 | -1): void => {
    if (current?.kind === "task" && useSelection.getState().anchor === null) toggleTask(current.task.id);
    const id = move(at + by);
    if (id !== null) extendTo(id, taskIds());
  };
  const page = Math.max(1, Math.floor((scroller.current?.clientHeight ?? 0) / ROW_PX) - 3);
  useHotkeys({
    group: "Table",
    within: scroller,
    hotkeys: [
      {
        keys: ["j", "ArrowDown"],
        label: "Next row",
        hint: { keys: ["j", "k"], label: "Move" },
        run: () => void move(at + 1),
      },
      { keys: ["k", "ArrowUp"], label: "Previous row", run: () => void move(at - 1) },
      {
        keys: ["Space", "x"],
        label: "Select",
        hint: true,
        disabled: current?.kind !== "task",
        run: () => {
          if (current?.kind === "task") toggleTask(current.task.id);
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
        label: "Select all rows",
        run: () =>
          selectMany(
            tasks.map(({ id }) => id),
            true,
          ),
      },
      { keys: ["PageDown"], label: "Page down", run: () => void move(at + page) },
      { keys: ["PageUp"], label: "Page up", run: () => void move(at - page) },
      { keys: ["Home"], label: "First row", run: () => void move(0) },
      { keys: ["End"], label: "Last row", run: () => void move(lines.length - 1) },
      { keys: ["Enter"], label: "Open", hint: true, disabled: current === undefined, run: () => act(current) },
    ],
  });
  const tracks = [
    "30px",
    ...headers.map((header, index) =>
      index === headers.length - 1 ? `minmax(${header.column.getSize()}px, 1fr)` : `${header.column.getSize()}px`,
    ),
  ].join(" ");
  const clicked = (event: MouseEvent<HTMLElement>): void => {
    const target = event.target instanceof Element ? event.target : null;
    if (target?.closest("a, button") !== null) return;
    const line = lines.find(({ key }) => key === target?.closest<HTMLElement>("[data-key]")?.dataset.key);
    if (line === undefined) return;
    onCursor(line.key);
    if (line.kind !== "task") act(line);
    else if (event.shiftKey) extendTo(line.task.id, taskIds());
    else if (target?.closest("[data-check]") || event.ctrlKey || event.metaKey) toggleTask(line.task.id);
    else onOpen(line.task.id);
  };
  const chosen = tasks.filter(({ id }) => selected.has(id)).length;
  const isCursorShown = items.some((item) => lines[item.index]?.key === cursor);
  return (
    <div
      ref={scroller}
      className={styles.scroller}
      style={{ "--columns": tracks } as CSSProperties}
      onPointerEnter={() => notePointer(true)}
      onPointerLeave={() => notePointer(false)}
      onScroll={(event) => scrolledTo(event.currentTarget.scrollTop)}
    >
      {props.children}
      {/* biome-ignore lint/a11y/useKeyWithClickEvents lint/a11y/useAriaPropsSupportedByRole: Enter opens the line that the cursor is on; a grid knows several selected rows */}
      <table
        className={styles.table}
        role={lines.some((line) => line.kind === "group") ? "treegrid" : "grid"}
        tabIndex={0}
        aria-label="Tasks"
        aria-multiselectable
        aria-rowcount={total === null ? -1 : total + 1}
        aria-activedescendant={cursor !== null && isCursorShown ? lineId(prefix, cursor) : undefined}
        onClick={clicked}
      >
        <thead className={styles.head}>
          <Captions columns={headers.map((header) => header.column.columnDef.meta?.caption ?? "")} />
          <tr className={styles.headRow} aria-rowindex={1}>
            <th scope="col" className={styles.headCell} aria-label="Selected">
              <button
                type="button"
                className={cx(styles.check, (isAll || chosen > 0) && styles.checkOn)}
                aria-label={chosen > 0 ? "Leave the selected rows" : "Select all rows"}
                onClick={() =>
                  selectMany(
                    tasks.map(({ id }) => id),
                    chosen === 0,
                  )
                }
              >
                {(isAll || chosen > 0) && <Check size={10} strokeWidth={3} />}
              </button>
            </th>
            {headers.map((header) => {
              const { id, columnDef } = header.column;
              return (
                <HeadCell
                  key={header.id}
                  id={id}
                  meta={columnDef.meta}
                  order={order}
                  unserved={unserved}
                  onOrder={onOrder}
                  onResize={header.getResizeHandler()}
                />
              );
            })}
          </tr>
        </thead>
        <tbody className={styles.body} style={{ height: virtualizer.getTotalSize() }}>
          {items.map((item) => {
            const line = lines[item.index];
            if (line === undefined) return null;
            const place = {
              id: lineId(prefix, line.key),
              "data-key": line.key,
              "data-cursor": line.key === cursor || undefined,
              "aria-rowindex": item.index + 2,
              style: { height: item.size, transform: `translateY(${item.start}px)` },
            };
            if (line.kind === "task") {
              return (
                <TaskLine
                  key={line.key}
                  id={place.id}
                  lineKey={line.key}
                  task={line.task}
                  columns={columns}
                  index={item.index}
                  top={item.start}
                  height={item.size}
                  isCursor={line.key === cursor}
                  isSelected={isAll || selected.has(line.task.id)}
                  isGone={line.isGone}
                />
              );
            }
            if (line.kind === "place")
              return <tr key={line.key} {...place} className={styles.row} aria-label="Not read yet" />;
            if (line.kind === "more") {
              return (
                <tr key={line.key} {...place} className={styles.more}>
                  <td colSpan={headers.length + 1}>{line.words}</td>
                </tr>
              );
            }
            return (
              <tr key={line.key} {...place} className={styles.group} aria-expanded={line.isOpen}>
                <GroupHead group={line.group} isOpen={line.isOpen} span={headers.length + 1} />
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}

/** Keys of groups may hold anything, ids of elements no blanks. */
function lineId(prefix: string, key: string): string {
  return `${prefix}${encodeURIComponent(key)}`;
}
