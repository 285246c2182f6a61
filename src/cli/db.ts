import { type Command, InvalidArgumentError } from "commander";
import {
  type AdoptedDatabase,
  adoptDatabase,
  backUpDatabase,
  type DatabaseReport,
  describeDatabase,
  migrateDatabase,
  type ReleasedDatabase,
  releaseDatabase,
} from "../main/core/operations/database";
import { type CheckFinding, checkDatabase } from "../main/core/operations/database-check";
import { asDatabaseError, requireNodeApi } from "./database";
import { addDbCare } from "./db-care";
import { EXIT, type ExitCode } from "./exit-codes";
import type { Output, Outputs } from "./output";
import { addQueryCommand } from "./query-command";
import { scriptRecord } from "./script-record";
import { column, formatBytes, formatCount, plainText, plural } from "./text";

interface DbFlags {
  readonly db?: string;
  readonly json?: boolean;
}

interface MigrateFlags extends DbFlags {
  readonly to?: number;
}

/** How the commands hang into the program. */
export interface DbCommandOptions {
  readonly outputs: Outputs;
  readonly addDatabaseOption: (command: Command) => Command;
  readonly databaseFile: (flags: DbFlags) => string;
  readonly done: (code: ExitCode) => void;
}

const NOTES = `
info, check, backups, verify and retention --dry-run change nothing. adopt, release, migrate and restore make a backup
beside the database first.

Exit codes: 0 done; 1 check found errors, or the database is in use; 2 the command line is wrong;
3 the database cannot be opened or written.
`;

/** `hive db ...`: a database file as a whole. */
export function addDbCommands(program: Command, options: DbCommandOptions) {
  const { outputs, addDatabaseOption, databaseFile, done } = options;
  const db = program
    .command("db")
    .summary("look at, check, adopt, release, back up, restore or tidy a database")
    .helpCommand(false);
  db.description("Works on a database file as a whole.").addHelpText("after", NOTES);
  const command = (name: string, description: string) =>
    addDatabaseOption(db.command(name).description(description)).option("--json", "one JSON object");
  const act = (work: (file: string, flags: MigrateFlags) => Promise<ExitCode>) => async (flags: MigrateFlags) => {
    requireNodeApi();
    done(await asDatabaseError(() => work(databaseFile(flags), flags)));
  };
  const { out } = outputs;

  command("info", "Says what a database is, and how it can be opened.").action(
    act(async (file, flags) => answer(out, flags, await describeDatabase({ file }), printReport)),
  );
  command("check", "Reads the whole file and says what is wrong with it.").action(
    act(async (file, flags) => {
      const showsProgress = outputs.err.isTty && !flags.json;
      const onTable = (table: string) => outputs.err.write(`\r\u001b[Kchecking ${table} …`);
      const check = await checkDatabase({ file }, showsProgress ? { onTable } : {});
      if (showsProgress) outputs.err.write("\r\u001b[K");
      answer(out, flags, check, () => printFindings(out, file, check.findings));
      return check.findings.some(({ severity }) => severity === "error") ? EXIT.failed : EXIT.ok;
    }),
  );
  command("adopt", "Makes a Hive database ready for the console: a backup, then its own tables are added.").action(
    act(async (file, flags) => answer(out, flags, await adoptDatabase({ file }), printAdopted)),
  );
  command("release", "Takes everything of the console's out of a database again.").action(
    act(async (file, flags) => answer(out, flags, await releaseDatabase({ file }), printReleased)),
  );
  command("migrate", "Brings the console's tables to another schema, forward or back.")
    .option("--to <schema>", "its number (default: the latest)", parseSchema)
    .action(
      act(async (file, flags) =>
        answer(out, flags, await migrateDatabase({ file }, flags.to), (to, result) => {
          if (result.backupFile === null) to.line(`${result.file} has schema ${result.to} already.`);
          else
            to.line(`${tick(to)} ${result.file}: schema ${result.from} to ${result.to}. Before: ${result.backupFile}`);
        }),
      ),
    );
  command("backup", "Copies a database as of one moment, while others use it.")
    .argument("[target]", "the copy (default: beside the database, with the time in its name)")
    .action(async (target: string | undefined, flags: MigrateFlags) => {
      const work = act(async (file) =>
        answer(out, flags, await backUpDatabase({ file }, target), (to, result) =>
          to.line(`${tick(to)} ${result.backupFile} (${formatBytes(result.bytes)})`),
        ),
      );
      await work(flags);
    });
  addDbCare(db, { outputs, addDatabaseOption, databaseFile, done });
  addQueryCommand(db, options);
}

function parseSchema(text: string): number {
  if (!/^[1-9]\d{0,3}$/.test(text)) throw new InvalidArgumentError("It must be a whole number from 1.");
  return Number(text);
}

function answer<T>(out: Output, { json }: DbFlags, value: T, print: (out: Output, value: T) => void): ExitCode {
  if (json) out.line(scriptRecord(value));
  else print(out, value);
  return EXIT.ok;
}

const tick = (out: Output) => out.paint("green", "✓");

function printReport(out: Output, report: DatabaseReport): void {
  const field = (name: string, value: string) => out.line(`  ${out.paint("grey", column(name, 15))}  ${value}`);
  out.line(out.paint("bold", plainText(report.file)));
  const wal = report.walBytes > 0 ? `, write-ahead log ${formatBytes(report.walBytes)}` : "";
  field("size", `${formatBytes(report.bytes)}${wal}`);
  field("journal", report.journalMode);
  field("schema", schemaWords(report));
  for (const [table, rows] of Object.entries(report.rows)) field(table, formatCount(rows));
  const missing = [...report.missing.tables.map((name) => `table ${name}`), ...report.missing.columns];
  if (missing.length > 0) field("missing", missing.join(", "));
  if (report.adoption?.backupFile) field("backup", report.adoption.backupFile);
  field("operate", report.operate === null ? "possible" : `not possible: ${report.operate.message}`);
  field("observe", report.copied === null ? "possible" : `possible, in a copy: ${report.copied}`);
  if (report.dispatcher !== null) {
    const { program, pid, host, alive } = report.dispatcher;
    field("in use by", `${program}, process ${pid} on ${host}${alive === false ? " (it has ended)" : ""}`);
  }
}

function schemaWords({ schemaVersion, latestVersion, adoption }: DatabaseReport): string {
  if (schemaVersion === null) return "the console has added nothing";
  const origin = adoption?.adopted ? ", adopted" : "";
  return `${schemaVersion} of ${latestVersion}${origin}`;
}

function printFindings(out: Output, file: string, findings: readonly CheckFinding[]): void {
  for (const { severity, message } of findings) {
    const mark = severity === "error" ? out.paint("red", "✗") : out.paint("yellow", "!");
    out.line(`${mark} ${plainText(message)}`);
  }
  const errors = findings.filter(({ severity }) => severity === "error").length;
  if (errors === 0) out.line(`${tick(out)} ${file}: no damage found`);
  else out.line(`${out.paint("red", "✗")} ${file}: ${plural(errors, "error")}. Keep a copy, then restore a backup.`);
}

function printAdopted(out: Output, { file, adoptedNow, schemaVersion, adoption }: AdoptedDatabase): void {
  if (!adoptedNow) {
    out.line(`${file} is ready already (schema ${schemaVersion}).`);
    return;
  }
  out.line(`${tick(out)} ${file} is adopted (schema ${schemaVersion}).`);
  if (adoption?.backupFile) out.line(`  as it was before: ${adoption.backupFile}`);
  const added = [...(adoption?.tables ?? []).map((name) => `table ${name}`), ...(adoption?.columns ?? [])];
  if (added.length > 0) out.line(`  added of upstream's: ${added.join(", ")}`);
  out.line("  undo it with: hive db release");
}

function printReleased(out: Output, { file, released, backupFile, keptTables, keptColumns }: ReleasedDatabase): void {
  if (!released) {
    out.line(`There is nothing of the console's in ${file}.`);
    return;
  }
  out.line(`${tick(out)} ${file} is released: nothing of the console's is left in it.`);
  if (backupFile !== null) out.line(`  as it was before: ${backupFile}`);
  const kept = [...keptTables.map((name) => `table ${name}`), ...keptColumns];
  if (kept.length > 0) out.line(`  upstream's, added on adoption, stay: ${kept.join(", ")}`);
}
