import { existsSync, rmSync, statfsSync, statSync } from "node:fs";
import { constants, copyFile, rm } from "node:fs/promises";
import { dirname } from "node:path";
import { HiveError } from "../../../shared/errors";
import type { BackupCause, BackupList, BackupRow } from "../../../shared/model/backup";
import { appendAudit } from "../store/audit";
import { backupName } from "../store/backup";
import { forgetBackup, lastScheduledBackup, listBackupRows, noteBackup, noteVerified } from "../store/backup-rows";
import type { Store } from "../store/open";
import { numberSetting } from "../store/settings";
import type { Care } from "./care";

const BACKUP_EVERY = "backup.everyHours";
const BACKUP_KEEP = "backup.keep";
const HOUR_MS = 3_600_000;

interface Act {
  readonly reason?: string | undefined;
  readonly actor: string;
}

/** When the clock's next backup is due; null: it makes none. */
export function nextBackupAt(store: Store): number | null {
  const every = numberSetting(store.read, BACKUP_EVERY);
  if (every === 0) return null;
  const last = lastScheduledBackup(store.read);
  return last === null ? store.clock.now() : last + every * HOUR_MS;
}

export function listBackups(store: Store): BackupList {
  const { bavail, bsize } = statfsSync(dirname(store.file));
  return {
    backups: listBackupRows(store.read, store.file),
    everyHours: numberSetting(store.read, BACKUP_EVERY),
    keep: numberSetting(store.read, BACKUP_KEEP),
    nextAt: store.info().mode === "observe" ? null : nextBackupAt(store),
    databaseBytes: statSync(store.file).size,
    freeBytes: bavail * bsize,
  };
}

/** Throws `not_found`. */
export function requireBackup(store: Store, backupId: string): BackupRow {
  const backup = listBackupRows(store.read, store.file).find(({ id }) => id === backupId);
  if (backup !== undefined) return backup;
  throw new HiveError("not_found", `There is no backup ${backupId} any more. It may have been removed.`, { backupId });
}

/** Makes a backup beside the database and notes it. Throws `disk_full`, `file_unwritable`. */
export async function makeBackup(
  store: Store,
  care: Care,
  { cause, reason, actor }: Act & { readonly cause: BackupCause },
): Promise<BackupRow> {
  const file = backupName(store.file, store.clock);
  const { bytes } = await care.backUp(file);
  const id = store.newId();
  const madeAt = store.clock.now();
  await store.write((tx) => {
    noteBackup(tx, { id, file, madeAt, bytes, cause, actor });
    if (cause !== "operator") return;
    const after = { file, bytes };
    appendAudit(tx, {
      at: madeAt,
      actor,
      act: "backups.make",
      entity: "setting",
      entityId: "backups",
      reason: reason ?? null,
      before: null,
      after,
    });
  });
  return { id, file, madeAt, bytes, cause, actor, isMissing: false, verification: null };
}

/** Makes the clock's backup and removes those of its own that are too many. */
export async function makeScheduledBackup(store: Store, care: Care): Promise<BackupRow> {
  const made = await makeBackup(store, care, { cause: "schedule", actor: "schedule" });
  const keep = numberSetting(store.read, BACKUP_KEEP);
  const own = listBackupRows(store.read, store.file).filter(({ cause }) => cause === "schedule");
  for (const { file } of own.slice(Math.max(1, keep))) {
    rmSync(file, { force: true });
    await store.write((tx) => forgetBackup(tx, file));
  }
  return made;
}

/** Reads the whole copy and notes what came of it. */
export async function verifyBackupOf(
  store: Store,
  care: Care,
  { backupId, actor }: Act & { readonly backupId: string },
): Promise<BackupRow> {
  const backup = requireBackup(store, backupId);
  const verification = await care.verify(backup.file);
  if (store.info().mode !== "observe") {
    const { file, madeAt, bytes, cause } = backup;
    const note = { id: store.newId(), file, madeAt, bytes, cause, actor: backup.actor ?? actor };
    await store.write((tx) => noteVerified(tx, note, verification));
    return requireFile(store, file, { ...backup, verification });
  }
  return { ...backup, verification };
}

function requireFile(store: Store, file: string, otherwise: BackupRow): BackupRow {
  return listBackupRows(store.read, store.file).find((row) => row.file === file) ?? otherwise;
}

/** Removes a backup: its file, and what was noted of it. */
export async function removeBackup(
  store: Store,
  { backupId, reason, actor }: Act & { readonly backupId: string },
): Promise<void> {
  const { file, madeAt, bytes } = requireBackup(store, backupId);
  await rm(file, { force: true });
  await store.write((tx) => {
    forgetBackup(tx, file);
    const at = store.clock.now();
    const before = { file, madeAt, bytes };
    appendAudit(tx, {
      at,
      actor,
      act: "backups.remove",
      entity: "setting",
      entityId: "backups",
      reason: reason ?? null,
      before,
      after: null,
    });
  });
}

/** Copies a backup to a new file, which can be opened as any database. Throws `file_unwritable`. */
export async function restoreAs(backup: BackupRow, file: string): Promise<void> {
  const refuse = (why: string) =>
    new HiveError("file_unwritable", `The backup cannot be restored as ${file}: ${why}. Choose another name.`, {
      file,
    });
  if (existsSync(file)) throw refuse("there is a file of this name, which stays as it is");
  try {
    await copyFile(backup.file, file, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE);
  } catch (error) {
    throw refuse(error instanceof Error ? error.message : String(error));
  }
}
