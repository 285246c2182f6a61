import { existsSync, rmSync } from "node:fs";
import type Database from "better-sqlite3";
import type { Clock } from "../clock";

/** Pages a step copies: some milliseconds, then the event loop breathes. */
const PAGES_A_STEP = 2_000;

/** A name beside the database that nothing has yet: `FILE.backup-20261121T120000Z`. */
export function backupName(file: string, clock: Clock): string {
  const stamp = new Date(clock.now()).toISOString().replaceAll(/[-:]/g, "").replace(/\..*/, "Z");
  const name = `${file}.backup-${stamp}`;
  for (let number = 1; ; number += 1) {
    const candidate = number === 1 ? name : `${name}-${number}`;
    if (!existsSync(candidate)) return candidate;
  }
}

/**
 * Copies a database while others use it, as of one moment. Other programs' writes meanwhile do not make the copy
 * begin anew (in WAL mode, where a reader keeps its snapshot). Leaves nothing behind when it fails.
 */
export async function backUp(connection: Database.Database, target: string): Promise<void> {
  const keepsSnapshot = connection.pragma("journal_mode", { simple: true }) === "wal";
  if (keepsSnapshot) {
    connection.exec("BEGIN");
    connection.prepare("SELECT count(*) FROM sqlite_master").get();
  }
  try {
    await connection.backup(target, { progress: () => PAGES_A_STEP });
  } catch (error) {
    for (const end of ["", "-journal", "-wal", "-shm"]) rmSync(`${target}${end}`, { force: true });
    throw error;
  } finally {
    if (connection.inTransaction) connection.exec("COMMIT");
  }
}
