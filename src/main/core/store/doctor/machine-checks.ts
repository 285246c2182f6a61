import { existsSync, statfsSync, statSync } from "node:fs";
import { dirname } from "node:path";
import type { FoundRow } from "../../../../shared/model/doctor";
import { isAlive } from "../../process-identity";
import { integer, text } from "../columns";
import { statement } from "../database";
import { readLease } from "../lease";
import { LATEST_VERSION } from "../migrations";
import { schemaVersion } from "../migrations/migrate";
import { readPoolFacts } from "../pool-rows";
import { type DoctorCheck, whole } from "./check";

/* What is around the file. */

const LARGE_WAL_BYTES = 64 * 1_048_576;
const LOW_BYTES = 1_073_741_824;
const NO_BYTES = 104_857_600;
const MEGABYTE = 1_048_576;

const figure = (id: string, title: string, words: string, becomes: string | null = null): FoundRow => ({
  entity: "figure",
  id,
  planId: null,
  title,
  words,
  becomes,
});

const sizeOf = (file: string): number => statSync(file, { throwIfNoEntry: false })?.size ?? 0;
const megabytes = (bytes: number): string => `${Math.round(bytes / MEGABYTE).toLocaleString("en")} MB`;

export const wal: DoctorCheck = {
  kind: "wal",
  severity: "warning",
  needs: [],
  fine: "The write-ahead log is small.",
  find: whole(({ file }) => {
    const bytes = sizeOf(`${file}-wal`);
    if (bytes < LARGE_WAL_BYTES) return [];
    return [figure("wal", "Write-ahead log", `It has grown to ${megabytes(bytes)}.`, "folded in")];
  }),
};

export const disk: DoctorCheck = {
  kind: "disk",
  severity: "warning",
  needs: [],
  fine: "There is room on the disk.",
  find: whole(({ file }) => {
    const folder = dirname(file);
    if (!existsSync(folder)) return [];
    const { bavail, bsize } = statfsSync(folder);
    const free = bavail * bsize;
    if (free >= LOW_BYTES) return [];
    const words = free < NO_BYTES ? "Nothing may be started any more." : "Make room before it is full.";
    return [figure("disk", `${megabytes(free)} free in ${folder}`, words)];
  }),
};

/** The oldest that is without the bug that could damage a WAL database (sqlite.org/wal.html). */
const LEAST_SQLITE = [3, 51, 3];

export const versions: DoctorCheck = {
  kind: "versions",
  severity: "warning",
  needs: [],
  fine: "The file and what reads it fit together.",
  find: whole(({ db }) => {
    const sqlite = text(statement(db, "SELECT sqlite_version() AS version").get()?.version);
    const schema = schemaVersion(db);
    const journal = text(db.pragma("journal_mode", { simple: true }));
    const found: FoundRow[] = [];
    if (isOlder(sqlite)) {
      found.push(
        figure(
          "sqlite",
          `SQLite ${sqlite}`,
          `Older than ${LEAST_SQLITE.join(".")}, which mends a fault of WAL databases.`,
        ),
      );
    }
    if (schema !== null && schema !== LATEST_VERSION) {
      const side = schema < LATEST_VERSION ? "older than this console's" : "newer than this console's";
      found.push(figure("schema", `Schema ${schema}`, `It is ${side} (${LATEST_VERSION}).`));
    }
    if (journal !== "wal" && schema !== null) {
      found.push(
        figure("journal", `Journal mode ${journal}`, "Readers and writers wait for each other: the console uses WAL."),
      );
    }
    return found;
  }),
};

function isOlder(version: string): boolean {
  const parts = version.split(".").map(Number);
  for (const [index, least] of LEAST_SQLITE.entries()) {
    const part = parts[index] ?? 0;
    if (part !== least) return part < least;
  }
  return false;
}

export const dispatcher: DoctorCheck = {
  kind: "dispatcher",
  severity: "problem",
  needs: ["console_lease", "console_ready"],
  fine: "Somebody starts tasks, or there are none to start.",
  find: whole(({ db }) => {
    const { ready, executing, paused } = readPoolFacts(db);
    if (ready === 0) return [];
    const holder = readLease(db)?.holder ?? null;
    const work = `${integer(ready)} tasks ready, ${executing} plans executing, ${paused} paused.`;
    if (holder === null) return [figure("dispatcher", "Nobody starts tasks", work)];
    const name = `${holder.program}, process ${holder.pid} on ${holder.host}`;
    if (isAlive(holder) !== false) return [];
    return [figure("dispatcher", "Who started the tasks is gone", `${name}: ${work}`)];
  }),
};
