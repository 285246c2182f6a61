import { create } from "zustand";
import type { LivePatch } from "../../../shared/contract";
import type { TaskFilter } from "../../../shared/model/task-filter";
import { type FilterProblem, parseFilterText } from "../../../shared/model/task-filter-text";
import { type BoardTask, MOST_WATCHED, type TaskOrder } from "../../../shared/model/task-lists";
import { call } from "../../api";
import type { TasksPlace } from "../../location";
import { keepLive, watchBoard } from "../../sync";
import { columnFilter, columnOrder, columnsFor } from "./board-columns";
import { count, noteChange, stopCounting } from "./counts";
import { beginReading, keepReading } from "./kept-reading";
import { isReading } from "./reading";
import { clearSelection } from "./selection";
import { createTaskList, heldIds, rowsOf, type TaskList } from "./task-list";

type Shown = Pick<TasksPlace, "layout" | "query" | "order" | "group">;

interface BoardState {
  readonly shown: Shown | null;
  readonly filter: TaskFilter;
  readonly problems: readonly FilterProblem[];
  /** Stored statuses from left to right; empty until the database has told which it has. */
  readonly columns: readonly string[];
  /** All tasks of the database by stored status; null: not known yet. */
  readonly totals: Readonly<Record<string, number>> | null;
  /** Why even the columns are not known. */
  readonly error: unknown;
  /** Lists on screen by status, or `table`, or the key of a group. */
  readonly lists: ReadonlyMap<string, TaskList>;
}

const NOTHING: BoardState = {
  shown: null,
  filter: {},
  problems: [],
  columns: [],
  totals: null,
  error: null,
  lists: new Map(),
};

export const useBoard = create<BoardState>()(() => NOTHING);

/** Rows held in all lists together, with room for the task in the inspector. */
const MOST_HELD = 900;
const CARDS_A_PAGE = 30;
const ROWS_A_PAGE = 100;
/** While nobody reads, lists come into order again so often. */
const SETTLE_MS = 1_000;
/** What is watched follows what is held, a moment later. */
const WATCH_MS = 150;

/** Counting begins at the latest then, whatever the lists do. */
const COUNT_MS = 150;

export const TABLE = "table";

let settling: ReturnType<typeof setTimeout> | null = null;
let watching: ReturnType<typeof setTimeout> | null = null;
let opened = 0;
let inspected: string | null = null;

const read = (request: Parameters<Parameters<typeof createTaskList>[0]["read"]>[0]) => call("tasks.search", request);

function isSame(a: Shown | null, b: Shown): boolean {
  return a !== null && a.layout === b.layout && a.query === b.query && a.order === b.order && a.group === b.group;
}

/** Shows what the address names. What is on screen already stays as it is. */
export async function openBoard({ layout, query, order, group }: TasksPlace): Promise<void> {
  const shown = { layout, query, order, group };
  const before = useBoard.getState();
  if (isSame(before.shown, shown)) return;
  opened += 1;
  const mine = opened;
  const { filter, problems } = parseFilterText(query);
  const isSameFilter = before.shown?.query === query;
  const kept = isSameFilter ? before.filter : filter;
  for (const list of before.lists.values()) list.close();
  if (!isSameFilter) {
    clearSelection();
    beginReading(query);
  }
  const { totals } = before;
  const isBoard = layout === "board";
  useBoard.setState({
    shown,
    filter: kept,
    problems,
    lists: new Map(),
    error: null,
    // Columns that stay where they are need not be built again.
    columns: isBoard && totals !== null ? columnsFor(kept, totals, isSameFilter ? before.columns : []) : [],
  });
  const isCounted = isSameFilter && before.shown !== null;
  if (!isCounted) stopCounting();
  // From here on main tells what enters: what is read afterwards, and told, leaves no change out.
  await watchBoard({ taskIds: inspected === null ? [] : [inspected], filter: kept });
  if (mine !== opened) return;
  if (isBoard && totals === null) await openColumns(mine, kept, order);
  else if (isBoard) openLists(kept, order);
  else {
    void readTotals(mine);
    if (group === null) open([[TABLE, kept, order ?? "newest", ROWS_A_PAGE]], MOST_HELD - ROWS_A_PAGE);
  }
  if (!isCounted && mine === opened) countAfterFirst(mine, kept);
}

/** What is seen first comes first: counting takes turns with nothing until some list has an answer. */
function countAfterFirst(mine: number, filter: TaskFilter): void {
  const ends: Array<() => void> = [];
  const begin = (): void => {
    for (const end of ends.splice(0)) end();
    if (mine === opened) void count(filter);
  };
  for (const { store } of useBoard.getState().lists.values()) {
    if (store.getState().status !== "loading") {
      begin();
      return;
    }
    ends.push(store.subscribe(({ status }) => (status === "loading" ? undefined : begin())));
  }
  if (ends.length === 0) begin();
  else {
    const patience = setTimeout(begin, COUNT_MS);
    ends.push(() => clearTimeout(patience));
  }
}

async function readTotals(mine: number): Promise<void> {
  try {
    const { counts } = await call("tasks.count", { filter: {} });
    if (mine === opened) useBoard.setState({ totals: counts });
  } catch {
    // The list says itself what is wrong.
  }
}

async function openColumns(mine: number, filter: TaskFilter, order: TaskOrder | null): Promise<void> {
  try {
    const { counts } = await call("tasks.count", { filter: {} });
    if (mine !== opened) return;
    useBoard.setState({ columns: columnsFor(filter, counts, useBoard.getState().columns), totals: counts });
    openLists(filter, order);
  } catch (error) {
    if (mine === opened) useBoard.setState({ error });
  }
}

/** The tasks of every column. */
function openLists(filter: TaskFilter, order: TaskOrder | null): void {
  const { columns } = useBoard.getState();
  open(
    columns.map((status) => [status, columnFilter(filter, status), order ?? columnOrder(status), CARDS_A_PAGE]),
    Math.max(2 * CARDS_A_PAGE, Math.floor(MOST_HELD / Math.max(1, columns.length))),
  );
}

type Opened = readonly [key: string, filter: TaskFilter, order: TaskOrder, pageSize: number];

function open(wanted: readonly Opened[], most: number): void {
  const lists = new Map(useBoard.getState().lists);
  for (const [key, filter, order, pageSize] of wanted) {
    lists.get(key)?.close();
    const list = createTaskList({ filter, order, pageSize, most, read });
    list.store.subscribe(({ waiting, gone }) => {
      watchSoon();
      if (waiting.size + gone.size > 0) settleSoon();
    });
    lists.set(key, list);
    void list.load();
  }
  useBoard.setState({ lists });
}

/** Reads the tasks of a group that was opened. */
export function openGroup(key: string, filter: TaskFilter): void {
  const { lists, shown } = useBoard.getState();
  if (lists.has(key)) return;
  open([[key, filter, shown?.order ?? "newest", GROUP_PAGE]], MOST_IN_GROUP);
}

const GROUP_PAGE = 20;
const MOST_IN_GROUP = 100;

export function closeGroup(key: string): void {
  const lists = new Map(useBoard.getState().lists);
  lists.get(key)?.close();
  lists.delete(key);
  useBoard.setState({ lists });
}

/** Reads everything on screen again from the top, now. */
export const reloadBoard = (): Promise<void> => readAgain(() => false);

/** Something was missed: reads everything again, and moves nothing where somebody reads. */
async function catchUpBoard(): Promise<void> {
  if (useBoard.getState().shown === null) return;
  // All that is held is watched anew, and so told once more.
  await watchBoard({ taskIds: [], filter: useBoard.getState().filter });
  await readAgain(isReading);
  watchSoon();
}

async function readAgain(isRead: (key: string) => boolean): Promise<void> {
  const { shown, filter, lists, columns } = useBoard.getState();
  if (shown === null) return;
  void count(filter);
  if (shown.layout === "board" && columns.length === 0) await openColumns(opened, filter, shown.order);
  await Promise.all(
    [...lists].map(([key, list]) =>
      isRead(key) && list.store.getState().status === "ready" ? list.catchUp() : list.load(),
    ),
  );
}

/** The board is left: nothing of it is watched any more. */
export function leaveBoard(): void {
  opened += 1;
  for (const list of useBoard.getState().lists.values()) list.close();
  if (settling !== null) clearTimeout(settling);
  if (watching !== null) clearTimeout(watching);
  settling = null;
  watching = null;
  stopCounting();
  useBoard.setState({ ...NOTHING });
  void watchBoard(null);
}

/** The task in the inspector is kept live, held or not. */
export function inspectOnBoard(taskId: string | null): void {
  inspected = taskId;
  watchSoon();
}

function watchSoon(): void {
  watching ??= setTimeout(() => {
    watching = null;
    const { lists, filter, shown } = useBoard.getState();
    if (shown === null) return;
    const held = [...lists.values()].flatMap((list) => heldIds(list.store.getState()));
    const taskIds = [...new Set([...(inspected === null ? [] : [inspected]), ...held])].slice(0, MOST_WATCHED);
    void watchBoard({ taskIds, filter });
  }, WATCH_MS);
}

function takePatch({ board, removed }: LivePatch): void {
  const { shown, lists } = useBoard.getState();
  if (board === null || shown === null) return;
  const entered = [...board.entered, ...(shown.layout === "board" ? cardsOf(board.rows) : [])];
  const areChanged = [...lists.values()].map((list) => list.patch({ ...board, entered }, removed.tasks)).some(Boolean);
  const isInspected = board.rows.some(({ id }) => id === inspected);
  useBoard.setState({ totals: board.totals });
  noteChange(board.totals, areChanged || isInspected || board.entered.length + removed.tasks.length > 0);
  addColumns(board.totals);
  settleSoon();
}

/** Those that are in some column: of another state now, they enter another one. */
function cardsOf(rows: readonly BoardTask[]): readonly BoardTask[] {
  const held = new Set([...useBoard.getState().lists.values()].flatMap((list) => heldIds(list.store.getState())));
  return rows.filter(({ id }) => held.has(id));
}

/** A status that had no task gets its column when the first one comes. */
function addColumns(totals: Readonly<Record<string, number>>): void {
  const { shown, columns, filter } = useBoard.getState();
  if (shown?.layout !== "board" || columns.length === 0 || filter.states !== undefined) return;
  const next = columnsFor(filter, totals, columns);
  if (next.length === columns.length) return;
  const fresh = next.filter((status) => !columns.includes(status));
  useBoard.setState({ columns: next });
  open(
    fresh.map((status) => [status, columnFilter(filter, status), shown.order ?? columnOrder(status), CARDS_A_PAGE]),
    Math.max(2 * CARDS_A_PAGE, Math.floor(MOST_HELD / next.length)),
  );
}

/** Lists come into order by themselves only where nobody looks: under the pointer, the cursor or a selection nothing moves. */
function settleSoon(): void {
  settling ??= setTimeout(() => {
    settling = null;
    const { lists, shown } = useBoard.getState();
    if (shown === null) return;
    let isLeft = false;
    for (const [key, list] of lists) {
      const state = list.store.getState();
      const hasNews =
        state.waiting.size > 0 ||
        state.gone.size > 0 ||
        (shown.layout === "board" && rowsOf(state).some((row) => row !== null && row.status !== key));
      if (!hasNews) continue;
      if (state.isReading || isReading(key)) isLeft = true;
      else void list.load();
    }
    if (isLeft) settleSoon();
  }, SETTLE_MS);
}

/** Keeps the lists live until the returned function is called. */
export function startBoard(): () => void {
  const ends = [keepLive({ patch: takePatch, reload: catchUpBoard }), keepReading()];
  return () => {
    for (const end of ends) end();
  };
}
