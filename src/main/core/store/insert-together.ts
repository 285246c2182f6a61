import { statement, type WritableDatabase } from "./database";

const TOGETHER = 10;

/** An INSERT of rows, of any number of them. */
export interface Insertion {
  readonly one: string;
  readonly several: string;
}

/**
 * Several rows in one statement are quicker than one by one, above all in a table with triggers: before each such
 * statement SQLite keeps a copy of every page that it goes on to change. `head`: up to the column names.
 */
export function insertionOf(head: string, row: string): Insertion {
  return { one: `${head} VALUES ${row}`, several: `${head} VALUES ${Array(TOGETHER).fill(row).join(", ")}` };
}

/** The rows, in this order; `valuesOf` says what one is to hold. */
export function insertTogether<Of>(
  tx: WritableDatabase,
  { one, several }: Insertion,
  rows: readonly Of[],
  valuesOf: (row: Of) => readonly unknown[],
): void {
  let next = 0;
  for (; next + TOGETHER <= rows.length; next += TOGETHER) {
    const values: unknown[] = [];
    for (const row of rows.slice(next, next + TOGETHER)) values.push(...valuesOf(row));
    statement(tx, several).run(values);
  }
  for (const row of rows.slice(next)) statement(tx, one).run(valuesOf(row));
}
