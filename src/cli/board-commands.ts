import type { Command } from "commander";
import { importBoard } from "../main/core/operations/board-import";
import { HiveError } from "../shared/errors";
import { BOARD_TABLES, type BoardImportReport, type BoardTable } from "../shared/model/board-import";
import { EXIT } from "./exit-codes";
import { acting, type CommandSetting, type DatabaseFlags } from "./operation-command";
import { operatorName } from "./operator";
import type { Output } from "./output";
import { listenForInterrupts } from "./signals";
import { column, formatCount, plainText, plural } from "./text";

const NOTES = `
The file is not changed. What was imported before stays as it is here, so importing again brings what is new.
Nothing begins to run: a plan that was under way is approved here, and its tasks in progress are queued.

Exit codes: 0 imported, with or without rows that could not be; 2 the file is none of The Board's;
3 a database cannot be read or written; 130 interrupted: import again to go on.
`;

const WORDS: Readonly<Record<BoardTable, string>> = {
  plans: "plans",
  tasks: "tasks",
  events: "events",
  final_plans: "final plans",
};

/** `hive board ...`: what comes from The Board. */
export function addBoardCommands(program: Command, setting: CommandSetting): void {
  const { out, err } = setting.outputs;
  const board = program.command("board").summary("import a database of The Board").helpCommand(false);
  board.description("Takes over the plans of The Board, with their tasks, events and final plans.");
  setting
    .addDatabaseOption(board.command("import").description("Imports what is new in a database of The Board."))
    .argument("<file>", "The Board's database, the_board_state.db")
    .option("--json", "one JSON object")
    .addHelpText("after", NOTES)
    .action(async (file: string, flags: DatabaseFlags) => {
      const interrupts = listenForInterrupts();
      const abort = new AbortController();
      interrupts.react(() => abort.abort());
      const showsProgress = err.isTty && !flags.json;
      const onProgress = (report: BoardImportReport) => {
        if (showsProgress) err.write(`\r\u001b[Kimporting: ${formatCount(report.rows.tasks.imported)} tasks …`);
      };
      try {
        await acting(
          setting,
          flags,
          async (store) => {
            const request = { file, actor: operatorName(), onProgress, signal: abort.signal };
            try {
              const report = await importBoard(store, request);
              if (showsProgress) err.write("\r\u001b[K");
              if (flags.json) out.line(JSON.stringify(reportJson(report)));
              else printReport(out, report);
            } catch (error) {
              if (!(abort.signal.aborted && error instanceof HiveError && error.code === "not_allowed")) throw error;
              err.line("Interrupted. What was imported stays; import again to go on.");
              return EXIT.interrupted;
            }
            return EXIT.ok;
          },
          { create: true },
        );
      } finally {
        interrupts.end();
      }
    });
}

function reportJson(report: BoardImportReport): Readonly<Record<string, unknown>> {
  const { file, copied, rows, findings, findingCount } = report;
  return { file, copied, ...rows, findings, finding_count: findingCount };
}

function printReport(out: Output, { file, copied, rows, findings, findingCount }: BoardImportReport): void {
  out.line(`${out.paint("green", "✓")} ${file}`);
  if (copied !== null) out.line(`  A copy of it was read: ${copied}.`);
  for (const table of BOARD_TABLES) {
    const { imported, kept, refused } = rows[table];
    const parts = [`${formatCount(imported)} imported`];
    if (kept > 0) parts.push(`${formatCount(kept)} here already`);
    if (refused > 0) parts.push(out.paint("yellow", `${formatCount(refused)} left out`));
    out.line(`  ${column(WORDS[table], 12)}  ${parts.join(", ")}`);
  }
  if (findingCount === 0) return;
  out.line();
  out.line(`${plural(findingCount, "finding")}:`);
  for (const { table, id, imported, reason } of findings) {
    const mark = imported ? out.paint("grey", "·") : out.paint("yellow", "✗");
    out.line(`  ${mark} ${table} ${plainText(id) || "(no id)"}: ${plainText(reason)}`);
  }
  if (findingCount > findings.length) out.line(`  … and ${formatCount(findingCount - findings.length)} more`);
}
