import { Ban, CircleCheck, CircleX, Lock, LockOpen, SquareTerminal } from "lucide-react";
import { type RefObject, useEffect, useState } from "react";
import type { Cell } from "../../../shared/model/explorer";
import { goTo, tablePlace } from "../../location";
import { Button } from "../../ui/button";
import { useNow } from "../../ui/clock";
import { EmptyState } from "../../ui/empty-state";
import { formatCount, formatDuration, plural } from "../../ui/format";
import { useHotkeys } from "../../ui/hotkeys";
import { Menu, MenuChoice } from "../../ui/menu";
import { Segmented } from "../../ui/segmented";
import { copyText } from "../task-inspector/copy";
import { markdownOf } from "./cell-words";
import { ExportMenu } from "./export-menu";
import { Grid, type GridPlace } from "./grid";
import { PAGE_ROWS, useLimit } from "./limits";
import { linkOf } from "./links";
import { Pager } from "./pager";
import { PlanTree } from "./plan-tree";
import { ResultChart } from "./result-chart";
import styles from "./results.module.css";
import { RowPanel } from "./row-panel";
import { type RunState, runQuery, type StatementResult, showPage, useRuns } from "./run-store";
import { useSchema } from "./schema-store";

interface SqlResultsProps {
  readonly tabId: string;
  readonly gridRef: RefObject<HTMLTableElement | null>;
  /** What a statement that was refused may become; null: it stays refused. */
  readonly wayToWrite: WayToWrite | null;
}

export interface WayToWrite {
  readonly label: string;
  /** In the write mode what changes rows is no mistake. */
  readonly isOn: boolean;
  readonly run: () => void;
}

type Look = "rows" | "chart" | "plan";

const NO_ROWS: readonly (readonly Cell[])[] = [];

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
  const all = result?.columns ?? [];
  const kept = all.map((_, index) => index).filter((index) => !hidden.has(index));
  const columns = kept.flatMap((index) => all[index] ?? []);
  const cells = hidden.size === 0 ? rows : rows.map((row) => kept.map((index) => row[index] ?? null));
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
    hotkeys: [
      {
        keys: ["g"],
        label: "Go to link",
        hint: true,
        disabled: cursor === null,
        run: () => {
          if (cursor !== null) follow(cursor);
        },
      },
      { keys: [">"], label: "Rows behind", disabled: !hasMore, run: () => turn(1) },
      { keys: ["<"], label: "Rows before", disabled: !hasBefore, run: () => turn(-1) },
      { keys: ["Escape"], label: "Close the row", disabled: opened === null, run: () => setOpened(null) },
    ],
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
                onCopy={() =>
                  void copyText(
                    markdownOf(
                      columns.map(({ name }) => name),
                      cells,
                    ),
                    plural(rows.length, "row"),
                  )
                }
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

interface RunStatusProps {
  readonly run: RunState;
  readonly result: StatementResult | undefined;
  readonly first: number;
  readonly count: number;
}

function RunStatus({ run, result, first, count }: RunStatusProps) {
  const limit = useLimit((state) => state.seconds);
  if (run.state === "running") {
    return (
      <span className={styles.status} role="status">
        <Elapsed since={run.begunAt} limit={limit} />
      </span>
    );
  }
  const rows = result === undefined || result.columns.length === 0 ? null : first - 1 + count;
  const isMore = result !== undefined && !result.isEnd;
  return (
    <span className={styles.status} role="status" title={run.message ?? undefined}>
      {run.state === "late" || run.state === "stopped" ? (
        <em>{run.state === "late" ? "Stopped at its limit" : "Stopped"}</em>
      ) : (
        rows !== null && (
          <>
            <CircleCheck size={13} data-tone="completed" />
            {isMore ? `The first ${plural(rows, "row")} of more` : plural(rows, "row")} in{" "}
            {formatDuration(result?.ms ?? 0)}
          </>
        )
      )}
      {run.message !== null && run.state === "done" && <em>{run.message}</em>}
    </span>
  );
}

function Elapsed({ since, limit }: { readonly since: number; readonly limit: number }) {
  const now = useNow();
  const seconds = Math.max(0, (now - since) / 1_000);
  return (
    <>
      Running {Math.floor(seconds)} s
      <i className={styles.meter} aria-hidden="true">
        <i style={{ width: `${Math.min(100, (seconds / limit) * 100)}%` }} />
      </i>
      of {formatCount(limit)} s
    </>
  );
}

interface FailedProps {
  readonly failure: NonNullable<StatementResult["failure"]>;
  readonly line: number;
  readonly wayToWrite: WayToWrite | null;
}

function Failed({ failure, line, wayToWrite }: FailedProps) {
  const way = failure.isRefused ? wayToWrite : null;
  if (way?.isOn) {
    return (
      <EmptyState
        icon={<LockOpen size={20} />}
        title="Only queries are run at once"
        actions={<Button onClick={way.run}>{way.label}</Button>}
      >
        What changes rows is tried and taken back first, and written when you have seen what it does.
      </EmptyState>
    );
  }
  return (
    <EmptyState
      icon={failure.isRefused ? <Lock size={20} /> : <CircleX size={20} />}
      title={failure.isRefused ? "Refused: the explorer only reads" : `The statement in line ${line} failed`}
      actions={way !== null && <Button onClick={way.run}>{way.label}</Button>}
    >
      {failure.message}
    </EmptyState>
  );
}

function Ended({ run }: { readonly run: RunState }) {
  const titles: Readonly<Record<string, string>> = {
    late: "Stopped at its limit",
    stopped: "Stopped",
    failed: "The query failed",
  };
  const stopped = "Its process was ended at once, and another one serves what comes next. Nothing was changed.";
  return (
    <EmptyState icon={<Ban size={20} />} title={titles[run.state] ?? "Nothing came of it"}>
      {run.message ?? (run.state === "stopped" ? stopped : "There was no statement in the text.")}
    </EmptyState>
  );
}
