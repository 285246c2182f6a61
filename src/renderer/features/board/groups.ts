import { useEffect, useState } from "react";
import type { TaskFilter } from "../../../shared/model/task-filter";
import type { StateCounts } from "../../../shared/model/views";
import { call } from "../../api";
import type { TaskGroup } from "../../location";
import { lookOf } from "../../ui/looks";
import { columnFilter } from "./board-columns";
import { useCounts } from "./counts";
import { notePlans } from "./plan-names";

/** Tasks that are shown together, under a head. */
export interface Group {
  readonly key: string;
  readonly title: string;
  /** Of a state. */
  readonly state?: string;
  readonly planId?: string;
  /** Under the title. */
  readonly detail?: string;
  readonly count: number | null;
  /** By state, for a bar. */
  readonly counts?: StateCounts;
  readonly filter: TaskFilter;
}

interface Groups {
  readonly groups: readonly Group[];
  /** What is left out, in words. */
  readonly note: string | null;
  readonly error: unknown;
  readonly isLoading: boolean;
}

const NONE: Groups = { groups: [], note: null, error: null, isLoading: true };
const MOST_PLANS = 100;
const MOST_IDS = 10_000;

async function byPlan(filter: TaskFilter): Promise<Groups> {
  const page = await call("plans.list", { limit: MOST_PLANS });
  notePlans(page.rows);
  const wanted = filter.planIds;
  const known = page.rows.filter(({ id }) => wanted === undefined || wanted.includes(id));
  const missing = wanted?.filter((id) => !known.some((plan) => plan.id === id)).slice(0, MOST_PLANS) ?? [];
  const others = await Promise.all(missing.map((planId) => call("plans.get", { planId }).catch(() => null)));
  const plans = [...known, ...others.filter((plan) => plan !== null)];
  return {
    groups: plans.map((plan) => ({
      key: `plan:${plan.id}`,
      title: plan.title,
      planId: plan.id,
      count: plan.taskCount,
      counts: plan.counts,
      filter: { ...filter, planIds: [plan.id] },
    })),
    note:
      page.next !== null && wanted === undefined ? `The latest ${MOST_PLANS} plans; filter by plan for others.` : null,
    error: null,
    isLoading: false,
  };
}

async function byError(filter: TaskFilter): Promise<Groups> {
  const { groups, grouped, total } = await call("tasks.errorGroups", { filter });
  return {
    groups: groups.map(({ fingerprint, count, sample, taskIds, planIds }) => ({
      key: `error:${fingerprint}`,
      title: fingerprint === "" ? sample : fingerprint,
      state: "failed",
      detail: planIds.length > 1 ? `${planIds.length} plans` : "",
      count,
      filter: { ids: taskIds.slice(0, MOST_IDS) },
    })),
    note:
      total > grouped
        ? `The latest ${grouped.toLocaleString("en-US")} of ${total.toLocaleString("en-US")} failed tasks, by what went wrong.`
        : "Failed tasks, by what went wrong.",
    error: null,
    isLoading: false,
  };
}

/** The groups of a filter. Those of states follow the counts; the others are read when the filter changes. */
export function useGroups(group: TaskGroup, filter: TaskFilter): Groups & { readonly reload: () => void } {
  const { counts } = useCounts();
  const [read, setRead] = useState<Groups>(NONE);
  const [attempt, setAttempt] = useState(0);
  // biome-ignore lint/correctness/useExhaustiveDependencies: each attempt reads them again
  useEffect(() => {
    if (group === "state") return;
    let gone = false;
    const ask = async (): Promise<void> => {
      try {
        const found = await (group === "plan" ? byPlan(filter) : byError(filter));
        if (!gone) setRead(found);
      } catch (error) {
        if (!gone) setRead({ ...NONE, error, isLoading: false });
      }
    };
    setRead(NONE);
    void ask();
    return () => {
      gone = true;
    };
  }, [group, filter, attempt]);
  const reload = (): void => setAttempt((count) => count + 1);
  if (group !== "state") return { ...read, reload };
  const groups = Object.entries(counts ?? {})
    .filter(([, count]) => count > 0)
    .map(([status, count]) => ({
      key: `state:${status}`,
      title: lookOf("task", status).label,
      state: status,
      count,
      filter: columnFilter(filter, status),
    }));
  return { groups, note: null, error: null, isLoading: counts === null, reload };
}
