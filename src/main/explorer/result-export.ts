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
  /** Where it goes when all of it is there; null: to the standard output, as it comes. */
  readonly target: string | null;
  /** Where it is written until then; null only for the standard output. */
  readonly part: string | null;
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
    descriptor = job.part === null ? STANDARD_OUTPUT : openSync(job.part, "wx");
    let chunk = writer.begin;
    let count = 0;
    let bytes = 0;
    let told = performance.now();
    const flush = (): void => {
      if (descriptor === null) return;
      const given = Buffer.from(chunk, "utf8");
      writeAll(descriptor, given);
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
    if (job.part !== null && job.target !== null) {
      fsyncSync(descriptor);
      closeSync(descriptor);
      descriptor = null;
      renameSync(job.part, job.target);
    }
    yield { rows: count, bytes };
  } catch (error) {
    if (job.part !== null) {
      if (descriptor !== null) closeSync(descriptor);
      rmSync(job.part, { force: true });
    }
    // Whoever read it (`| head`) has seen enough.
    if (!isBrokenPipe(error)) throw asFileError(error, job.target ?? "the standard output");
  } finally {
    reading?.return?.();
    db.close();
  }
}

const STANDARD_OUTPUT = 1;
const WAIT_MS = 5;

/** A pipe that is full is waited for: this process has nothing else to do. */
function writeAll(descriptor: number, bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length; ) {
    try {
      at += writeSync(descriptor, bytes, at);
    } catch (error) {
      if (codeOf(error) !== "EAGAIN") throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, WAIT_MS);
    }
  }
}

const codeOf = (error: unknown): unknown => (error instanceof Error && "code" in error ? error.code : null);
const isBrokenPipe = (error: unknown): boolean => codeOf(error) === "EPIPE";

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
