import { type ColumnDef, metaHelper, type RowData, tableFeatures, useTable } from "@tanstack/react-table";
import { useVirtualizer } from "@tanstack/react-virtual";
import {
  type CSSProperties,
  type MouseEvent,
  type RefObject,
  useEffect,
  useId,
  useLayoutEffect,
  useMemo,
  useRef,
} from "react";
import { cx } from "../class-names";
import { formatCount } from "../format";
import { useHotkeys } from "../hotkeys";
import styles from "./data-table.module.css";
import { TableRow } from "./table-row";

/** How a column lies in the row. */
interface ColumnLayout {
  /** A grid track: `112px`, `minmax(120px, 2fr)`. */
  readonly width: string;
  /** Numbers stand at the end. Default: start. */
  readonly align?: "start" | "end";
}

const features = tableFeatures({ columnMeta: metaHelper<ColumnLayout>() });

/** A column as data: its header, its layout (`meta`) and how a cell is drawn. */
export type DataColumn<Row extends RowData> = ColumnDef<typeof features, Row, unknown> & {
  readonly id: string;
  readonly meta: ColumnLayout;
};

interface DataTableProps<Row extends RowData> {
  readonly label: string;
  /** The group of its keys in the sheet of keys. Default: the label. */
  readonly keysGroup?: string;
  /** Both keep their identity from one rendering to the next unless they change. */
  readonly columns: ReadonlyArray<DataColumn<Row>>;
  readonly rows: readonly Row[];
  readonly rowId: (row: Row) => string;
  /** Changes of it make the row flash once in the hue it names. */
  readonly rowTone?: (row: Row) => string;
  /** What a row is shown under, with the rows in that order; null: under nothing. Keeps its identity. */
  readonly sectionOf?: ((row: Row) => string) | null;
  /** Rows there are in all, when more than are here. */
  readonly total?: number;
  /** Pixels. Default 28. */
  readonly rowHeight?: number;
  /** The row the keys are on. */
  readonly cursor: string | null;
  readonly onCursor: (id: string) => void;
  /** A click, or Enter on the cursor. */
  readonly onOpen: (id: string) => void;
  /** The last rows came into sight. */
  readonly onEndReached?: () => void;
  /** Pixels to begin at; told again when it changes. */
  readonly scroll?: number;
  readonly onScroll?: (top: number) => void;
  readonly scrollRef?: RefObject<HTMLDivElement | null>;
}

const OVERSCAN = 12;
const HEADER_PX = 28;
const SECTION_PX = 28;

/** A table of any length: rows are drawn as they come into sight, and change in place. */
export function DataTable<Row extends RowData>(props: DataTableProps<Row>) {
  const { label, columns, rows, rowId, rowTone, rowHeight = 28, cursor, onCursor, onOpen, onEndReached } = props;
  const own = useRef<HTMLDivElement>(null);
  const scroller = props.scrollRef ?? own;
  const prefix = useId();
  const table = useTable({ features, columns: columns as DataColumn<Row>[], data: rows, getRowId: rowId });
  const model = table.getRowModel().rows;

  const sections = useMemo(() => sectionsOf(rows, props.sectionOf ?? null), [rows, props.sectionOf]);
  const virtualizer = useVirtualizer({
    count: sections === null ? model.length : sections.lines.length,
    getScrollElement: () => scroller.current,
    estimateSize: (line) => (typeof sections?.lines[line] === "string" ? SECTION_PX : rowHeight),
    getItemKey: (line) => {
      const at = sections === null ? line : sections.lines[line];
      return typeof at === "string" ? `section ${at}` : (model[at ?? line]?.id ?? line);
    },
    overscan: OVERSCAN,
    initialOffset: props.scroll ?? 0,
    // The header lies over the first rows and pushes all of them down.
    scrollPaddingEnd: HEADER_PX,
  });
  // A section's height is none of a row's.
  // biome-ignore lint/correctness/useExhaustiveDependencies: measured anew when the lines change
  useLayoutEffect(() => virtualizer.measure(), [sections]);
  const items = virtualizer.getVirtualItems();
  const rowAt = (line: number): number | null => {
    const at = sections === null ? line : sections.lines[line];
    return typeof at === "number" ? at : null;
  };

  // Where the focus is nowhere, as after coming here by a key, the rows take it: a screen reader follows the cursor.
  const grid = useRef<HTMLTableElement>(null);
  useEffect(() => {
    const isNowhere = navigator.userActivation.hasBeenActive && document.activeElement === document.body;
    if (isNowhere) grid.current?.focus({ preventScroll: true });
  }, []);

  const lastShown = items.findLast(({ index }) => rowAt(index) !== null)?.index ?? -1;
  const lastRow = lastShown === -1 ? -1 : (rowAt(lastShown) ?? -1);
  useEffect(() => {
    if (model.length > 0 && lastRow >= model.length - OVERSCAN - 1) onEndReached?.();
  }, [lastRow, model.length, onEndReached]);

  const move = (to: (index: number) => number): void => {
    if (model.length === 0) return;
    const index = model.findIndex((row) => row.id === cursor);
    const next = Math.min(model.length - 1, Math.max(0, index === -1 ? 0 : to(index)));
    const row = model[next];
    if (!row) return;
    onCursor(row.id);
    virtualizer.scrollToIndex(sections === null ? next : (sections.lineOf[next] ?? next));
  };
  const page = Math.max(1, Math.floor((scroller.current?.clientHeight ?? 0) / rowHeight) - 2);
  useHotkeys({
    group: props.keysGroup ?? label,
    within: scroller,
    hotkeys: [
      {
        keys: ["j", "ArrowDown"],
        label: "Next row",
        hint: { keys: ["j", "k"], label: "Move" },
        run: () => move((index) => index + 1),
      },
      { keys: ["k", "ArrowUp"], label: "Previous row", run: () => move((index) => index - 1) },
      { keys: ["PageDown"], label: "Page down", run: () => move((index) => index + page) },
      { keys: ["PageUp"], label: "Page up", run: () => move((index) => index - page) },
      { keys: ["Home"], label: "First row", run: () => move(() => 0) },
      { keys: ["End"], label: "Last row", run: () => move(() => model.length - 1) },
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

  const tracks = useMemo(
    () => ({ "--columns": columns.map((column) => column.meta.width).join(" ") }) as CSSProperties,
    [columns],
  );
  const cursorShown = items.some((item) => model[rowAt(item.index) ?? -1]?.id === cursor);
  const openClicked = (event: MouseEvent<HTMLElement>): void => {
    const clicked = event.target instanceof Element ? event.target.closest<HTMLElement>("tr[data-id]") : null;
    if (clicked?.dataset.id !== undefined) onOpen(clicked.dataset.id);
  };
  return (
    <div
      ref={scroller}
      className={styles.scroller}
      style={tracks}
      onScroll={(event) => props.onScroll?.(event.currentTarget.scrollTop)}
    >
      {/* biome-ignore lint/a11y/useKeyWithClickEvents: Enter opens the row the cursor is on, by its hotkey */}
      <table
        ref={grid}
        className={styles.table}
        // biome-ignore lint/a11y/noNoninteractiveElementToInteractiveRole: its rows are moved through by keys
        role="grid"
        tabIndex={0}
        aria-label={label}
        aria-rowcount={(props.total ?? model.length) + 1}
        aria-activedescendant={cursor !== null && cursorShown ? `${prefix}${cursor}` : undefined}
        onClick={openClicked}
      >
        <thead className={styles.head}>
          {table.getHeaderGroups().map((group) => (
            <tr key={group.id} aria-rowindex={1} className={styles.headRow}>
              {group.headers.map((header) => (
                <th key={header.id} scope="col" className={cx(styles.headCell, isAtEnd(header.column) && styles.end)}>
                  <table.FlexRender header={header} />
                </th>
              ))}
            </tr>
          ))}
        </thead>
        <tbody className={styles.body} style={{ height: virtualizer.getTotalSize() }}>
          {items.map((item) => {
            const section = sections?.lines[item.index];
            if (typeof section === "string") {
              return (
                <tr key={item.key} className={styles.section} style={{ transform: `translateY(${item.start}px)` }}>
                  <td colSpan={columns.length}>
                    {section} <small>{formatCount(sections?.counts.get(section) ?? 0)}</small>
                  </td>
                </tr>
              );
            }
            const index = rowAt(item.index) ?? -1;
            const row = model[index];
            if (!row) return null;
            return (
              <TableRow
                key={row.id}
                id={`${prefix}${row.id}`}
                rowId={row.id}
                original={row.original}
                columns={columns}
                index={index}
                top={item.start}
                height={rowHeight}
                tone={rowTone?.(row.original)}
                isCursor={row.id === cursor}
              >
                {() =>
                  row.getAllCells().map((cell) => (
                    <td key={cell.id} className={cx(styles.cell, isAtEnd(cell.column) && styles.end)}>
                      <table.FlexRender cell={cell} />
                    </td>
                  ))
                }
              </TableRow>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}

interface Sections {
  /** In order: the name of a section, or the number of a row. */
  readonly lines: ReadonlyArray<string | number>;
  /** By the number of a row. */
  readonly lineOf: readonly number[];
  readonly counts: ReadonlyMap<string, number>;
}

function sectionsOf<Row>(rows: readonly Row[], nameOf: ((row: Row) => string) | null): Sections | null {
  if (nameOf === null) return null;
  const lines: Array<string | number> = [];
  const lineOf: number[] = [];
  const counts = new Map<string, number>();
  for (const [index, row] of rows.entries()) {
    const name = nameOf(row);
    if (!counts.has(name)) lines.push(name);
    counts.set(name, (counts.get(name) ?? 0) + 1);
    lineOf.push(lines.length);
    lines.push(index);
  }
  return { lines, lineOf, counts };
}

function isAtEnd(column: { readonly columnDef: { readonly meta?: ColumnLayout } }): boolean {
  return column.columnDef.meta?.align === "end";
}
