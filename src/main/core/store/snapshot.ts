import { type ReadableDatabase, statement } from "./database";

/** Runs several reads as of one moment, whoever writes meanwhile. Inside a transaction it is that one's moment. */
export function inSnapshot<T>(db: ReadableDatabase, read: () => T): T {
  if (db.inTransaction) return read();
  statement(db, "BEGIN").run();
  try {
    return read();
  } finally {
    statement(db, "COMMIT").run();
  }
}
