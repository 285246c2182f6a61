import { type Capacity, capacityFor, LOCAL_ROLE, type Need, type Offer } from "../plan/capacity";
import type { Store } from "../store/open";
import { listWorkers } from "./workers";

/** Workers other than a console's own that could take tasks now. */
export function liveWorkers(store: Store): Offer[] {
  return listWorkers(store).filter(({ role, state }) => role !== LOCAL_ROLE && (state === "busy" || state === "idle"));
}

/** The slots for these needs as things stand. Without a database: those of the console alone. */
export function capacityNow(store: Store | null, needs: Iterable<Need>, slots: number): Capacity {
  const local: Offer = { role: LOCAL_ROLE, capabilities: [] };
  return capacityFor(needs, { slots, local, workers: store === null ? [] : liveWorkers(store) });
}
