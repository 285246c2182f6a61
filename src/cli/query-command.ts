import { fork } from "node:child_process";
import { existsSync, realpathSync, rmSync } from "node:fs";
import { dirname, extname, join, resolve } from "node:path";
import { type Command, InvalidArgumentError } from "commander";
import { createExplorer, type Explorer, type ExplorerProcess } from "../main/explorer/client";
import { readResident } from "../main/explorer/resident";
import { HiveError } from "../shared/errors";
import {
  type Cell,
  RESULT_FORMATS,
  type ResultColumn,
  type ResultFormat,
  type SqlPart,
} from "../shared/model/explorer";
import { splitStatements } from "../shared/model/sql-text";
import { openToRead } from "./database";
import type { DbCommandOptions } from "./db";
import { EXIT, type ExitCode } from "./exit-codes";
import type { Outputs } from "./output";
import { listenForInterrupts } from "./signals";
import { column, displayWidth, formatBytes, formatCount, plainLine, plural, truncate } from "./text";

interface QueryFlags {
  readonly db?: string;
  readonly json?: boolean;
  readonly jsonl?: boolean;
  readonly csv?: boolean;
  readonly out?: string;
  readonly limit: number;
  readonly timeout?: number;
  readonly param: Readonly<Record<string, string>>;
}

const NOTES = `
The text may hold several queries; a file of rows holds those of one. SQLite refuses everything that is no query: rows,
schema, other files and settings of the connection stay as they are. Parameters are named: :id, @id or $id, with --param id=7.

Exit codes: 0 done; 1 it was refused, took too long or was stopped; 2 the SQL or the command line is wrong;
3 the database cannot be read, or the file cannot be written.
`;

const WIDEST = 60;
const PAGE = 500;

/** `hive db query`: free SQL that only reads, in the explorer's process. */
export function addQueryCommand(
  db: Command,
  { outputs, addDatabaseOption, databaseFile, done }: DbCommandOptions,
): void {
  addDatabaseOption(db.command("query").description("Runs SQL that only reads."))
    .argument("<sql>", "one query or several, with semicolons between them")
    .option("--json", "one JSON array of rows")
    .option("--jsonl", "one JSON object a row")
    .option("--csv", "comma-separated values")
    .option("--out <file>", "write the rows there, whole or not at all (default format: by its name, else CSV)")
    .option("--limit <rows>", "of a table on the screen", parseCount, 100)
    .option("--timeout <seconds>", "stop a query that takes longer (default: none)", parseCount)
    .option("--param <name=value>", "a value for a parameter; repeat it for more", collectParameter, {})
    .addHelpText("after", NOTES)
    .action(async (sql: string, flags: QueryFlags) => done(await query(sql, databaseFile(flags), flags, outputs)));
}

async function query(sql: string, file: string, flags: QueryFlags, outputs: Outputs): Promise<ExitCode> {
  const format = formatOf(flags);
  const statements = splitStatements(sql).length;
  if (statements === 0) throw new HiveError("invalid_input", "There is no statement in that text.");
  if (format !== null && statements > 1) {
    throw new HiveError("invalid_input", `Rows of one query go into a file, and these are ${statements} statements.`);
  }
  const core = await openToRead(file, outputs.err);
  const explorer = createExplorer({ fork: forkChild });
  const interrupts = listenForInterrupts();
  let isInterrupted = false;
  interrupts.react(() => {
    isInterrupted = true;
    explorer.stop();
  });
  // A database on a read-only medium is read from a copy.
  const asked: Asked = { sql, explorer, file: core.store.read.name, flags, outputs };
  try {
    if (format === null) await print(asked);
    else await write(asked, format);
    return isInterrupted ? EXIT.interrupted : EXIT.ok;
  } finally {
    interrupts.end();
    explorer.stop();
    // What they leave beside the database is cleared away by whoever closes it last.
    await explorer.gone();
    await core.close();
  }
}

interface Asked {
  readonly sql: string;
  readonly explorer: Explorer;
  readonly file: string;
  readonly flags: QueryFlags;
  readonly outputs: Outputs;
}

const databaseOf = (file: string) => ({ file, nativeBinding: process.env.HIVE_SQLITE_BINDING ?? null });
const timeoutOf = ({ timeout }: QueryFlags): number | null => (timeout === undefined ? null : timeout * 1_000);

/** Tables on the screen, page by page up to the limit. */
async function print({ sql, explorer, file, flags, outputs }: Asked): Promise<void> {
  const results: Result[] = [];
  let failure: HiveError | null = null;
  const job = explorer.run<"runSql">(
    {
      kind: "runSql",
      ...databaseOf(file),
      sql,
      parameters: flags.param,
      pageRows: Math.min(PAGE, flags.limit),
      isPlan: false,
    },
    { onPart: hear, timeoutMs: timeoutOf(flags) },
  );
  function hear(part: SqlPart): void {
    if (part.kind === "begin") results.push({ columns: [], rows: [], isEnd: true });
    const result = results.at(part.kind === "ready" ? -1 : part.index);
    if (result === undefined) return;
    if (part.kind === "columns") result.columns = part.columns;
    if (part.kind === "rows") {
      result.rows.push(...part.rows);
      result.isEnd = part.isEnd;
    }
    if (part.kind === "failed") {
      failure = new HiveError(part.isRefused ? "not_allowed" : "invalid_input", part.message);
    }
    if (part.kind === "ready" || (part.kind === "rows" && isReady)) {
      isReady = true;
      const more = results.findIndex(({ isEnd, rows }) => !isEnd && rows.length < flags.limit);
      job.ask(more === -1 ? { end: true } : { more });
    }
  }
  let isReady = false;
  await job.ended;
  for (const result of results) if (result.columns.length > 0) printResult(result, flags.limit, outputs);
  if (failure !== null) throw failure;
}

interface Result {
  columns: readonly ResultColumn[];
  readonly rows: (readonly Cell[])[];
  isEnd: boolean;
}

function printResult({ columns, rows, isEnd }: Result, limit: number, { out, err }: Outputs): void {
  const shown = rows.slice(0, limit).map((row) => row.map(wordsOf));
  const names = columns.map(({ name }) => plainLine(name));
  const widths = names.map((name, at) =>
    Math.min(
      WIDEST,
      shown.reduce((most, row) => Math.max(most, displayWidth(row[at] ?? "")), displayWidth(name)),
    ),
  );
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, at) => column(truncate(cell, widths[at] ?? 0), widths[at] ?? 0))
      .join("  ")
      .trimEnd();
  out.line(out.paint("bold", line(names)));
  for (const row of shown) out.line(line(row));
  const isCut = !isEnd || rows.length > limit;
  err.line(
    isCut
      ? `The first ${plural(shown.length, "row")} of more: --limit N, or --csv for all.`
      : plural(shown.length, "row"),
  );
}

function wordsOf(cell: Cell): string {
  if (cell === null) return "NULL";
  if (typeof cell !== "object") return plainLine(String(cell));
  if (cell.kind === "integer") return cell.value;
  return cell.kind === "blob" ? `${formatBytes(cell.length)} ${cell.hex}` : plainLine(cell.head);
}

/** All rows, straight from the process that reads them. */
async function write({ sql, explorer, file, flags, outputs }: Asked, format: ResultFormat): Promise<void> {
  const target = flags.out === undefined ? null : resolve(flags.out);
  const part = target === null ? null : `${target}.${process.pid}.part`;
  const showsProgress = target !== null && outputs.err.isTty;
  let rows = 0;
  const job = explorer.run<"exportResult">(
    {
      kind: "exportResult",
      ...databaseOf(file),
      source: { sql, statement: 0, parameters: flags.param },
      format,
      target,
      part,
    },
    {
      onPart(progress) {
        rows = progress.rows;
        if (showsProgress) outputs.err.write(`\r\u001b[K${formatCount(rows)} rows, ${formatBytes(progress.bytes)}`);
      },
      timeoutMs: timeoutOf(flags),
    },
  );
  try {
    await job.ended;
  } finally {
    if (showsProgress) outputs.err.write("\r\u001b[K");
    // A process that was stopped could not clear up.
    if (part !== null) rmSync(part, { force: true });
  }
  if (target !== null && existsSync(target)) outputs.err.line(`${plural(rows, "row")} in ${target}`);
}

function formatOf({ json, jsonl, csv, out }: QueryFlags): ResultFormat | null {
  const chosen = [json && "json", jsonl && "jsonl", csv && "csv"].filter((format) => typeof format === "string");
  if (chosen.length > 1) throw new HiveError("invalid_input", "Choose one of --json, --jsonl and --csv.");
  const named = out === undefined ? undefined : extname(out).slice(1).toLowerCase();
  const wanted = chosen[0] ?? named;
  return RESULT_FORMATS.find((format) => format === wanted) ?? (out === undefined ? null : "csv");
}

/** The explorer's process as a child of Node's: what it writes to its standard output is ours. */
function forkChild(): ExplorerProcess {
  const entry = join(dirname(realpathSync(process.argv[1] ?? "")), "explorer.cjs");
  const child = fork(entry, { stdio: ["ignore", "inherit", "inherit", "ipc"], serialization: "advanced" });
  return {
    post: (message) => void child.send(message),
    onMessage: (listener) => void child.on("message", listener),
    onExit: (listener) => void child.once("exit", (code) => listener(code ?? -1)),
    kill: () => void child.kill("SIGKILL"),
    memory: async () => (child.pid === undefined ? null : readResident(child.pid)),
  };
}

function parseCount(text: string): number {
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new InvalidArgumentError("It must be a whole number from 1.");
  return Number(text);
}

function collectParameter(text: string, before: Readonly<Record<string, string>>): Record<string, string> {
  const at = text.indexOf("=");
  if (at < 1) throw new InvalidArgumentError("It is written NAME=VALUE.");
  return { ...before, [text.slice(0, at).replace(/^[:@$]/, "")]: text.slice(at + 1) };
}
