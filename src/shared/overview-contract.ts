import { z } from "zod";
import { type Overview, THROUGHPUT_RANGE_NAMES, type Throughput } from "./model/overview";
import { operation } from "./operation";

/** What the first screen shows. */
export const overviewContract = {
  /** Where everything stands and what wants a person. */
  "overview.get": operation<Overview>()(z.strictObject({})),
  /** Attempts that ended, over time. */
  "overview.throughput": operation<Throughput>()(z.strictObject({ range: z.enum(THROUGHPUT_RANGE_NAMES) })),
} as const;
