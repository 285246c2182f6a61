import { HiveError } from "../../../shared/errors";
import type { EventRow } from "../../../shared/model/log-views";
import type { DeliveryRow, SubscriptionInput, SubscriptionRow } from "../../../shared/model/subscription";
import type { Environment } from "../agents/agent";
import { deliver } from "../bus/deliver";
import { type Deliveries, type DeliveriesOptions, startDeliveries } from "../bus/deliveries";
import { endOfLog } from "../bus/event-reader";
import type { SecretSource } from "../bus/secret-source";
import type { Store } from "../store/open";
import { numberSetting } from "../store/settings";
import * as rows from "../store/subscriptions";
import { readTuning } from "./tuning";

/** By name. */
export function listSubscriptions(store: Store): SubscriptionRow[] {
  const end = endOfLog(store);
  return rows.listSubscriptions(store.read).map((stored) => rowOf(stored, end));
}

function rowOf(stored: rows.StoredSubscription, end: number): SubscriptionRow {
  const { timeoutMs, target, where, ...rest } = stored;
  return {
    ...rest,
    where: [...where],
    target: target ?? { kind: "webhook", url: "", secretEnv: null },
    reason: target === null ? "Where it goes cannot be read from the database: edit it." : rest.reason,
    timeoutSeconds: timeoutMs / 1_000,
    behind: Math.max(0, end - stored.position),
  };
}

function read(store: Store, id: string): SubscriptionRow {
  return rowOf(rows.requireSubscription(store.read, id), endOfLog(store));
}

/** The id, by name or itself. Throws `not_found`. */
export function resolveSubscription(store: Store, nameOrId: string): string {
  const all = rows.listSubscriptions(store.read);
  const found = all.find(({ name }) => name === nameOrId) ?? all.find(({ id }) => id === nameOrId);
  if (found) return found.id;
  throw new HiveError("not_found", `There is no subscription "${nameOrId}" in ${store.file}.`, {
    subscription: nameOrId,
  });
}

interface Act {
  readonly reason?: string | undefined;
  readonly actor: string;
}

export interface AddSubscription extends Act {
  readonly input: SubscriptionInput;
  /** Its key is in safe storage: `keepSecret` was given its id. */
  readonly keepSecret?: ((subscriptionId: string) => void) | undefined;
  /** Default: only what comes from now on. */
  readonly from?: "now" | "beginning";
}

/** Throws `not_allowed` for a name that is taken. */
export async function addSubscription(store: Store, request: AddSubscription): Promise<SubscriptionRow> {
  const { input, actor, reason = null, keepSecret, from = "now" } = request;
  const id = store.newId();
  const now = store.clock.now();
  keepSecret?.(id);
  const hasKeptSecret = keepSecret !== undefined;
  await store.write((tx) => {
    const position = from === "now" ? endOfLog(store) : 0;
    rows.insertSubscription(tx, { id, input, hasKeptSecret, position, actor, reason, now });
  });
  return read(store, id);
}

/** Its place in the log stays. Throws `not_found`, `not_allowed` for a name that is taken. */
export async function editSubscription(
  store: Store,
  request: Act & {
    readonly subscriptionId: string;
    readonly input: SubscriptionInput;
    readonly hasKeptSecret?: boolean;
  },
): Promise<SubscriptionRow> {
  const { subscriptionId: id, input, actor, reason = null } = request;
  await store.write((tx) => {
    const hasKeptSecret = request.hasKeptSecret ?? rows.requireSubscription(tx, id).hasKeptSecret;
    rows.updateSubscription(tx, { id, input, hasKeptSecret, actor, reason, now: store.clock.now() });
  });
  return read(store, id);
}

export interface SubscriptionRequest extends Act {
  readonly subscriptionId: string;
}

const actOf = (store: Store, { subscriptionId, reason, actor }: SubscriptionRequest): rows.SubscriptionAct => ({
  id: subscriptionId,
  reason: reason ?? null,
  actor,
  now: store.clock.now(),
});

/** Throws `not_found`. */
export async function removeSubscription(store: Store, request: SubscriptionRequest): Promise<null> {
  await store.write((tx) => rows.deleteSubscription(tx, actOf(store, request)));
  return null;
}

/** What comes meanwhile waits. Throws `not_found`, `illegal_transition`. */
export async function pauseSubscription(store: Store, request: SubscriptionRequest): Promise<SubscriptionRow> {
  await store.write((tx) => rows.pauseSubscription(tx, actOf(store, request)));
  return read(store, request.subscriptionId);
}

/** Goes on where it was, or with `skip` where the log ends now. Throws `not_found`, `illegal_transition`. */
export async function resumeSubscription(
  store: Store,
  { skip = false, ...request }: SubscriptionRequest & { readonly skip?: boolean },
): Promise<SubscriptionRow> {
  await store.write((tx) => rows.resumeSubscription(tx, actOf(store, request), skip ? endOfLog(store) : null));
  return read(store, request.subscriptionId);
}

/** The latest first. Throws `not_found`. */
export function listDeliveries(store: Store, subscriptionId: string, limit: number): DeliveryRow[] {
  rows.requireSubscription(store.read, subscriptionId);
  return rows.listDeliveries(store.read, subscriptionId, limit);
}

export interface DeliveryServices {
  readonly secrets: SecretSource;
  readonly environment: Environment;
}

/** Delivers a made-up event from this process, in whatever state the subscription is. Throws `not_found`. */
export async function testSubscription(
  store: Store,
  subscriptionId: string,
  services: DeliveryServices,
): Promise<DeliveryRow> {
  const stored = rows.requireSubscription(store.read, subscriptionId);
  const { graceMs = 0 } = readTuning(store.read);
  const now = store.clock.now();
  const event: EventRow = {
    cursor: "0",
    id: store.newId(),
    type: "subscription.test",
    source: "hive-console",
    correlationId: null,
    at: now,
    payload: { message: `A test of the subscription "${stored.name}"` },
    metadata: {},
    unreadable: [],
  };
  const { signal } = new AbortController();
  const begun = store.clock.monotonic();
  const came = await deliver({ store, graceMs, signal, ...services }, stored, { event, attempt: 1, isTest: true });
  const tookMs = Math.round(store.clock.monotonic() - begun);
  const { outcome, detail } = came;
  const delivery = { subscriptionId, eventId: event.id, eventType: event.type, attempt: 1, isTest: true };
  const id = await store.write((tx) =>
    rows.noteDelivery(
      tx,
      { ...delivery, outcome, detail, at: now, tookMs },
      numberSetting(tx, "notifications.logRows"),
    ),
  );
  const noted = rows.readDelivery(store.read, id);
  if (noted) return noted;
  throw new HiveError("not_found", `The subscription ${subscriptionId} was removed meanwhile.`, { subscriptionId });
}

/** What whoever dispatches does with the subscriptions of a database, under its epoch. */
export function deliverSubscriptions(
  store: Store,
  epoch: number,
  services: DeliveryServices & Pick<DeliveriesOptions, "backoff" | "lookMs">,
): Deliveries {
  return startDeliveries({
    store,
    epoch,
    ...services,
    get graceMs() {
      return readTuning(store.read).graceMs ?? 0;
    },
  });
}
