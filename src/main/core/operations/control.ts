import type { ActReport } from "../../../shared/control-contract";
import type { TaskFilter } from "../../../shared/model/task-filter";
import type { PlanSummary, RunnerInfo } from "../../../shared/model/views";
import type { Runner } from "../runner/runner";
import type { WritableDatabase } from "../store/database";
import { drainWorker, undrainWorker, type WorkerAct } from "../store/drains";
import type { Store } from "../store/open";
import { type PlanAct, pausePlan as pause, requirePlan, resumePlan as resume } from "../store/plan-control";
import { requeuePlan } from "../store/requeue";
import { writeSlots } from "../store/settings";
import { changeMany } from "./change-many";
import { getPlan } from "./plans";
import { SOURCE } from "./source";

interface Act {
  readonly reason?: string | undefined;
  /** Who asks, for the audit log. */
  readonly actor: string;
}

/**
 * Nothing of the plan starts any more; what runs goes on. Twice is no mistake. Throws `not_found`,
 * `illegal_transition` (it is not executing), `not_allowed` (the console does not run it).
 */
export function pausePlan(store: Store, request: Act & { readonly planId: string }): Promise<PlanSummary> {
  return changePlan(store, request, pause);
}

/** Lets a paused plan go on. Throws as `pausePlan`. */
export function resumePlan(store: Store, request: Act & { readonly planId: string }): Promise<PlanSummary> {
  return changePlan(store, request, resume);
}

async function changePlan(
  store: Store,
  { planId, reason, actor }: Act & { readonly planId: string },
  change: (tx: WritableDatabase, act: PlanAct) => boolean,
): Promise<PlanSummary> {
  await store.write((tx) => change(tx, { planId, reason: reason ?? null, actor, writer: writerOf(store) }));
  await requeuePlan(store, planId);
  return getPlan(store, { planId });
}

/** What `plans.retryFailed` retries. */
export function failedTasksOf(planId: string): TaskFilter {
  return { planIds: [planId], states: ["failed", "cancelled", "escalated"] };
}

/** Retries every task of a plan that failed, was cancelled or escalated, in slices. Throws `not_found`. */
export async function retryFailed(store: Store, request: Act & { readonly planId: string }): Promise<ActReport> {
  const { planId, reason = null, actor } = request;
  requirePlan(store.read, planId);
  const { report } = await changeMany(store, {
    change: { act: "tasks.retry" },
    filter: failedTasksOf(planId),
    reason,
    actor,
  });
  return report;
}

interface WorkersRequest extends Act {
  readonly workerIds: readonly string[];
}

/** Answers those that were not drained before. All or none. Throws `not_found`. */
export function drainWorkers(store: Store, request: WorkersRequest): Promise<string[]> {
  return changeWorkers(store, request, drainWorker);
}

/** Answers those that were drained before. All or none. Throws `not_found`. */
export function undrainWorkers(store: Store, request: WorkersRequest): Promise<string[]> {
  return changeWorkers(store, request, undrainWorker);
}

function changeWorkers(
  store: Store,
  { workerIds, reason, actor }: WorkersRequest,
  change: (tx: WritableDatabase, act: WorkerAct) => boolean,
): Promise<string[]> {
  return store.write((tx) => {
    const writer = writerOf(store);
    return [...new Set(workerIds)].filter((workerId) =>
      change(tx, { workerId, reason: reason ?? null, actor, writer }),
    );
  });
}

/**
 * Sets how many tasks run at once on this database. A runner of this process follows at once, one of another process
 * when it sees the change; the database remembers it for the consoles to come.
 */
export async function setSlots(
  { store, runner }: { readonly store: Store; readonly runner: Runner | null },
  { slots, reason, actor }: Act & { readonly slots: number },
): Promise<{ slots: number; runner: RunnerInfo | null }> {
  await store.write((tx) => writeSlots(tx, { slots, reason: reason ?? null, actor, writer: writerOf(store) }));
  runner?.setSlots(slots);
  return { slots, runner: runner?.info() ?? null };
}

function writerOf(store: Store) {
  return { now: store.clock.now(), source: SOURCE, newId: store.newId };
}
