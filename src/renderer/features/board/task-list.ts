import { createStore, type StoreApi } from "zustand/vanilla";
import type { TaskFilter } from "../../../shared/model/task-filter";
import type { BoardPatch, BoardTask, EnteredTask, TaskOrder, TaskPage } from "../../../shared/model/task-lists";

/** A part of a list, read once. Its rows go when too many are held, and come back when they are looked at. */
interface Page {
  readonly after: string | undefined;
  readonly rows: readonly BoardTask[] | null;
  /** Rows that it has, here or not. */
  readonly size: number;
}

export interface TaskListState {
  readonly pages: readonly Page[];
  /** Where the next page begins; null: everything was read. */
  readonly next: string | null;
  readonly status: "loading" | "ready" | "failed";
  readonly error: unknown;
  /** Reading on, right now. */
  readonly isReading: boolean;
  /** Why the next page could not be read. */
  readonly moreError: unknown;
  /** Tasks that were looked at for what is here, of so many that may have to be. */
  readonly searched: number;
  readonly total: number;
  /** The order that the rows are in; null: not known yet. */
  readonly order: TaskOrder | null;
  readonly unserved: TaskPage["unserved"];
  /** Tasks that belong between the rows that are here, and wait to be shown. */
  readonly waiting: ReadonlySet<string>;
  /** Held tasks that were deleted. */
  readonly gone: ReadonlySet<string>;
}

export interface TaskListOptions {
  readonly filter: TaskFilter;
  readonly order: TaskOrder;
  /** Rows of a page. */
  readonly pageSize: number;
  /** The most rows held at once. */
  readonly most: number;
  readonly read: (request: {
    readonly filter: TaskFilter;
    readonly order: TaskOrder;
    readonly after?: string;
    readonly limit: number;
  }) => Promise<TaskPage>;
}

/** Waiting ones are counted up to here: "999+". */
export const MOST_WAITING = 999;

/** As many as fill a screen: they are asked for first, and shown before the rest of their page. */
const FIRST_ROWS = 40;

const NOTHING: TaskListState = {
  pages: [],
  next: null,
  status: "loading",
  error: null,
  isReading: false,
  moreError: null,
  searched: 0,
  total: 0,
  order: null,
  unserved: {},
  waiting: new Set(),
  gone: new Set(),
};

export interface TaskList {
  readonly store: StoreApi<TaskListState>;
  /** Reads from the first row on; what is shown stays until the answer is there. */
  readonly load: () => Promise<void>;
  /** Something was missed: what changed among the first rows is changed where it stands, what entered waits. */
  readonly catchUp: () => Promise<void>;
  /** Reads the next page. */
  readonly more: () => Promise<void>;
  /** These rows, from 0, are looked at: those that went are read again, and far ones go. */
  readonly look: (first: number, last: number) => void;
  /** Answers whether anything here is other than it was. */
  readonly patch: (patch: BoardPatch, removed: readonly string[]) => boolean;
  /** Answers that are under way are thrown away. */
  readonly close: () => void;
}

export function createTaskList(options: TaskListOptions): TaskList {
  const { filter, pageSize, most, read } = options;
  const store = createStore<TaskListState>(() => NOTHING);
  let generation = 0;
  let looked = { first: 0, last: 0 };
  const rereading = new Set<number>();
  /** What entered since the first page was asked for: its answer may be older. Null: none is asked for. */
  let meanwhile: Map<string, EnteredTask> | null = null;

  /** Reads until a page is full, showing what comes. */
  async function fill(mine: number, isFresh: boolean): Promise<void> {
    let after = isFresh ? undefined : (store.getState().next ?? undefined);
    const begin = after;
    let rows: readonly BoardTask[] = [];
    let searched = isFresh ? 0 : store.getState().searched;
    let replace = isFresh;
    do {
      const page = await read({
        filter,
        order: options.order,
        limit: isFresh && rows.length === 0 ? Math.min(pageSize, FIRST_ROWS) : pageSize - rows.length,
        ...(after === undefined ? {} : { after }),
      });
      if (mine !== generation) return;
      rows = [...rows, ...page.rows];
      searched += page.searched;
      after = page.next ?? undefined;
      const isDone = after === undefined || rows.length >= pageSize;
      // While there is something to look at, half a page does not take its place.
      const isWorthShowing = isDone || rows.length > 0 || !isFresh || store.getState().status !== "ready";
      if (isWorthShowing) {
        const filled: Page = { after: begin, rows, size: rows.length };
        const isFirst = replace;
        replace = false;
        store.setState((state) => ({
          ...(isFirst ? { waiting: new Set<string>(), gone: new Set<string>() } : {}),
          pages: isFirst ? [filled] : [...state.pages.filter((known) => known.after !== begin), filled],
          next: page.next,
          status: "ready",
          error: null,
          moreError: null,
          isReading: !isDone,
          searched,
          total: page.total,
          order: page.order,
          unserved: page.unserved,
        }));
        if (isFirst) announceMeanwhile();
        forget();
      } else store.setState({ searched, total: page.total });
    } while (after !== undefined && rows.length < pageSize);
  }

  function announceMeanwhile(): void {
    const entered = [...(meanwhile?.values() ?? [])];
    meanwhile = null;
    store.setState((state) => patched(state, { rows: [], entered, totals: {} }, [], options));
  }

  async function load(): Promise<void> {
    generation += 1;
    const mine = generation;
    looked = { first: 0, last: 0 };
    meanwhile = new Map();
    store.setState({ isReading: true });
    try {
      await fill(mine, true);
    } catch (error) {
      if (mine !== generation) return;
      const isShown = store.getState().status === "ready";
      store.setState(isShown ? { moreError: error, isReading: false } : { status: "failed", error, isReading: false });
    }
  }

  async function catchUp(): Promise<void> {
    const mine = generation;
    const { rows } = await read({ filter, order: options.order, limit: pageSize });
    if (mine === generation)
      store.setState((state) => patched(state, { rows, entered: rows, totals: {} }, [], options));
  }

  async function more(): Promise<void> {
    const { next, isReading, status } = store.getState();
    if (next === null || isReading || status !== "ready") return;
    const mine = generation;
    store.setState({ isReading: true, moreError: null });
    try {
      await fill(mine, false);
    } catch (error) {
      if (mine === generation) store.setState({ moreError: error, isReading: false });
    }
  }

  async function readAgain(index: number): Promise<void> {
    const page = store.getState().pages[index];
    if (page === undefined || page.rows !== null || rereading.has(index)) return;
    rereading.add(index);
    const mine = generation;
    try {
      const rows: BoardTask[] = [];
      let { after } = page;
      do {
        const answer = await read({
          filter,
          order: options.order,
          limit: page.size - rows.length,
          ...(after === undefined ? {} : { after }),
        });
        rows.push(...answer.rows);
        after = answer.next ?? undefined;
      } while (mine === generation && after !== undefined && rows.length < page.size);
      if (mine !== generation) return;
      store.setState(({ pages }) => ({ pages: pages.with(index, { ...page, rows, size: rows.length }) }));
      forget();
    } catch (error) {
      if (mine === generation) store.setState({ moreError: error });
    } finally {
      rereading.delete(index);
    }
  }

  /** Drops the rows of the pages that are furthest from what is looked at. */
  function forget(): void {
    const { pages } = store.getState();
    let held = pages.reduce((sum, page) => sum + (page.rows?.length ?? 0), 0);
    if (held <= most) return;
    const spans = spansOf(pages);
    const far = spans
      .map(({ first, last }, index) => ({ index, distance: Math.max(first - looked.last, looked.first - last, 0) }))
      .filter(({ index, distance }) => distance > 0 && pages[index]?.rows !== null)
      .sort((a, b) => b.distance - a.distance);
    let kept: readonly Page[] = pages;
    for (const { index } of far) {
      if (held <= most) break;
      const page = kept[index];
      if (!page) continue;
      held -= page.rows?.length ?? 0;
      kept = kept.with(index, { ...page, rows: null });
    }
    store.setState({ pages: kept });
  }

  return {
    store,
    load,
    catchUp,
    more,
    look(first, last) {
      looked = { first, last };
      spansOf(store.getState().pages).forEach((span, index) => {
        if (span.last >= first && span.first <= last) void readAgain(index);
      });
    },
    patch(patch, removed) {
      for (const task of patch.entered) if ((meanwhile?.size ?? 0) < MOST_WAITING) meanwhile?.set(task.id, task);
      for (const id of removed) meanwhile?.delete(id);
      const before = store.getState();
      store.setState((state) => patched(state, patch, removed, options));
      return store.getState() !== before;
    },
    close() {
      generation += 1;
    },
  };
}

function spansOf(pages: readonly Page[]): ReadonlyArray<{ readonly first: number; readonly last: number }> {
  let first = 0;
  return pages.map(({ size }) => {
    const span = { first, last: first + size - 1 };
    first += size;
    return span;
  });
}

/** Every row that was read, in order; null: it is not held right now. */
export function rowsOf({ pages }: Pick<TaskListState, "pages">): ReadonlyArray<BoardTask | null> {
  return pages.flatMap<BoardTask | null>(({ rows, size }) => rows ?? Array.from({ length: size }, () => null));
}

export function heldIds({ pages }: Pick<TaskListState, "pages">): string[] {
  return pages.flatMap(({ rows }) => rows?.map(({ id }) => id) ?? []);
}

/** Rows change where they stand; what enters waits; nothing moves. */
function patched(
  state: TaskListState,
  { rows, entered }: BoardPatch,
  removed: readonly string[],
  { filter, order }: Pick<TaskListOptions, "filter" | "order">,
): Partial<TaskListState> | TaskListState {
  if (state.status !== "ready") return state;
  const latest = new Map(rows.map((row) => [row.id, row]));
  const held = new Map(state.pages.flatMap((page) => page.rows?.map((row) => [row.id, row] as const) ?? []));
  // What is newly watched is told once more, changed or not.
  for (const [id, row] of latest) if (isAlike(row, held.get(id))) latest.delete(id);
  const pages = state.pages.map((page) =>
    page.rows?.some(({ id }) => latest.has(id))
      ? { ...page, rows: page.rows.map((row) => latest.get(row.id) ?? row) }
      : page,
  );
  const waiting = new Set(state.waiting);
  const last = state.next === null ? null : (state.pages.at(-1)?.rows?.at(-1) ?? null);
  for (const task of entered) {
    const belongs =
      !held.has(task.id) &&
      isOfStates(task.status, filter) &&
      (last === null || comesBefore(task, last, state.order ?? order));
    if (!belongs) waiting.delete(task.id);
    else if (waiting.size < MOST_WAITING) waiting.add(task.id);
  }
  for (const id of removed) waiting.delete(id);
  const gone = removed.filter((id) => held.has(id) && !state.gone.has(id));
  const isMoved = !isSame(waiting, state.waiting);
  if (!isMoved && gone.length === 0 && pages.every((page, index) => page === state.pages[index])) return state;
  return {
    pages,
    waiting: isMoved ? waiting : state.waiting,
    gone: gone.length === 0 ? state.gone : new Set([...state.gone, ...gone]),
  };
}

const isAlike = (a: BoardTask, b: BoardTask | undefined): boolean => JSON.stringify(a) === JSON.stringify(b);

function isSame(a: ReadonlySet<string>, b: ReadonlySet<string>): boolean {
  return a.size === b.size && [...a].every((id) => b.has(id));
}

const FAMILY: Readonly<Record<string, readonly string[]>> = {
  queued: ["queued", "waiting", "retrying", "blocked"],
  in_progress: ["in_progress", "stopping"],
};

/** The shown states of a stored status. */
export function statesOf(status: string): readonly string[] {
  return FAMILY[status] ?? [status];
}

function isOfStates(status: string, { states }: TaskFilter): boolean {
  return states === undefined || statesOf(status).some((state) => states.includes(state));
}

type Placed = Pick<EnteredTask, "priority" | "createdAt" | "updatedAt">;

/** Whether a task stands before another one in this order; of two that stand alike it does. */
export function comesBefore(task: Placed, other: Placed, order: TaskOrder): boolean {
  const made = (task.createdAt ?? 0) - (other.createdAt ?? 0);
  if (order === "recent") return (task.updatedAt ?? 0) >= (other.updatedAt ?? 0);
  if (order === "newest") return made >= 0;
  if (order === "oldest") return made <= 0;
  return task.priority === other.priority ? made <= 0 : task.priority > other.priority;
}
