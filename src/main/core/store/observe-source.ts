import { constants, existsSync, statSync } from "node:fs";
import { copyFile, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import type Database from "better-sqlite3";
import { HiveError } from "../../../shared/errors";
import { connect, type Deadline, untilFree } from "./connect";
import { isInWalMode, mustAllowWriting } from "./file-checks";
import { sqliteCode } from "./sqlite-errors";

/** A database that is only read, and how. */
export interface ObserveSource {
  readonly connection: Database.Database;
  /** Null: the file itself is read, live. Else why a copy is, as of when it was made. */
  readonly copied: string | null;
  close(): Promise<void>;
}

export interface SourceOptions {
  readonly file: string;
  readonly nativeBinding: string | undefined;
  readonly deadline: Deadline;
}

/** A reader of a database without WAL may meet a short lock of its writer; longer ones are waited for elsewhere. */
const READ_TIMEOUT_MS = 20;

/**
 * Opens the file itself where SQLite can read it without leaving anything behind; else a copy of it in a
 * temporary folder: on a read-only medium a WAL database cannot even be read.
 */
export async function openSource(options: SourceOptions): Promise<ObserveSource> {
  const reason = whyNotInPlace(options.file);
  if (reason !== null) return openCopy(options, reason);
  try {
    return await openInPlace(options);
  } catch (error) {
    if (!cannotReadInPlace(error)) throw error;
    return openCopy(options, "SQLite cannot read it without writing beside it");
  }
}

/** A WAL database without its two companion files makes its reader write them. */
function whyNotInPlace(file: string): string | null {
  if (!isInWalMode(file) || (existsSync(`${file}-wal`) && existsSync(`${file}-shm`))) return null;
  try {
    mustAllowWriting(file);
    return null;
  } catch {
    return "it or its folder is read-only";
  }
}

/** A hot journal asks for a rollback, a WAL index for being made: a reader without write access does neither. */
function cannotReadInPlace(error: unknown): boolean {
  const code = sqliteCode(error) ?? "";
  return code.startsWith("SQLITE_READONLY") || code.startsWith("SQLITE_CANTOPEN");
}

async function openInPlace({ file, nativeBinding, deadline }: SourceOptions): Promise<ObserveSource> {
  const isWal = isInWalMode(file);
  const leavesTraces = isWal && !existsSync(`${file}-wal`) && !existsSync(`${file}-shm`);
  const tidy = () => {
    if (leavesTraces) removeTraces(file, nativeBinding);
  };
  try {
    const connection = await untilFree(deadline, () => openToRead(file, nativeBinding));
    return {
      connection,
      copied: null,
      close: async () => {
        connection.close();
        tidy();
      },
    };
  } catch (error) {
    tidy();
    throw error;
  }
}

function openToRead(file: string, nativeBinding: string | undefined): Database.Database {
  const connection = connect(file, { readonly: true, mustExist: true, timeoutMs: READ_TIMEOUT_MS, nativeBinding });
  try {
    connection.pragma("temp_store = MEMORY");
    connection.prepare("SELECT count(*) FROM sqlite_master").get();
    return connection;
  } catch (error) {
    connection.close();
    throw error;
  }
}

/**
 * A reader in WAL mode makes the -wal and -shm files and, being a reader, cannot remove them. The last writing
 * connection that closes does, under SQLite's own lock; with nothing in the WAL it writes nothing.
 */
function removeTraces(file: string, nativeBinding: string | undefined): void {
  if (statSync(`${file}-wal`, { throwIfNoEntry: false })?.size !== 0) return;
  try {
    const connection = connect(file, { readonly: false, mustExist: true, timeoutMs: 0, nativeBinding });
    try {
      connection.prepare("SELECT count(*) FROM sqlite_master").get();
    } finally {
      connection.close();
    }
  } catch (error) {
    // Somebody else uses the database by now, and these files with it.
    if (sqliteCode(error) === null) throw error;
  }
}

async function openCopy({ file, nativeBinding, deadline }: SourceOptions, reason: string): Promise<ObserveSource> {
  const folder = await mkdtemp(join(tmpdir(), "hive-observe-"));
  const remove = () => rm(folder, { recursive: true, force: true });
  try {
    const copy = join(folder, basename(file));
    for (const end of ["", "-wal", "-journal"]) {
      if (existsSync(`${file}${end}`)) await copyFile(`${file}${end}`, `${copy}${end}`, constants.COPYFILE_FICLONE);
    }
    await makeReadable(copy, nativeBinding);
    const connection = await untilFree(deadline, () => openToRead(copy, nativeBinding));
    return {
      connection,
      copied: reason,
      close: async () => {
        connection.close();
        await remove();
      },
    };
  } catch (error) {
    await remove();
    throw copyError(error, file, folder);
  }
}

/** Whatever another program left half done (a WAL, a hot journal) is taken into the copy. */
async function makeReadable(copy: string, nativeBinding: string | undefined): Promise<void> {
  const connection = connect(copy, { readonly: false, mustExist: true, timeoutMs: 0, nativeBinding });
  try {
    connection.prepare("SELECT count(*) FROM sqlite_master").get();
  } finally {
    connection.close();
  }
}

function copyError(error: unknown, file: string, folder: string): unknown {
  const code = error instanceof Error && "code" in error ? error.code : null;
  if (code !== "ENOSPC" && code !== "EACCES") return error;
  const isFull = code === "ENOSPC";
  return new HiveError(
    isFull ? "disk_full" : "file_unreadable",
    isFull
      ? `${file} can only be observed as a copy, and there is no room for one in ${folder}. Free some space, or set ` +
          "TMPDIR to a folder on another disk."
      : `${file} cannot be read. Check its permissions.`,
    { file, folder },
  );
}
