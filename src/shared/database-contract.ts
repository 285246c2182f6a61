import { z } from "zod";
import { type DatabaseLook, type RecentDatabase, WINDOW_MODES } from "./model/database-choice";
import { operation } from "./operation";

const nothing = z.strictObject({});
const fileId = z.string().min(1).max(100);
const mode = z.enum(WINDOW_MODES);

/** Which database a window shows, and how. */
export const databaseContract = {
  /** Those opened on this computer, the latest first. */
  "databases.recent": operation<readonly RecentDatabase[]>()(nothing),
  /** Asks for a file with the system's dialog; null: the operator thought better of it. */
  "databases.choose": operation<DatabaseLook | null>()(nothing),
  /** Asks where a new one is to be, with the system's dialog. Nothing is made yet. */
  "databases.chooseNew": operation<DatabaseLook | null>()(nothing),
  /** Looks at a file that was chosen or dropped, or opened before. `not_found` for one that main does not know. */
  "databases.look": operation<DatabaseLook>()(z.strictObject({ fileId })),
  /**
   * Opens it: in a window of its own (one that has it comes to the front), or `here`, in place of a database that could
   * not be opened.
   */
  "databases.open": operation<null>()(z.strictObject({ fileId, mode, here: z.boolean().default(false) })),
  /** Takes it off the list; the file stays. */
  "databases.forget": operation<readonly RecentDatabase[]>()(z.strictObject({ fileId })),
  /** Opens this window's database the other way. Tasks that run go on; nobody starts new ones from here in `observe`. */
  "databases.setMode": operation<null>()(z.strictObject({ mode })),
} as const;
