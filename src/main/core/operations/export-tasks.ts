import type { TaskFilter } from "../../../shared/model/task-filter";
import { type BoardTask, type ExportFormat, MOST_EXPORTED, type TaskOrder } from "../../../shared/model/task-lists";
import type { Store } from "../store/open";
import { searchTasks } from "./task-search";

/** Tasks of one piece: a few milliseconds. */
const PAGE = 200;

const time = (at: number | null): string | null => (at === null ? null : new Date(at).toISOString());

/** What a file says of a task, by the names of the columns that people know from the database. */
const COLUMNS: Readonly<Record<string, (task: BoardTask) => string | number | null | readonly string[]>> = {
  id: (task) => task.id,
  title: (task) => task.title,
  state: (task) => task.state,
  status: (task) => task.status,
  task_type: (task) => task.agent,
  plan_id: (task) => task.planId,
  plan: (task) => task.planTitle,
  subtask: (task) => task.subtaskId,
  priority: (task) => task.priority,
  attempts: (task) => task.attempts,
  max_attempts: (task) => task.maxAttempts,
  worker: (task) => task.workerId,
  created_at: (task) => time(task.createdAt),
  started_at: (task) => time(task.startedAt),
  finished_at: (task) => time(task.finishedAt),
  updated_at: (task) => time(task.updatedAt),
  tags: (task) => task.tags,
  reason: (task) => task.reason,
};

/** A spreadsheet would take a text that begins so for a formula, and work it out. */
const FORMULA = /^[=+\-@\t\r]/;

function csvCell(value: string | number | null | readonly string[]): string {
  if (value === null) return "";
  if (typeof value === "number") return String(value);
  const text = typeof value === "string" ? value : value.join(", ");
  const safe = FORMULA.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

const LINES: Readonly<Record<ExportFormat, (task: BoardTask) => string>> = {
  csv: (task) =>
    `${Object.values(COLUMNS)
      .map((read) => csvCell(read(task)))
      .join(",")}\r\n`,
  jsonl: (task) =>
    `${JSON.stringify(Object.fromEntries(Object.entries(COLUMNS).map(([name, read]) => [name, read(task)])))}\n`,
};

const HEADS: Readonly<Record<ExportFormat, string>> = { csv: `${Object.keys(COLUMNS).join(",")}\r\n`, jsonl: "" };

export interface ExportRequest {
  readonly filter: TaskFilter;
  readonly order: TaskOrder;
  readonly format: ExportFormat;
  /** Default: `MOST_EXPORTED`. */
  readonly most?: number | undefined;
}

/** A piece of the file. */
export interface ExportedPart {
  readonly text: string;
  readonly tasks: number;
  /** It is the last one, though more tasks match. */
  readonly isCut: boolean;
}

/**
 * The tasks that match as the text of a file, piece by piece; other work of the process goes on between two. Each piece
 * is of its own moment: what changes meanwhile is in it as it then is.
 */
export async function* exportTasks(
  store: Store,
  { filter, order, format, most = MOST_EXPORTED }: ExportRequest,
): AsyncGenerator<ExportedPart> {
  const lineOf = LINES[format];
  let left = most;
  let after: string | undefined;
  yield { text: HEADS[format], tasks: 0, isCut: false };
  do {
    const limit = Math.min(PAGE, left);
    const page = await searchTasks(store, { filter, order, limit, ...(after === undefined ? {} : { after }) });
    left -= page.rows.length;
    after = page.next ?? undefined;
    const isCut = left === 0 && after !== undefined && (await hasMore(store, { filter, order, after }));
    yield { text: page.rows.map(lineOf).join(""), tasks: page.rows.length, isCut };
  } while (after !== undefined && left > 0);
}

/** Whether anything that matches comes after this place. */
async function hasMore(
  store: Store,
  { filter, order, after }: Pick<ExportRequest, "filter" | "order"> & { readonly after: string },
): Promise<boolean> {
  let from: string | null = after;
  while (from !== null) {
    const page: Awaited<ReturnType<typeof searchTasks>> = await searchTasks(store, {
      filter,
      order,
      limit: 1,
      after: from,
    });
    if (page.rows.length > 0) return true;
    from = page.next;
  }
  return false;
}
