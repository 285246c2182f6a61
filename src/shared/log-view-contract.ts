import { z } from "zod";
import type { LogFound } from "./model/log-search";
import { operation } from "./operation";

const id = z.string().min(1).max(200);
const offset = z.int().min(0);

/** What the log viewer needs beside `runs.readLog`. */
export const logViewContract = {
  /**
   * Begins a search of an attempt's whole log, in a process of its own. `from`: where an earlier one ended. It is asked for
   * what it found with `runs.searchLogNext`, and ends by itself when nobody asks for half a minute.
   */
  "runs.searchLog": operation<{ readonly searchId: string }>()(
    z.strictObject({
      runId: id,
      query: z.union([
        z.strictObject({ text: z.string().min(1).max(1_000) }),
        z.strictObject({ firstError: z.literal(true) }),
      ]),
      from: z.strictObject({ byte: offset, line: z.int().min(1) }).optional(),
    }),
  ),
  /** Answers as soon as there is something new; the last answer says `isDone`. `not_found` for one that has ended. */
  "runs.searchLogNext": operation<LogFound>()(z.strictObject({ searchId: id })),
  "runs.stopSearch": operation<null>()(z.strictObject({ searchId: id })),
  /** Asks where with the system's dialog and copies the log there; null when the operator thinks better of it. */
  "runs.saveLog": operation<{ readonly file: string; readonly bytes: number } | null>()(z.strictObject({ runId: id })),
} as const;
