import { isAlive, thisHost } from "../process-identity";
import { stopTree } from "../runner/stop-tree";
import type { WritableDatabase } from "../store/database";
import { finishRun } from "../store/finish-run";
import { forsakeRun } from "../store/forsake-run";
import type { Writer } from "../store/plan-end";
import { changeTask } from "../store/task-control";
import type { HeldTask } from "../store/worker-runs";

/** From SIGTERM to SIGKILL, in milliseconds. */
export const GRACE_MS = 5_000;

/** Whether something of the attempt may run on this machine. */
export function mayRunHere({ isLive, runId, host }: HeldTask): boolean {
  return isLive && runId !== null && (host === null || host === thisHost.host);
}

/** Of attempts on another machine nothing can be stopped from here: what they report later is refused. */
export async function stopHere(run: HeldTask): Promise<void> {
  if (run.runId === null || !mayRunHere(run)) return;
  await stopTree({ runId: run.runId, group: isAlive(run) === true ? run.pid : null }, GRACE_MS);
}

interface GivenBack {
  readonly workerId: string;
  /** What the attempt says of its end. */
  readonly why: string;
  readonly actor: string;
  readonly writer: Writer;
  /** When the task may start again. */
  readonly retryAt: number;
}

/** Ends a worker's attempt without counting it and queues its task again. False: somebody has settled it meanwhile. */
export function giveBack(
  tx: WritableDatabase,
  task: HeldTask,
  { workerId, why, actor, writer, retryAt }: GivenBack,
): boolean {
  if (task.isLive && task.runId !== null) {
    const nothing = { exitCode: null, signal: null, result: null };
    const end = { ...nothing, ...writer, runId: task.runId, outcome: "failure", error: why } as const;
    return finishRun(tx, { ...end, retryAt, uncounted: true }).applied;
  }
  if (task.runId !== null) forsakeRun(tx, { runId: task.runId, workerId, error: why, now: writer.now });
  changeTask(tx, { taskId: task.id, reason: why, actor, writer }, { act: "tasks.forceState", status: "queued" });
  return true;
}
