import type { Handlers } from "../../../shared/contract";
import type { Store } from "../store/open";
import { forecasterOf } from "./forecast";

/** What will happen, and why something does not. */
export function insightHandlers({ store }: { readonly store: Store }) {
  return {
    "plans.forecast": ({ planId }) => forecasterOf(store).forecast(planId),
    "plans.forecastTasks": ({ planId }) => forecasterOf(store).forecastTasks(planId),
  } satisfies Partial<Handlers>;
}
