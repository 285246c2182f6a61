import { HiveError } from "../../../shared/errors";
import type { WorkerRow } from "../../../shared/model/views";
import type { RestartReport } from "../../../shared/model/workers";
import { slotOf } from "../runner/local-workers";
import { appendAudit } from "../store/audit";
import { undrainWorker } from "../store/drains";
import { appendEvent } from "../store/events";
import type { Store } from "../store/open";
import { requestStop } from "../store/queue";
import { readHeldTasks } from "../store/worker-runs";
import { operatorWriter } from "./source";
import { noSuchWorker } from "./worker-detail";
import { getWorkerRows } from "./workers";

interface RestartRequest {
  readonly workerId: string;
  readonly reason?: string | undefined;
  readonly actor: string;
}

/** Null: nothing speaks against it. `held`: how many tasks it has. */
export function whyNotRestarted({ id, state, drained }: WorkerRow, held: number): string | null {
  if (slotOf(id) === null) return "It is a program of its own: restart that where it runs.";
  if (state !== "busy" && state !== "idle") return "Its console is gone or hangs: rescue what it holds.";
  return held === 0 && !drained ? "It is free, and takes the next task as it is." : null;
}

/**
 * Lets a slot of the local pool begin anew: what it runs is stopped, does not count and is queued again, and a drained slot
 * takes tasks again. The attempt ends before the next one begins. Throws `not_found`, `not_allowed`.
 */
export function restartWorker(store: Store, { workerId, reason, actor }: RestartRequest): Promise<RestartReport> {
  return store.write((tx) => {
    const [worker] = getWorkerRows(store, [workerId]);
    if (worker === undefined) throw noSuchWorker(workerId);
    const held = readHeldTasks(tx, workerId);
    const refusal = whyNotRestarted(worker, held.length);
    if (refusal !== null) throw new HiveError("not_allowed", `${workerId} was not restarted. ${refusal}`, { workerId });
    const writer = operatorWriter(store);
    const why = reason ?? null;
    const restarted = held
      .filter(({ runId }) => runId !== null && requestStop(tx, runId, "restart"))
      .map(({ id }) => id);
    if (worker.drained) undrainWorker(tx, { workerId, reason: why, actor, writer });
    appendAudit(tx, {
      at: writer.now,
      actor,
      act: "workers.restart",
      entity: "worker",
      entityId: workerId,
      reason: why,
      before: { held: held.map(({ id }) => id), drained: worker.drained },
      after: { restarted, drained: false },
    });
    appendEvent(tx, {
      id: writer.newId(),
      type: "agent.heartbeat",
      at: writer.now,
      source: writer.source,
      correlationId: workerId,
      payload: { worker_id: workerId, restarted: restarted.length, by: actor, reason: why },
    });
    return { workerId, restarted };
  });
}
