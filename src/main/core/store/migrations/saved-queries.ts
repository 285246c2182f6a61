/** Queries of the explorer that operators keep by name, for every console of the database. */
export const SAVED_QUERIES: readonly string[] = [
  `CREATE TABLE console_queries (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    sql TEXT NOT NULL,
    actor TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    changed_at INTEGER NOT NULL
  )`,
];
