import { useVirtualizer } from "@tanstack/react-virtual";
import { ArrowDown, ArrowUp, KeyRound } from "lucide-react";
import { type KeyboardEvent, type MouseEvent, type ReactNode, type RefObject, useEffect, useMemo, useRef } from "react";
import type { Cell, ResultColumn, TableOrder } from "../../../shared/model/explorer";
import { cx } from "../../ui/class-names";
import { barsOf } from "./cell-bars";
import { faceOf, widthsOf } from "./cell-words";
import styles from "./grid.module.css";

export interface GridPlace {
  readonly row: number;
  readonly column: number;
}

interface GridProps {
  readonly label: string;
  readonly columns: readonly ResultColumn[];
  readonly rows: readonly (readonly Cell[])[];
  /** The number of the first row, from 1. */
  readonly firstNumber: number;
  readonly cursor: GridPlace | null;
  readonly onCursor: (place: GridPlace) => void;
  /** Enter, or a double click. */
  readonly onOpen: (place: GridPlace) => void;
  /** Whether the value of a column leads elsewhere. */
  readonly isLink: (column: ResultColumn, cell: Cell) => boolean;
  readonly onLink: (place: GridPlace) => void;
  readonly isKey?: (column: ResultColumn) => boolean;
  /** Undefined: the rows come as they come. */
  readonly order?: { readonly now: TableOrder | null; readonly onChange: (column: string) => void };
  /** A field above each column. */
  readonly filterOf?: (column: ResultColumn) => ReactNode;
  readonly focusRef?: RefObject<HTMLTableElement | null>;
}

const ROW = 26;
const NUMBER_WIDTH = 52;
const HEAD = 28;
const FILTER = 28;
const PREFIX = "explorer-cell";

const STEPS: Readonly<Record<string, readonly [number, number]>> = {
  ArrowDown: [1, 0],
  ArrowUp: [-1, 0],
  ArrowRight: [0, 1],
  ArrowLeft: [0, -1],
  j: [1, 0],
  k: [-1, 0],
  l: [0, 1],
  h: [0, -1],
  PageDown: [20, 0],
  PageUp: [-20, 0],
};

/** Rows and columns of any size: only what is seen is drawn. Arrow keys move a cursor from cell to cell. */
export function Grid(props: GridProps) {
  const { label, columns, rows, firstNumber, cursor, onCursor, onOpen, isLink, onLink, isKey, order, filterOf } = props;
  const scroller = useRef<HTMLDivElement>(null);
  const ownFocus = useRef<HTMLTableElement>(null);
  const focus = props.focusRef ?? ownFocus;
  const bars = useMemo(() => barsOf(columns, rows), [columns, rows]);
  const kinds = useMemo(() => columns.map((_, at) => kindOf(rows, at)), [columns, rows]);
  const widths = useMemo(() => widthsOf(columns, rows), [columns, rows]);
  const top = HEAD + (filterOf === undefined ? 0 : FILTER);
  const down = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW,
    overscan: 8,
    scrollMargin: 0,
    scrollPaddingStart: top,
  });
  const across = useVirtualizer({
    horizontal: true,
    count: columns.length,
    getScrollElement: () => scroller.current,
    estimateSize: (at) => widths[at] ?? 100,
    overscan: 4,
    scrollPaddingStart: NUMBER_WIDTH,
  });
  // biome-ignore lint/correctness/useExhaustiveDependencies: other widths are measured anew
  useEffect(() => across.measure(), [widths]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another page begins at its top
  useEffect(() => scroller.current?.scrollTo({ top: 0 }), [rows]);

  const go = (place: GridPlace): void => {
    const row = Math.max(0, Math.min(rows.length - 1, place.row));
    const column = Math.max(0, Math.min(columns.length - 1, place.column));
    down.scrollToIndex(row);
    across.scrollToIndex(column);
    onCursor({ row, column });
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.target !== event.currentTarget || rows.length === 0 || event.ctrlKey || event.metaKey || event.altKey)
      return;
    const at = cursor ?? { row: -1, column: 0 };
    const step = STEPS[event.key];
    if (step !== undefined) go({ row: at.row + step[0], column: at.column + step[1] });
    else if (event.key === "Home") go({ row: at.row, column: 0 });
    else if (event.key === "End") go({ row: at.row, column: columns.length - 1 });
    else if (event.key === "Enter" && cursor !== null) onOpen(cursor);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  const placeOf = (event: MouseEvent): GridPlace | null => {
    const cell = event.target instanceof Element ? event.target.closest("[data-place]") : null;
    const [row, column] = (cell?.getAttribute("data-place") ?? "").split(":").map(Number);
    return row === undefined || column === undefined || Number.isNaN(row) ? null : { row, column };
  };
  const items = across.getVirtualItems();
  const width = across.getTotalSize() + NUMBER_WIDTH;
  const isShown = cursor !== null && cursor.row < rows.length && cursor.column < columns.length;
  return (
    <div ref={scroller} className={styles.scroller}>
      <table
        ref={focus}
        // biome-ignore lint/a11y/noNoninteractiveElementToInteractiveRole: its cells are walked with the arrow keys
        role="grid"
        tabIndex={0}
        className={styles.grid}
        style={{ width }}
        aria-label={label}
        aria-rowcount={rows.length + 1}
        aria-colcount={columns.length + 1}
        aria-activedescendant={isShown ? `${PREFIX}-${cursor.row}-${cursor.column}` : undefined}
        onKeyDown={onKeyDown}
        onClick={(event) => {
          const place = placeOf(event);
          if (place === null) return;
          onCursor(place);
          if (event.target instanceof Element && event.target.closest("[data-link]") !== null) onLink(place);
        }}
        onDoubleClick={(event) => {
          const place = placeOf(event);
          if (place !== null) onOpen(place);
        }}
      >
        <thead className={styles.head} style={{ height: top }}>
          <tr aria-rowindex={1} className={styles.headRow} style={{ height: top }}>
            <th scope="col" className={styles.number} aria-colindex={1}>
              #
            </th>
            {items.map(({ index, start, size }) => {
              const column = columns[index];
              if (column === undefined) return null;
              const sorted = order?.now?.column === column.name ? order.now : null;
              return (
                <th
                  key={index}
                  scope="col"
                  aria-colindex={index + 2}
                  aria-sort={sorted === null ? undefined : sorted.isDescending ? "descending" : "ascending"}
                  data-kind={kinds[index]}
                  className={styles.headCell}
                  style={{ left: start + NUMBER_WIDTH, width: size }}
                >
                  <HeadName
                    column={column}
                    isKey={isKey?.(column) ?? false}
                    sorted={sorted}
                    onSort={order === undefined ? undefined : () => order.onChange(column.name)}
                  />
                  {filterOf?.(column)}
                </th>
              );
            })}
          </tr>
        </thead>
        <tbody className={styles.body} style={{ height: down.getTotalSize() }}>
          {down.getVirtualItems().map(({ index: row, start: y }) => (
            <tr
              key={row}
              aria-rowindex={row + 2}
              aria-selected={cursor?.row === row}
              className={styles.row}
              style={{ transform: `translateY(${y}px)`, height: ROW }}
            >
              <th scope="row" aria-colindex={1} className={styles.number} data-place={`${row}:0`}>
                {firstNumber + row}
              </th>
              {items.map(({ index: column, start, size }) => {
                const cell = rows[row]?.[column] ?? null;
                const face = faceOf(cell);
                const described = columns[column];
                const most = bars[column];
                const leads = described !== undefined && isLink(described, cell);
                return (
                  <td
                    key={column}
                    id={`${PREFIX}-${row}-${column}`}
                    aria-colindex={column + 2}
                    data-place={`${row}:${column}`}
                    data-kind={face.kind}
                    className={cx(styles.cell, cursor?.row === row && cursor.column === column && styles.cursor)}
                    style={{ left: start + NUMBER_WIDTH, width: size }}
                  >
                    {most != null && typeof cell === "number" && (
                      <i className={styles.bar} style={{ width: `${(cell / most) * 100}%` }} aria-hidden="true" />
                    )}
                    {leads ? (
                      <span className={styles.link} data-link="">
                        {face.text}
                      </span>
                    ) : (
                      face.text
                    )}
                  </td>
                );
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

interface HeadNameProps {
  readonly column: ResultColumn;
  readonly isKey: boolean;
  readonly sorted: TableOrder | null;
  readonly onSort: (() => void) | undefined;
}

/** What the first value of a column is: its name stands where its values do. */
function kindOf(rows: readonly (readonly Cell[])[], at: number): string | undefined {
  const first = rows.find((row) => (row[at] ?? null) !== null)?.[at];
  return first === undefined ? undefined : faceOf(first).kind;
}

function HeadName({ column, isKey, sorted, onSort }: HeadNameProps) {
  const words = (
    <>
      {isKey && <KeyRound size={11} aria-label="Part of the primary key" />}
      <span className={styles.name}>{column.name}</span>
      <small>{column.type?.toUpperCase()}</small>
      {sorted !== null && (sorted.isDescending ? <ArrowDown size={12} /> : <ArrowUp size={12} />)}
    </>
  );
  if (onSort === undefined) {
    return (
      <span className={styles.headName} title={`${column.name} ${column.type ?? ""}`}>
        {words}
      </span>
    );
  }
  return (
    <button type="button" tabIndex={-1} className={styles.headName} title={`Sort by ${column.name}`} onClick={onSort}>
      {words}
    </button>
  );
}
