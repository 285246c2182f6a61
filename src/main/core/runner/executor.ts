import type { LiveRun } from "../store/queue";
import type { Begun, RunnableClaim } from "./begun";

/**
 * What carries out attempts: `local`, processes and requests of this host, and `fleet`, workers on others. The claim, the
 * fence, retries, and the record of the end are the runner's, whoever carries out what is between.
 */
export interface Executor {
  /** Begins an attempt. Nothing is started unless the claim is confirmed just before. */
  start(claim: RunnableClaim): Promise<Begun>;
  /** Takes up an attempt that another console began; null: it is a process of this host, to be found as one. */
  resume(run: LiveRun): Promise<Begun> | null;
  /** Nothing is begun any more. What runs is left alone. */
  close(): void;
}

/** The executor of each worker: `others` are asked before the local one. */
export function routeExecutors(
  local: Executor,
  others: readonly { readonly executor: Executor; readonly isTheirs: (workerId: string) => boolean }[],
): Executor {
  const of = (workerId: string): Executor => others.find(({ isTheirs }) => isTheirs(workerId))?.executor ?? local;
  return {
    start: (claim) => of(claim.workerId).start(claim),
    resume: (run) => of(run.workerId).resume(run),
    close() {
      local.close();
      for (const { executor } of others) executor.close();
    },
  };
}
