import type { TaskFilter } from "../../../shared/model/task-filter";
import type { TaskOrder } from "../../../shared/model/task-lists";
import { statesOf } from "./task-list";

/** Columns that are always there, so that an empty one says so. */
const ALWAYS = ["queued", "assigned", "in_progress", "review_pending", "escalated", "failed", "completed"];
/** All columns from left to right; statuses that nobody knows come last. */
const PLACES = [
  "queued",
  "assigned",
  "in_progress",
  "review_pending",
  "approved",
  "rework_needed",
  "rejected",
  "escalated",
  "failed",
  "completed",
  "cancelled",
];
/** Of these the next one to be taken comes first; of all others what changed last. */
const MOVING = new Set(["queued", "assigned", "in_progress"]);

const place = (status: string): number => {
  const index = PLACES.indexOf(status);
  return index === -1 ? PLACES.length : index;
};

/**
 * The columns for a filter, given which statuses have tasks and which columns are there: none goes away while the
 * filter stays, for that would move all others.
 */
export function columnsFor(
  filter: TaskFilter,
  counts: Readonly<Record<string, number>>,
  shown: readonly string[] = [],
): readonly string[] {
  const occupied = Object.keys(counts).filter((status) => (counts[status] ?? 0) > 0);
  const { states } = filter;
  const wanted =
    states === undefined
      ? [...ALWAYS, ...occupied, ...shown]
      : [...ALWAYS, ...PLACES, ...occupied, ...states].filter(
          (status) => statesOf(status).some((state) => states.includes(state)) && !isPart(status),
        );
  const left = filter.not?.states ?? [];
  const isLeftOut = (status: string): boolean => statesOf(status).every((state) => left.includes(state));
  return [...new Set(wanted)]
    .filter((status) => !isLeftOut(status))
    .sort((a, b) => place(a) - place(b) || (a < b ? -1 : 1));
}

/** A shown state that has no column of its own. */
function isPart(state: string): boolean {
  return ["waiting", "retrying", "blocked", "stopping"].includes(state);
}

/** The tasks of a column. */
export function columnFilter({ states, not, ...filter }: TaskFilter, status: string): TaskFilter {
  const { states: left = [], ...leftToo } = not ?? {};
  const shown = statesOf(status).filter((state) => (states?.includes(state) ?? true) && !left.includes(state));
  return { ...filter, states: shown, ...(Object.keys(leftToo).length === 0 ? {} : { not: leftToo }) };
}

/** The order of a column when nobody asked for one. */
export function columnOrder(status: string): TaskOrder {
  return MOVING.has(status) ? "priority" : "recent";
}
