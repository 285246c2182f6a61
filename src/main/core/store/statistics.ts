import type Database from "better-sqlite3";

/** With fewer rows every way to search is quick, and statistics of them mislead as soon as there are more. */
const FEWEST_ROWS = 1_000;

// A statistic begins with the number of rows.
const MISLEADING = `tbl LIKE 'console\\_%' ESCAPE '\\' OR CAST(stat AS INTEGER) < ${FEWEST_ROWS}`;

/**
 * Takes away what ANALYZE has noted of tables while they were small, and all that it has noted of ours. The planner
 * believes it however old it is: after an ANALYZE of three tasks it reads whole tables, in triggers too. Without
 * statistics it goes by the indexes, which is what every statement of ours is written and tested for. Before other
 * connections are opened: each reads the statistics once, with the schema.
 */
export function forgetMisleadingStatistics(db: Database.Database): void {
  const hasStatistics = db.prepare("SELECT 1 FROM main.sqlite_master WHERE name = 'sqlite_stat1'").get() !== undefined;
  if (!hasStatistics) return;
  if (db.prepare(`SELECT 1 FROM main.sqlite_stat1 WHERE ${MISLEADING} LIMIT 1`).get() === undefined) return;
  db.transaction(() => db.prepare(`DELETE FROM main.sqlite_stat1 WHERE ${MISLEADING}`).run()).immediate();
  // Reads what is left again; analyses nothing.
  db.exec("ANALYZE sqlite_schema");
}
