import type { Handlers } from "../../../shared/contract";
import type { Store } from "../store/open";
import { getOverview } from "./overview";
import { getPlanAttempts, listOtherRuns } from "./plan-timeline";
import { findAnything } from "./search";
import { getThroughput } from "./throughput";

/** What the window asks for to look at all of a database, or to find something in it. */
export function lookHandlers({ store }: { readonly store: Store }) {
  return {
    "overview.get": () => getOverview(store),
    "overview.throughput": (input) => getThroughput(store, input),
    "plans.attempts": (input) => getPlanAttempts(store, input),
    "plans.otherRuns": (input) => listOtherRuns(store, input),
    "search.find": (input) => findAnything(store, input),
  } satisfies Partial<Handlers>;
}
