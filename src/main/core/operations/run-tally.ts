import type { RunSpan } from "../store/run-ends";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
/** Durations are kept by size, eight sizes to each doubling: good to a tenth, and 168 hours of them are small. */
const SIZES_A_DOUBLING = 8;
const MOST_SIZES = 280;

export interface Tally {
  add(span: RunSpan): void;
  /** So many bars of this length from a time on. */
  bars(since: number, stepMs: number, count: number): { readonly completed: number[]; readonly failed: number[] };
  /** The duration that this part of the successful attempts stayed under; null without any. To the hour. */
  duration(since: number, part: number): number | null;
}

/** Counts ended attempts by the minute of their end, and their durations by the hour. Pure. */
export function createTally(): Tally {
  const minutes = new Map<number, { completed: number; failed: number }>();
  const hours = new Map<number, Uint32Array>();

  function addDuration(at: number, ms: number): void {
    const hour = Math.floor(at / HOUR);
    let sizes = hours.get(hour);
    if (sizes === undefined) {
      sizes = new Uint32Array(MOST_SIZES);
      hours.set(hour, sizes);
    }
    const size = Math.min(MOST_SIZES - 1, Math.floor(Math.log2(Math.max(1, ms)) * SIZES_A_DOUBLING));
    sizes[size] = (sizes[size] ?? 0) + 1;
  }

  return {
    add({ status, startedAt, completedAt }) {
      const isSuccess = status === "success";
      if (completedAt === null || (!isSuccess && status !== "failure" && status !== "timeout")) return;
      const minute = Math.floor(completedAt / MINUTE);
      const counted = minutes.get(minute) ?? { completed: 0, failed: 0 };
      minutes.set(minute, counted);
      if (isSuccess) counted.completed += 1;
      else counted.failed += 1;
      if (isSuccess && startedAt !== null) addDuration(completedAt, completedAt - startedAt);
    },
    bars(since, stepMs, count) {
      const completed = Array.from({ length: count }, () => 0);
      const failed = Array.from({ length: count }, () => 0);
      for (let bar = 0; bar < count; bar += 1) {
        const first = Math.floor((since + bar * stepMs) / MINUTE);
        for (let minute = first; minute < first + stepMs / MINUTE; minute += 1) {
          const counted = minutes.get(minute);
          if (counted === undefined) continue;
          completed[bar] = (completed[bar] ?? 0) + counted.completed;
          failed[bar] = (failed[bar] ?? 0) + counted.failed;
        }
      }
      return { completed, failed };
    },
    duration(since, part) {
      const total = new Float64Array(MOST_SIZES);
      let count = 0;
      for (const [hour, sizes] of hours) {
        if ((hour + 1) * HOUR <= since) continue;
        sizes.forEach((n, size) => {
          total[size] = (total[size] ?? 0) + n;
          count += n;
        });
      }
      if (count === 0) return null;
      let left = Math.ceil(count * part);
      const size = total.findIndex((n) => {
        left -= n;
        return left <= 0;
      });
      return 2 ** ((size + 0.5) / SIZES_A_DOUBLING);
    },
  };
}
