import { create } from "zustand";
import type { TaskFilter } from "../../../shared/model/task-filter";
import type { TaskCounts } from "../../../shared/model/task-lists";
import { call } from "../../api";

/** How many tasks match, by stored status. */
interface CountsState {
  /** Null: nothing is known yet. */
  readonly counts: Readonly<Record<string, number>> | null;
  /** Still counting: at least so many match. */
  readonly isPartial: boolean;
  readonly searched: number;
  readonly total: number;
  readonly error: unknown;
}

const NOTHING: CountsState = { counts: null, isPartial: false, searched: 0, total: 0, error: null };

export const useCounts = create<CountsState>()(() => NOTHING);

let generation = 0;
let counted: TaskFilter | null = null;
let again: ReturnType<typeof setTimeout> | null = null;
let lastTookMs = 0;

/** A count that took long is not repeated often. */
const SOON_MS = 2_000;
const PATIENCE = 20;

const isEverything = (filter: TaskFilter | null): boolean => filter !== null && Object.keys(filter).length === 0;

/** Counts what matches, and tells as it goes. What is known stays until the new count is done. */
export async function count(filter: TaskFilter): Promise<void> {
  generation += 1;
  const mine = generation;
  const isSame = counted === filter;
  counted = filter;
  if (again !== null) clearTimeout(again);
  again = null;
  if (!isSame) useCounts.setState(NOTHING);
  const began = performance.now();
  const counts: Record<string, number> = {};
  let searched = 0;
  let after: string | null = null;
  try {
    do {
      const answer: TaskCounts = await call("tasks.count", { filter, ...(after === null ? {} : { after }) });
      if (mine !== generation) return;
      for (const [status, n] of Object.entries(answer.counts)) counts[status] = (counts[status] ?? 0) + n;
      searched += answer.searched;
      after = answer.next;
      const isPartial = after !== null;
      if (isPartial && isSame) continue;
      useCounts.setState({ counts: { ...counts }, isPartial, searched, total: answer.total, error: null });
    } while (after !== null);
    lastTookMs = performance.now() - began;
  } catch (error) {
    if (mine === generation) useCounts.setState({ error, isPartial: false });
  }
}

/** Something changed: the counters of everything are the answer, any other filter is counted again, soon. */
export function noteChange(totals: Readonly<Record<string, number>>, hasChanged: boolean): void {
  if (counted === null) return;
  if (isEverything(counted)) {
    const { counts } = useCounts.getState();
    if (!isEqual(counts, totals)) useCounts.setState({ ...NOTHING, counts: totals });
    return;
  }
  if (!hasChanged || again !== null || useCounts.getState().isPartial) return;
  again = setTimeout(
    () => {
      again = null;
      if (counted !== null) void count(counted);
    },
    Math.max(SOON_MS, lastTookMs * PATIENCE),
  );
}

function isEqual(a: Readonly<Record<string, number>> | null, b: Readonly<Record<string, number>>): boolean {
  if (a === null) return false;
  const names = new Set([...Object.keys(a), ...Object.keys(b)]);
  return [...names].every((name) => (a[name] ?? 0) === (b[name] ?? 0));
}

export function stopCounting(): void {
  generation += 1;
  counted = null;
  if (again !== null) clearTimeout(again);
  again = null;
  useCounts.setState(NOTHING);
}

/** All that match, as far as they were counted; null: not known. */
export function totalOf(counts: Readonly<Record<string, number>> | null): number | null {
  return counts === null ? null : Object.values(counts).reduce((sum, n) => sum + n, 0);
}
