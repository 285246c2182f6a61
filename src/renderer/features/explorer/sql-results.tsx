import { CircleCheck, SquareTerminal } from "lucide-react";
import { type RefObject, useEffect, useMemo, useState } from "react";
import type { Cell, ResultColumn } from "../../../shared/model/explorer";
import { goTo, tablePlace } from "../../location";
import { Button } from "../../ui/button";
import { EmptyState } from "../../ui/empty-state";
import { plural } from "../../ui/format";
import { useHotkeys } from "../../ui/hotkeys";
import { Menu, MenuChoice } from "../../ui/menu";
import { Segmented } from "../../ui/segmented";
import { ExportMenu } from "./export-menu";
import { Grid, type GridPlace } from "./grid";
import { PAGE_ROWS } from "./limits";
import { linkOf } from "./links";
import { Pager } from "./pager";
import { PlanTree } from "./plan-tree";
import { ResultChart } from "./result-chart";
import styles from "./results.module.css";
import { rowKeys } from "./row-keys";
import { RowPanel } from "./row-panel";
import { Ended, Failed, type WayToWrite } from "./run-ends";
import { RunStatus } from "./run-status";
import { type RunState, runQuery, type StatementResult, showPage, useRuns } from "./run-store";
import { useSchema } from "./schema-store";

interface SqlResultsProps {
  readonly tabId: string;
  readonly gridRef: RefObject<HTMLTableElement | null>;
  /** What a statement that was refused may become; null: it stays refused. */
  readonly wayToWrite: WayToWrite | null;
}

type Look = "rows" | "chart" | "plan";

const NO_ROWS: readonly (readonly Cell[])[] = [];
const NO_COLUMNS: readonly ResultColumn[] = [];

/** What came of the statements of a query: one result each. */
export function SqlResults({ tabId, gridRef, wayToWrite }: SqlResultsProps) {
  const run = useRuns((runs) => runs[tabId]);
  const [chosen, setChosen] = useState(0);
  const [look, setLook] = useState<Look>("rows");
  const begunAt = run?.begunAt;
  // biome-ignore lint/correctness/useExhaustiveDependencies: each run begins at its first result
  useEffect(() => setChosen(0), [begunAt]);
  if (run === undefined) {
    return (
      <div className={styles.main}>
        <EmptyState icon={<SquareTerminal size={20} />} title="Not run yet">
          Ctrl+Enter runs what is selected, or everything. Only queries run here: nothing that they do can change the
          database.
        </EmptyState>
      </div>
    );
  }
  const at = Math.min(chosen, Math.max(0, run.results.length - 1));
  const result = run.results[at];
  const isPlan = result?.plan != null;
  const shown: Look = isPlan ? "plan" : look === "plan" ? "rows" : look;
  const change = (next: Look): void => {
    setLook(next);
    if (next === "plan" && !isPlan) void runQuery(tabId, run.sql, { isPlan: true });
    if (next !== "plan" && isPlan) void runQuery(tabId, run.sql);
  };
  return (
    <ResultArea
      key={`${tabId} ${begunAt} ${at}`}
      tabId={tabId}
      run={run}
      at={at}
      result={result}
      look={shown}
      onLook={change}
      onChoose={setChosen}
      gridRef={gridRef}
      wayToWrite={wayToWrite}
    />
  );
}

interface ResultAreaProps {
  readonly tabId: string;
  readonly run: RunState;
  readonly at: number;
  readonly result: StatementResult | undefined;
  readonly look: Look;
  readonly onLook: (look: Look) => void;
  readonly onChoose: (at: number) => void;
  readonly gridRef: RefObject<HTMLTableElement | null>;
  readonly wayToWrite: WayToWrite | null;
}

function ResultArea({ tabId, run, at, result, look, onLook, onChoose, gridRef, wayToWrite }: ResultAreaProps) {
  const schema = useSchema((state) => state.schema);
  const [cursor, setCursor] = useState<GridPlace | null>(null);
  const [opened, setOpened] = useState<number | null>(null);
  const [hidden, setHidden] = useState<ReadonlySet<number>>(new Set());
  const rows = result?.pages[result.page - result.dropped] ?? NO_ROWS;
  const first = firstOf(result);
  const all = result?.columns ?? NO_COLUMNS;
  const { columns, cells } = useMemo(() => withoutColumns(all, rows, hidden), [all, rows, hidden]);
  const page = result?.page ?? 0;
  // biome-ignore lint/correctness/useExhaustiveDependencies: another page has another cursor
  useEffect(() => {
    setCursor(null);
    setOpened(null);
  }, [page]);
  const hasMore =
    result !== undefined &&
    (page - result.dropped < result.pages.length - 1 || (!result.isEnd && run.state === "waiting"));
  const hasBefore = result !== undefined && page > result.dropped;
  const turn = (way: 1 | -1): void => void showPage(tabId, at, page + way);
  const follow = ({ row, column }: GridPlace): void => {
    const described = columns[column];
    const link = described === undefined ? null : linkOf(schema, described, cells[row]?.[column] ?? null);
    if (link !== null) goTo(tablePlace(link.table, [{ column: link.column, operator: "=", value: link.value }]));
  };
  useHotkeys({
    group: "Explorer",
    hotkeys: rowKeys({
      cursor,
      onFollow: follow,
      hasMore,
      hasBefore,
      onTurn: turn,
      isOpen: opened !== null,
      onClose: () => setOpened(null),
    }),
  });
  const openedRow = opened === null ? undefined : rows[opened];
  const table = singleTable(all);
  const hasRows = result !== undefined && result.failure === null && result.columns.length > 0;
  return (
    <div className={styles.area}>
      <div className={styles.main}>
        <div className={styles.resultBar}>
          {run.results.length > 1 && (
            <Segmented
              label="Results"
              options={run.results.map((one, index) => ({
                value: index,
                label: `${index + 1}${one.failure === null ? "" : " !"}`,
                tip: `${index + 1}${one.failure === null ? "" : " !"} ${one.text.slice(0, 80)}`,
              }))}
              value={at}
              onChange={onChoose}
              isFramed
            />
          )}
          <Segmented
            label="Look at"
            options={[
              { value: "rows", label: "Result" },
              { value: "chart", label: "Chart" },
              { value: "plan", label: "Query plan" },
            ]}
            value={look}
            onChange={onLook}
          />
          <RunStatus run={run} result={result} first={first} count={rows.length} />
          <Pager first={first} count={rows.length} hasBefore={hasBefore} hasMore={hasMore} onTurn={turn} />
          {hasRows && (
            <>
              <Menu align="end" trigger={<Button size="sm">Columns</Button>}>
                {all.map(({ name }, index) => (
                  <MenuChoice
                    // biome-ignore lint/suspicious/noArrayIndexKey: two columns may have one name
                    key={index}
                    isChosen={!hidden.has(index)}
                    stays
                    onSelect={() => setHidden(toggled(hidden, index))}
                  >
                    {name}
                  </MenuChoice>
                ))}
              </Menu>
              <ExportMenu
                source={{ sql: run.sql, statement: at, parameters: run.parameters }}
                hint={result.isEnd && result.dropped === 0 ? plural(first - 1 + rows.length, "row") : "all rows"}
                disabledReason={null}
                columns={columns}
                rows={cells}
              />
            </>
          )}
        </div>
        {result?.failure != null ? (
          <Failed failure={result.failure} line={result.line} wayToWrite={wayToWrite} />
        ) : run.results.length === 0 && run.state !== "running" ? (
          <Ended run={run} />
        ) : look === "plan" ? (
          <PlanTree steps={result?.plan ?? []} text={result?.text ?? ""} />
        ) : look === "chart" ? (
          <ResultChart columns={all} rows={rows} />
        ) : hasRows && rows.length > 0 ? (
          <Grid
            label="Result"
            columns={columns}
            rows={cells}
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
          />
        ) : hasRows && result.isEnd ? (
          <EmptyState icon={<CircleCheck size={20} />} title="No rows">
            The query ran well and found nothing.
          </EmptyState>
        ) : (
          run.state !== "running" && <Ended run={run} />
        )}
      </div>
      {openedRow !== undefined && opened !== null && (
        <RowPanel
          number={first + opened}
          table={table}
          columns={all}
          cells={openedRow}
          rowKey={null}
          placeOf={(column) => ({
            sql: run.sql,
            statement: at,
            parameters: run.parameters,
            row: first - 1 + opened,
            column,
          })}
          onClose={() => setOpened(null)}
        />
      )}
    </div>
  );
}

function withoutColumns(
  all: readonly ResultColumn[],
  rows: readonly (readonly Cell[])[],
  hidden: ReadonlySet<number>,
): { readonly columns: readonly ResultColumn[]; readonly cells: readonly (readonly Cell[])[] } {
  if (hidden.size === 0) return { columns: all, cells: rows };
  const kept = all.map((_, index) => index).filter((index) => !hidden.has(index));
  return {
    columns: kept.flatMap((index) => all[index] ?? []),
    cells: rows.map((row) => kept.map((index) => row[index] ?? null)),
  };
}

function toggled(hidden: ReadonlySet<number>, index: number): ReadonlySet<number> {
  const next = new Set(hidden);
  if (!next.delete(index)) next.add(index);
  return next;
}

/** The number of the first row of the page that is shown, from 1. */
function firstOf(result: StatementResult | undefined): number {
  if (result === undefined) return 1;
  const before = result.pages.slice(0, result.page - result.dropped).reduce((sum, rows) => sum + rows.length, 0);
  return result.dropped * PAGE_ROWS + before + 1;
}

/** The one table that all columns come from; null: there are several, or none. */
function singleTable(columns: readonly { readonly table: string | null }[]): string | null {
  const names = new Set(columns.map(({ table }) => table));
  const [only = null] = names;
  return names.size === 1 ? only : null;
}
