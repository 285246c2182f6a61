/** Why a backup was made. `other`: by a program that noted nothing, found by its name beside the database. */
export const BACKUP_CAUSES = ["operator", "schedule", "restore", "retention", "other"] as const;
export type BackupCause = (typeof BACKUP_CAUSES)[number];

/** `sound`: every page is as SQLite wrote it, and its rows can be counted. */
type BackupVerdict = "sound" | "damaged" | "missing";

export interface BackupRow {
  readonly id: string;
  /** Absolute. */
  readonly file: string;
  readonly madeAt: number;
  readonly bytes: number;
  readonly cause: BackupCause;
  readonly actor: string | null;
  /** The file is not there any more. */
  readonly isMissing: boolean;
  readonly verification: BackupVerification | null;
}

export interface BackupVerification {
  readonly at: number;
  readonly verdict: BackupVerdict;
  /** What is damaged, in words. */
  readonly damage: readonly string[];
  /** Rows by table. */
  readonly rows: Readonly<Record<string, number>>;
  readonly schemaVersion: number | null;
}

export interface BackupList {
  /** The latest first. */
  readonly backups: readonly BackupRow[];
  /** Every so many hours; 0: not by the clock. */
  readonly everyHours: number;
  /** So many of those made by the clock are kept. */
  readonly keep: number;
  /** When the next is due; null: never, or nobody dispatches. */
  readonly nextAt: number | null;
  /** Of the database now, in bytes: what a backup takes. */
  readonly databaseBytes: number;
  /** On the disk that it is on. */
  readonly freeBytes: number;
}

/** What restoring a backup in place would change. */
export interface RestorePreview {
  /** Why it would be refused; null: it would not. */
  readonly refusal: string | null;
  readonly backup: BackupRow;
  /** Rows by table: as they are, and as they would be. */
  readonly tables: readonly { readonly table: string; readonly now: number; readonly restored: number }[];
}

export interface RestoreReport {
  readonly file: string;
  /** The state before, where it was put. */
  readonly backupFile: string;
}
