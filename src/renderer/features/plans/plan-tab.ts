import type { PlanTab } from "../../location";
import { PLAN_TABS } from "../../location";

/** A larger plan begins with its table: its graph is a picture of colours, not of tasks. */
const MOST_AT_ONCE = 2_000;
const KEY = "plan-tabs";
const MOST_KEPT = 100;

function read(): Map<string, PlanTab> {
  try {
    const saved: unknown = JSON.parse(window.localStorage.getItem(KEY) ?? "[]");
    if (!Array.isArray(saved)) return new Map();
    return new Map(
      saved.flatMap((entry): Array<[string, PlanTab]> => {
        const tab = Array.isArray(entry) ? PLAN_TABS.find((known) => known === entry[1]) : undefined;
        return tab !== undefined && typeof entry[0] === "string" ? [[entry[0], tab]] : [];
      }),
    );
  } catch {
    return new Map();
  }
}

let tabs: Map<string, PlanTab> | null = null;

/** The tab to show a plan in when its address names none: the last one, or the one that suits its size. */
export function recallTab(planId: string, taskCount: number): PlanTab {
  tabs ??= read();
  return tabs.get(planId) ?? (taskCount <= MOST_AT_ONCE ? "graph" : "tasks");
}

export function keepTab(planId: string, tab: PlanTab): void {
  tabs ??= read();
  if (tabs.get(planId) === tab) return;
  tabs.delete(planId);
  tabs.set(planId, tab);
  window.localStorage.setItem(KEY, JSON.stringify([...tabs].slice(-MOST_KEPT)));
}
