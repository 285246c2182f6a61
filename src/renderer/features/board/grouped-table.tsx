import { useCallback, useEffect, useReducer } from "react";
import type { TaskFilter } from "../../../shared/model/task-filter";
import type { TaskOrder } from "../../../shared/model/task-lists";
import type { TaskGroup } from "../../location";
import { Failure } from "../../ui/failure";
import { formatCount } from "../../ui/format";
import { SkeletonRows } from "../../ui/skeleton-rows";
import { closeGroup, openGroup, useBoard } from "./board-store";
import { type Group, useGroups } from "./groups";
import styles from "./table.module.css";
import { rowsOf, type TaskList } from "./task-list";
import { type Line, TaskTable } from "./task-table";

interface GroupedTableProps {
  readonly group: TaskGroup;
  readonly filter: TaskFilter;
  readonly total: number | null;
  readonly cursor: string | null;
  readonly onCursor: (id: string | null) => void;
  readonly onOpen: (id: string) => void;
  readonly onOrder: (order: TaskOrder) => void;
}

/** Groups are open for a start as long as their tasks fit a few screens. */
const OPEN_AT_FIRST = 3;
const WITHOUT: Readonly<Record<TaskGroup, readonly string[]>> = { plan: ["plan"], state: ["state"], error: [] };

function linesOf({ store, more, load }: TaskList, group: Group): readonly Line[] {
  const state = store.getState();
  const lines = rowsOf(state).map(
    (task, index): Line =>
      task === null
        ? { kind: "place", key: `${group.key} ${index}` }
        : { kind: "task", key: task.id, task, isGone: state.gone.has(task.id) },
  );
  const line = (words: string, run: () => void): Line => ({ kind: "more", key: `${group.key} more`, words, run });
  if (state.status === "loading") return [line("Reading…", () => undefined)];
  if (state.status === "failed" || state.moreError !== null) {
    return [...lines, line("Could not be read. Try again", () => void (state.status === "failed" ? load() : more()))];
  }
  if (state.waiting.size > 0) lines.unshift(line(`Show ${formatCount(state.waiting.size)} new`, () => void load()));
  if (state.next === null) return lines.length > 0 ? lines : [line("No tasks match here", () => undefined)];
  return [
    ...lines,
    line(state.isReading ? `Searched ${formatCount(state.searched)}…` : "Show more of this group", () => void more()),
  ];
}

/** The tasks that match under the heads of their groups. Each group reads its own tasks when it is opened. */
export function GroupedTable({ group, filter, total, cursor, onCursor, onOpen, onOrder }: GroupedTableProps) {
  const { groups, note, error, isLoading, reload } = useGroups(group, filter);
  const lists = useBoard((state) => state.lists);
  const [, draw] = useReducer((count: number) => count + 1, 0);
  useEffect(() => {
    const ends = [...lists.values()].map((list) => list.store.subscribe(draw));
    return () => {
      for (const end of ends) end();
    };
  }, [lists]);
  const keys = groups.map(({ key }) => key).join("\n");
  // biome-ignore lint/correctness/useExhaustiveDependencies: once for each set of groups; what was closed stays closed
  useEffect(() => {
    for (const { key, filter: own } of groups.slice(0, group === "error" ? 0 : OPEN_AT_FIRST)) openGroup(key, own);
  }, [group, keys]);
  const toggle = useCallback(
    ({ key, filter: own }: Group): void => {
      if (lists.has(key)) closeGroup(key);
      else openGroup(key, own);
    },
    [lists],
  );
  const look = useCallback((): void => undefined, []);
  if (error !== null) {
    return (
      <Failure
        title="The groups could not be read"
        error={error}
        meaning="Nothing was changed. Retry reads them again; without grouping the tasks are still there."
        onRetry={reload}
      />
    );
  }
  if (isLoading) return <SkeletonRows />;
  const lines = groups.flatMap((one): readonly Line[] => {
    const list = lists.get(one.key);
    const head: Line = { kind: "group", key: one.key, group: one, isOpen: list !== undefined };
    return list === undefined ? [head] : [head, ...linesOf(list, one)];
  });
  const first = lists.values().next().value?.store.getState();
  return (
    <TaskTable
      lines={lines}
      total={total}
      order={first?.order ?? null}
      unserved={first?.unserved ?? {}}
      onOrder={onOrder}
      cursor={cursor}
      onCursor={onCursor}
      onOpen={onOpen}
      onToggle={toggle}
      onLook={look}
      without={WITHOUT[group]}
    >
      {note !== null && <p className={styles.note}>{note}</p>}
    </TaskTable>
  );
}
