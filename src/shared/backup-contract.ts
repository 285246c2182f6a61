import { z } from "zod";
import type { BackupList, BackupRow, RestorePreview } from "./model/backup";
import { operation } from "./operation";

const backup = z.strictObject({ backupId: z.string().min(1).max(500) });
const reason = z.string().max(2_000).optional();

/** Copies of a database as of one moment: made, verified, removed and restored. */
export const backupContract = {
  "backups.list": operation<BackupList>()(z.strictObject({})),
  /** Beside the database. `disk_full`, `file_unwritable`. */
  "backups.make": operation<BackupRow>()(z.strictObject({ reason })),
  /** Reads the whole copy: every page, and how many rows there are. */
  "backups.verify": operation<BackupRow>()(backup),
  "backups.remove": operation<null>()(backup.extend({ reason })),
  "backups.previewRestore": operation<RestorePreview>()(backup),
  /**
   * Puts a backup in the place of the database, which is backed up itself first, and opens it. `not_allowed` while anything
   * runs or another program has the file open.
   */
  "backups.restore": operation<null>()(backup.extend({ reason })),
  /** Asks for a new file with the system's dialog and copies the backup there; `fileId` opens it. Null: the operator thought better of it. */
  "backups.restoreAs": operation<{ readonly file: string; readonly fileId: string } | null>()(backup),
} as const;
