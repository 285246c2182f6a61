import { z } from "zod";
import { type ExamNews, findingKind, type RepairPreview, type RepairReport } from "./model/doctor";
import { operation } from "./operation";

const id = z.string().min(1).max(200);
const reason = z.string().max(2_000).optional();

/** What is wrong with a database, and what can be done about it. Works in the explorer's process. */
export const doctorContract = {
  /** Begins an examination and answers at once. `thorough`: whole tables are read, too. One at a time: an earlier one ends. */
  "doctor.start": operation<{ readonly examId: string }>()(z.strictObject({ thorough: z.boolean().default(true) })),
  /** Resolves as soon as there is something new. `not_found` for one that was stopped. */
  "doctor.next": operation<ExamNews>()(z.strictObject({ examId: id })),
  "doctor.stop": operation<null>()(z.strictObject({ examId: id })),
  /** Exactly what a repair would change now. */
  "doctor.preview": operation<RepairPreview>()(z.strictObject({ kind: findingKind })),
  /** Puts right what a check finds. `database_busy` when another program holds the lock for long; what was done stays. */
  "doctor.repair": operation<RepairReport>()(z.strictObject({ kind: findingKind, reason })),
} as const;
