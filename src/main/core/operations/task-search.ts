import { setImmediate as nextTurn } from "node:timers/promises";
import type { TaskFilter } from "../../../shared/model/task-filter";
import type {
  BoardTask,
  EnteredTask,
  ErrorGroups,
  TaskCounts,
  TaskOrder,
  TaskPage,
} from "../../../shared/model/task-lists";
import { readBoardTasks } from "../store/board-tasks";
import { readEnteredTasks, readTotals } from "../store/entered-tasks";
import { groupErrors } from "../store/error-groups";
import type { Store } from "../store/open";
import * as search from "../store/task-search";

export interface TaskSearchRequest {
  readonly filter: TaskFilter;
  readonly order: TaskOrder;
  /** `next` of the page before. Default: from the first. */
  readonly after?: string | undefined;
  readonly limit: number;
}

/** Rows of one turn of the event loop: about 2 ms. */
const ROWS_A_TURN = 100;

/** A page of the tasks that match. Throws `invalid_input`. */
export async function searchTasks(store: Store, request: TaskSearchRequest): Promise<TaskPage> {
  const { ids, ...page } = await search.searchTasks(store.read, { ...request, now: store.clock.now() });
  const rows: BoardTask[] = [];
  for (let at = 0; at < ids.length; at += ROWS_A_TURN) {
    if (at > 0) await nextTurn();
    rows.push(...readBoardTasks(store.read, ids.slice(at, at + ROWS_A_TURN), store.clock.now()));
  }
  return { ...page, rows };
}

/** Those of these tasks that exist, in this order. */
export function getBoardTasks(store: Store, taskIds: readonly string[]): BoardTask[] {
  return readBoardTasks(store.read, taskIds, store.clock.now());
}

/** Those of these tasks that match. */
export function getEnteredTasks(store: Store, taskIds: readonly string[], filter: TaskFilter): EnteredTask[] {
  return readEnteredTasks(store.read, taskIds, filter, store.clock.now());
}

/** All tasks by stored status. */
export function getTaskTotals(store: Store): Record<string, number> {
  return readTotals(store.read);
}

/** How many tasks match, as far as they were looked at. Throws `invalid_input`. */
export function countTasks(
  store: Store,
  request: { readonly filter: TaskFilter; readonly after?: string | undefined },
): Promise<TaskCounts> {
  return search.countTasks(store.read, { ...request, now: store.clock.now() });
}

/** The latest failed tasks that match, by what went wrong. */
export function getErrorGroups(store: Store, { filter }: { readonly filter: TaskFilter }): Promise<ErrorGroups> {
  return groupErrors(store.read, filter, store.clock.now());
}
