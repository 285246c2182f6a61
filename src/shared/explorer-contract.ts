import { z } from "zod";
import {
  FILTER_OPERATORS,
  type QueryNews,
  RESULT_FORMATS,
  type ResultExport,
  type RowCount,
  type RowReference,
  type Schema,
  type TablePage,
  type WholeCell,
  type WriteMode,
  type WriteOutcome,
  type WritePreview,
} from "./model/explorer";
import { operation } from "./operation";

const nothing = z.strictObject({});
const id = z.string().min(1).max(200);
const name = z.string().max(1_000);
const sql = z.string().min(1).max(1_000_000);
const key = z.string().min(1).max(100_000);
const parameters = z.record(z.string().max(200), z.union([z.string().max(100_000), z.number(), z.null()])).default({});
const statement = z.int().min(0).max(10_000);
/** How long it may compute, in milliseconds. */
const limitMs = z.int().min(100).max(3_600_000).default(30_000);
const filters = z
  .array(z.strictObject({ column: name, operator: z.enum(FILTER_OPERATORS), value: z.string().max(10_000) }))
  .max(50)
  .readonly()
  .default([]);
const order = z.strictObject({ column: name, isDescending: z.boolean() }).nullable().default(null);
/** Who asks: another request of the same one takes the place of what it asked for before. */
const asker = z.string().min(1).max(100);

/** The explorer: any table, free SQL that only reads, files of results, and the write mode. */
export const explorerContract = {
  "explorer.schema": operation<Schema>()(nothing),
  /** How many rows tables have. One that takes too long to count is left out of the answer. */
  "explorer.counts": operation<readonly RowCount[]>()(
    z.strictObject({ tables: z.array(name).min(1).max(200).readonly() }),
  ),
  /** A page of a table or view. `not_allowed` when it takes longer than its limit. */
  "explorer.table": operation<TablePage>()(
    z.strictObject({
      table: name,
      filters,
      order,
      after: key.nullable().default(null),
      limit: z.int().min(1).max(1_000).default(200),
      asker,
      limitMs,
    }),
  ),
  /** One value as a whole: of a row of a table, or of a statement's result, which runs again for it. */
  "explorer.cell": operation<WholeCell>()(
    z.strictObject({
      place: z.union([
        z.strictObject({ table: name, key, column: name }),
        z.strictObject({
          sql,
          statement,
          parameters,
          row: z.int().min(0),
          column: z.int().min(0).max(10_000),
        }),
      ]),
      asker,
      limitMs,
    }),
  ),
  /** How many rows of other tables name this one by a foreign key. */
  "explorer.references": operation<readonly RowReference[]>()(z.strictObject({ table: name, key, asker, limitMs })),
  /** Gives up what an asker has asked for. */
  "explorer.cancel": operation<null>()(z.strictObject({ asker })),

  /**
   * Begins to run the statements of a text in a process of their own, or with `isPlan` tells how they would be answered.
   * What comes of them is asked for with `explorer.next`.
   */
  "explorer.run": operation<{ readonly queryId: string }>()(
    z.strictObject({
      sql,
      parameters,
      isPlan: z.boolean().default(false),
      pageRows: z.int().min(1).max(10_000).default(1_000),
      limitMs,
    }),
  ),
  /** Answers as soon as there is something new. `not_found` once the query has ended and all of it was told. */
  "explorer.next": operation<QueryNews>()(z.strictObject({ queryId: id })),
  /** Asks for a page more of a statement; it comes with `explorer.next`. */
  "explorer.more": operation<null>()(z.strictObject({ queryId: id, statement })),
  /** Ends a query: what computes is killed. */
  "explorer.stop": operation<null>()(z.strictObject({ queryId: id })),

  /**
   * Asks where with the system's dialog, and begins to write every row of a result there; null when the operator thinks
   * better of it. The file is there when all of it is.
   */
  "explorer.export": operation<ResultExport | null>()(
    z.strictObject({
      source: z.union([
        z.strictObject({ sql, statement, parameters }),
        z.strictObject({ table: name, filters, order }),
      ]),
      format: z.enum(RESULT_FORMATS),
    }),
  ),
  "explorer.exported": operation<ResultExport>()(z.strictObject({ exportId: id })),
  "explorer.stopExport": operation<null>()(z.strictObject({ exportId: id })),

  "explorer.writeMode": operation<WriteMode>()(nothing),
  /** Allows writes to this database until the window closes, or forbids them. Never where it is only observed. */
  "explorer.setWriteMode": operation<WriteMode>()(
    z.strictObject({ isOn: z.boolean(), reason: z.string().trim().max(2_000).default("") }),
  ),
  /** What the statements would change: they are tried and taken back; null: it was stopped. `not_allowed` for what takes seconds. */
  "explorer.previewWrite": operation<WritePreview | null>()(z.strictObject({ sql, parameters })),
  /** Backs up, then commits what was previewed, when it still changes the same. */
  "explorer.commitWrite": operation<WriteOutcome>()(z.strictObject({ previewId: id })),
  /** Ends what is tried or written. Answers when its process is gone, and its lock: what it was asked for tells what came of it. */
  "explorer.stopWrite": operation<null>()(nothing),
} as const;
