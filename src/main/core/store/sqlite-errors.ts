import { HiveError } from "../../../shared/errors";

/** SQLite's extended code (`SQLITE_BUSY_SNAPSHOT`), or null when the error did not come from SQLite. */
export function sqliteCode(error: unknown): string | null {
  if (!(error instanceof Error) || !("code" in error) || typeof error.code !== "string") return null;
  return error.code.startsWith("SQLITE_") ? error.code : null;
}

export function isBusy(error: unknown): boolean {
  const code = sqliteCode(error) ?? "";
  return code.startsWith("SQLITE_BUSY") || code.startsWith("SQLITE_LOCKED");
}

interface Known {
  readonly prefix: string;
  readonly code: "database_busy" | "disk_full" | "database_corrupt" | "database_not_sqlite" | "database_read_only";
  readonly words: (file: string) => string;
}

const KNOWN: readonly Known[] = [
  {
    prefix: "SQLITE_BUSY",
    code: "database_busy",
    words: (file) => `Another program holds the lock of ${file}. Try again when it is done, or close that program.`,
  },
  {
    prefix: "SQLITE_LOCKED",
    code: "database_busy",
    words: (file) => `Another part of this program holds the lock of ${file}. Try again in a moment.`,
  },
  {
    prefix: "SQLITE_FULL",
    code: "disk_full",
    words: (file) => `The disk that holds ${file} is full; nothing was changed. Free some space, then try again.`,
  },
  {
    prefix: "SQLITE_CORRUPT",
    code: "database_corrupt",
    words: (file) =>
      `${file} is damaged: SQLite found a page that cannot be right. Keep a copy of it, then restore a backup or ` +
      `save what is readable with "sqlite3 FILE .recover".`,
  },
  {
    prefix: "SQLITE_NOTADB",
    code: "database_not_sqlite",
    words: (file) => `${file} is not an SQLite database (or it is encrypted). Choose another file.`,
  },
  {
    prefix: "SQLITE_READONLY",
    code: "database_read_only",
    words: (file) =>
      `${file} cannot be written: the file, its folder or its disk is read-only. Change the permissions, or copy ` +
      `the database to a folder of your own and open the copy.`,
  },
];

/** An SQLite error as one of ours, with words that say what to do; anything else comes back as it is. */
export function translateSqliteError(error: unknown, file: string): unknown {
  const code = sqliteCode(error);
  if (code === null || error instanceof HiveError) return error;
  const known = KNOWN.find((candidate) => code.startsWith(candidate.prefix));
  const cause = error instanceof Error ? error.message : String(error);
  if (known) return new HiveError(known.code, known.words(file), { file, sqlite: code, cause });
  if (code.startsWith("SQLITE_IOERR") || code.startsWith("SQLITE_CANTOPEN")) {
    return new HiveError(
      "database_unwritable",
      `Reading or writing ${file} failed (${code}). Check that its folder exists, is writable and its disk is healthy.`,
      { file, sqlite: code, cause },
    );
  }
  return error;
}
