import { getPlanSummaries } from "../main/core/operations/plans";
import { getTaskRows, listTasks } from "../main/core/operations/tasks";
import type { Store } from "../main/core/store/open";
import { HiveError } from "../shared/errors";
import type { PlanSummary, TaskRow } from "../shared/model/views";
import type { PlanSource } from "./watch";

const PAGE = 1_000;
/** Ids are bound as parameters of one statement. */
const IDS_AT_ONCE = 500;

function readPlanSummary(store: Store, planId: string): PlanSummary {
  const [plan] = getPlanSummaries(store, [planId]);
  if (plan) return plan;
  throw new HiveError("not_found", `There is no plan ${planId} in ${store.file}. List them with: hive plan list`, {
    planId,
  });
}

export function readAllTasks(store: Store, planId: string): TaskRow[] {
  const tasks: TaskRow[] = [];
  for (let after = -1; ; ) {
    const { rows } = listTasks(store, { planId, after, limit: PAGE });
    tasks.push(...rows);
    const last = rows.at(-1);
    if (last === undefined || rows.length < PAGE) return tasks;
    after = last.ordinal;
  }
}

export function planSource(store: Store, planId: string): PlanSource {
  return {
    plan: () => readPlanSummary(store, planId),
    tasks: () => readAllTasks(store, planId),
    tasksByIds: (ids) => {
      const rows: TaskRow[] = [];
      for (let at = 0; at < ids.length; at += IDS_AT_ONCE) {
        rows.push(...getTaskRows(store, ids.slice(at, at + IDS_AT_ONCE)));
      }
      return rows;
    },
    subscribe: (listener) =>
      store.changes.subscribe((batch) => {
        if (batch.reset) listener(null);
        else if (batch.tasks.size > 0 || batch.plans.has(planId)) listener(batch.tasks);
      }),
  };
}
