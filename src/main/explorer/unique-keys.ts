import type Database from "better-sqlite3";
import type { SchemaTable } from "../../shared/model/explorer";
import { indexTerms, quoteName } from "../../shared/model/sql-text";
import { type Row, text, textOrNull } from "../core/store/columns";
import { keyOf, rowidName } from "./schema";

/** What no two rows of a table have in common. */
export interface UniqueKey {
  /** Columns or expressions of a row of the table, and the collation that compares them; null: the column's own. */
  readonly terms: readonly { readonly sql: string; readonly isColumn: boolean; readonly collation: string | null }[];
  /** It holds for rows that satisfy this only; null: for all. */
  readonly where: string | null;
}

const INDEX_TERMS = "SELECT name, coll FROM pragma_index_xinfo(?, 'main') WHERE \"key\" = 1 ORDER BY seqno";
/** Every way in which one row of a table can stand in another one's way; its primary key, or row id, first. */
export function uniqueKeys(db: Database.Database, table: SchemaTable): UniqueKey[] {
  const ofIndexes = table.indexes
    .filter(({ isUnique }) => isUnique)
    .map((index) => ({ isPrimary: index.origin === "pk", key: keyOfIndex(db, index) }));
  const primary = ofIndexes.filter(({ isPrimary }) => isPrimary).map(({ key }) => key);
  const rowid = rowidName(table);
  // An INTEGER PRIMARY KEY is the row id, and has no index.
  const declared = keyOf(table.columns);
  const ofRow = primary.length === 0 && declared.length > 0 ? declared.map(quoteName) : rowid === null ? [] : [rowid];
  const plain: UniqueKey = {
    terms: ofRow.map((sql) => ({ sql, isColumn: true, collation: null })),
    where: null,
  };
  const others = ofIndexes.filter(({ isPrimary }) => !isPrimary).map(({ key }) => key);
  return [...primary, plain, ...others].filter(({ terms }) => terms.length > 0);
}

function keyOfIndex(db: Database.Database, index: { readonly name: string; readonly sql: string | null }): UniqueKey {
  const written = index.sql === null ? null : indexTerms(index.sql);
  const terms = db
    .prepare<unknown[], Row>(INDEX_TERMS)
    .all(index.name)
    .map((row, at) => {
      const name = textOrNull(row.name);
      return {
        sql: name === null ? withoutOrder(written?.terms[at] ?? "NULL") : quoteName(name),
        isColumn: name !== null,
        collation: text(row.coll),
      };
    });
  return { terms, where: written?.where ?? null };
}

const withoutOrder = (term: string): string => term.replace(/\s+(?:asc|desc)$/i, "");
