import type { WritableDatabase } from "../store/database";
import type { Store } from "../store/open";
import { finishRuns, inTurn, type RunEnd } from "../store/queue";
import { type ClaimBatch, EVENT_SOURCE } from "./claim-batch";
import { LOST, type Persistence, REFUSED } from "./persistence";

/** An end of an attempt as it is to be written. */
export type EndToWrite = Omit<RunEnd, "source" | "newId">;

export interface TurnsOptions {
  readonly store: Store;
  readonly persistence: Persistence;
  /** Whether a claim would find something at the moment. */
  readonly mayClaim: () => boolean;
  /** Claims within the transaction; null when this is not the time for it. */
  readonly claim: (tx: WritableDatabase) => ClaimBatch | null;
  /** In the transaction that wrote ends, after them. */
  readonly afterEnds: (tx: WritableDatabase, runIds: readonly string[]) => void;
  /** In the same tick in which the commit is known. */
  readonly onClaimed: (batch: ClaimBatch) => void;
  /** Whether enough others are busy that a turn may wait for more ends. Default: no. */
  readonly isBroad?: () => boolean;
  /** Nothing more can be claimed for now. */
  readonly onIdle: () => void;
}

/** What the dispatcher writes: the ends of one moment and the claims that they allow, in one transaction. */
export interface Turns {
  /** Looks for something to claim, soon. */
  claimSoon(): void;
  /** Resolves when it is written: false when it will not be, for the lease is lost or the database refuses it. */
  end(end: EndToWrite): Promise<boolean>;
  /** A turn is under way or to come. */
  busy(): boolean;
}

/**
 * From the end of one turn to the next. Attempts that end one by one would else have a commit each, and each process
 * would be started by itself: a start makes every page of this process that is written next cost a fault.
 */
const BETWEEN_MS = 4;
/** With many workers elsewhere: what ends in this time is written, and given out anew, together. */
const BROAD_BETWEEN_MS = 12;

/** Ends that one turn writes: a few milliseconds, whatever ended meanwhile. */
const MOST_ENDS = 128;

/** After a claim that was refused. */
const REST_MS = 5_000;

interface Waiting {
  readonly end: EndToWrite;
  readonly written: (isWritten: boolean) => void;
}

export function createTurns(options: TurnsOptions): Turns {
  const { store, persistence } = options;
  const ends: Waiting[] = [];
  let isWanted = false;
  let isUnderWay = false;
  let isScheduled = false;
  let lastAt = Number.NEGATIVE_INFINITY;
  let isResting = false;

  /** A claim that the database refuses once it will refuse again, and each time is told of. */
  const rest = (): void => {
    isResting = true;
    // Its own timer ends it: by a clock, a timer that is a fraction early would find it still resting, and be the last.
    setTimeout(() => {
      isResting = false;
      claimSoon();
    }, REST_MS).unref();
  };

  const writeEnds = (tx: WritableDatabase, waiting: readonly Waiting[]): void => {
    const common = { source: EVENT_SOURCE, newId: store.newId };
    finishRuns(
      tx,
      waiting.map(({ end }) => ({ ...end, ...common })),
    );
  };
  const writeTurn = (tx: WritableDatabase, waiting: readonly Waiting[]): ClaimBatch | null => {
    const batch = inTurn(tx, () => {
      if (waiting.length > 0) writeEnds(tx, waiting);
      return isResting ? null : options.claim(tx);
    });
    if (waiting.length > 0)
      options.afterEnds(
        tx,
        waiting.map(({ end }) => end.runId),
      );
    return batch;
  };

  /** One by one, so that an end which the database refuses spoils no other. */
  const writeApart = async (waiting: readonly Waiting[]): Promise<void> => {
    for (const one of waiting) {
      const { runId } = one.end;
      const answer = await persistence.persist(
        (tx) => {
          inTurn(tx, () => writeEnds(tx, [one]));
          options.afterEnds(tx, [runId]);
        },
        { run_id: runId },
      );
      one.written(answer !== LOST && answer !== REFUSED);
    }
  };

  const turn = async (): Promise<void> => {
    isScheduled = false;
    if (isUnderWay) return;
    isUnderWay = true;
    while (ends.length > 0 || isWanted) {
      const waiting = ends.splice(0, MOST_ENDS);
      isWanted = false;
      if (waiting.length === 0 && (isResting || !options.mayClaim())) break;
      const isTogether = waiting.length > 0;
      const batch = await persistence.persist(
        (tx) => writeTurn(tx, waiting),
        isTogether ? "tried again apart" : { act: "claim" },
      );
      if (batch === REFUSED) {
        if (!isTogether) {
          rest();
          break;
        }
        await writeApart(waiting);
        isWanted = true;
        continue;
      }
      for (const { written } of waiting) written(batch !== LOST);
      if (batch === LOST) break;
      if (batch !== null) options.onClaimed(batch);
      isWanted ||= batch?.more === true;
    }
    isUnderWay = false;
    lastAt = store.clock.monotonic();
    if (ends.length > 0) schedule();
    else options.onIdle();
  };

  /** Not at once: what else ends in this tick, or under load soon after, belongs into the same transaction. */
  const schedule = (): void => {
    if (isScheduled || isUnderWay) return;
    isScheduled = true;
    const between = options.isBroad?.() === true ? BROAD_BETWEEN_MS : BETWEEN_MS;
    const wait = between - (store.clock.monotonic() - lastAt);
    if (wait > 0) setTimeout(() => void turn(), wait);
    else setImmediate(() => void turn());
  };

  const claimSoon = (): void => {
    isWanted = true;
    schedule();
  };

  return {
    claimSoon,
    end(end) {
      return new Promise((written) => {
        ends.push({ end, written });
        isWanted = true;
        schedule();
      });
    },
    busy: () => isUnderWay || isScheduled,
  };
}
