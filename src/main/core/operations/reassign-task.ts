import type { Handlers } from "../../../shared/contract";
import { HiveError } from "../../../shared/errors";
import type { Reassigned, ReassignPreview, reassignContract } from "../../../shared/reassign-contract";
import { isAlive } from "../process-identity";
import { appendAudit } from "../store/audit";
import { drainWorker } from "../store/drains";
import { isLocalWorker } from "../store/migrations/task-lists";
import type { Store } from "../store/open";
import { readHeldTask } from "../store/worker-runs";
import { GRACE_MS, giveBack, mayRunHere, stopHere } from "./give-back";
import { operatorWriter } from "./source";
import { getTaskRows } from "./tasks";
import { getWorkerRows } from "./workers";

interface ReassignRequest {
  readonly taskId: string;
  /** Gives its worker no more tasks, so that another does it. */
  readonly drain: boolean;
  readonly reason?: string | undefined;
  readonly actor: string;
}

/** What `reassignTask` would do now. Throws `not_found`. */
export function previewReassign(store: Store, { taskId }: { readonly taskId: string }): ReassignPreview {
  const [task] = getTaskRows(store, [taskId]);
  if (task === undefined) throw noSuchTask(store, taskId);
  const held = readHeldTask(store.read, taskId);
  if (held === null) return { task, worker: null, isStopped: false, refusal: "No worker has it." };
  const [worker = null] = getWorkerRows(store, [held.workerId]);
  const isStopped = mayRunHere(held.task) && isAlive(held.task) === true;
  return { task, worker, isStopped, refusal: whyNot(held.workerId) };
}

function whyNot(workerId: string): string | null {
  if (!isLocalWorker(workerId)) return null;
  return `${workerId} is a slot of a console, and one slot is as good as another: cancel the task and retry it.`;
}

/**
 * Takes a task from the external worker that has it and queues it again. The attempt fails without counting; what of it runs on
 * this machine is stopped, and the task does not start before that is over. Throws `not_found`, `not_allowed`.
 */
export async function reassignTask(
  store: Store,
  { taskId, drain, reason = undefined, actor }: ReassignRequest,
): Promise<Reassigned> {
  const taken = await store.write((tx) => {
    const held = readHeldTask(tx, taskId);
    const refusal = held === null ? "No worker has it." : whyNot(held.workerId);
    if (held === null || refusal !== null) throw refused(store, taskId, refusal ?? "");
    const writer = operatorWriter(store);
    const { workerId, task } = held;
    const why = `Taken from worker ${workerId} by ${actor}${reason === undefined ? "" : `: ${reason}`}`;
    const retryAt = mayRunHere(task) && isAlive(task) === true ? writer.now + GRACE_MS : writer.now;
    if (!giveBack(tx, task, { workerId, why, actor, writer, retryAt })) throw refused(store, taskId, "It has ended.");
    const isDrained =
      drain &&
      getWorkerRows(store, [workerId]).length > 0 &&
      drainWorker(tx, { workerId, reason: reason ?? null, actor, writer });
    appendAudit(tx, {
      at: writer.now,
      actor,
      act: "tasks.reassign",
      entity: "task",
      entityId: taskId,
      reason: reason ?? null,
      before: { status: task.status, worker: workerId, run: task.runId },
      after: { status: "queued", drained: isDrained },
    });
    return { held: task, workerId, drained: isDrained };
  });
  await stopHere(taken.held);
  const [task] = getTaskRows(store, [taskId]);
  if (task === undefined) throw noSuchTask(store, taskId);
  return { task, workerId: taken.workerId, drained: taken.drained };
}

function noSuchTask(store: Store, taskId: string): HiveError {
  return new HiveError("not_found", `There is no task ${taskId} in ${store.file}. It may have been deleted.`, {
    taskId,
  });
}

function refused(store: Store, taskId: string, why: string): HiveError {
  if (getTaskRows(store, [taskId]).length === 0) return noSuchTask(store, taskId);
  return new HiveError("not_allowed", `The task was left as it is. ${why}`, { taskId });
}

export function reassignHandlers({ store, actor }: { readonly store: Store; readonly actor: string }) {
  return {
    "tasks.previewReassign": (input) => previewReassign(store, input),
    "tasks.reassign": (input) => reassignTask(store, { ...input, actor }),
  } satisfies Pick<Handlers, keyof typeof reassignContract>;
}
