import { Columns3, Rows3 } from "lucide-react";
import { useCallback, useEffect, useRef, useState } from "react";
import type { TaskFilter } from "../../../shared/model/task-filter";
import { formatFilterText, parseFilterText } from "../../../shared/model/task-filter-text";
import type { TaskOrder } from "../../../shared/model/task-lists";
import { goTo, type TasksPlace } from "../../location";
import { Announcement } from "../../ui/announcement";
import { Failure } from "../../ui/failure";
import { formatCount } from "../../ui/format";
import { useHotkeys } from "../../ui/hotkeys";
import { Page } from "../../ui/page";
import { type Option, Segmented } from "../../ui/segmented";
import { useInspector } from "../plans/inspector-size";
import { InspectorSlot } from "../plans/inspector-slot";
import { TaskInspector } from "../task-inspector/task-inspector";
import { Board } from "./board";
import { inspectOnBoard, leaveBoard, openBoard, reloadBoard, TABLE, useBoard } from "./board-store";
import { BulkBar } from "./bulk-bar";
import { BulkProgress } from "./bulk-progress";
import { totalOf, useCounts } from "./counts";
import { ExportMenu, ExportProgress } from "./export-menu";
import { FilterBar } from "./filter-bar";
import { FlatTable } from "./flat-table";
import { GroupedTable } from "./grouped-table";
import { NoMatch, NoTasks } from "./nothing";
import { resolvePlans } from "./plan-names";
import { forgetScrolls } from "./reading";
import { clearSelection, useSelection } from "./selection";
import styles from "./tasks-view.module.css";
import { useUnserved } from "./unserved";
import { ViewMenus } from "./view-menus";
import { SaveViewDialog, ViewsStrip } from "./views-strip";

const LAYOUTS: ReadonlyArray<Option<TasksPlace["layout"]>> = [
  {
    value: "board",
    label: (
      <>
        <Columns3 size={12} />
        Board
      </>
    ),
    tip: "Board",
  },
  {
    value: "table",
    label: (
      <>
        <Rows3 size={12} />
        Table
      </>
    ),
    tip: "Table",
  },
];

const isEmpty = (filter: TaskFilter): boolean => Object.keys(filter).length === 0;

/** The tasks of the whole database, as a board or as a table, beside the inspector of the one that is looked at. */
export function TasksView({ place }: { readonly place: TasksPlace }) {
  const { taskId, layout, query, order, group } = place;
  const { filter, problems, error, lists, shown } = useBoard();
  const { counts, isPartial, searched, total: toSearch, error: countError } = useCounts();
  const [cursor, setCursor] = useState<string | null>(taskId);
  const [isSaving, setIsSaving] = useState(false);
  const isOpen = useInspector((state) => state.isOpen);
  const hasSelection = useSelection(({ ids, isAll }) => isAll || ids.size > 0);
  const list = useRef<HTMLDivElement>(null);
  const unserved = useUnserved(lists);
  const everything = useEverything();

  // biome-ignore lint/correctness/useExhaustiveDependencies: the task in the inspector does not change the lists
  useEffect(() => {
    void openBoard(place);
  }, [layout, query, order, group]);
  useEffect(() => leaveBoard, []);
  useEffect(() => {
    inspectOnBoard(taskId);
    if (taskId !== null) setCursor(taskId);
  }, [taskId]);

  const inspects = taskId !== null && isOpen;
  const change = useCallback(
    (next: Partial<TasksPlace>, replace = false): void => {
      goTo({ ...place, ...next }, { replace });
    },
    [place],
  );
  // A plan may be named by its title, in the address too: its id takes the title's place.
  // biome-ignore lint/correctness/useExhaustiveDependencies: once for each filter
  useEffect(() => {
    let gone = false;
    const resolve = async (): Promise<void> => {
      const typed = parseFilterText(query).filter;
      const resolved = await resolvePlans(typed);
      const isNew = resolved.planIds?.join("\n") !== typed.planIds?.join("\n");
      if (!gone && isNew) change({ query: formatFilterText(resolved) }, true);
    };
    void resolve();
    return () => {
      gone = true;
    };
  }, [query]);
  const setFilter = (next: string): void => {
    forgetScrolls();
    setCursor(null);
    change({ query: next, taskId: null });
  };
  const open = useCallback(
    (id: string): void => {
      useInspector.setState({ isOpen: true });
      change({ taskId: id }, inspects);
    },
    [change, inspects],
  );
  // With the inspector open, it follows the cursor: reading down a list needs no second key.
  const moveCursor = useCallback(
    (id: string | null): void => {
      setCursor(id);
      if (inspects && id !== null && isTask(id)) open(id);
    },
    [inspects, open],
  );
  const focusList = (): void => {
    const target = list.current?.querySelector<HTMLElement>('[role="grid"], [role="treegrid"], [role="listbox"]');
    if (target) target.focus();
    else if (document.activeElement instanceof HTMLElement) document.activeElement.blur();
  };
  const leave = (): void => {
    if (hasSelection) clearSelection();
    else if (taskId !== null) change({ taskId: null });
    else setCursor(null);
  };
  useHotkeys({
    group: "Tasks",
    hotkeys: [
      {
        keys: ["v"],
        label: "Board or table",
        hint: { keys: ["v"], label: "Board / table" },
        run: () => change({ layout: layout === "board" ? "table" : "board" }),
      },
      { keys: ["Escape"], label: "Clear selection, close", run: leave },
      {
        keys: ["]"],
        label: "Inspector",
        run: () => {
          if (inspects) useInspector.setState({ isOpen: false });
          else if (cursor !== null && isTask(cursor)) open(cursor);
        },
      },
    ],
  });

  const matching = totalOf(counts);
  const table = lists.get(TABLE);
  return (
    <Page
      title="Tasks"
      tools={
        <>
          <Segmented
            isFramed
            label="Shown as"
            keys="v"
            options={LAYOUTS}
            value={layout}
            onChange={(next) => change({ layout: next })}
          />
          <i className={styles.line} />
          <ViewsStrip place={place} />
        </>
      }
      actions={
        <>
          <ViewMenus place={place} unserved={unserved} onChange={change} />
          <ExportMenu filter={filter} order={order} label="Export what matches" count={totalOf(counts)} isSmall />
        </>
      }
    >
      <FilterBar
        filter={filter}
        addressProblem={problems[0]?.message ?? null}
        onFilter={setFilter}
        onSave={() => setIsSaving(true)}
        onLeave={focusList}
        matches={
          <Matches
            matching={matching}
            isPartial={isPartial}
            searched={searched}
            toSearch={toSearch}
            error={countError}
          />
        }
      />
      <Announcement text={matching === null ? "" : `${formatCount(matching)}${isPartial ? " or more" : ""} match`} />
      <div className={styles.split}>
        <div ref={list} className={styles.list}>
          {error !== null ? (
            <Failure
              title="The tasks could not be read"
              error={error}
              meaning="Nothing was changed, and tasks that run go on. Retry reads them again."
              onRetry={() => void reloadBoard()}
            />
          ) : everything === 0 ? (
            <NoTasks />
          ) : matching === 0 && !isPartial && !isEmpty(filter) ? (
            <NoMatch filter={filter} total={everything ?? 0} onFilter={setFilter} />
          ) : layout === "board" ? (
            <Board cursor={cursor} onCursor={moveCursor} onOpen={open} />
          ) : group !== null && shown?.group === group ? (
            <GroupedTable
              group={group}
              filter={filter}
              total={matching}
              cursor={cursor}
              onCursor={moveCursor}
              onOpen={open}
              onOrder={(next: TaskOrder) => change({ order: next })}
            />
          ) : (
            table !== undefined && (
              <FlatTable
                list={table}
                total={matching}
                isPartial={isPartial}
                cursor={cursor}
                onCursor={moveCursor}
                onOpen={open}
                onOrder={(next: TaskOrder) => change({ order: next })}
              />
            )
          )}
          <BulkBar filter={filter} matching={matching} isPartial={isPartial} />
          <BulkProgress />
          <ExportProgress />
        </div>
        {inspects && (
          <InspectorSlot>
            <TaskInspector taskId={taskId} hasKeys={!hasSelection} onClose={() => change({ taskId: null })} />
          </InspectorSlot>
        )}
      </div>
      {isSaving && (
        <SaveViewDialog
          content={{ filter, layout, ...(order === null ? {} : { order }) }}
          onClose={() => setIsSaving(false)}
        />
      )}
    </Page>
  );
}

/** A line of the table may be a group's head. */
function isTask(key: string): boolean {
  return !/^(plan|state|error):|^place-/.test(key);
}

/** All tasks of the database, as far as is known: whether there are any decides what an empty list says. */
function useEverything(): number | null {
  const { filter } = useBoard();
  const { counts, isPartial } = useCounts();
  const totals = useBoard((state) => state.totals);
  if (isEmpty(filter) && !isPartial && counts !== null) return totalOf(counts);
  return totalOf(totals);
}

interface MatchesProps {
  readonly matching: number | null;
  readonly isPartial: boolean;
  readonly searched: number;
  readonly toSearch: number;
  readonly error: unknown;
}

function Matches({ matching, isPartial, searched, toSearch, error }: MatchesProps) {
  if (error !== null) return <>Could not be counted</>;
  if (matching === null) return null;
  return (
    <>
      <b>
        {formatCount(matching)}
        {isPartial && "+"}
      </b>{" "}
      match
      {isPartial && ` · searched ${formatCount(searched)} of ${formatCount(Math.max(toSearch, searched))}`}
    </>
  );
}
