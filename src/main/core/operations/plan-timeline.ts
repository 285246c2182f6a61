import { setImmediate as nextTurn } from "node:timers/promises";
import { MOST_TIMELINE_ATTEMPTS, type PlanAttempts } from "../../../shared/model/plan-attempts";
import type { PlanSummary } from "../../../shared/model/views";
import type { Store } from "../store/open";
import { type AttemptRow, lastOrdinal, readAttempts, readAttemptsOf, readOtherRuns } from "../store/plan-timeline-rows";
import { requireDrawable, vocabulary } from "./plan-graph";
import { getPlanSummaries } from "./plans";

/** Tasks whose attempts are read between two turns of the event loop: a few milliseconds. */
const CHUNK = 250;

export interface AttemptsRequest {
  readonly planId: string;
  /** Only of these. */
  readonly taskIds?: readonly string[] | undefined;
}

/**
 * Every attempt of a plan's tasks, read in chunks, so that a large plan holds nobody up. Throws `not_found`, and
 * `not_allowed` for a plan too large to draw.
 */
export async function getPlanAttempts(store: Store, { planId, taskIds }: AttemptsRequest): Promise<PlanAttempts> {
  if (taskIds !== undefined) return listOf(planId, readAttemptsOf(store.read, planId, taskIds), false);
  requireDrawable(store, planId);
  const rows: AttemptRow[] = [];
  for (let after = -1; rows.length < MOST_TIMELINE_ATTEMPTS; await nextTurn()) {
    const last = lastOrdinal(store.read, { planId, after, limit: CHUNK });
    if (last === null) return listOf(planId, rows, false);
    rows.push(...readAttempts(store.read, { planId, after, last, limit: MOST_TIMELINE_ATTEMPTS - rows.length }));
    after = last;
  }
  return listOf(planId, rows, true);
}

/** Other runs of the same plan, the latest first. */
export function listOtherRuns(
  store: Store,
  { planId, limit }: { readonly planId: string; readonly limit: number },
): PlanSummary[] {
  return getPlanSummaries(store, readOtherRuns(store.read, planId, limit));
}

function listOf(planId: string, rows: readonly AttemptRow[], isCut: boolean): PlanAttempts {
  const statuses = vocabulary();
  const workers = vocabulary();
  return {
    planId,
    ordinals: rows.map(({ ordinal }) => ordinal),
    numbers: rows.map(({ number }) => number),
    status: rows.map(({ status }) => statuses.place(status)),
    worker: rows.map(({ worker }) => workers.place(worker)),
    startedAt: rows.map(({ startedAt }) => startedAt),
    endedAt: rows.map(({ endedAt }) => endedAt),
    statuses: statuses.words,
    workers: workers.words,
    isCut,
  };
}
