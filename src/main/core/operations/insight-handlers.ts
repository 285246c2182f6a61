import type { Handlers } from "../../../shared/contract";
import type { Runner } from "../runner/runner";
import type { Store } from "../store/open";
import { forecasterOf } from "./forecast";
import { explainTask } from "./why";

/** What will happen, and why something does not. */
export function insightHandlers({ store, runner }: { readonly store: Store; readonly runner: Runner | null }) {
  return {
    "plans.forecast": ({ planId }) => forecasterOf(store).forecast(planId),
    "plans.forecastTasks": ({ planId }) => forecasterOf(store).forecastTasks(planId),
    "tasks.why": (input) => explainTask(store, input, runner?.info() ?? null),
  } satisfies Partial<Handlers>;
}
