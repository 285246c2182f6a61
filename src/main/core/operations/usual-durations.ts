import type { UsualDuration } from "../../../shared/model/task-lists";
import { quantile } from "../plan/forecast";
import { readOutlookPlan } from "../store/forecast-rows";
import type { Store } from "../store/open";
import { readTaskRows } from "../store/task-rows";
import { createPastRuns, type PastRuns } from "./past-runs";

const MIDDLE = 0.5;
const LONG = 0.95;

const pasts = new WeakMap<Store, PastRuns>();

function pastRunsOf(store: Store): PastRuns {
  const past = pasts.get(store) ?? createPastRuns(store);
  pasts.set(store, past);
  return past;
}

/**
 * How long these tasks took in earlier runs of their plans. Those without a plan, and those that never completed
 * before, are left out. What was read of a plan is kept: asking again costs next to nothing.
 */
export async function getUsualDurations(
  store: Store,
  { taskIds }: { readonly taskIds: readonly string[] },
): Promise<UsualDuration[]> {
  const tasks = readTaskRows(store.read, taskIds, store.clock.now());
  const found: UsualDuration[] = [];
  for (const planId of new Set(tasks.map((task) => task.planId))) {
    const plan = planId === null ? null : readOutlookPlan(store.read, planId);
    if (plan === null) continue;
    const asked = tasks.flatMap(({ id, subtaskId, agent, title, planId: of }) =>
      of === planId && subtaskId !== null ? [{ id, subtaskId, agent, title }] : [],
    );
    const { samples } = await pastRunsOf(store).samples({ source: plan.source, folder: plan.folder, tasks: asked });
    asked.forEach(({ id }, index) => {
      const durations = samples[index]?.durations ?? [];
      if (durations.length === 0) return;
      const at = (share: number): number => Math.round(quantile(durations, share));
      found.push({ taskId: id, p50: at(MIDDLE), p95: at(LONG), runs: durations.length });
    });
  }
  return found;
}
