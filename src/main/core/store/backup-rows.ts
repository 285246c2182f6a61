import { existsSync, readdirSync, statSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { BACKUP_CAUSES, type BackupRow, type BackupVerification } from "../../../shared/model/backup";
import { integer, integerOrNull, jsonObject, type Row, text, textOrNull } from "./columns";
import { type ReadableDatabase, statement, type WritableDatabase } from "./database";
import { columnsOf } from "./migrations/found";

const MOST = 500;
const ROWS = `SELECT id, file, made_at, bytes, cause, actor, verified_at, verdict, report FROM console_backups
  ORDER BY made_at DESC, id DESC LIMIT ${MOST}`;
/** As `backupName` makes them. */
const NAMED = /\.backup-(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z(?:-\d+)?$/;

/** Backups that were noted, and those that lie beside the database by name, the latest first. */
export function listBackupRows(db: ReadableDatabase, file: string): BackupRow[] {
  const noted = columnsOf(db, "console_backups").length === 0 ? [] : statement(db, ROWS).all().map(decode);
  const known = new Set(noted.map((row) => row.file));
  const found = beside(file).filter((row) => !known.has(row.file));
  return [...noted, ...found].sort((a, b) => b.madeAt - a.madeAt || (a.id < b.id ? 1 : -1));
}

function beside(file: string): BackupRow[] {
  const folder = dirname(file);
  const name = basename(file);
  return listFolder(folder)
    .filter((entry) => entry.startsWith(`${name}.backup-`) && NAMED.test(entry))
    .flatMap((entry) => {
      const path = join(folder, entry);
      const stats = statSync(path, { throwIfNoEntry: false });
      if (!stats?.isFile()) return [];
      const [, year, month, day, hour, minute, second] = NAMED.exec(entry) ?? [];
      const madeAt = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
      const row: BackupRow = {
        id: `file:${entry}`,
        file: path,
        madeAt: Number.isNaN(madeAt) ? stats.mtimeMs : madeAt,
        bytes: stats.size,
        cause: "other",
        actor: null,
        isMissing: false,
        verification: null,
      };
      return [row];
    });
}

function listFolder(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function decode(row: Row): BackupRow {
  const file = text(row.file);
  return {
    id: text(row.id),
    file,
    madeAt: integer(row.made_at),
    bytes: integer(row.bytes),
    cause: BACKUP_CAUSES.find((cause) => cause === row.cause) ?? "other",
    actor: textOrNull(row.actor),
    isMissing: !existsSync(file),
    verification: verificationOf(row),
  };
}

function verificationOf(row: Row): BackupVerification | null {
  const at = integerOrNull(row.verified_at);
  const verdict = (["sound", "damaged", "missing"] as const).find((known) => known === row.verdict);
  if (at === null || verdict === undefined) return null;
  const report = jsonObject(row.report);
  const counted = typeof report.rows === "object" && report.rows !== null ? Object.entries(report.rows) : [];
  return {
    at,
    verdict,
    damage: Array.isArray(report.damage) ? report.damage.map(String) : [],
    rows: Object.fromEntries(counted.map(([table, rows]) => [table, Number(rows)])),
    schemaVersion: integerOrNull(report.schemaVersion),
  };
}

const NOTE = `INSERT INTO console_backups (id, file, made_at, bytes, cause, actor) VALUES ($id, $file, $madeAt, $bytes, $cause, $actor)
  ON CONFLICT (file) DO UPDATE SET made_at = excluded.made_at, bytes = excluded.bytes, cause = excluded.cause,
    actor = excluded.actor, verified_at = NULL, verdict = NULL, report = NULL`;

export interface NewBackup {
  readonly id: string;
  readonly file: string;
  readonly madeAt: number;
  readonly bytes: number;
  readonly cause: BackupRow["cause"];
  readonly actor: string;
}

export function noteBackup(tx: WritableDatabase, backup: NewBackup): void {
  statement(tx, NOTE).run({ ...backup });
}

const NOTE_VERIFIED = "UPDATE console_backups SET verified_at = ?, verdict = ?, report = ? WHERE file = ?";

/** One that was not noted before is from now on. */
export function noteVerified(tx: WritableDatabase, backup: NewBackup, verification: BackupVerification): void {
  const { at, verdict, ...report } = verification;
  const known = statement(tx, "SELECT 1 FROM console_backups WHERE file = ?").get(backup.file);
  if (known === undefined) noteBackup(tx, backup);
  statement(tx, NOTE_VERIFIED).run(at, verdict, JSON.stringify(report), backup.file);
}

export function forgetBackup(tx: WritableDatabase, file: string): void {
  statement(tx, "DELETE FROM console_backups WHERE file = ?").run(file);
}

const LAST = "SELECT max(made_at) AS at FROM console_backups WHERE cause = 'schedule'";

/** When the clock's latest backup was made; null: never. */
export function lastScheduledBackup(db: ReadableDatabase): number | null {
  return integerOrNull(statement(db, LAST).get()?.at);
}

/** All that was noted, as it stands, to be kept over a restore. */
export function readBackupNotes(db: ReadableDatabase): Row[] {
  return columnsOf(db, "console_backups").length === 0 ? [] : statement(db, ROWS).all();
}

const KEEP = `INSERT OR IGNORE INTO console_backups (id, file, made_at, bytes, cause, actor, verified_at, verdict, report)
  VALUES ($id, $file, $made_at, $bytes, $cause, $actor, $verified_at, $verdict, $report)`;

export function keepBackupNotes(tx: WritableDatabase, notes: readonly Row[]): void {
  for (const note of notes) statement(tx, KEEP).run({ ...note });
}
