import { isAlive } from "../main/core/process-identity";
import { stopTree } from "../main/core/runner/stop-tree";
import type { Store } from "../main/core/store/open";
import { listLiveRuns } from "../main/core/store/queue";

/** Kills every process of a plan on this machine at once. Whoever dispatches records how each ended. */
export async function killPlan(store: Store, planId: string): Promise<void> {
  const runs = listLiveRuns(store.read).filter((run) => run.planId === planId && isAlive(run) === true);
  await Promise.all(runs.map((run) => stopTree({ runId: run.runId, group: run.pid }, 0)));
}
