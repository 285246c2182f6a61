import { Square, Table2, TriangleAlert } from "lucide-react";
import { type RefObject, useEffect, useMemo, useState } from "react";
import { formatColumnFilter, parseColumnFilter } from "../../../shared/model/column-filter";
import type { ColumnFilter, ResultColumn, TableOrder } from "../../../shared/model/explorer";
import { quoteName } from "../../../shared/model/sql-text";
import { messageOf } from "../../api";
import { goTo, tablePlace } from "../../location";
import { Button } from "../../ui/button";
import { EmptyState } from "../../ui/empty-state";
import { formatCount, formatDuration, plural } from "../../ui/format";
import { useHotkeys } from "../../ui/hotkeys";
import { SkeletonRows } from "../../ui/skeleton-rows";
import { ExportMenu } from "./export-menu";
import { Grid, type GridPlace } from "./grid";
import { TABLE_ROWS } from "./limits";
import { linkOf } from "./links";
import { Pager } from "./pager";
import styles from "./results.module.css";
import { rowKeys } from "./row-keys";
import { RowPanel } from "./row-panel";
import { tableNamed, useSchema } from "./schema-store";
import { reloadTable, showTable, stopTable, turnPage, useTable } from "./table-store";
import { openQuery } from "./tabs-store";

interface TableTabProps {
  readonly table: string;
  readonly filters: readonly ColumnFilter[];
  readonly order: TableOrder | null;
  readonly gridRef: RefObject<HTMLTableElement | null>;
}

/** The rows of a table or view, page by page. */
export function TableTab({ table, filters, order, gridRef }: TableTabProps) {
  const question = { table, filters, order };
  const asked = JSON.stringify(question);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the question as text
  useEffect(() => void showTable(question), [asked]);
  const { page, places, isLoading, error } = useTable();
  const schema = useSchema((state) => state.schema);
  const [cursor, setCursor] = useState<GridPlace | null>(null);
  const [opened, setOpened] = useState<number | null>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: other rows have another cursor
  useEffect(() => {
    setCursor(null);
    setOpened(null);
  }, [asked, places]);

  const here = page !== null && page.table === table ? page : null;
  const columns = here?.columns ?? [];
  const rows = useMemo(() => (here?.rows ?? []).map(({ cells }) => cells), [here]);
  const source = tableNamed(schema, table);
  const first = (places.length - 1) * TABLE_ROWS + 1;
  const turn = (way: 1 | -1): void => void turnPage(question, way);
  const change = (next: Partial<typeof question>): void => {
    const { filters: where, order: by } = { ...question, ...next };
    goTo(tablePlace(table, where, by), { replace: true });
  };
  const sort = (column: string): void =>
    change({
      order:
        order?.column !== column
          ? { column, isDescending: false }
          : order.isDescending
            ? null
            : { column, isDescending: true },
    });
  const follow = ({ row, column }: GridPlace): void => {
    const described = columns[column];
    const link = described === undefined ? null : linkOf(schema, described, rows[row]?.[column] ?? null);
    if (link === null) return;
    if (link.table === table && link.entity !== null) goTo(link.entity.place);
    else goTo(tablePlace(link.table, [{ column: link.column, operator: "=", value: link.value }]));
  };
  const shownRow = opened ?? null;
  useHotkeys({
    group: "Explorer",
    hotkeys: [
      ...rowKeys({
        cursor,
        onFollow: follow,
        hasMore: here?.next != null,
        hasBefore: places.length > 1,
        onTurn: turn,
        isOpen: shownRow !== null,
        onClose: () => setOpened(null),
      }),
      {
        keys: ["r"],
        label: "Read the rows again",
        hint: { keys: ["r"], label: "Reload" },
        run: () => void reloadTable(question),
      },
      {
        keys: ["s"],
        label: "Sort by the column",
        disabled: cursor === null,
        run: () => {
          const column = columns[cursor?.column ?? -1];
          if (column !== undefined) sort(column.name);
        },
      },
    ],
  });
  const count = rows.length;
  return (
    <div className={styles.area}>
      <div className={styles.main}>
        <div className={styles.resultBar}>
          <span className={styles.status} role="status">
            {isLoading ? (
              <>
                Reading…
                <Button size="sm" icon={<Square size={10} />} onClick={() => void stopTable()}>
                  Stop
                </Button>
              </>
            ) : (
              here !== null && (
                <>
                  {plural(count, "row")}
                  {here.next !== null && " of more"} in {formatDuration(here.ms)}
                  {filters.length > 0 && ` · ${plural(filters.length, "filter")}`}
                  {here.isFullScan && (
                    <em title="No index serves this filter or order: the whole table is read for each page.">
                      <TriangleAlert size={12} /> Full scan
                    </em>
                  )}
                </>
              )
            )}
          </span>
          <Pager first={first} count={count} hasBefore={places.length > 1} hasMore={here?.next != null} onTurn={turn} />
          {filters.length > 0 && (
            <Button size="sm" variant="ghost" onClick={() => change({ filters: [] })}>
              Clear filters
            </Button>
          )}
          <Button size="sm" onClick={() => openQuery(`SELECT *\nFROM ${quoteName(table)}\nLIMIT 100;\n`)}>
            Open as SQL
          </Button>
          <ExportMenu
            source={{ table, filters, order }}
            hint={here?.next === null && places.length === 1 ? plural(count, "row") : "all rows"}
            disabledReason={here === null ? "There is nothing to export yet." : null}
            columns={columns}
            rows={rows}
          />
        </div>
        {error !== null ? (
          <EmptyState
            icon={<TriangleAlert size={20} />}
            title={`${table} cannot be shown`}
            actions={<Button onClick={() => void showTable(question)}>Try again</Button>}
          >
            {messageOf(error)}
          </EmptyState>
        ) : here === null ? (
          <SkeletonRows />
        ) : (
          <>
            <Grid
              label={table}
              columns={columns}
              rows={rows}
              firstNumber={first}
              cursor={cursor}
              focusRef={gridRef}
              onCursor={(place) => {
                setCursor(place);
                if (opened !== null) setOpened(place.row);
              }}
              onOpen={({ row }) => setOpened(row)}
              isLink={(column, cell) => linkOf(schema, column, cell) !== null}
              onLink={follow}
              isKey={({ name }) => source?.columns.some((column) => column.name === name && column.keyAt > 0) ?? false}
              order={{ now: order, onChange: sort }}
              filterOf={(column) => (
                <FilterField
                  key={column.name}
                  column={column}
                  filter={filters.find((filter) => filter.column === column.name)}
                  onLeave={() => gridRef.current?.focus()}
                  onChange={(filter) =>
                    change({
                      filters: [
                        ...filters.filter((known) => known.column !== column.name),
                        ...(filter === null ? [] : [filter]),
                      ],
                    })
                  }
                />
              )}
            />
            {count === 0 && (
              <div className={styles.over}>
                {filters.length > 0 ? (
                  <EmptyState
                    icon={<Table2 size={20} />}
                    title={`No row matches ${plural(filters.length, "filter")}`}
                    actions={<Button onClick={() => change({ filters: [] })}>Clear filters</Button>}
                  >
                    {filters.map((filter) => `${filter.column} ${formatColumnFilter(filter)}`).join(", ")}
                  </EmptyState>
                ) : (
                  <EmptyState icon={<Table2 size={20} />} title={`${table} has no rows yet`}>
                    They appear here as soon as something writes them. R reads again.
                  </EmptyState>
                )}
              </div>
            )}
          </>
        )}
      </div>
      {shownRow !== null && here?.rows[shownRow] !== undefined && (
        <RowPanel
          number={first + shownRow}
          table={table}
          columns={columns}
          cells={here.rows[shownRow].cells}
          rowKey={here.rows[shownRow].key}
          placeOf={(at) => {
            const key = here.rows[shownRow]?.key;
            const column = columns[at];
            return key == null || column === undefined ? null : { table, key, column: column.name };
          }}
          onClose={() => setOpened(null)}
        />
      )}
      <span className={styles.hidden} aria-live="polite">
        {here !== null && !isLoading ? `${table}: ${formatCount(count)} rows shown` : ""}
      </span>
    </div>
  );
}

interface FilterFieldProps {
  readonly column: ResultColumn;
  readonly filter: ColumnFilter | undefined;
  readonly onChange: (filter: ColumnFilter | null) => void;
  readonly onLeave: () => void;
}

const HELP = "words it contains, = x, != x, < 5, > 5, null, not null, or a pattern with * and ?";

/** What is typed holds at Enter, or when the field is left. */
function FilterField({ column, filter, onChange, onLeave }: FilterFieldProps) {
  const given = filter === undefined ? "" : formatColumnFilter(filter);
  const [typed, setTyped] = useState(given);
  useEffect(() => setTyped(given), [given]);
  const apply = (): void => {
    if (typed.trim() !== given) onChange(parseColumnFilter(column.name, typed));
  };
  return (
    <input
      type="text"
      value={typed}
      placeholder="filter"
      spellCheck={false}
      aria-label={`Filter ${column.name}`}
      title={`Filter ${column.name}: ${HELP}`}
      onChange={(event) => setTyped(event.target.value)}
      onBlur={apply}
      onKeyDown={(event) => {
        if (event.key === "Enter") {
          event.preventDefault();
          apply();
          onLeave();
        } else if (event.key === "Escape") {
          event.stopPropagation();
          setTyped(given);
          onLeave();
        }
      }}
    />
  );
}
