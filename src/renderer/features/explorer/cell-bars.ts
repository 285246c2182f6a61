import type { Cell, ResultColumn } from "../../../shared/model/explorer";

/** Two rows are compared at a glance. */
const FEWEST = 3;

/**
 * Per column the value that fills a cell with a bar; null: it has none. What a query computes (counts, seconds) is compared;
 * what stands in a table may be a number and no measure: a year, an id.
 */
export function barsOf(columns: readonly ResultColumn[], rows: readonly (readonly Cell[])[]): (number | null)[] {
  return columns.map(({ table }, at) => {
    if (table !== null || rows.length < FEWEST) return null;
    let most = 0;
    let least = Number.POSITIVE_INFINITY;
    for (const row of rows) {
      const value = row[at] ?? null;
      if (value === null) continue;
      if (typeof value !== "number" || value < 0 || !Number.isFinite(value)) return null;
      most = Math.max(most, value);
      least = Math.min(least, value);
    }
    return most > least ? most : null;
  });
}
