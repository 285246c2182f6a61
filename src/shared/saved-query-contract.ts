import { z } from "zod";
import type { KeptQueries } from "./model/saved-query";
import { operation } from "./operation";

const sql = z.string().min(1).max(1_000_000);
const name = z.string().trim().min(1).max(200);
const place = z.enum(["database", "computer"]);
const id = z.string().min(1).max(200);

export const pastQuery = z.strictObject({
  sql,
  at: z.number().min(0),
  ms: z.number().min(0),
  rows: z.int().min(0).nullable(),
  trouble: z.string().max(10_000).nullable(),
});

/** Queries of the explorer: those kept by name, and those that ran. Each act answers what there is then. */
export const savedQueryContract = {
  "queries.list": operation<KeptQueries>()(z.strictObject({})),
  /** Keeps a text under a name, in the database, or on this computer where it is only observed. What had the name is replaced. */
  "queries.save": operation<KeptQueries>()(z.strictObject({ name, sql })),
  /** Deleting what is gone is fine. */
  "queries.delete": operation<KeptQueries>()(z.strictObject({ id, place })),
  /** Notes how a text ran: the same text once. */
  "queries.note": operation<KeptQueries>()(pastQuery),
  "queries.clearHistory": operation<KeptQueries>()(z.strictObject({})),
  /** Takes over what a window had kept by itself: on this computer, beside what is there. A name that is taken gets a number. */
  "queries.takeOver": operation<KeptQueries>()(
    z.strictObject({
      saved: z.array(z.strictObject({ name, sql })).max(10_000).readonly(),
      history: z.array(pastQuery).max(1_000).readonly(),
    }),
  ),
} as const;
