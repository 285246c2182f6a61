import { z } from "zod";
import { hiveId } from "./hive-input";
import type { WorkerRow } from "./model/views";
import { WORKER_STATES } from "./model/worker";
import type {
  RescueReport,
  RestartReport,
  WorkerActPreview,
  WorkerChange,
  WorkerCounts,
  WorkerDetail,
  WorkerPool,
  WorkerStats,
} from "./model/workers";
import { operation } from "./operation";
import type { Page } from "./page";

const worker = z.strictObject({ workerId: hiveId });
const reason = z.string().max(2_000).optional();

/** Workers as an operator looks at them, and what is done about one that is not well. */
export const workerContract = {
  /** By role, then id. A state that few are in may take long to find: the search is bounded and goes on in slices. */
  "workers.page": operation<Page<WorkerRow>>()(
    z.strictObject({
      states: z.array(z.enum(WORKER_STATES)).max(WORKER_STATES.length).default([]),
      /** In id, role or a capability, without regard to case. */
      text: z.string().max(200).default(""),
      after: z.string().max(500).optional(),
      limit: z.int().min(1).max(500).default(200),
    }),
  ),
  "workers.counts": operation<WorkerCounts>()(z.strictObject({})),
  "workers.stats": operation<readonly WorkerStats[]>()(z.strictObject({ workerIds: z.array(hiveId).max(500) })),
  "workers.get": operation<WorkerDetail>()(worker),
  /** Changes of its state, the latest first. */
  "workers.history": operation<readonly WorkerChange[]>()(
    worker.extend({ limit: z.int().min(1).max(200).default(50) }),
  ),
  "workers.pool": operation<WorkerPool>()(z.strictObject({})),

  "workers.previewAct": operation<WorkerActPreview>()(
    worker.extend({ act: z.enum(["rescue", "restart", "unregister"]) }),
  ),
  /**
   * Gives what a worker holds back to the queue and marks it offline: its attempts fail without counting, and what of
   * them still runs on this machine is stopped. `not_allowed` for a worker that lives.
   */
  "workers.rescue": operation<RescueReport>()(worker.extend({ reason })),
  /**
   * Stops what a slot of the local pool runs and lets it begin anew, without counting; a drained one takes tasks again.
   * `not_allowed` for other workers, and for a slot that has nothing to restart.
   */
  "workers.restart": operation<RestartReport>()(worker.extend({ reason })),
} as const;
