import Database from "better-sqlite3";
import { text, textOrNull } from "./columns";
import { columnsOf } from "./migrations/found";
import { migrate } from "./migrations/migrate";

/** A column as this program knows it. */
interface Column {
  readonly name: string;
  /** SQL of its default where that is a constant, else `NULL`. */
  readonly fallback: string;
}

/** Columns that no statement names: a list of all columns simply comes without them. */
const NEVER_NAMED = new Set(["summary", "generated_artifacts", "related_document_ids", "knowledge_fragments"]);

let known: ReadonlyMap<string, readonly Column[]> | null = null;

/** The tables of a database of this version, from one: a list kept by hand would drift. */
function knownTables(nativeBinding: string | undefined): ReadonlyMap<string, readonly Column[]> {
  if (known !== null) return known;
  const model = new Database(":memory:", nativeBinding ? { nativeBinding } : {});
  try {
    migrate(model, { now: 0 });
    const names = model.prepare("SELECT name FROM sqlite_master WHERE type = 'table'").pluck().all().map(String);
    const columns = model.prepare<[string], Record<string, unknown>>("SELECT * FROM pragma_table_info(?)");
    known = new Map(names.map((name) => [name, columns.all(name).map(decodeColumn)]));
    return known;
  } finally {
    model.close();
  }
}

function decodeColumn(row: Record<string, unknown>): Column {
  const given = textOrNull(row.dflt_value) ?? "NULL";
  return { name: text(row.name), fallback: given === "CURRENT_TIMESTAMP" ? "NULL" : given };
}

/**
 * Makes a database that the console did not shape readable by its statements: what lacks a table or a column is
 * covered by a temporary view of the same name. Those live in the connection, so nothing of them reaches the
 * file. A newer schema works the same way: what it added is not asked for, what it dropped reads as NULL.
 */
export function coverWithViews(db: Database.Database, nativeBinding: string | undefined): void {
  for (const [table, columns] of knownTables(nativeBinding)) {
    const found = new Set(columnsOf(db, table));
    if (columns.every(({ name }) => found.has(name) || NEVER_NAMED.has(name))) continue;
    const select =
      found.size === 0 ? nothing(columns) : filled(table, columns, { found, hasRowid: hasRowid(db, table) });
    db.exec(`CREATE TEMP VIEW ${table} AS ${select}`);
  }
}

function nothing(columns: readonly Column[]): string {
  return `SELECT ${columns.map(({ name }) => `NULL AS ${name}`).join(", ")} WHERE 0`;
}

function filled(
  table: string,
  columns: readonly Column[],
  { found, hasRowid }: { readonly found: ReadonlySet<string>; readonly hasRowid: boolean },
): string {
  const missing = columns.filter(({ name }) => !found.has(name)).map(({ name, fallback }) => `${fallback} AS ${name}`);
  // Lists of equal rank go by rowid, which a view has only when it is named.
  return `SELECT ${[...(hasRowid ? ["rowid AS rowid"] : []), ...missing, "*"].join(", ")} FROM main.${table}`;
}

function hasRowid(db: Database.Database, table: string): boolean {
  return db.prepare("SELECT wr FROM pragma_table_list WHERE schema = 'main' AND name = ?").pluck().get(table) === 0;
}
