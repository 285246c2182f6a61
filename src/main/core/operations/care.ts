import { statSync } from "node:fs";
import { resolve } from "node:path";
import { HiveError } from "../../../shared/errors";
import type { BackupVerification } from "../../../shared/model/backup";
import type { RetentionReport } from "../../../shared/model/retention";
import { systemClock } from "../clock";
import { sqliteCode } from "../store/sqlite-errors";
import { backUpDatabase, type DatabaseTarget, describe, withSource } from "./database";
import { applyRetention, NOTHING_REMOVED } from "./retention";

/**
 * Long work on a database's files. It blocks the thread that it is done in for some time: a window has it done by another
 * process, a command does it itself.
 */
export interface Care {
  /** Copies the database as of one moment, to a file that must not exist. */
  backUp(target: string): Promise<{ readonly bytes: number }>;
  /** Reads a whole copy. */
  verify(file: string): Promise<BackupVerification>;
  /** Removes what the rules let go. */
  retain(order: RetainOrder): Promise<RetentionReport>;
}

interface RetainOrder {
  readonly filesFolder: string;
  readonly reason: string | null;
  readonly actor: string;
}

export function careInThread(target: DatabaseTarget): Care {
  return {
    backUp: async (to) => ({ bytes: (await backUpDatabase(target, to)).bytes }),
    verify: (file) => verifyBackup({ ...target, file }),
    retain: async (order) => {
      let report = NOTHING_REMOVED;
      for await (const step of applyRetention({ ...target, ...order })) report = step.report;
      return report;
    },
  };
}

const MOST_MESSAGES = 20;

/** Every page and every index, and how many rows there are in each table. */
export async function verifyBackup(target: DatabaseTarget): Promise<BackupVerification> {
  const at = (target.clock ?? systemClock).now();
  const file = resolve(target.file);
  if (statSync(file, { throwIfNoEntry: false }) === undefined) {
    return { at, verdict: "missing", damage: [`${file} is not there.`], rows: {}, schemaVersion: null };
  }
  try {
    return await withSource({ ...target, file }, async ({ connection, copied }) => {
      const damage = connection
        .prepare(`PRAGMA integrity_check(${MOST_MESSAGES})`)
        .pluck()
        .all()
        .map(String)
        .filter((answer) => answer !== "ok");
      if (damage.length > 0) return { at, verdict: "damaged" as const, damage, rows: {}, schemaVersion: null };
      const { rows, schemaVersion } = describe(connection, file, copied);
      return { at, verdict: "sound" as const, damage, rows, schemaVersion };
    });
  } catch (error) {
    if (!(error instanceof HiveError) && sqliteCode(error) === null) throw error;
    const why = error instanceof Error ? error.message : String(error);
    return { at, verdict: "damaged", damage: [why], rows: {}, schemaVersion: null };
  }
}
