import type { SavedQuery } from "../../../shared/model/saved-query";
import { text } from "./columns";
import { type ReadableDatabase, statement, type WritableDatabase } from "./database";

const MOST = 2_000;
const LIST = "SELECT id, name, sql FROM console_queries ORDER BY name LIMIT ?";
const SAVE = `INSERT INTO console_queries (id, name, sql, actor, created_at, changed_at)
  VALUES ($id, $name, $sql, $actor, $now, $now)
  ON CONFLICT (name) DO UPDATE SET sql = excluded.sql, actor = excluded.actor, changed_at = excluded.changed_at`;
const DELETE = "DELETE FROM console_queries WHERE id = ?";

/** Queries that operators keep in the database, by name. */
export const listQueries = (db: ReadableDatabase): SavedQuery[] =>
  statement(db, LIST)
    .all(MOST)
    .map((row) => ({ id: text(row.id), name: text(row.name), sql: text(row.sql), place: "database" }));

export interface QueryToSave {
  /** Of a query that is new. */
  readonly id: string;
  readonly name: string;
  readonly sql: string;
  readonly actor: string;
  readonly now: number;
}

/** What had the name is replaced. */
export function saveQuery(tx: WritableDatabase, query: QueryToSave): void {
  statement(tx, SAVE).run({ ...query });
}

/** Deleting what is gone is fine. */
export function deleteQuery(tx: WritableDatabase, id: string): void {
  statement(tx, DELETE).run(id);
}
