import { isTerminalPlan } from "../../../shared/model/plan";
import { readPlanStatus } from "../store/hive-plans";
import type { Store } from "../store/open";
import type { Beat } from "./protocol";

/** Of the plans that a worker asks about those of this database that will give it nothing more. */
export function plansOver(store: Store, { idle = [] }: Beat, database: string): string[] {
  return idle.flatMap((plan) => {
    if (plan.database !== database) return [];
    const status = readPlanStatus(store.read, plan.planId);
    return status === null || isTerminalPlan(status) ? [plan.planId] : [];
  });
}
