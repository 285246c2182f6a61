import type { Store } from "../store/open";
import type { Writer } from "../store/plan-end";

/** `source_agent` of the events that the console's own acts write. */
export const SOURCE = "hive-console";

/** Who writes what an operator does now. */
export function operatorWriter(store: Store): Writer {
  return { now: store.clock.now(), source: SOURCE, newId: store.newId };
}
