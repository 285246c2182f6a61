import type { Store } from "../main/core/store/open";
import { findPlanIds, findTaskIds } from "../main/core/store/task-names";
import { HiveError } from "../shared/errors";
import type { TaskFilter } from "../shared/model/task-filter";

/** What helps say of arguments that are read here. */
export const PLAN_NAME = "the plan's id or the beginning of one";
export const TASK_NAME = "the task's id, the beginning of one, or its name in a plan that runs, else in the latest";
export const TASK_NAMES = "tasks, by id, the beginning of one, or name in the plan that runs or the latest";

/**
 * The task that a person means by its id, the beginning of one, or a subtask of a running plan, else of the latest.
 * Throws `not_found`, and `invalid_input` where several could be meant.
 */
export function taskNamed(store: Store, name: string): string {
  const [taskId, ...others] = findTaskIds(store.read, name);
  if (taskId === undefined) {
    throw new HiveError("not_found", `There is no task ${name} in ${store.file}. List them with: hive task list`, {
      id: name,
    });
  }
  if (others.length === 0) return taskId;
  const candidates = [taskId, ...others];
  throw new HiveError("invalid_input", `${name} may be several tasks. Give the id of one: ${candidates.join(", ")}`, {
    candidates,
  });
}

/** The plan of this id, or the only one whose id begins so. Throws as `taskNamed`. */
export function planNamed(store: Store, name: string): string {
  const [planId, ...others] = findPlanIds(store.read, name);
  if (planId !== undefined && others.length === 0) return planId;
  const list = "List them with: hive plan list";
  if (planId === undefined) {
    throw new HiveError("not_found", `There is no plan ${name} in ${store.file}. ${list}`, { id: name });
  }
  throw new HiveError("invalid_input", `The ids of several plans begin with ${name}. ${list}`, {
    candidates: [planId, ...others],
  });
}

/** The filter with whole ids in place of what a person has written. Throws as `taskNamed`. */
export function filterNamed(store: Store, filter: TaskFilter): TaskFilter {
  const { ids, planIds } = filter;
  return {
    ...filter,
    ...(ids && { ids: [...new Set(ids.map((name) => taskNamed(store, name)))] }),
    ...(planIds && { planIds: planIds.map((name) => planNamed(store, name)) }),
  };
}
