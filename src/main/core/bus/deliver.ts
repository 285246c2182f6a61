import type { EventRow } from "../../../shared/model/log-views";
import type { Environment } from "../agents/agent";
import type { Store } from "../store/open";
import type { StoredSubscription } from "../store/subscriptions";
import { runEventCommand } from "./event-command";
import type { SecretSource } from "./secret-source";
import { type Delivered, type Parcel, postEvent } from "./webhook";

/** What delivering takes besides the event. */
export interface DeliveryMeans {
  readonly store: Store;
  readonly secrets: SecretSource;
  /** Where a subscription's variable is looked for. */
  readonly environment: Environment;
  /** From SIGTERM to SIGKILL in milliseconds. */
  readonly graceMs: number;
  readonly signal: AbortSignal;
}

/** One try to deliver one event. Rejects only when `signal` is aborted. */
export async function deliver(
  means: DeliveryMeans,
  subscription: StoredSubscription,
  { event, attempt, isTest }: { readonly event: EventRow; readonly attempt: number; readonly isTest: boolean },
): Promise<Delivered> {
  const { store, signal, graceMs } = means;
  const { id, name, target, timeoutMs } = subscription;
  if (target === null) {
    return { outcome: "held", detail: "Where it goes cannot be read from the database: edit the subscription." };
  }
  const parcel: Parcel = { subscriptionId: id, subscription: name, event, attempt, timeoutMs, isTest };
  if (target.kind === "command") {
    const { filesFolder, newId } = store;
    return runEventCommand(parcel, { run: target.run, filesFolder, deliveryId: newId(), graceMs, signal });
  }
  const key = keyOf(means, subscription, target.secretEnv);
  if ("missing" in key) return { outcome: "held", detail: key.missing };
  return postEvent(parcel, { url: target.url, key: key.value, now: store.clock.now(), signal });
}

function keyOf(
  { secrets, environment }: DeliveryMeans,
  { id, hasKeptSecret }: StoredSubscription,
  variable: string | null,
): { readonly value: string | null } | { readonly missing: string } {
  if (variable !== null) {
    const value = environment[variable]?.trim();
    if (value) return { value };
    return {
      missing: `${variable}, which is to hold the key, is not set in the console that delivers: set it and start that anew.`,
    };
  }
  if (!hasKeptSecret) return { value: null };
  const value = secrets.read(id);
  if (value !== null) return { value };
  return {
    missing:
      "The key is in the safe storage of a window, and this process cannot read it there: a window delivers when it starts the tasks. Or name an environment variable.",
  };
}
