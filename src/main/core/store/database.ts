import type Database from "better-sqlite3";
import type { Row } from "./columns";

declare const readable: unique symbol;
declare const writable: unique symbol;

/** A connection that may be read. Functions that only read take this, so they work inside a write as well. */
export type ReadableDatabase = Database.Database & { readonly [readable]: true };

/**
 * A connection inside the commit queue's transaction. Only `Store.write` hands one out, so a function that
 * takes it cannot run outside a transaction, nor on the reading connection.
 */
export type WritableDatabase = ReadableDatabase & { readonly [writable]: true };

export type Statement = Database.Statement<unknown[], Row>;

const caches = new WeakMap<Database.Database, Map<string, Statement>>();

/**
 * The statement for this text, prepared once for each connection. Only for constant texts. Joins and ordered
 * lookups compare with `+?`: a bare `?` makes SQLite plan them anew at each binding, which costs 5 to 10 us.
 */
export function statement(db: ReadableDatabase, sql: string): Statement {
  let cache = caches.get(db);
  if (!cache) {
    cache = new Map();
    caches.set(db, cache);
  }
  let prepared = cache.get(sql);
  if (!prepared) {
    prepared = db.prepare<unknown[], Row>(sql);
    cache.set(sql, prepared);
  }
  return prepared;
}
