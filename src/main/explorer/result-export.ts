import { closeSync, fsyncSync, openSync, renameSync, rmSync, writeSync } from "node:fs";
import type Database from "better-sqlite3";
import { HiveError } from "../../shared/errors";
import type { ColumnFilter, ResultFormat, TableOrder } from "../../shared/model/explorer";
import { quoteName, splitStatements } from "../../shared/model/sql-text";
import { type ExplorerDatabase, openToExplore } from "./connection";
import { prepareQuery } from "./query-guard";
import { bound, type QueryParameters } from "./query-plan";
import { writerOf } from "./result-format";
import { conditionsOf } from "./table-filter";
import { columnOf, readTable } from "./table-source";

/** What is exported: a statement of a text, or a table as it is filtered and sorted. */
export type ExportSource =
  | { readonly sql: string; readonly statement: number; readonly parameters: QueryParameters }
  | { readonly table: string; readonly filters: readonly ColumnFilter[]; readonly order: TableOrder | null };

export interface ExportJob extends ExplorerDatabase {
  readonly source: ExportSource;
  readonly format: ResultFormat;
  /** Where it goes when all of it is there. */
  readonly target: string;
  /** Where it is written until then. */
  readonly part: string;
}

export interface ExportProgress {
  readonly rows: number;
  readonly bytes: number;
}

const CHUNK_CHARACTERS = 256 * 1024;
const TELL_MS = 150;

/** Writes every row of a result into a file, one after the other: what is in memory does not grow with their number. */
export async function* exportResult(job: ExportJob): AsyncGenerator<ExportProgress> {
  const db = openToExplore(job);
  let descriptor: number | null = null;
  let reading: IterableIterator<unknown[]> | null = null;
  try {
    const { names, rows } = open(db, job.source);
    reading = rows;
    const writer = writerOf(job.format, names);
    descriptor = openPart(job.part);
    let chunk = writer.begin;
    let count = 0;
    let bytes = 0;
    let told = performance.now();
    const flush = (): void => {
      if (descriptor === null) return;
      const given = Buffer.from(chunk, "utf8");
      for (let at = 0; at < given.length; ) at += writeSync(descriptor, given, at);
      bytes += given.length;
      chunk = "";
    };
    for (const row of rows) {
      chunk += writer.row(row, count === 0);
      count += 1;
      if (chunk.length < CHUNK_CHARACTERS) continue;
      flush();
      if (performance.now() - told < TELL_MS) continue;
      told = performance.now();
      yield { rows: count, bytes };
    }
    chunk += writer.end;
    flush();
    fsyncSync(descriptor);
    closeSync(descriptor);
    descriptor = null;
    renameSync(job.part, job.target);
    yield { rows: count, bytes };
  } catch (error) {
    if (descriptor !== null) closeSync(descriptor);
    rmSync(job.part, { force: true });
    throw asFileError(error, job.target);
  } finally {
    reading?.return?.();
    db.close();
  }
}

/** Throws when something stands there already: nothing is overwritten but what the operator chose. */
function openPart(part: string): number {
  return openSync(part, "wx");
}

function open(db: Database.Database, source: ExportSource) {
  if ("sql" in source) {
    const text = splitStatements(source.sql)[source.statement]?.text ?? "";
    const query = prepareQuery(db, text);
    return { names: query.columns().map(({ name }) => name), rows: query.iterate(...bound(text, source.parameters)) };
  }
  const table = readTable(db, source.table);
  const conditions = conditionsOf(table, source.filters);
  const where = conditions.length === 0 ? "" : ` WHERE ${conditions.map(({ sql }) => sql).join(" AND ")}`;
  const order =
    source.order === null
      ? ""
      : ` ORDER BY ${quoteName(columnOf(table, source.order.column).name)} ${source.order.isDescending ? "DESC" : "ASC"}`;
  const names = table.columns.map(({ name }) => name);
  const sql = `SELECT ${names.map(quoteName).join(", ")} FROM ${quoteName(table.name)}${where}${order}`;
  const query = db.prepare<unknown[], unknown[]>(sql).raw(true).safeIntegers(true);
  return { names, rows: query.iterate(...conditions.flatMap(({ values }) => values)) };
}

const DISK_FULL = "ENOSPC";

function asFileError(error: unknown, file: string): unknown {
  if (!(error instanceof Error) || !("code" in error) || !("syscall" in error)) return error;
  if (error.code === DISK_FULL) {
    return new HiveError("disk_full", `The disk that is to hold ${file} is full. Free some space, then try again.`, {
      file,
    });
  }
  return new HiveError("file_unwritable", `${file} could not be written: ${error.message}. Choose another place.`, {
    file,
  });
}
