import type { WritableDatabase } from "../store/database";
import { DENSE_EVENTS } from "../store/migrations/events-and-board";
import type { Store } from "../store/open";
import { type Claim, claimReady, completeReady, finishRuns, type Skills } from "../store/queue";

/** Written as the source of the runner's events. */
export const EVENT_SOURCE = DENSE_EVENTS.source;

export interface ClaimBatch {
  /** Attempts that are to be started. */
  readonly claims: readonly Claim[];
  /** The time of one transaction was used up before the ready tasks were. */
  readonly more: boolean;
}

/** Who claims. */
export interface ClaimParty {
  /** Workers without a task. */
  readonly free: readonly string[];
  readonly skills: Skills;
  /** Named as the one who did what needs no worker. Its row exists. */
  readonly completedBy: string;
}

/** One transaction takes about this long at most, so that the event loop breathes between two. */
const BATCH_MS = 8;
const STEP = 100;

/** Ends what needs no process in the transaction that began it. */
function complete(tx: WritableDatabase, store: Store, claims: readonly Claim[]): void {
  const now = store.clock.now();
  finishRuns(
    tx,
    claims.map(({ runId }) => ({
      runId,
      now,
      outcome: "success",
      exitCode: null,
      signal: null,
      error: null,
      result: null,
      retryAt: null,
      source: EVENT_SOURCE,
      newId: store.newId,
    })),
  );
}

/**
 * Completes what is ready and has no work, slot or not, then claims a task for each free worker. No-op tasks of
 * plans with a limit are claimed like others, done at once, and give their worker back.
 */
export function claimBatch(tx: WritableDatabase, store: Store, { free, skills, completedBy }: ClaimParty): ClaimBatch {
  const begun = store.clock.monotonic();
  const isSpent = (): boolean => store.clock.monotonic() - begun > BATCH_MS;
  const common = { source: EVENT_SOURCE, newId: store.newId };
  while (completeReady(tx, { ...common, now: store.clock.now(), limit: STEP, workerId: completedBy }) > 0) {
    if (isSpent()) return { claims: [], more: true };
  }
  const claims: Claim[] = [];
  let workerIds = free;
  for (;;) {
    const got = claimReady(tx, { ...common, now: store.clock.now(), workerIds, skills });
    const noops = got.filter((claim) => claim.spec?.agent === "noop");
    const toStart = got.filter((claim) => claim.spec?.agent !== "noop");
    claims.push(...toStart);
    if (noops.length === 0) return { claims, more: false };
    complete(tx, store, noops);
    if (isSpent()) return { claims, more: true };
    const taken = new Set(toStart.map((claim) => claim.workerId));
    workerIds = workerIds.filter((id) => !taken.has(id));
  }
}

/** Claims for workers that take only what asks for them, a task for each: `parties` of free workers of one kind. */
export function claimForOthers(
  tx: WritableDatabase,
  store: Store,
  parties: readonly Pick<ClaimParty, "free" | "skills">[],
): ClaimBatch {
  const begun = store.clock.monotonic();
  const common = { source: EVENT_SOURCE, newId: store.newId, now: store.clock.now() };
  const claims: Claim[] = [];
  for (const { free, skills } of parties) {
    for (let at = 0; at < free.length; at += STEP) {
      const workerIds = free.slice(at, at + STEP);
      const got = claimReady(tx, { ...common, workerIds, skills });
      claims.push(...got);
      if (got.length < workerIds.length) break;
      if (store.clock.monotonic() - begun > BATCH_MS) return { claims, more: true };
    }
  }
  return { claims, more: false };
}
