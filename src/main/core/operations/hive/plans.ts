import { hiveId, taskIds as taskIdList } from "../../../../shared/hive-input";
import type { HiveTask } from "../../../../shared/model/hive-records";
import { appendAudit } from "../../store/audit";
import type { ReadableDatabase } from "../../store/database";
import { dependenciesMet } from "../../store/dependencies";
import { dependenciesMetOf } from "../../store/dependency-batch";
import { createPlanStatusCache, type PlanStatusCache, readPlanStatus, startPlanRow } from "../../store/hive-plans";
import { readNextSubtask } from "../../store/next-subtask";
import type { Store } from "../../store/open";
import { createPlannedRows, readPlannedWork } from "../../store/planned-subtasks";
import { inSnapshot } from "../../store/snapshot";
import { type Caller, checked, writerOf } from "./caller";

/** Small enough that a batch's transaction takes a few milliseconds. */
const BATCH = 100;

/**
 * Creates the tasks that a plan's data describes, and answers how many. Those that exist are left alone, so a
 * second call creates nothing, and one that was interrupted is finished by the next. 0 for a plan that does not
 * exist or has no subtasks. Throws `invalid_plan` when the data cannot be read; nothing is created then.
 */
export async function createPlannedSubtasksFromPlan(store: Store, caller: Caller, planId: string): Promise<number> {
  const id = checked(hiveId, planId, "createPlannedSubtasksFromPlan");
  const work = readPlannedWork(store.read, id);
  if (!work) return 0;
  let created = 0;
  // One after the other: each batch builds on the tasks of those before.
  for (let from = 0; from < work.subtasks.length; from += BATCH) {
    const batch = work.subtasks.slice(from, from + BATCH);
    created += await store.write((tx) => createPlannedRows(tx, work, batch, writerOf(store, caller)));
  }
  const { actor } = caller;
  if (actor !== null && created > 0) {
    const entry = { actor, act: "plans.createSubtasks", entity: "plan", entityId: id, reason: null } as const;
    await store.write((tx) => appendAudit(tx, { ...entry, at: store.clock.now(), before: null, after: { created } }));
  }
  return created;
}

/** The plan's status as it stands. Null: there is no such plan. */
export async function getExecutionPlanStatus(store: Store, planId: string): Promise<string | null> {
  return readPlanStatus(store.read, checked(hiveId, planId, "getExecutionPlanStatus"));
}

const caches = new WeakMap<ReadableDatabase, PlanStatusCache>();

/** As getExecutionPlanStatus, remembered until the plan changes, by whomever: never out of date. */
export async function getExecutionPlanStatusCached(store: Store, planId: string): Promise<string | null> {
  const id = checked(hiveId, planId, "getExecutionPlanStatusCached");
  let cache = caches.get(store.read);
  if (!cache) {
    cache = createPlanStatusCache(store.read);
    caches.set(store.read, cache);
  }
  return cache.read(id);
}

/**
 * Whether everything that a task depends on is completed. True for a task without dependencies and for one that
 * does not exist; false when a dependency does not exist or the payload that would name them cannot be read.
 */
export async function checkSubtaskDependencies(store: Store, taskId: string): Promise<boolean> {
  return dependenciesMet(store.read, checked(hiveId, taskId, "checkSubtaskDependencies"));
}

/** As checkSubtaskDependencies, for many tasks as of one moment, at a tenth of the cost. */
export async function checkSubtaskDependenciesBatch(
  store: Store,
  taskIds: readonly string[],
): Promise<Record<string, boolean>> {
  const ids = checked(taskIdList, taskIds, "checkSubtaskDependenciesBatch");
  return Object.fromEntries(inSnapshot(store.read, () => dependenciesMetOf(store.read, ids)));
}

/** The task of a plan to work on next: ready, the highest priority first, then the oldest. Null: none. */
export async function getNextPlannedSubtask(store: Store, planId: string): Promise<HiveTask | null> {
  const id = checked(hiveId, planId, "getNextPlannedSubtask");
  return inSnapshot(store.read, () => readNextSubtask(store.read, id));
}

/** Marks a draft, generated or approved plan as executing. False: there is none, or it executes or has ended. */
export async function markPlanExecutionStarted(store: Store, caller: Caller, planId: string): Promise<boolean> {
  const id = checked(hiveId, planId, "markPlanExecutionStarted");
  return store.write((tx) => startPlanRow(tx, id, writerOf(store, caller)));
}
