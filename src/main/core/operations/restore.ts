import { readdirSync, readlinkSync, realpathSync, statSync } from "node:fs";
import { resolve } from "node:path";
import { HiveError } from "../../../shared/errors";
import type { BackupRow, RestorePreview, RestoreReport } from "../../../shared/model/backup";
import { createIdSource, systemClock, systemRandom } from "../clock";
import { appendAudit } from "../store/audit";
import { backUp, backupName } from "../store/backup";
import { keepBackupNotes, noteBackup, readBackupNotes } from "../store/backup-rows";
import { integer, type Row } from "../store/columns";
import { bindingOf, connect } from "../store/connect";
import type { ReadableDatabase, WritableDatabase } from "../store/database";
import { checkFile } from "../store/file-checks";
import { columnsOf } from "../store/migrations/found";
import { isBusy, translateSqliteError } from "../store/sqlite-errors";
import { verifyBackup } from "./care";
import { type DatabaseTarget, describeDatabase, withSource } from "./database";

export interface RestoreOrder extends DatabaseTarget {
  readonly backupFile: string;
  readonly reason: string | null;
  readonly actor: string;
}

/** What restoring would change: rows by table as they are, and as they would be. Reads both files whole. */
export async function previewRestore(target: DatabaseTarget, backup: BackupRow): Promise<RestorePreview> {
  const now = await describeDatabase(target);
  const verification = backup.verification ?? (await verifyBackup({ ...target, file: backup.file }));
  const tables = [...new Set([...Object.keys(now.rows), ...Object.keys(verification.rows)])];
  const running = await countRunning(target);
  return {
    backup: { ...backup, verification },
    refusal: whyNotRestored(verification.verdict, backup.file, running),
    tables: tables.map((table) => ({ table, now: now.rows[table] ?? 0, restored: verification.rows[table] ?? 0 })),
  };
}

function whyNotRestored(verdict: string, file: string, running: number): string | null {
  if (verdict !== "sound") return `${file} is ${verdict}: what is in it cannot be relied on.`;
  if (running === 0) return null;
  return `${running} ${running === 1 ? "attempt runs" : "attempts run"}: let them end, or cancel them, then try again.`;
}

function countRunning(target: DatabaseTarget): Promise<number> {
  return withSource(target, async ({ connection }) =>
    columnsOf(connection, "console_runs").length === 0
      ? 0
      : integer(connection.prepare("SELECT count(*) FROM console_runs WHERE live IS NOT NULL").pluck().get()),
  );
}

/**
 * Puts a backup in the place of a database that nobody has open, after a backup of its present state. The file is
 * written in one transaction of SQLite's: a failure on the way leaves it as it was. Throws `not_allowed` while an
 * attempt runs, `database_busy` when another program has the file open, `database_corrupt` for a damaged backup.
 */
export async function restoreDatabase(order: RestoreOrder): Promise<RestoreReport> {
  const file = resolve(order.file);
  const clock = order.clock ?? systemClock;
  checkFile(file, "write");
  const running = await countRunning(order);
  const { verdict } = await verifyBackup({ ...order, file: order.backupFile });
  const refusal = whyNotRestored(verdict, order.backupFile, running);
  if (refusal !== null) {
    throw new HiveError(
      verdict === "sound" ? "not_allowed" : "database_corrupt",
      `${file} was left as it is. ${refusal}`,
      { file, running },
    );
  }
  requireAlone(order, file);
  const nativeBinding = bindingOf(order.nativeBinding);
  const before = backupName(file, clock);
  const known = await withSource(order, async ({ connection }) => {
    await backUp(connection, before);
    return readBackupNotes(connection as ReadableDatabase);
  });
  try {
    requireAlone(order, file);
    const source = connect(order.backupFile, { readonly: true, mustExist: true, timeoutMs: 0, nativeBinding });
    try {
      await source.backup(file);
    } finally {
      source.close();
    }
    note(order, file, before, known);
  } catch (error) {
    if (isBusy(error)) throw inUse(file, otherHolders(file));
    throw translateSqliteError(error, file);
  }
  return { file, backupFile: before };
}

/** The restored database tells of its restoring, as far as it has a place for that. */
function note(order: RestoreOrder, file: string, before: string, known: readonly Row[]): void {
  const { actor, reason, backupFile, clock = systemClock } = order;
  const db = connect(file, {
    readonly: false,
    mustExist: true,
    timeoutMs: 5_000,
    nativeBinding: bindingOf(order.nativeBinding),
  });
  try {
    if (columnsOf(db, "console_audit").length > 0) {
      const at = clock.now();
      const tx = db as WritableDatabase;
      db.transaction(() => {
        // Who started the tasks then does not now.
        db.exec("UPDATE console_lease SET holder_id = NULL");
        if (columnsOf(db, "console_backups").length > 0) {
          // The backups are there, also those that the restored state does not know of.
          keepBackupNotes(tx, known);
          const id = createIdSource(clock, systemRandom)();
          noteBackup(tx, { id, file: before, madeAt: at, bytes: statSync(before).size, cause: "restore", actor });
        }
        appendAudit(tx, {
          at,
          actor,
          act: "backups.restore",
          entity: "setting",
          entityId: "backups",
          reason,
          before: { state: before },
          after: { from: backupFile },
        });
      }).immediate();
    }
    db.pragma("wal_checkpoint(TRUNCATE)");
  } finally {
    db.close();
  }
}

/** Throws `database_busy`: a file must not be replaced under a program that has it open. */
function requireAlone(target: DatabaseTarget, file: string): void {
  const others = otherHolders(file);
  if (others.length > 0) throw inUse(file, others);
  const db = connect(file, {
    readonly: false,
    mustExist: true,
    timeoutMs: 0,
    nativeBinding: bindingOf(target.nativeBinding),
  });
  try {
    // In this mode SQLite wants the file for itself: it is refused to it while anybody else has it open.
    db.pragma("locking_mode = EXCLUSIVE");
    db.exec("BEGIN EXCLUSIVE");
    db.exec("COMMIT");
  } catch (error) {
    if (isBusy(error)) throw inUse(file, []);
    throw translateSqliteError(error, file);
  } finally {
    db.close();
  }
}

function inUse(file: string, pids: readonly number[]): HiveError {
  const who = pids.length === 0 ? "Another program has it open" : `Process ${pids.slice(0, 5).join(", ")} has it open`;
  return new HiveError("database_busy", `${file} was left as it is. ${who}: close it, then try again.`, { file, pids });
}

/** Other processes of this machine that have the file open, as far as the system tells. */
function otherHolders(file: string): number[] {
  if (process.platform !== "linux") return [];
  const path = realpathSync(file);
  return list("/proc")
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .filter((pid) => list(`/proc/${pid}/fd`).some((fd) => linkOf(`/proc/${pid}/fd/${fd}`) === path))
    .map(Number);
}

function list(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function linkOf(path: string): string | null {
  try {
    return readlinkSync(path);
  } catch {
    return null;
  }
}
