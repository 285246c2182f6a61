import { z } from "zod";
import type { RetentionPreview, RetentionRun, VacuumOffer } from "./model/retention";
import { operation } from "./operation";

const nothing = z.strictObject({});
const reason = z.string().max(2_000).optional();

/** What is kept how long. The rules are settings: `retention.*`. */
export const retentionContract = {
  /** What the rules would remove now. Nothing changes. */
  "retention.preview": operation<RetentionPreview>()(nothing),
  /** Begins to remove it, in small transactions, and answers at once. */
  "retention.apply": operation<null>()(z.strictObject({ reason })),
  "retention.status": operation<RetentionRun>()(nothing),
  /** What was removed stays removed. */
  "retention.stop": operation<null>()(nothing),
  "retention.vacuumOffer": operation<VacuumOffer>()(nothing),
  /** Writes the file anew without its free pages. Refused while anything runs, or without the room for it. */
  "retention.vacuum": operation<VacuumOffer>()(z.strictObject({ reason })),
} as const;
