import { isAlive, thisHost } from "../main/core/process-identity";
import { stopTree } from "../main/core/runner/stop-tree";
import type { Store } from "../main/core/store/open";
import { listLiveRuns } from "../main/core/store/queue";

/**
 * Kills every process of a plan on this machine at once. Whoever dispatches records how each ended. An attempt
 * whose process is not noted yet is found by its environment.
 */
export async function killPlan(store: Store, planId: string): Promise<void> {
  const runs = listLiveRuns(store.read).filter((run) => run.planId === planId && isHere(run.host));
  await Promise.all(
    runs.map((run) => stopTree({ runId: run.runId, group: isAlive(run) === true ? run.pid : null }, 0)),
  );
}

function isHere(host: string | null): boolean {
  return host === null || host === thisHost.host;
}
