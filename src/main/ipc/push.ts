import type { LivePatch, PushMessages, PushName } from "../../shared/contract";
import type { TaskFilter } from "../../shared/model/task-filter";
import type { BoardPatch, BoardTask, BoardWatch, EnteredTask } from "../../shared/model/task-lists";
import type { PlanSummary, RunnerInfo, TaskRow, WorkerRow } from "../../shared/model/views";

/** At most ten batches a second. */
const PATCH_INTERVAL_MS = 100;

/** The most rows of a kind in one patch: what is left over goes with the next. */
const MAX_ROWS = 500;

/** Further behind than this, reading again what is on screen costs less than looking at each task that changed. */
const MOST_BEHIND = 20_000;

/** Between two tries while the database cannot be read. */
const RETRY_INTERVAL_MS = 1_000;

const LOG_INTERVAL_MS = 200;

/** What changed in the database since the last batch. */
export interface DirtyRows {
  readonly tasks: ReadonlySet<string>;
  /** With the plans of the tasks. */
  readonly plans: ReadonlySet<string>;
  readonly workers: ReadonlySet<string>;
  readonly runs: ReadonlySet<string>;
  /** The feed cannot say what changed. */
  readonly reset: boolean;
}

interface LogSize {
  readonly size: number;
  readonly ended: boolean;
}

/** Where patches get the latest rows. Each answers only the ids that exist. */
export interface LiveRows {
  tasks(ids: readonly string[]): readonly TaskRow[];
  boardTasks(ids: readonly string[]): readonly BoardTask[];
  /** Those that match. */
  entered(ids: readonly string[], filter: TaskFilter): readonly EnteredTask[];
  totals(): Readonly<Record<string, number>>;
  tasksOfRuns(runIds: readonly string[]): readonly string[];
  plans(ids: readonly string[]): readonly PlanSummary[];
  workers(ids: readonly string[]): readonly WorkerRow[];
  runner(): RunnerInfo;
  logSize(runId: string): Promise<LogSize>;
}

export interface PushOptions {
  readonly rows: LiveRows;
  /** Whether anybody can see the window. While nobody can, nothing is sent. */
  readonly isVisible: () => boolean;
  readonly send: <Name extends PushName>(name: Name, message: PushMessages[Name]) => void;
  readonly report: (message: string) => void;
}

/** What is on screen. */
interface LiveView {
  readonly planId: string | null;
  readonly runId: string | null;
  readonly board?: BoardWatch | null;
}

export interface LivePush {
  /** Replaces what is on screen. Answers the revision that the next patch follows. */
  subscribe(view: LiveView): { readonly revision: number };
  /** Takes in a batch of the change feed. */
  note(changed: DirtyRows): void;
  /** The runner's state changed. */
  noteRunner(): void;
  /** The window can be seen again. */
  resume(): void;
  stop(): void;
}

/**
 * Turns changes into patches for what is on screen. Dirty ids are kept, not rows: a row that changes a hundred
 * times between two patches is read and sent once, in its latest state.
 */
export function createPush({ rows, isVisible, send, report }: PushOptions): LivePush {
  const dirty = {
    runs: new Set<string>(),
    tasks: new Set<string>(),
    plans: new Set<string>(),
    workers: new Set<string>(),
  };
  let planId: string | null = null;
  let board: { readonly ids: ReadonlySet<string>; readonly filter: TaskFilter } | null = null;
  let revision = 0;
  let missed = false;
  let runnerChanged = false;
  let timer: NodeJS.Timeout | null = null;
  let lastPatch = Number.NEGATIVE_INFINITY;
  let trouble: string | null = null;
  let stopped = false;
  const log = createLogWatch(rows, (message) => send("log", message));

  function schedule(): void {
    if (timer !== null || stopped) return;
    const interval = trouble === null ? PATCH_INTERVAL_MS : RETRY_INTERVAL_MS;
    timer = setTimeout(flush, Math.max(0, lastPatch + interval - performance.now()));
  }

  function tellTrouble(why: string | null): void {
    if (why === trouble) return;
    trouble = why;
    if (why !== null) report(`live updates: ${why}`);
    send("trouble", why === null ? null : { message: `The database cannot be read, what is shown may be old: ${why}` });
  }

  function flush(): void {
    timer = null;
    if (!isVisible()) {
      missed = true;
      for (const ids of Object.values(dirty)) ids.clear();
      return;
    }
    lastPatch = performance.now();
    try {
      const patch = collect();
      // A hole in the numbers tells the window to ask for everything again.
      revision += missed ? 2 : 1;
      missed = false;
      runnerChanged = false;
      send("patch", { revision, ...patch });
      tellTrouble(null);
    } catch (error) {
      missed = true;
      tellTrouble(error instanceof Error ? error.message : String(error));
    }
    if (trouble !== null || Object.values(dirty).some((ids) => ids.size > 0)) schedule();
  }

  function collect(): Omit<LivePatch, "revision"> {
    // A task is shown with its attempts: a process or a log of one is news of the task.
    for (const id of rows.tasksOfRuns(take(dirty.runs))) dirty.tasks.add(id);
    // What is on screen does not wait behind what is not, however much that is.
    const changed = take(dirty.tasks, board?.ids);
    // Without a plan on screen its tasks are nobody's business: at thousands of changes a second, reading costs.
    const tasks = planId === null ? NONE : latest(changed, (ids) => rows.tasks(ids));
    const held = latest(
      changed.filter((id) => board?.ids.has(id)),
      (ids) => rows.boardTasks(ids),
    );
    const plans = latest(take(dirty.plans), (ids) => rows.plans(ids));
    const workers = latest(take(dirty.workers), (ids) => rows.workers(ids));
    return {
      plans: plans.rows,
      tasks: tasks.rows.filter((task) => task.planId === planId),
      workers: workers.rows,
      board: board === null ? null : boardPatch(board, held.rows, changed),
      removed: { plans: plans.gone, tasks: [...new Set([...tasks.gone, ...held.gone])], workers: workers.gone },
      runner: rows.runner(),
    };
  }

  function boardPatch(
    { ids, filter }: NonNullable<typeof board>,
    held: readonly BoardTask[],
    changed: readonly string[],
  ): BoardPatch {
    const others = changed.filter((id) => !ids.has(id));
    const entered = others.length === 0 ? [] : rows.entered(others, filter);
    return { rows: held, entered, totals: rows.totals() };
  }

  return {
    subscribe(view) {
      planId = view.planId;
      const before = board?.ids ?? NOBODY;
      board = view.board ? { ids: new Set(view.board.taskIds), filter: view.board.filter } : null;
      log.watch(view.runId);
      // They were read before they were named here, and may have changed in between.
      const fresh = [...(board?.ids ?? NOBODY)].filter((id) => !before.has(id));
      for (const id of fresh) dirty.tasks.add(id);
      if (fresh.length > 0) schedule();
      return { revision };
    },
    note(changed) {
      for (const entity of ["runs", "tasks", "plans", "workers"] as const) {
        for (const id of changed[entity]) dirty[entity].add(id);
      }
      if (changed.reset || dirty.tasks.size > MOST_BEHIND) {
        missed = true;
        dirty.tasks.clear();
      }
      schedule();
    },
    noteRunner() {
      if (runnerChanged) return;
      runnerChanged = true;
      schedule();
    },
    resume() {
      if (missed) schedule();
    },
    stop() {
      stopped = true;
      if (timer !== null) clearTimeout(timer);
      log.watch(null);
    },
  };
}

const NONE = { rows: [], gone: [] };
const NOBODY: ReadonlySet<string> = new Set();

/** Takes up to `MAX_ROWS` ids out of the set, those of `first` before all others, else the oldest first. */
function take(ids: Set<string>, first: ReadonlySet<string> = NOBODY): string[] {
  const taken = [...first].filter((id) => ids.has(id)).slice(0, MAX_ROWS);
  for (const id of taken) ids.delete(id);
  for (const id of ids) {
    if (taken.length === MAX_ROWS) break;
    taken.push(id);
    ids.delete(id);
  }
  return taken;
}

function latest<Row extends { readonly id: string }>(
  ids: readonly string[],
  read: (ids: readonly string[]) => readonly Row[],
): { readonly rows: readonly Row[]; readonly gone: readonly string[] } {
  if (ids.length === 0) return { rows: [], gone: [] };
  const found = read(ids);
  const present = new Set(found.map((row) => row.id));
  return { rows: found, gone: ids.filter((id) => !present.has(id)) };
}

/**
 * Tells how long the watched log is, whenever that changes. By asking, not by watching the file: logs may lie
 * on file systems without notifications, and begin to exist later than their run.
 */
function createLogWatch(rows: LiveRows, tell: (message: PushMessages["log"]) => void) {
  let runId: string | null = null;
  let timer: NodeJS.Timeout | null = null;

  async function ask(watched: string, last: LogSize | null): Promise<void> {
    const now = await rows.logSize(watched).catch(() => last);
    if (runId !== watched) return;
    if (now !== null && (now.size !== last?.size || now.ended !== last.ended)) tell({ runId: watched, ...now });
    timer = now?.ended ? null : setTimeout(() => ask(watched, now), LOG_INTERVAL_MS);
  }

  return {
    watch(next: string | null): void {
      if (timer !== null) clearTimeout(timer);
      timer = null;
      runId = next;
      if (next !== null) void ask(next, null);
    },
  };
}
