import { type ReadableDatabase, statement } from "./database";

const HAS = `SELECT 1 FROM main.sqlite_master WHERE type = 'index' AND name = ?
  AND NOT EXISTS (SELECT 1 FROM temp.sqlite_master WHERE name = ?)`;

const known = new WeakMap<ReadableDatabase, Map<string, boolean>>();

/**
 * Whether a statement may name this index of ours: not in a database that is only observed and was never adopted, nor
 * where a temporary view covers the table. Asked once: nobody takes an index away while the file is open.
 */
export function hasIndex(db: ReadableDatabase, index: string, table: string): boolean {
  const answers = known.get(db) ?? new Map<string, boolean>();
  known.set(db, answers);
  const answer = answers.get(index) ?? statement(db, HAS).get(index, table) !== undefined;
  answers.set(index, answer);
  return answer;
}
