import { z } from "zod";
import { hiveId } from "./hive-input";
import type { TaskRow, WorkerRow } from "./model/views";
import { operation } from "./operation";

/** What taking a task from its worker would do now. */
export interface ReassignPreview {
  readonly task: TaskRow;
  /** Who has it; null: nobody, or a worker that is not registered any more. */
  readonly worker: WorkerRow | null;
  /** Something of the attempt runs on this machine, and would be stopped. */
  readonly isStopped: boolean;
  /** Why it would be refused; null: it would be done. */
  readonly refusal: string | null;
}

export interface Reassigned {
  readonly task: TaskRow;
  /** Who had it. */
  readonly workerId: string;
  /** The worker was drained with it. */
  readonly drained: boolean;
}

/** Taking a task from an external worker that has it, so that another may do it. */
export const reassignContract = {
  "tasks.previewReassign": operation<ReassignPreview>()(z.strictObject({ taskId: hiveId })),
  /**
   * Queues the task again; its attempt fails without counting, and what its worker reports later changes nothing. `drain`: that
   * worker is given no more tasks, this one neither. `not_allowed` for a task that no external worker has.
   */
  "tasks.reassign": operation<Reassigned>()(
    z.strictObject({ taskId: hiveId, drain: z.boolean().default(false), reason: z.string().max(2_000).optional() }),
  ),
} as const;
