import type Database from "better-sqlite3";
import type { PlanStep } from "../../shared/model/explorer";
import { parameterNames } from "../../shared/model/sql-text";
import { prepareExplained } from "./query-guard";

/** How SQLite would answer a query. */
export function planOf(db: Database.Database, query: string, parameters: QueryParameters): PlanStep[] {
  const rows = prepareExplained(db, "EXPLAIN QUERY PLAN", query).all(...bound(query, parameters));
  return rows.map(([id, parent, , detail]) => ({
    id: Number(id),
    parent: Number(parent),
    detail: String(detail),
    isFullScan: isFullScan(String(detail)),
  }));
}

/** Values for named parameters, by their names without the first character. */
export type QueryParameters = Readonly<Record<string, string | number | null>>;

/** What a statement is given: each of its named parameters; one without a value is NULL. */
export function bound(sql: string, parameters: QueryParameters): readonly QueryParameters[] {
  const names = parameterNames(sql).map((name) => name.slice(1));
  return names.length === 0 ? [] : [Object.fromEntries(names.map((name) => [name, parameters[name] ?? null]))];
}

/** `SCAN t` and `SCAN t USING INDEX i` read all of it; of a subquery or constant rows there is no telling. */
export const isFullScan = (detail: string): boolean =>
  /^SCAN /.test(detail) && !/^SCAN (CONSTANT ROW|\(|\d+ CONSTANT ROWS?)/.test(detail);
