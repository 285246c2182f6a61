import { accessSync, closeSync, constants, existsSync, openSync, readSync, type Stats, statSync } from "node:fs";
import { dirname } from "node:path";
import { HiveError } from "../../../shared/errors";

/** The write bits of owner, group and others. */
const ANYBODY_WRITES = 0o222;

const MAGIC = Buffer.from("SQLite format 3\0", "latin1");

/**
 * What SQLite would not say, or would say badly: a zero-byte file opens as an empty database, a folder as
 * "unable to open", a read-only file fails only at the first write. Throws a HiveError that names the trouble.
 */
export function checkFile(file: string, access: "read" | "write"): void {
  const stat = mustExist(file);
  if (!stat.isFile()) {
    const what = stat.isDirectory() ? "a folder" : "a device or a pipe";
    throw new HiveError("database_not_sqlite", `${file} is ${what}. Choose a database file.`, { file });
  }
  if (stat.size === 0) {
    throw new HiveError(
      "database_empty",
      `${file} is empty (0 bytes): it may be the rest of a failed copy. Restore it from a backup; or delete it, and ` +
        "a new database can be created in its place.",
      { file },
    );
  }
  if (!readHead(file, MAGIC.length).equals(MAGIC)) {
    throw new HiveError("database_not_sqlite", `${file} is not an SQLite database. Choose another file.`, { file });
  }
  if (access === "write") mustAllowWriting(file);
}

/** Throws `database_missing`, or `file_unreadable` where a folder's permissions hide whether there is one. */
export function mustExist(file: string): Stats {
  let stat: Stats | undefined;
  try {
    stat = statSync(file, { throwIfNoEntry: false });
  } catch (error) {
    const isBelowFile = error instanceof Error && "code" in error && error.code === "ENOTDIR";
    if (!isBelowFile) throw unreadable(file, error);
  }
  if (stat) return stat;
  const folder = dirname(file);
  throw new HiveError(
    "database_missing",
    existsSync(folder)
      ? `There is no database at ${file}. Check the path, or create a database there.`
      : `There is no database at ${file}: the folder ${folder} does not exist. Check the path.`,
    { file, folder },
  );
}

function unreadable(file: string, error: unknown): HiveError {
  return new HiveError("file_unreadable", `${file} cannot be read. Check its permissions and those of its folder.`, {
    file,
    cause: error instanceof Error ? error.message : String(error),
  });
}

/** Throws `database_read_only`. */
export function mustAllowWriting(file: string): void {
  mustBeWritable(file, file, () => closeSync(openSync(file, "r+")));
  // SQLite keeps two files beside the database (-wal and -shm) and must be able to make them.
  const folder = dirname(file);
  mustBeWritable(folder, file, () => accessSync(folder, constants.W_OK));
}

/** Whether the file says of itself that it is in WAL mode. */
export function isInWalMode(file: string): boolean {
  return readHead(file, 20)[18] === 2;
}

function readHead(file: string, length: number): Buffer {
  const head = Buffer.alloc(length);
  let descriptor: number;
  try {
    descriptor = openSync(file, "r");
  } catch (error) {
    throw unreadable(file, error);
  }
  try {
    readSync(descriptor, head, 0, head.length, 0);
  } finally {
    closeSync(descriptor);
  }
  return head;
}

function mustBeWritable(path: string, file: string, tryIt: () => void): void {
  try {
    // Whoever marked it read-only meant it, also where the system lets root write nonetheless.
    if ((statSync(path).mode & ANYBODY_WRITES) === 0) throw new Error("it is marked read-only");
    tryIt();
  } catch (error) {
    const what = path === file ? `The database ${file}` : `The folder ${path} of the database ${file}`;
    throw new HiveError(
      "database_read_only",
      `${what} cannot be written. Change its permissions, copy the database to a folder of your own and open the copy, ` +
        "or open it to observe.",
      { file, path, cause: error instanceof Error ? error.message : String(error) },
    );
  }
}
