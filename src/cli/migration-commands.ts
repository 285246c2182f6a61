import { type Command, InvalidArgumentError } from "commander";
import { abortBackfill, startBackfill } from "../main/core/operations/backfill";
import {
  cutOver,
  lowerUnified,
  migrationStatus,
  raiseUnified,
  rollBack,
  setFlags,
} from "../main/core/operations/migration";
import { checkParity } from "../main/core/operations/parity";
import { HiveError } from "../shared/errors";
import {
  type BackfillRow,
  type Difference,
  differencesOf,
  FLAG_MEANINGS,
  FLAGS,
  type MigrationFlag,
  type MigrationStatus,
  type ParityReport,
  PHASE_TITLES,
} from "../shared/model/unified-migration";
import { EXIT } from "./exit-codes";
import { acting, type CommandSetting, type DatabaseFlags, looking } from "./operation-command";
import { operatorName } from "./operator";
import type { Output } from "./output";
import { parseLimit } from "./parameters";
import { listenForInterrupts } from "./signals";
import { column, formatCount, plainText, plural } from "./text";

const NOTES = `
The road: A the unified tables are there, B unified events are told, C every legacy write is in both (dual write), D
operations read the unified tables. docs/unified-schema.md explains each step and how legacy rows become unified ones.

Examples:
  hive migration flags enable_dual_write=on --reason "pilot"
  hive migration backfill --reason "pilot"
  hive migration parity
`;

interface ReasonFlags extends DatabaseFlags {
  readonly reason: string;
}

interface ForcedFlags extends ReasonFlags {
  readonly force?: boolean;
}

type Switches = Readonly<Partial<Record<MigrationFlag, boolean>>>;

/** `hive migration ...`: from the legacy tables to the unified schema, and back. */
export function addMigrationCommands(program: Command, setting: CommandSetting): void {
  const { addDatabaseOption, outputs } = setting;
  const { out, err } = outputs;
  const migration = program
    .command("migration")
    .summary("move to the unified schema, and back")
    .description("Takes a database from the legacy tables to the unified schema, step by step and back.")
    .helpCommand(false)
    .addHelpText("after", NOTES);
  const command = (name: string, description: string) =>
    addDatabaseOption(migration.command(name).description(description)).option("--json", "JSON for scripts");
  const withReason = (one: Command) => one.requiredOption("--reason <text>", "why, for the audit log");
  const forced = (one: Command) => withReason(one).option("--force", "although the two schemas differ");
  const show = (status: MigrationStatus, { json }: DatabaseFlags): undefined => {
    if (json) out.line(JSON.stringify(status));
    else printStatus(out, status);
    return undefined;
  };

  command("status", "Shows where the database stands, its flags, the last backfill and parity check.").action(
    (flags: DatabaseFlags) => looking(setting, flags, async (store) => show(migrationStatus(store), flags)),
  );

  withReason(command("up", "Makes the unified tables beside the legacy ones, and tells alembic.")).action(
    (flags: ReasonFlags) =>
      acting(setting, flags, async (store) =>
        show(await raiseUnified(store, { reason: flags.reason, actor: operatorName() }), flags),
      ),
  );

  const step = (name: string, description: string, act: typeof cutOver) =>
    forced(command(name, description)).action((flags: ForcedFlags) =>
      acting(setting, flags, async (store) => {
        const { reason, force = false } = flags;
        return show(await act(store, { reason, force, actor: operatorName() }), flags);
      }),
    );
  step("down", "Drops the unified tables, and tells alembic. Legacy tables are left alone.", lowerUnified);
  step("cutover", "Lets operations read the unified tables. Refused while the schemas differ.", cutOver);
  step("rollback", "Goes one phase back: reads, dual write, events, then the tables.", rollBack);

  command("flags", "Shows the flags, or switches some: name=on, name=off.")
    .argument("[flag=on|off...]", FLAGS.join(", "), collectSwitch)
    .option("--reason <text>", "why, for the audit log; needed to switch")
    .action((switches: Switches | undefined, flags: DatabaseFlags & { readonly reason?: string }) => {
      if (switches === undefined || Object.keys(switches).length === 0) {
        return looking(setting, flags, async (store) => showFlags(out, migrationStatus(store), flags));
      }
      const { reason } = flags;
      if (reason === undefined || reason.trim() === "") {
        throw new HiveError("invalid_input", "Say why with --reason: it is kept in the audit log.", {});
      }
      return acting(setting, flags, async (store) =>
        showFlags(out, await setFlags(store, { flags: switches, reason, actor: operatorName() }), flags),
      );
    });

  command("backfill", "Copies every legacy task into the unified tables; goes on where an earlier one ended.")
    .option("--reason <text>", "why, for the audit log", "backfill")
    .option("--afresh", "from the beginning, also where an earlier one ended before it was done")
    .addHelpText("after", "\n^C ends it after the batch that is being written; the next one goes on there.\n")
    .action((flags: ReasonFlags & { readonly afresh?: boolean }) =>
      acting(setting, flags, async (store) => {
        const act = { reason: flags.reason, actor: operatorName() };
        const onProgress = (row: BackfillRow) => {
          if (err.isTty) err.write(`\r\u001b[K${progressLine(row)}`);
        };
        const { resumed, ended } = await startBackfill(store, { ...act, afresh: flags.afresh, onProgress });
        const interrupts = listenForInterrupts();
        interrupts.react(() => void abortBackfill(store, { ...act, reason: "interrupted" }));
        const row = await ended.finally(interrupts.end);
        if (err.isTty) err.write("\r\u001b[K");
        if (row === null) return EXIT.failed;
        if (flags.json) out.line(JSON.stringify({ ...row, resumed }));
        else out.line(`${row.state === "done" ? out.paint("green", "✓") : out.paint("red", "✗")} ${backfillLine(row)}`);
        return row.state === "done" ? EXIT.ok : row.state === "aborted" ? EXIT.interrupted : EXIT.failed;
      }),
    );

  command("parity", "Compares the unified tables with what the legacy ones ask for. Exits 0 only without a difference.")
    .option("-n, --limit <n>", "show so many differences", parseLimit, 20)
    .option("--after <place>", "go on after an earlier page, as its --json output has it in next")
    .action((flags: DatabaseFlags & { readonly limit: number; readonly after?: string }) =>
      acting(setting, flags, async (store) => {
        const { limit, after } = flags;
        const report = await checkParity(store, {
          ...{ limit, after, actor: operatorName() },
          onProgress: ({ checked }) => {
            if (err.isTty) err.write(`\r\u001b[Kcompared ${formatCount(checked)} tasks`);
          },
        });
        if (err.isTty) err.write("\r\u001b[K");
        if (flags.json) out.line(JSON.stringify(report));
        else printParity(out, report);
        return differencesOf(report) === 0 ? EXIT.ok : EXIT.failed;
      }),
    );
}

function collectSwitch(text: string, before: Switches = {}): Switches {
  const match = /^([a-z_]+)=(on|off)$/.exec(text);
  const flag = FLAGS.find((one) => one === match?.[1]);
  if (flag === undefined) throw new InvalidArgumentError(`Give ${FLAGS.join(", ")} with =on or =off.`);
  return { ...before, [flag]: match?.[2] === "on" };
}

function showFlags(out: Output, { flags }: MigrationStatus, { json }: DatabaseFlags): undefined {
  for (const row of flags) {
    if (json) {
      out.line(JSON.stringify(row));
      continue;
    }
    const state = row.on ? out.paint("green", "on ") : out.paint("grey", "off");
    const since =
      row.at === null
        ? ""
        : `; ${new Date(row.at).toISOString().slice(0, 16).replace("T", " ")} by ${row.by}: ${row.reason}`;
    out.line(`${state}  ${column(row.flag, 21)}  ${plainText(`${FLAG_MEANINGS[row.flag]}${since}`)}`);
  }
  return undefined;
}

function printStatus(out: Output, status: MigrationStatus): void {
  const { phase, revision, missing, backfill, parity, next } = status;
  out.line(
    `${out.paint("bold", phase === "none" ? "not begun" : `Phase ${phase}`)}  ${phase === "none" ? "" : PHASE_TITLES[phase]}`,
  );
  const field = (name: string, value: string) =>
    out.line(`  ${out.paint("grey", column(name, 9))}  ${plainText(value)}`);
  field("alembic", revision ?? "before its first revision");
  if (missing.length > 0) field("missing", missing.join(", "));
  showFlags(out, status, {});
  if (backfill) field("backfill", backfillLine(backfill));
  if (parity)
    field("parity", `${new Date(parity.at).toISOString().slice(0, 16).replace("T", " ")}: ${countsLine(parity)}`);
  if (next) field("next", `${next.phase}: ${next.does} (risk: ${next.risk}) with: ${next.command}`);
}

function progressLine({ step, seen, total }: BackfillRow): string {
  return step === "tasks"
    ? `copied ${formatCount(seen)} of ${formatCount(total)} tasks`
    : "removing copies of tasks that are no more";
}

function backfillLine({ state, seen, written, removed, error }: BackfillRow): string {
  const counts = `${plural(seen, "task")} seen, ${plural(written, "unified row")} written, ${removed} removed`;
  return `${state}: ${counts}${error === null ? "" : `: ${error}`}`;
}

function countsLine(counts: Pick<ParityReport, "checked" | "missing" | "differing" | "extra" | "own">): string {
  const { checked, missing, differing, extra, own } = counts;
  const told =
    differencesOf(counts) === 0 ? "no difference" : `${missing} missing, ${differing} differing, ${extra} extra`;
  return `${plural(checked, "task")} compared, ${told}${own > 0 ? `; ${own} made in the unified schema itself` : ""}`;
}

function printParity(out: Output, report: ParityReport): void {
  for (const difference of report.differences) printDifference(out, difference);
  if (report.next !== null) out.line("… more; --limit shows them");
  const same = differencesOf(report) === 0;
  out.line(`${same ? out.paint("green", "✓") : out.paint("red", "✗")} ${countsLine(report)}`);
}

function printDifference(out: Output, { kind, table, id, fields }: Difference): void {
  out.line(`${out.paint("yellow", column(kind, 7))}  ${table}  ${plainText(id)}`);
  for (const { column: name, expected, found } of fields) {
    out.line(
      `         ${name}: ${plainText(String(found))} ${out.paint("grey", "instead of")} ${plainText(String(expected))}`,
    );
  }
}
