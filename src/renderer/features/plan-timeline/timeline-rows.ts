import type { Expected, TimelineModel } from "./timeline-model";

export const GROUPINGS = ["task", "worker"] as const;
export type Grouping = (typeof GROUPINGS)[number];

/** A task's row. */
export interface TimelineRow {
  readonly place: number;
  /** The worker it stands under; null: tasks stand by themselves, or it has not begun. */
  readonly worker: string | null;
  /** The first of its worker: the name is written here. */
  readonly isFirst: boolean;
  /** How many rows its worker has. */
  readonly groupSize: number;
}

/** When a task first began, or is expected to. */
function beginOf(model: TimelineModel, expected: ReadonlyMap<number, Expected>, place: number): number {
  return model.attempts[place]?.[0]?.startedAt ?? expected.get(place)?.startsAt ?? Number.POSITIVE_INFINITY;
}

/** Every task as a row: by begin, those that have not begun last; by worker, its tasks together. */
export function arrangeRows(
  model: TimelineModel,
  expected: ReadonlyMap<number, Expected>,
  grouping: Grouping,
): readonly TimelineRow[] {
  const begins = model.graph.ids.map((_, place) => beginOf(model, expected, place));
  const places = model.graph.ids.map((_, place) => place).sort((a, b) => byBegin(model, begins, a, b));
  if (grouping === "task") {
    return places.map((place) => ({ place, worker: null, isFirst: false, groupSize: 0 }));
  }
  const groups = new Map<string | null, number[]>();
  for (const place of places) {
    const worker = model.attempts[place]?.at(-1)?.worker ?? null;
    const group = groups.get(worker) ?? [];
    groups.set(worker, group);
    group.push(place);
  }
  const rest = groups.get(null) ?? [];
  groups.delete(null);
  const named = [...groups].sort(([a], [b]) => compare(a ?? "", b ?? ""));
  return [...named, [null, rest] as const].flatMap(([worker, group]) =>
    group.map((place, index) => ({ place, worker, isFirst: index === 0, groupSize: group.length })),
  );
}

function byBegin(model: TimelineModel, begins: readonly number[], a: number, b: number): number {
  const hasBegunA = (model.attempts[a]?.length ?? 0) > 0;
  const hasBegunB = (model.attempts[b]?.length ?? 0) > 0;
  if (hasBegunA !== hasBegunB) return hasBegunA ? -1 : 1;
  const difference = (begins[a] ?? 0) - (begins[b] ?? 0);
  return Number.isNaN(difference) || difference === 0 ? a - b : difference;
}

const numbers = new Intl.Collator("en", { numeric: true });
const compare = (a: string, b: string): number => numbers.compare(a, b);
