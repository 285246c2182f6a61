import { type Expected, shownAttempts, type TimelineModel } from "./timeline-model";

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

/** Every task as a row: by begin, those that have not begun last; by worker, its tasks together. */
export function arrangeRows(
  model: TimelineModel,
  expected: ReadonlyMap<number, Expected>,
  grouping: Grouping,
): readonly TimelineRow[] {
  const tasks = model.graph.ids.map((_, place) => {
    const attempts = shownAttempts(model, place);
    const begin = attempts[0]?.startedAt ?? expected.get(place)?.startsAt ?? Number.POSITIVE_INFINITY;
    return { place, begin, hasBegun: attempts.length > 0, worker: attempts.at(-1)?.worker ?? null };
  });
  tasks.sort(
    (a, b) =>
      Number(b.hasBegun) - Number(a.hasBegun) || (a.begin === b.begin ? 0 : a.begin - b.begin) || a.place - b.place,
  );
  if (grouping === "task") {
    return tasks.map(({ place }) => ({ place, worker: null, isFirst: false, groupSize: 0 }));
  }
  const groups = Map.groupBy(tasks, ({ worker }) => worker);
  const rest = groups.get(null) ?? [];
  groups.delete(null);
  const named = [...groups].sort(([a], [b]) => compare(a ?? "", b ?? ""));
  return [...named, [null, rest] as const].flatMap(([worker, group]) =>
    group.map(({ place }, index) => ({ place, worker, isFirst: index === 0, groupSize: group.length })),
  );
}

const numbers = new Intl.Collator("en", { numeric: true });
const compare = (a: string, b: string): number => numbers.compare(a, b);
