import type { Handlers } from "../../../shared/contract";
import { readSubjects } from "../store/event-subjects";
import type { Store } from "../store/open";
import { getEventFigures } from "./event-figures";
import { listAudit, listEvents } from "./events";
import { checkPlanHistory, getPlanHistory } from "./plan-history";

/** What happened, and who did what. */
export function logHandlers(store: Store) {
  return {
    "events.list": (input) => listEvents(store, input),
    "events.figures": (input) => getEventFigures(store, input),
    "events.subjects": (input) => readSubjects(store.read, input),
    "plans.history": (input) => getPlanHistory(store, input),
    "plans.checkHistory": (input) => checkPlanHistory(store, input),
    "audit.list": (input) => listAudit(store, input),
  } satisfies Partial<Handlers>;
}
