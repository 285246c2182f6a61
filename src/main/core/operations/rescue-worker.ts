import { HiveError } from "../../../shared/errors";
import type { WorkerRow } from "../../../shared/model/views";
import type { RescueReport, WorkerActPreview } from "../../../shared/model/workers";
import { appendAudit } from "../store/audit";
import type { WritableDatabase } from "../store/database";
import { appendEvent } from "../store/events";
import type { Store } from "../store/open";
import type { Writer } from "../store/plan-end";
import { readHeldTasks } from "../store/worker-runs";
import { markWorkersOffline } from "../store/workers";
import { giveBack, stopHere } from "./give-back";
import { whyNotRestarted } from "./restart-worker";
import { SOURCE } from "./source";
import { heldRow, noSuchWorker } from "./worker-detail";
import { getWorkerRows } from "./workers";

interface RescueRequest {
  readonly workerId: string;
  readonly reason?: string | undefined;
  readonly actor: string;
}

/** What rescuing, restarting or unregistering a worker would do now. Throws `not_found`. */
export function previewWorkerAct(
  store: Store,
  { workerId, act }: { readonly workerId: string; readonly act: "rescue" | "restart" | "unregister" },
): WorkerActPreview {
  const worker = requireWorker(store, workerId);
  const held = readHeldTasks(store.read, workerId).map(heldRow);
  if (act === "restart") return { worker, held, refusal: whyNotRestarted(worker, held.length) };
  if (act === "rescue") return { worker, held, refusal: whyNotRescued(worker) };
  const isOwnSlot = worker.pid !== null && isLive(worker);
  return {
    worker,
    held,
    refusal: isOwnSlot ? `It is a slot of a running program (process ${worker.pid}), and goes when that ends.` : null,
  };
}

const isLive = ({ state }: WorkerRow): boolean => state === "busy" || state === "idle";

function requireWorker(store: Store, workerId: string): WorkerRow {
  const [worker] = getWorkerRows(store, [workerId]);
  if (worker === undefined) throw noSuchWorker(workerId);
  return worker;
}

function whyNotRescued(worker: WorkerRow): string | null {
  if (!isLive(worker)) return null;
  return "It reports, and its process is as it should be: it will end what it has. Drain it, or cancel its task.";
}

/**
 * Gives what a worker that is not well holds back to the queue and marks the worker offline. Attempts that the console
 * knows fail without counting; what of them runs on this machine is stopped first. Should the worker come back, its
 * reports change nothing. Throws `not_found`, `not_allowed` for one that lives.
 */
export async function rescueWorker(store: Store, { workerId, reason, actor }: RescueRequest): Promise<RescueReport> {
  const refusal = whyNotRescued(requireWorker(store, workerId));
  if (refusal !== null) throw new HiveError("not_allowed", `${workerId} was left as it is. ${refusal}`, { workerId });
  const seen = readHeldTasks(store.read, workerId);
  for (const run of seen) await stopHere(run);
  return store.write((tx) => {
    const writer: Writer = { now: store.clock.now(), source: SOURCE, newId: store.newId };
    const held = readHeldTasks(tx, workerId).filter((task) =>
      seen.some(({ id, runId }) => id === task.id && runId === task.runId),
    );
    const why = `Worker ${workerId} was given up by ${actor}${reason === undefined ? "" : `: ${reason}`}`;
    const rescued = held.filter((task) => giveBack(tx, task, { workerId, why, actor, writer, retryAt: writer.now }));
    const ids = rescued.map(({ id }) => id);
    markWorkersOffline(tx, [workerId]);
    note(tx, { workerId, reason: reason ?? null, actor, writer }, ids);
    return { workerId, rescued: ids, left: seen.flatMap(({ id }) => (ids.includes(id) ? [] : [id])) };
  });
}

interface Rescue {
  readonly workerId: string;
  readonly reason: string | null;
  readonly actor: string;
  readonly writer: Writer;
}

function note(tx: WritableDatabase, { workerId, reason, actor, writer }: Rescue, tasks: readonly string[]): void {
  const { now, source, newId } = writer;
  const after = { status: "offline", rescued: tasks };
  appendAudit(tx, {
    at: now,
    actor,
    act: "workers.rescue",
    entity: "worker",
    entityId: workerId,
    reason,
    before: { held: tasks },
    after,
  });
  appendEvent(tx, {
    id: newId(),
    type: "agent.heartbeat",
    at: now,
    source,
    correlationId: workerId,
    payload: { worker_id: workerId, status: "offline", rescued: tasks.length, by: actor, reason },
  });
}
