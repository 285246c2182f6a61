import { type AttentionItem, MOST_OF_A_KIND, type Overview, type TaskAttention } from "../../../shared/model/overview";
import type { PlanSummary, TaskRow, WorkerRow } from "../../../shared/model/views";
import { UNWELL_WORKER_STATES } from "../../../shared/model/worker";
import { isAlive } from "../process-identity";
import type { Store } from "../store/open";
import {
  type Candidate,
  countDependents,
  hasPlans,
  readActivity,
  readExecutingPlanIds,
  readNewest,
  readOldest,
  readPlanTitle,
  readRunProcess,
} from "../store/overview-rows";
import { readCounts } from "../store/plan-end";
import { inSnapshot } from "../store/snapshot";
import { listQuietest } from "../store/workers";
import { getPlanSummaries } from "./plans";
import { getTaskRows } from "./tasks";
import { getWorkerRows } from "./workers";

const MOST_PLANS = 50;
const MOST_ACTIVITY = 12;
/** A failure that nobody looked at for longer is history; the list of tasks has it. */
const FAILURE_IS_NEWS_MS = 24 * 3_600_000;
/** So many tasks in progress are looked at, the oldest first. */
const MOST_IN_PROGRESS = 100;
/** A task given to somebody who is not registered is stuck when nothing was heard of it for so long. */
const SILENCE_MS = 15 * 60_000;

/** Where everything stands, as of one moment. Bounded: what it lists is limited, what it counts is kept counted. */
export function getOverview(store: Store): Overview {
  return inSnapshot(store.read, () => {
    const ids = readExecutingPlanIds(store.read, MOST_PLANS + 1);
    const plans = getPlanSummaries(store, ids.slice(0, MOST_PLANS));
    const counts = shownCounts(readCounts(store.read, ""), plans);
    const total = Object.values(counts).reduce((sum, count) => sum + count, 0);
    return {
      isEmpty: total === 0 && !hasPlans(store.read),
      counts,
      plans,
      hasMorePlans: ids.length > MOST_PLANS,
      attention: readAttention(store),
      activity: readActivity(store.read, MOST_ACTIVITY),
    };
  });
}

/** What waits in plans that run is told apart from what could begin. */
function shownCounts(stored: ReadonlyMap<string, number>, plans: readonly PlanSummary[]): Record<string, number> {
  const counts = new Map(stored);
  for (const state of ["waiting", "blocked", "retrying"]) {
    const apart = plans.reduce((sum, plan) => sum + (plan.counts[state] ?? 0), 0);
    const queued = counts.get("queued") ?? 0;
    counts.set(state, Math.min(apart, queued));
    counts.set("queued", queued - Math.min(apart, queued));
  }
  return Object.fromEntries([...counts].filter(([, count]) => count > 0));
}

function readAttention(store: Store): AttentionItem[] {
  const now = store.clock.now();
  const titles = new Map<string, string | null>();
  const titleOf = (planId: string | null): string | null => {
    if (planId === null) return null;
    if (!titles.has(planId)) titles.set(planId, readPlanTitle(store.read, planId));
    return titles.get(planId) ?? null;
  };
  const items = (kind: TaskAttention["kind"], candidates: readonly Candidate[]): TaskAttention[] => {
    const byId = new Map(candidates.map((candidate) => [candidate.id, candidate]));
    return getTaskRows(store, [...byId.keys()]).map((task) => {
      const { updatedAt = null, seq = null } = byId.get(task.id) ?? {};
      return {
        kind,
        task,
        planTitle: titleOf(task.planId),
        since: task.finishedAt ?? updatedAt,
        blocks: seq === null ? 0 : countDependents(store.read, seq),
        worker: null,
      };
    });
  };
  const failed = items("failed", readNewest(store.read, "failed", MOST_OF_A_KIND)).filter(
    ({ since }) => since !== null && now - since < FAILURE_IS_NEWS_MS,
  );
  const atWork = ["in_progress", "assigned"].flatMap((status) => readOldest(store.read, status, MOST_IN_PROGRESS));
  const named = new Set(atWork.flatMap(({ workerId }) => workerId ?? []));
  const byWorker = new Map(getWorkerRows(store, [...named]).map((worker) => [worker.id, worker]));
  const quietest = getWorkerRows(store, listQuietest(store.read, now, MOST_OF_A_KIND));
  const adrift = atWork.filter((candidate) => isAdrift(candidate, byWorker, now)).slice(0, 2 * MOST_OF_A_KIND);
  const stuck = items("stuck", adrift)
    .filter(({ task }) => !processLives(store, task))
    .slice(0, MOST_OF_A_KIND)
    .map((item) => {
      const worker = byWorker.get(item.task.workerId ?? "") ?? null;
      return { ...item, worker, since: worker?.lastHeartbeat ?? item.since };
    });
  const told = new Set(stuck.map(({ task }) => task.workerId));
  return [
    ...items("escalated", readOldest(store.read, "escalated", MOST_OF_A_KIND)),
    ...items("review", readOldest(store.read, "review_pending", MOST_OF_A_KIND)),
    ...failed,
    ...stuck,
    ...items("rework", readOldest(store.read, "rework_needed", MOST_OF_A_KIND)),
    ...quietest
      .filter((worker) => isUnwell(worker) && !told.has(worker.id))
      .slice(0, MOST_OF_A_KIND)
      .map((worker) => ({ kind: "worker" as const, worker, since: worker.lastHeartbeat })),
  ];
}

const isUnwell = (worker: WorkerRow): boolean => UNWELL_WORKER_STATES.includes(worker.state);

/** Whoever has the task cannot be at work on it, as far as workers tell. */
function isAdrift({ workerId, updatedAt }: Candidate, workers: ReadonlyMap<string, WorkerRow>, now: number): boolean {
  const worker = workers.get(workerId ?? "");
  if (worker === undefined) return updatedAt === null || now - updatedAt > SILENCE_MS;
  return isUnwell(worker) || worker.state === "offline";
}

/** A task outlives the console that started it. */
function processLives(store: Store, task: TaskRow): boolean {
  const process = task.runId === null ? null : readRunProcess(store.read, task.runId);
  return process !== null && isAlive(process) === true;
}
