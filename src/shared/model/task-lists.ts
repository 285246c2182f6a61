import type { FilteredLog } from "./log-filter-text";
import type { TaskFilter } from "./task-filter";
import type { TaskRow } from "./views";

/**
 * Orders of a list of tasks. `priority`: the highest first, then the oldest. `recent`: what changed last first.
 * `newest` and `oldest`: as they came into the database.
 */
export const TASK_ORDERS = ["priority", "recent", "newest", "oldest"] as const;
export type TaskOrder = (typeof TASK_ORDERS)[number];

/** A task as lists over many plans show it. */
export interface BoardTask extends TaskRow {
  /** Null outside a plan, and for a plan that another program made. */
  readonly planTitle: string | null;
  readonly tags: readonly string[];
  readonly updatedAt: number | null;
}

/** A task that changed and belongs into a list, but is not among those that it holds. */
export interface EnteredTask {
  readonly id: string;
  readonly status: string;
  readonly priority: number;
  readonly createdAt: number | null;
  readonly updatedAt: number | null;
}

/** The most tasks that a window watches at once. */
export const MOST_WATCHED = 1_000;

/** What a list over many plans holds, and which tasks belong into it. */
export interface BoardWatch {
  readonly taskIds: readonly string[];
  readonly filter: TaskFilter;
}

/** News of a list over many plans. */
export interface BoardPatch {
  /** The latest of the tasks that it holds. */
  readonly rows: readonly BoardTask[];
  /** Tasks that it does not hold. */
  readonly entered: readonly EnteredTask[];
  /** All tasks of the database by stored status, whatever the filter. */
  readonly totals: Readonly<Record<string, number>>;
}

export interface TaskPage {
  readonly rows: readonly BoardTask[];
  /** Where the next page begins; null: there is none. */
  readonly next: string | null;
  /** The order that the rows are in. */
  readonly order: TaskOrder;
  /** Why the rows could not come in each other order. */
  readonly unserved: Readonly<Partial<Record<TaskOrder, string>>>;
  /** Tasks looked at for this page. */
  readonly searched: number;
  /** Tasks that may have to be looked at for the whole list. */
  readonly total: number;
}

export interface TaskCounts {
  /** Tasks that match, by stored status, among those that were looked at. */
  readonly counts: Readonly<Record<string, number>>;
  readonly searched: number;
  readonly total: number;
  /** Null: all were looked at. */
  readonly next: string | null;
}

export interface ErrorGroup {
  /** The error without what differs from one task to the next: `exit <n>: <path> not found`. */
  readonly fingerprint: string;
  readonly count: number;
  /** As one of its tasks has it: the latest. */
  readonly sample: string;
  /** The latest first. */
  readonly taskIds: readonly string[];
  readonly latestAt: number | null;
  readonly planIds: readonly string[];
}

export interface ErrorGroups {
  readonly groups: readonly ErrorGroup[];
  /** Failed tasks that were grouped: the latest ones. */
  readonly grouped: number;
  /** Failed tasks there are; more than `grouped` when there are more than are grouped. */
  readonly total: number;
}

/** What a saved view of a log shows. */
export interface LogViewContent {
  readonly log: FilteredLog;
  /** As typed; what is said of time counts from when it is shown. */
  readonly query: string;
}

/** What a saved view of the board shows. */
export interface ViewContent {
  readonly filter: TaskFilter;
  readonly layout: "board" | "table";
  readonly order?: TaskOrder | undefined;
}

export interface SavedView {
  readonly id: string;
  readonly name: string;
  /** Null: this console cannot read it, as when a newer one wrote it. */
  readonly content: ViewContent | LogViewContent | null;
  readonly actor: string;
  readonly changedAt: number;
}

/** What a task took in earlier runs of its plan. */
export interface UsualDuration {
  readonly taskId: string;
  /** Milliseconds that half of them took at most. */
  readonly p50: number;
  /** Milliseconds that nineteen of twenty took at most. */
  readonly p95: number;
  /** How many it is taken from. */
  readonly runs: number;
}

/** The most tasks of which one answer tells what they usually take. */
export const MOST_ASKED_USUAL = 200;

/** How tasks are written into a file: `csv` for spreadsheets, `jsonl` (an object a line) for programs. */
export const EXPORT_FORMATS = ["csv", "jsonl"] as const;
export type ExportFormat = (typeof EXPORT_FORMATS)[number];

/** The most tasks that one file gets. */
export const MOST_EXPORTED = 100_000;

/** A file of tasks that is being written, or was. */
export interface TaskExport {
  readonly exportId: string;
  readonly file: string;
  readonly written: number;
  /** `stopped`: by the operator; the file is taken away again, as when it `failed`. */
  readonly state: "writing" | "done" | "stopped" | "failed";
  /** More match than a file gets: it holds the first ones. */
  readonly isCut: boolean;
  readonly error: string | null;
}

/** Whether it is a view of a log; those of the board name none. */
export function isLogView(content: ViewContent | LogViewContent): content is LogViewContent {
  return "log" in content;
}
