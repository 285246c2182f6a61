import { setTimeout as delay } from "node:timers/promises";
import { retryDelayMs } from "../plan/retry";
import { readLease } from "../store/lease";
import type { Store } from "../store/open";
import { numberSetting } from "../store/settings";
import {
  listSubscriptions,
  noteDelivered,
  noteDelivery,
  noteFailure,
  noteHeld,
  notePassed,
  readSubscription,
  type StoredSubscription,
} from "../store/subscriptions";
import { type DeliveryMeans, deliver } from "./deliver";
import { sweepEventFiles } from "./event-command";
import { readEventsAfter } from "./event-reader";
import type { Delivered } from "./webhook";

export interface DeliveriesOptions extends Omit<DeliveryMeans, "signal"> {
  /** The epoch that this process holds the dispatcher's lease under. Nothing is noted under a later one. */
  readonly epoch: number;
  /** Default: from a second to five minutes, doubled with each failure, half of it random. */
  readonly backoff?: Backoff;
  /** How often the log is looked at, in milliseconds. Default 250. */
  readonly lookMs?: number;
}

export interface Backoff {
  readonly backoffMs: number;
  readonly maxMs: number;
  /** The share that is random, 0 to 1. */
  readonly jitter: number;
}

export interface Deliveries {
  /** Delivers what is there within two seconds, and gives up the rest: the next one delivers it. */
  stop(): Promise<void>;
}

const BACKOFF: Backoff = { backoffMs: 1_000, maxMs: 300_000, jitter: 0.5 };
const LOOK_MS = 250;
/** A key that is missing may come. */
const HELD_MS = 60_000;
/** Subscriptions served at once. */
const AT_ONCE = 8;
/** Events read at once for one. */
const CHUNK = 20;
/** A place is noted without a delivery when it is so far behind, so that a search after a restart is short. */
const WORTH_NOTING = 1_000;
const REST_MS = 5_000;
const FAREWELL_MS = 2_000;
const SOURCE = "hive-runner";

/**
 * Delivers events to webhooks and commands while its epoch lasts: each at least once, in the order of the log for each
 * subscription. The place in the log is written when a delivery has succeeded, so whatever happens in between, it comes
 * again. Subscriptions wait for each other only when very many are served at once.
 */
export function startDeliveries(options: DeliveriesOptions): Deliveries {
  const { store, epoch } = options;
  const { clock } = store;
  const enough = new AbortController();
  const means: DeliveryMeans = {
    store,
    secrets: options.secrets,
    environment: options.environment,
    get graceMs() {
      return options.graceMs;
    },
    signal: enough.signal,
  };
  const underWay = new Map<string, Promise<void>>();
  /** How far each was looked through in vain beyond its place, for a pattern. */
  const passed = new Map<string, { readonly pattern: string; readonly position: number }>();
  /** What cannot be noted is not tried again at once, by the monotonic clock. */
  const restsUntil = new Map<string, number>();
  let timer: NodeJS.Timeout | undefined;
  let isStopping = false;

  const isOver = (): boolean => enough.signal.aborted;

  /** Writes as the holder of the lease. False: somebody else is by now. */
  const note = (work: (tx: Parameters<Parameters<Store["write"]>[0]>[0]) => void): Promise<boolean> =>
    store.write((tx) => {
      if (isOver() || readLease(tx)?.epoch !== epoch) return false;
      work(tx);
      return true;
    });

  const noteOutcome = (
    { id, failures, hasKeptSecret }: StoredSubscription,
    place: number,
    delivery: { readonly eventId: string; readonly eventType: string; readonly tookMs: number },
    came: Delivered,
  ): Promise<boolean> => {
    const now = clock.now();
    const attempt = failures + 1;
    const { outcome, detail } = came;
    return note((tx) => {
      const current = readSubscription(tx, id);
      if (current === null || current.hasKeptSecret !== hasKeptSecret) return;
      const log = { ...delivery, subscriptionId: id, attempt, isTest: false, outcome, detail, at: now };
      if (came.outcome === "delivered") {
        noteDelivery(tx, log, numberSetting(tx, "notifications.logRows"));
        noteDelivered(tx, id, place, now);
      } else if (came.outcome === "held") {
        // Once, and not with each look.
        if (current.lastError !== came.detail) noteDelivery(tx, log, numberSetting(tx, "notifications.logRows"));
        noteHeld(tx, { id, at: now, nextAt: now + HELD_MS, error: came.detail });
      } else {
        noteDelivery(tx, log, numberSetting(tx, "notifications.logRows"));
        const wait = retryDelayMs({ ...NO_LIMIT, ...(options.backoff ?? BACKOFF) }, attempt, store.random);
        const nextAt = now + Math.max(wait, came.waitMs ?? 0);
        const writer = { now, source: SOURCE, newId: store.newId };
        noteFailure(
          tx,
          { id, at: now, nextAt, error: came.detail },
          numberSetting(tx, "notifications.maxFailures"),
          writer,
        );
      }
    });
  };

  /** Delivers what there is for one, until something fails or nothing is left. */
  const serve = async (id: string): Promise<void> => {
    for (;;) {
      const subscription = readSubscription(store.read, id);
      if (subscription === null || !isDue(subscription, clock.now()) || isOver()) return;
      const pattern = `${subscription.topic} ${JSON.stringify(subscription.where)}`;
      const known = passed.get(id);
      const from = Math.max(subscription.position, known?.pattern === pattern ? known.position : 0);
      const read = await readEventsAfter(store, subscription, from, CHUNK);
      for (const event of read.events) {
        const current = readSubscription(store.read, id);
        if (current === null || !isDue(current, clock.now()) || isOver()) return;
        const begun = clock.monotonic();
        const came = await deliver(means, current, { event, attempt: current.failures + 1, isTest: false });
        const tookMs = Math.round(clock.monotonic() - begun);
        const delivery = { eventId: event.id, eventType: event.type, tookMs };
        if (!(await noteOutcome(current, Number(event.cursor), delivery, came))) return;
        if (came.outcome !== "delivered") return;
      }
      passed.set(id, { pattern, position: read.position });
      if (Math.abs(read.position - subscription.position) > WORTH_NOTING && read.events.length === 0) {
        await note((tx) => notePassed(tx, id, read.position));
      }
      if (!read.isMore) return;
    }
  };

  const look = (): void => {
    const now = clock.now();
    for (const subscription of listSubscriptions(store.read)) {
      const { id } = subscription;
      if (underWay.size >= AT_ONCE) break;
      if (underWay.has(id) || !isDue(subscription, now)) continue;
      if ((restsUntil.get(id) ?? 0) > clock.monotonic()) continue;
      const serving = serve(id)
        .catch(() => void restsUntil.set(id, clock.monotonic() + REST_MS))
        .finally(() => underWay.delete(id));
      underWay.set(id, serving);
    }
  };

  const turn = (): void => {
    try {
      look();
    } catch {
      // A database that cannot be read is told of by the runner; all is as it was at the next look.
    }
    if (!isStopping) timer = setTimeout(turn, options.lookMs ?? LOOK_MS);
  };
  turn();
  void sweepEventFiles(store.filesFolder, clock.now());

  /** Delivers what is there now. */
  const finish = async (): Promise<void> => {
    await Promise.all(underWay.values());
    const due = listSubscriptions(store.read).filter((subscription) => isDue(subscription, clock.now()));
    for (let at = 0; at < due.length; at += AT_ONCE) {
      await Promise.all(due.slice(at, at + AT_ONCE).map(({ id }) => serve(id).catch(() => undefined)));
    }
  };

  return {
    async stop() {
      isStopping = true;
      clearTimeout(timer);
      // The end of a plan is told of even by a command that ends with it.
      await within(FAREWELL_MS, finish());
      enough.abort();
      await within(FAREWELL_MS, Promise.all(underWay.values()));
    },
  };
}

async function within(ms: number, work: Promise<unknown>): Promise<void> {
  const enough = new AbortController();
  await Promise.race([
    work.catch(() => undefined),
    delay(ms, undefined, { signal: enough.signal }).catch(() => undefined),
  ]);
  enough.abort();
}

const NO_LIMIT = { count: 0, onExitCodes: null } as const;

function isDue({ state, nextAt }: StoredSubscription, now: number): boolean {
  return state === "active" && (nextAt === null || nextAt <= now);
}
