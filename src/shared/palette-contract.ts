import { z } from "zod";
import type { Found } from "./model/search";
import { operation } from "./operation";

export const paletteContract = {
  /**
   * Plans, tasks, workers and agents with this text in their title or id, ignoring the case of ASCII letters; the newest first,
   * those that begin with it before the others. Looks at a bounded number of tasks: `after` goes on with older ones.
   */
  "search.find": operation<Found>()(
    z.strictObject({
      text: z.string().trim().min(1).max(200),
      /** Only tasks of this plan, in its order. */
      planId: z.string().min(1).max(1_000).optional(),
      after: z.string().max(30).optional(),
      limit: z.int().min(1).max(50).default(8),
    }),
  ),
} as const;
