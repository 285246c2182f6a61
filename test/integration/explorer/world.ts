import { join } from "node:path";
import Database from "better-sqlite3";
import type { ExplorerDatabase } from "../../../src/main/explorer/connection";
import type { Inbox } from "../../../src/main/explorer/protocol";
import { runSql, type SqlAsk } from "../../../src/main/explorer/sql-run";
import type { SqlPart } from "../../../src/shared/model/explorer";
import { temporaryFolder } from "../../helpers/store";

/** A database in a folder of its own, with what the statements make in it. */
export function databaseWith(sql: string, name = "any.db"): ExplorerDatabase {
  const file = join(temporaryFolder(), name);
  const db = new Database(file);
  db.pragma("journal_mode = WAL");
  db.exec(sql);
  db.close();
  return { file, nativeBinding: null };
}

const asks = (given: readonly SqlAsk[]): Inbox<SqlAsk> => {
  const left = [...given];
  return { next: async () => left.shift() ?? { end: true } };
};

/** Everything that comes of a text; `more` asks for further pages. */
export async function run(
  database: ExplorerDatabase,
  sql: string,
  given: { readonly more?: readonly SqlAsk[]; readonly pageRows?: number; readonly isPlan?: boolean } = {},
  parameters: Readonly<Record<string, string | number | null>> = {},
): Promise<SqlPart[]> {
  const { more = [], pageRows = 1_000, isPlan = false } = given;
  const parts: SqlPart[] = [];
  for await (const part of runSql({ ...database, sql, parameters, pageRows, isPlan }, asks(more))) parts.push(part);
  return parts;
}

export const rowsOf = (parts: readonly SqlPart[]) =>
  parts.flatMap((part) => (part.kind === "rows" ? [...part.rows] : []));

export const failuresOf = (parts: readonly SqlPart[]) => parts.filter((part) => part.kind === "failed");
