import type { Page } from "../../../shared/contract";
import { HiveError } from "../../../shared/errors";
import type { TaskDetail, TaskRow } from "../../../shared/model/views";
import type { WritableDatabase } from "../store/database";
import type { Store } from "../store/open";
import { decideReview, type Verdict } from "../store/review";
import type { TaskAct } from "../store/task-act";
import * as control from "../store/task-control";
import { pageTasks, readTask, readTaskRows } from "../store/task-rows";
import { SOURCE } from "./source";

export interface TaskPageRequest {
  readonly planId: string;
  /** The ordinal after which the page begins. Default -1: from the first. */
  readonly after?: number | undefined;
  readonly limit: number;
}

/** A plan's tasks in the plan's order. */
export function listTasks(store: Store, { planId, after = -1, limit }: TaskPageRequest): Page<TaskRow> {
  return pageTasks(store.read, { planId, after, limit }, store.clock.now());
}

/** Throws `not_found`. */
export function getTask(store: Store, { taskId }: { readonly taskId: string }): TaskDetail {
  return found(readTask(store.read, taskId, store.clock.now()), store, taskId);
}

/** Those of these tasks that exist, in this order. */
export function getTaskRows(store: Store, taskIds: readonly string[]): TaskRow[] {
  return readTaskRows(store.read, taskIds, store.clock.now());
}

export interface TaskActRequest {
  readonly taskId: string;
  readonly reason?: string | undefined;
  /** Who asks, for the audit log. */
  readonly actor: string;
}

/**
 * Cancels a task; a running one is asked to stop and is cancelled when its processes are gone. Throws
 * `not_found`, `illegal_transition`.
 */
export function cancelTask(store: Store, request: TaskActRequest): Promise<TaskRow> {
  return act(store, request, control.cancelTask);
}

/** A new attempt for a failed or cancelled task, or one that needs rework. Throws `not_found`, `illegal_transition`, `not_allowed`. */
export function retryTask(store: Store, request: TaskActRequest): Promise<TaskRow> {
  return act(store, request, control.retryTask);
}

/**
 * Decides a task that waits for a review. A gate of a plan completes when it is approved and fails when it is
 * rejected; sent back, it waits to be retried. Throws `not_found`, `illegal_transition`.
 */
export function reviewTask(store: Store, request: TaskActRequest & { readonly verdict: Verdict }): Promise<TaskRow> {
  return act(store, request, (tx, one) => decideReview(tx, one, request.verdict));
}

async function act(
  store: Store,
  { taskId, reason, actor }: TaskActRequest,
  change: (tx: WritableDatabase, act: TaskAct) => void,
): Promise<TaskRow> {
  await store.write((tx) => {
    const writer = { now: store.clock.now(), source: SOURCE, newId: store.newId };
    change(tx, { taskId, reason: reason ?? null, actor, writer });
  });
  return found(getTaskRows(store, [taskId])[0], store, taskId);
}

function found<Task>(task: Task | null | undefined, store: Store, taskId: string): Task {
  if (task) return task;
  throw new HiveError("not_found", `There is no task ${taskId} in ${store.file}. It may have been deleted.`, {
    taskId,
  });
}
