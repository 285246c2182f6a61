import { PLANNING_STATUSES, type PlanningStatus } from "../shared/model/planning";

/** What is to be planned: of one state, with one request in the panel. */
export interface PlanningPlace {
  readonly view: "planning";
  /** Null: all. */
  readonly status: PlanningStatus | null;
  readonly requestId: string | null;
}

export const planningPlace = (
  requestId: string | null = null,
  status: PlanningStatus | null = null,
): PlanningPlace => ({
  view: "planning",
  requestId,
  status,
});

/** `#/planning/<request>?status=pending`. */
export function parsePlanning(requestId: string | null, query: URLSearchParams): PlanningPlace {
  return planningPlace(requestId, PLANNING_STATUSES.find((known) => known === query.get("status")) ?? null);
}

export function formatPlanning({ requestId, status }: PlanningPlace): string {
  const path = `#/planning${requestId === null ? "" : `/${encodeURIComponent(requestId)}`}`;
  return status === null ? path : `${path}?status=${status}`;
}
