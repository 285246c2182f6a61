import { accessSync, closeSync, constants, openSync, readSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { HiveError } from "../../../shared/errors";

const MAGIC = Buffer.from("SQLite format 3\0", "latin1");

/**
 * What SQLite would not say, or would say badly: a zero-byte file opens as an empty database, a folder as
 * "unable to open", a read-only file fails only at the first write. Throws a HiveError that names the trouble.
 */
export function checkFile(file: string): void {
  const stat = statSync(file);
  if (stat.isDirectory()) {
    throw new HiveError("database_not_sqlite", `${file} is a folder. Choose a database file.`, { file });
  }
  if (stat.size === 0) {
    throw new HiveError(
      "database_empty",
      `${file} is empty (0 bytes): it may be the rest of a failed copy. Restore it from a backup; or delete it, and ` +
        "a new database can be created in its place.",
      { file },
    );
  }
  if (!readHead(file).equals(MAGIC)) {
    throw new HiveError("database_not_sqlite", `${file} is not an SQLite database. Choose another file.`, { file });
  }
  mustBeWritable(file, file, () => closeSync(openSync(file, "r+")));
  // SQLite keeps two files beside the database (-wal and -shm) and must be able to make them.
  const folder = dirname(file);
  mustBeWritable(folder, file, () => accessSync(folder, constants.W_OK));
}

function readHead(file: string): Buffer {
  const head = Buffer.alloc(MAGIC.length);
  let descriptor: number;
  try {
    descriptor = openSync(file, "r");
  } catch (error) {
    throw new HiveError("file_unreadable", `${file} cannot be read. Check its permissions.`, {
      file,
      cause: error instanceof Error ? error.message : String(error),
    });
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
    tryIt();
  } catch (error) {
    const what = path === file ? `The database ${file}` : `The folder ${path} of the database`;
    throw new HiveError(
      "database_read_only",
      `${what} cannot be written. Change its permissions, or copy the database to a folder of your own and open the copy.`,
      { file, path, cause: error instanceof Error ? error.message : String(error) },
    );
  }
}
