import { z } from "zod";
import type { BoardImportProgress } from "./model/board-import";
import { operation } from "./operation";

const theImport = z.strictObject({ importId: z.string().min(1).max(100) });

/** Taking over a database of The Board, from the window. */
export const boardImportContract = {
  /** Asks for its file with the system's dialog and begins; null when the operator thinks better of it. The file is not changed. */
  "boardImport.begin": operation<BoardImportProgress | null>()(z.strictObject({})),
  /** One of this window's imports. Throws `not_found`. */
  "boardImport.status": operation<BoardImportProgress>()(theImport),
  /** What was imported by then stays; the next import goes on. */
  "boardImport.stop": operation<BoardImportProgress>()(theImport),
} as const;
