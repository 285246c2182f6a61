import type { Page } from "../../../shared/contract";
import { HiveError } from "../../../shared/errors";
import type { CancelMode, TaskChange } from "../../../shared/model/task-change";
import type { TaskDetail, TaskRow } from "../../../shared/model/views";
import type { Store } from "../store/open";
import * as control from "../store/task-control";
import { pageTasks, readTask, readTaskRows } from "../store/task-rows";
import { operatorWriter } from "./source";

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
 * Cancels a task; a running one is asked to stop and is cancelled when its processes are gone, or is let to its last
 * end (`mode`, default `kill`). Throws `not_found`, `illegal_transition`.
 */
export function cancelTask(
  store: Store,
  { mode = "kill", ...request }: TaskActRequest & { readonly mode?: CancelMode | undefined },
): Promise<TaskRow> {
  return changeTask(store, request, { act: "tasks.cancel", mode });
}

/**
 * A new attempt for a failed, cancelled or escalated task, or one that needs rework. Throws `not_found`,
 * `illegal_transition`, `not_allowed`.
 */
export function retryTask(store: Store, request: TaskActRequest): Promise<TaskRow> {
  return changeTask(store, request, { act: "tasks.retry" });
}

/** What a reviewer makes of a task that waits for a review. */
export type Verdict = "approve" | "reject" | "send_back";

const REVIEWS = { approve: "tasks.approve", reject: "tasks.reject", send_back: "tasks.sendBack" } as const;

/**
 * Decides a task that waits for a review. A gate of a plan completes when it is approved and fails when it is
 * rejected; sent back, it waits to be retried. Throws `not_found`, `illegal_transition`.
 */
export function reviewTask(
  store: Store,
  { verdict, ...request }: TaskActRequest & { readonly verdict: Verdict },
): Promise<TaskRow> {
  return changeTask(store, request, { act: REVIEWS[verdict] });
}

/** Does what an operator wants with one task. Throws `not_found`, `illegal_transition`, `not_allowed`. */
export async function changeTask(
  store: Store,
  { taskId, reason, actor }: TaskActRequest,
  change: TaskChange,
): Promise<TaskRow> {
  await store.write((tx) => {
    const writer = operatorWriter(store);
    control.changeTask(tx, { taskId, reason: reason ?? null, actor, writer }, change);
  });
  return found(getTaskRows(store, [taskId])[0], store, taskId);
}

function found<Task>(task: Task | null | undefined, store: Store, taskId: string): Task {
  if (task) return task;
  throw new HiveError("not_found", `There is no task ${taskId} in ${store.file}. It may have been deleted.`, {
    taskId,
  });
}
