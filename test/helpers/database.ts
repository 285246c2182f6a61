import { join } from "node:path";
import Database from "better-sqlite3";

/** Rows of the tables that operators act on, in the default database of a data folder. */
export function databaseState(dataFolder: string): Record<string, unknown[]> {
  return readDatabase(join(dataFolder, "hive.db"), (database) =>
    Object.fromEntries(
      ["tasks", "runs", "execution_plans", "events", "console_plans", "console_audit"].map((table) => [
        table,
        database.prepare(`SELECT * FROM ${table}`).all(),
      ]),
    ),
  );
}

export function readDatabase<T>(file: string, read: (database: Database.Database) => T): T {
  const database = new Database(file, { readonly: true });
  try {
    return read(database);
  } finally {
    database.close();
  }
}
