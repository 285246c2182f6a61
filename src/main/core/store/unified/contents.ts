import { UNIFIED_TABLES } from "../../../../shared/model/unified-mapping";
import type { UnifiedContents } from "../../../../shared/model/unified-migration";
import { integer, textOrNull } from "../columns";
import { type ReadableDatabase, statement } from "../database";
import { columnsOf } from "../migrations/found";
import { IS_COPY } from "./statements";

const STRETCH = 5_000;

/** Counts the rows of the unified tables, a stretch at a time; tables that are not there are left out. */
export function* countUnified(db: ReadableDatabase): Generator<undefined, UnifiedContents> {
  const tables: Array<{ table: string; rows: number }> = [];
  let own = 0;
  for (const { table, key, type } of UNIFIED_TABLES) {
    if (columnsOf(db, table).length === 0) continue;
    const ownRows = type === null ? `coalesce(sum(NOT ${IS_COPY("task_metadata")}), 0)` : "0";
    const columns = type === null ? `${key} AS key, task_metadata` : `${key} AS key`;
    const sql = `SELECT count(*) AS n, max(key) AS last, ${ownRows} AS own
      FROM (SELECT ${columns} FROM ${table} WHERE ${key} > +? ORDER BY ${key} LIMIT ${STRETCH})`;
    let rows = 0;
    for (let from: string | null = ""; from !== null; ) {
      const row = statement(db, sql).get(from);
      rows += integer(row?.n);
      own += integer(row?.own);
      from = textOrNull(row?.last);
      yield undefined;
    }
    tables.push({ table, rows });
  }
  return { tables, own };
}
