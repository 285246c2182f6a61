import { isAlive } from "../process-identity";
import { type Lease, type LeaseHolder, readLease, releaseLease, renewLease, takeLease } from "../store/lease";
import type { Store } from "../store/open";

/**
 * A holder that has not raised its beat for this long is taken for dead, unless those who watch are told to wait longer.
 * The holder itself always goes by this: nobody can have taken the lease within it.
 */
export const LEASE_MS = 2_000;
const RENEW_MS = 500;
const WATCH_MS = 250;

/** The last change of the lease that a watcher has seen, by its own monotonic clock. */
export interface Sighting {
  readonly epoch: number;
  readonly beat: number;
  readonly at: number;
}

/** What a watcher has seen after one more look: an unchanged lease keeps the time of its first sight. */
export function sight(before: Sighting | null, lease: Lease, now: number): Sighting {
  if (before !== null && before.epoch === lease.epoch && before.beat === lease.beat) return before;
  return { epoch: lease.epoch, beat: lease.beat, at: now };
}

export interface LeaseView {
  readonly lease: Lease;
  readonly sighting: Sighting;
  readonly now: number;
  /** Whether the holder's process lives; null when that cannot be known from here. */
  readonly holderAlive: boolean | null;
  /** How long its beat may stand still. Default: the shortest. */
  readonly leaseMs?: number;
}

/**
 * Whether the lease may be taken: it is free, its holder is known to be dead, or its beat has stood still for
 * the lease's length. Wall clocks are not asked, so one that jumps elects nobody.
 */
export function mayTake({ lease, sighting, now, holderAlive, leaseMs = LEASE_MS }: LeaseView): boolean {
  return lease.holder === null || holderAlive === false || now - sighting.at >= Math.max(leaseMs, LEASE_MS);
}

export interface ElectionOptions {
  readonly store: Store;
  /** How long a holder's beat may stand still before it is followed. Default: the shortest. */
  readonly leaseMs?: () => number;
  readonly holder: () => LeaseHolder;
  readonly onWon: (epoch: number) => void;
  readonly onLost: () => void;
  /** The holder, or what is known of another one, changed; or the database could not be asked or told. */
  readonly onChange: (trouble: unknown) => void;
}

export interface Election {
  /** The epoch that this process holds the lease under; null when it does not. */
  epoch(): number | null;
  /** The lease as last seen. */
  lease(): Lease | null;
  /** Whether nobody can have taken the lease yet, by time alone. */
  isFresh(): boolean;
  /** Renews it now. False when it is lost. */
  renew(): Promise<boolean>;
  /** A transaction found the lease lost. */
  lose(): void;
  /** Gives the lease back, if held, and takes part no more. */
  stop(): Promise<void>;
}

const NOBODY: Lease = { epoch: 0, beat: 0, holder: null };

/** Competes for the dispatcher's lease until stopped. */
export function startElection(options: ElectionOptions): Election {
  const { store, holder } = options;
  const { clock } = store;
  let epoch: number | null = null;
  let lease: Lease | null = null;
  let sighting: Sighting | null = null;
  let renewedAt = Number.NEGATIVE_INFINITY;
  let stopped = false;
  let troubled = false;
  let timer: NodeJS.Timeout | undefined;

  const lose = (): void => {
    if (epoch === null) return;
    epoch = null;
    sighting = null;
    options.onLost();
  };

  const renew = async (): Promise<boolean> => {
    const held = epoch;
    if (held === null) return false;
    const asked = clock.monotonic();
    const kept = await store.write((tx) => renewLease(tx, held, holder().slots));
    if (kept) renewedAt = asked;
    else if (epoch === held) lose();
    return kept;
  };

  const watch = async (): Promise<void> => {
    const before = lease?.holder?.holderId;
    lease = readLease(store.read);
    const seen = lease ?? NOBODY;
    const asked = clock.monotonic();
    sighting = sight(sighting, seen, asked);
    const holderAlive = seen.holder === null ? null : isAlive(seen.holder);
    if (
      !stopped &&
      mayTake({ lease: seen, sighting, now: asked, holderAlive, leaseMs: options.leaseMs?.() ?? LEASE_MS })
    ) {
      const claim = { expectedEpoch: seen.epoch, expectedBeat: seen.beat, holder: holder() };
      if (await store.write((tx) => takeLease(tx, claim))) {
        epoch = seen.epoch + 1;
        lease = { epoch, beat: 0, holder: claim.holder };
        renewedAt = asked;
        options.onWon(epoch);
        return;
      }
    }
    if (lease?.holder?.holderId !== before) options.onChange(null);
  };

  const turn = async (): Promise<void> => {
    try {
      if (epoch !== null) await renew();
      else await watch();
      if (troubled) options.onChange(null);
      troubled = false;
    } catch (trouble) {
      troubled = true;
      options.onChange(trouble);
    }
    if (!stopped) timer = setTimeout(next, epoch === null ? WATCH_MS : RENEW_MS);
  };
  const next = (): void => {
    turning = turn();
  };
  let turning = turn();

  return {
    epoch: () => epoch,
    lease: () => lease,
    isFresh: () => epoch !== null && clock.monotonic() - renewedAt < LEASE_MS,
    renew,
    lose,
    async stop() {
      stopped = true;
      clearTimeout(timer);
      await turning;
      const held = epoch;
      epoch = null;
      if (held === null) return;
      try {
        await store.write((tx) => releaseLease(tx, held));
      } catch {
        // A lease that cannot be given back (a full disk, a lock) ends by itself, soon after this process.
      }
    },
  };
}
