import type { WritableDatabase } from "../store/database";
import type { Store } from "../store/open";
import { type Claim, claimReady, finishRun } from "../store/queue";

/** Written as the source of the runner's events. */
export const EVENT_SOURCE = "hive-runner";

export interface ClaimBatch {
  /** Attempts that are to be started. */
  readonly claims: readonly Claim[];
  /** The time of one transaction was used up before the ready tasks were. */
  readonly more: boolean;
}

/** One transaction takes about this long at most, so that the event loop breathes between two. */
const BATCH_MS = 8;

/** Ends what needs no process in the transaction that began it. */
function complete(tx: WritableDatabase, store: Store, claim: Claim): void {
  finishRun(tx, {
    runId: claim.runId,
    now: store.clock.now(),
    outcome: "success",
    exitCode: null,
    signal: null,
    error: null,
    result: null,
    retryAt: null,
    source: EVENT_SOURCE,
    newId: store.newId,
  });
}

/** Claims a task for each free worker. No-op tasks are done at once and give their worker back. */
export function claimBatch(tx: WritableDatabase, store: Store, free: readonly string[]): ClaimBatch {
  const begun = store.clock.monotonic();
  const claims: Claim[] = [];
  let workerIds = free;
  while (workerIds.length > 0) {
    const got = claimReady(tx, { now: store.clock.now(), workerIds, source: EVENT_SOURCE, newId: store.newId });
    const toStart = got.filter((claim) => claim.spec?.agent !== "noop");
    claims.push(...toStart);
    if (toStart.length === got.length) break;
    for (const claim of got) if (claim.spec?.agent === "noop") complete(tx, store, claim);
    if (store.clock.monotonic() - begun > BATCH_MS) return { claims, more: true };
    const taken = new Set(toStart.map((claim) => claim.workerId));
    workerIds = workerIds.filter((id) => !taken.has(id));
  }
  return { claims, more: false };
}
