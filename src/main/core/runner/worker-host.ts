import { HiveError } from "../../../shared/errors";
import { HEARTBEAT_INTERVAL_MS } from "../../../shared/model/worker";
import type { ChangeBatch } from "../store/change-feed";
import { withoutDrained } from "../store/drains";
import { beatSlots, registerSlots } from "../store/external-workers";
import type { Store } from "../store/open";
import {
  type Claim,
  hasReadyWithoutWork,
  listLiveRunIds,
  listStopRequests,
  nextNotBefore,
  type Skills,
} from "../store/queue";
import { isRunLive } from "../store/run-rows";
import { markWorkersOffline, tellOfWorkers } from "../store/workers";
import { claimBatch, EVENT_SOURCE } from "./claim-batch";
import { type HeldRun, occupationOf } from "./held-run";
import { createLives, type Phase } from "./lives";
import { createLocalExecutor } from "./local-executor";
import { createPersistence, LOST, REFUSED } from "./persistence";
import { createTurns, type EndToWrite } from "./turns";

export interface WorkerHostOptions extends Skills {
  /** Tasks at once. */
  readonly slots: number;
  /** From SIGTERM to SIGKILL in milliseconds. Default 5,000. */
  readonly graceMs?: number;
  /** How often its hearts beat, in milliseconds. Default 5,000. After three missed ones its tasks go to others. */
  readonly heartbeatMs?: number;
  readonly onStart?: (claim: Claim) => void;
  readonly onEnd?: (claim: Claim, end: EndToWrite) => void;
  /** Why it writes nothing at the moment changed: null when nothing keeps it from that. */
  readonly onTrouble?: (trouble: string | null) => void;
}

/** A process that takes tasks beside the consoles: it dispatches nothing, and rescues nobody. */
export interface WorkerHost {
  readonly workerIds: readonly string[];
  running(): number;
  /** Takes no more tasks. Resolves when those that run have ended and the workers are signed off. */
  drain(): Promise<void>;
  /** Stops what runs and gives it back to the queue. Resolves as `drain`. */
  stop(): Promise<void>;
  /** Rejects when it cannot go on: its workers were removed, or belong to another process. */
  readonly failed: Promise<never>;
}

const DEFAULT_GRACE_MS = 5_000;
const MISSED_BEATS = 3;
/** A retry time is measured on the wall clock, which may be set meanwhile. */
const LONGEST_WAIT_MS = 30_000;
const SHORTEST_WAIT_MS = 10;

export async function startWorkerHost(store: Store, options: WorkerHostOptions): Promise<WorkerHost> {
  const { role, capabilities, graceMs = DEFAULT_GRACE_MS, heartbeatMs = HEARTBEAT_INTERVAL_MS } = options;
  const { clock } = store;
  const skills: Skills = { role, capabilities };
  const held = new Map<string, HeldRun>();
  const claims = new Map<string, Claim>();
  /** Asked to stop by this host alone: they go back to the queue. */
  const givenBack = new Set<string>();
  let phase: Phase = "open";
  let isTaking = true;
  let beating: Promise<boolean> | null = null;
  let retryTimer: NodeJS.Timeout | undefined;
  let fail: (error: HiveError) => void = () => undefined;
  const failed = new Promise<never>((_, reject) => {
    fail = reject;
  });
  failed.catch(() => undefined);

  const slots = () => ({ ...skills, count: options.slots, now: clock.now() });
  const writer = () => ({ now: clock.now(), source: EVENT_SOURCE, newId: store.newId });
  const workerIds = await store.write((tx) => {
    const ids = registerSlots(tx, slots());
    tellOfWorkers(tx, ids, "idle", writer());
    return ids;
  });
  let beatAt = clock.monotonic();

  const persistence = createPersistence({
    store,
    epoch: null,
    onLost: () => undefined,
    onTrouble: () => options.onTrouble?.(persistence.trouble()),
  });
  const { persist } = persistence;

  /** Whether nobody can have given its tasks to others yet, by time alone. */
  const isFresh = (): boolean => clock.monotonic() - beatAt < (MISSED_BEATS - 1) * heartbeatMs;
  const freeWorkers = (): string[] => {
    const busy = occupationOf(held);
    return workerIds.filter((id) => !busy.has(id));
  };
  const isClaiming = (): boolean => isTaking && persistence.trouble() === null && isFresh();

  const confirmClaim = async (runId: string): Promise<boolean> =>
    isFresh() || ((await beat()) && isRunLive(store.read, runId));

  const executor = createLocalExecutor({ store, persistence, graceMs, confirmLease: confirmClaim });
  const turns = createTurns({
    store,
    persistence,
    mayClaim: () => isClaiming() && (freeWorkers().length > 0 || hasReadyWithoutWork(store.read)),
    claim: (tx) =>
      isClaiming()
        ? claimBatch(tx, store, {
            free: withoutDrained(tx, freeWorkers()),
            skills,
            completedBy: workerIds[0] ?? "",
          })
        : null,
    afterEnds: () => undefined,
    onClaimed(batch) {
      for (const claim of batch.claims) {
        claims.set(claim.runId, claim);
        options.onStart?.(claim);
        lives.start(claim);
      }
    },
    onIdle: () => armRetryTimer(),
  });

  const lives = createLives({
    store,
    held,
    executor,
    persistence,
    graceMs,
    phase: () => phase,
    end: (end) => recordEnd(end),
    onRefused: () => undefined,
    onChange: () => undefined,
  });

  const recordEnd = async (given: EndToWrite): Promise<boolean> => {
    const end = givenBack.delete(given.runId) && given.outcome === "cancelled" ? backInQueue(given) : given;
    const isWritten = await turns.end(end);
    const claim = claims.get(end.runId);
    claims.delete(end.runId);
    if (claim) options.onEnd?.(claim, end);
    return isWritten;
  };

  const backInQueue = (end: EndToWrite): EndToWrite => ({
    ...end,
    outcome: "failure",
    error: "Its worker was stopped, and gave it back",
    retryAt: clock.now(),
    uncounted: true,
  });

  const armRetryTimer = (): void => {
    clearTimeout(retryTimer);
    const next = isTaking && freeWorkers().length > 0 ? nextNotBefore(store.read) : null;
    if (next === null) return;
    const wait = Math.min(Math.max(next - clock.now(), SHORTEST_WAIT_MS), LONGEST_WAIT_MS);
    retryTimer = setTimeout(() => turns.claimSoon(), wait);
  };

  /** Stops what was given to others while this process was stopped, and what somebody asks to stop. */
  const reconcile = (): void => {
    const ids = new Set(listLiveRunIds(store.read).map((run) => run.runId));
    for (const run of held.values()) if (!run.finishing && !ids.has(run.runId)) lives.askStop(run, "cancel");
    for (const { runId, reason } of listStopRequests(store.read)) {
      const run = held.get(runId);
      if (run === undefined) continue;
      givenBack.delete(runId);
      lives.askStop(run, reason);
    }
  };

  const beatNow = async (): Promise<boolean> => {
    const asked = clock.monotonic();
    const answer = await persist((tx) => beatSlots(tx, workerIds, slots()));
    if (answer === LOST || answer === REFUSED) return false;
    if (answer) beatAt = asked;
    else fail(removed(workerIds));
    reconcile();
    return answer;
  };
  const beat = (): Promise<boolean> => {
    beating ??= beatNow().finally(() => {
      beating = null;
    });
    return beating;
  };

  const onChanges = (batch: ChangeBatch): void => {
    if (batch.reset || [...batch.runs].some((id) => held.has(id))) reconcile();
    if (batch.reset || batch.tasks.size > 0 || batch.plans.size > 0) turns.claimSoon();
  };
  const unsubscribe = store.changes.subscribe(onChanges);
  const heartbeat = setInterval(() => void beat().then(() => turns.claimSoon()), heartbeatMs);
  turns.claimSoon();

  const settled = async (): Promise<void> => {
    do await lives.settled();
    while (turns.busy() || lives.count() > 0);
  };
  let ending: Promise<void> | null = null;
  const end = async (): Promise<void> => {
    await persist(() => null);
    await settled();
    unsubscribe();
    clearInterval(heartbeat);
    clearTimeout(retryTimer);
    await beating;
    await persist((tx) => {
      markWorkersOffline(tx, workerIds);
      tellOfWorkers(tx, workerIds, "offline", writer());
    });
    persistence.close();
    executor.close();
  };

  return {
    workerIds,
    failed,
    running: () => [...held.values()].filter((run) => !run.finishing).length,
    drain() {
      isTaking = false;
      ending ??= end();
      return ending;
    },
    stop() {
      isTaking = false;
      phase = "cancelling";
      for (const run of held.values()) {
        if (run.stopAsked === null) givenBack.add(run.runId);
        lives.askStop(run, "cancel");
      }
      ending ??= end();
      return ending;
    },
  };
}

function removed(workerIds: readonly string[]): HiveError {
  return new HiveError(
    "not_allowed",
    `The workers of this process (${workerIds.join(", ")}) were removed from the database, or belong to another process by now. Start it again.`,
    { workerIds },
  );
}
