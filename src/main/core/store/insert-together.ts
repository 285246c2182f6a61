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

/** The rows of values, in this order. */
export function insertTogether(
  tx: WritableDatabase,
  { one, several }: Insertion,
  rows: ReadonlyArray<readonly unknown[]>,
): void {
  let next = 0;
  for (; next + TOGETHER <= rows.length; next += TOGETHER) {
    statement(tx, several).run(rows.slice(next, next + TOGETHER).flat());
  }
  for (; next < rows.length; next += 1) statement(tx, one).run(rows[next]);
}
