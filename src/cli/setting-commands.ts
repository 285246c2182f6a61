import { readFile, writeFile } from "node:fs/promises";
import { resolve } from "node:path";
import { text } from "node:stream/consumers";
import type { Command } from "commander";
import { openMachineSettings } from "../main/core/machine-settings";
import {
  exportSettings,
  getSetting,
  importSettings,
  listSettings,
  readSettingsFile,
  resetSetting,
  type SettingPlaces,
  setSetting,
} from "../main/core/operations/settings";
import { HiveError } from "../shared/errors";
import { type SettingRow, settingOf } from "../shared/model/setting";
import type { ExitCode } from "./exit-codes";
import { acting, type CommandSetting, type DatabaseFlags, looking } from "./operation-command";
import { operatorName } from "./operator";
import type { Output } from "./output";
import { scriptRecord } from "./script-record";
import { column, plainText } from "./text";

const NOTES = `
Settings are kept in a database (runner, backup, retention, rules of notifications) or for this computer (how windows
look, time, language models). docs/settings.md lists them. Keys of language models are no settings: windows keep them.

Examples:
  hive settings set runner.slots 8
  hive settings set runner.roles gpu,signing
  hive settings set time.zone Europe/Berlin
  hive settings export > settings.json
`;

interface ActFlags extends DatabaseFlags {
  readonly reason?: string;
}

/** `hive settings ...`: what is set, and what it does. */
export function addSettingCommands(program: Command, setting: CommandSetting): void {
  const { addDatabaseOption, outputs, done } = setting;
  const { out } = outputs;
  const settings = program
    .command("settings")
    .summary("what is set for a database and this computer")
    .description("Lists and changes what is set for a database and for this computer.")
    .helpCommand(false)
    .addHelpText("after", NOTES);
  const command = (name: string, description: string) =>
    addDatabaseOption(settings.command(name).description(description));
  const machine = openMachineSettings();

  /** Settings of this computer need no database. */
  const withPlaces = async (
    flags: DatabaseFlags,
    needs: "read" | "write" | "nothing",
    work: (places: SettingPlaces) => Promise<ExitCode | undefined>,
  ): Promise<void> => {
    if (needs === "read") return looking(setting, flags, (store) => work({ store, machine }));
    if (needs === "write") return acting(setting, flags, (store) => work({ store, machine }));
    done((await work({ store: null, machine })) ?? 0);
  };
  const needs = (name: string, access: "read" | "write") =>
    settingOf(name)?.scope === "machine" ? ("nothing" as const) : access;

  command("list", "Lists every setting with its value and default.")
    .option("--json", "one JSON object a line")
    .action((flags: DatabaseFlags) =>
      withPlaces(flags, "read", async (places) => {
        for (const row of listSettings(places)) {
          if (flags.json) out.line(settingRecord(row));
          else printRow(out, row);
        }
        return undefined;
      }),
    );

  command("get", "Shows a setting: its value, what it does, its default and range.")
    .argument("<name>", "as hive settings list names it")
    .option("--json", "one JSON object")
    .action((name: string, flags: DatabaseFlags) =>
      withPlaces(flags, needs(name, "read"), async (places) => {
        const row = getSetting(places, name);
        if (flags.json) out.line(settingRecord(row));
        else printDetail(out, row);
        return undefined;
      }),
    );

  command("set", "Sets a value; one that cannot be is refused, and nothing changes.")
    .argument("<name>", "as hive settings list names it")
    .argument("<value>", "a word or a number; several words with commas; or JSON")
    .option("--reason <text>", "why, for the audit log")
    .option("--json", "one JSON object")
    .action((name: string, typed: string, flags: ActFlags) =>
      withPlaces(flags, needs(name, "write"), async (places) => {
        const request = { name, value: typedValue(name, typed), reason: flags.reason, actor: operatorName() };
        const row = await setSetting(places, request);
        if (flags.json) out.line(settingRecord(row));
        else out.line(`${out.paint("green", "✓")} ${name} is ${shown(row.value)}; it takes effect ${row.effect}`);
        return undefined;
      }),
    );

  command("reset", "Takes a setting back to its default.")
    .argument("<name>", "as hive settings list names it")
    .option("--reason <text>", "why, for the audit log")
    .option("--json", "one JSON object")
    .action((name: string, flags: ActFlags) =>
      withPlaces(flags, needs(name, "write"), async (places) => {
        const row = await resetSetting(places, { name, reason: flags.reason, actor: operatorName() });
        if (flags.json) out.line(settingRecord(row));
        else out.line(`${out.paint("green", "✓")} ${name} is at its default: ${plainText(row.defaultWords)}`);
        return undefined;
      }),
    );

  command("export", "Writes what is set as JSON, for another database or computer; keys are never in it.")
    .argument("[file]", "default: standard output")
    .action((file: string | undefined, flags: DatabaseFlags) =>
      withPlaces(flags, "read", async (places) => {
        const written = `${JSON.stringify(exportSettings(places), null, 2)}\n`;
        if (file === undefined) out.write(written);
        else await writeTo(resolve(file), written);
        return undefined;
      }),
    );

  command("import", "Sets what a file says; one fault in it keeps all of it out.")
    .argument("<file>", "from hive settings export; - is standard input")
    .option("--preview", "say what would change, and change nothing")
    .option("--json", "one JSON object a line")
    .action((file: string, flags: DatabaseFlags & { readonly preview?: boolean }) =>
      withPlaces(flags, flags.preview ? "read" : "write", async (places) => {
        const changes = readSettingsFile(places, await textOf(file));
        if (!flags.preview) await importSettings(places, { changes, actor: operatorName() });
        for (const change of changes) {
          const { name, before, after } = change;
          if (flags.json) out.line(JSON.stringify({ name, before, after }));
          else out.line(`${column(name, 30)}  ${shown(before)} → ${shown(after)}`);
        }
        if (!flags.json && changes.length === 0) out.line("Everything is set like that already.");
        return undefined;
      }),
    );
}

/** What was typed, as the setting takes it; what it does not take is refused with what it does. */
function typedValue(name: string, typed: string): unknown {
  const definition = settingOf(name);
  const candidates: unknown[] = [];
  try {
    candidates.push(JSON.parse(typed));
  } catch {
    // It is no JSON: it may be what it is.
  }
  candidates.push(definition?.control.kind === "words" ? typed.split(/[\s,]+/).filter(Boolean) : typed);
  return candidates.find((value) => definition?.schema.safeParse(value).success) ?? candidates[0];
}

const shown = (value: unknown): string =>
  value === null ? "not set" : plainText(typeof value === "string" ? value : JSON.stringify(value));

function printRow(out: Output, { name, value, isSet, defaultWords, problem }: SettingRow): void {
  const words = isSet ? shown(value) : out.paint("grey", defaultWords);
  const trouble = problem === null ? "" : `  ${out.paint("red", plainText(problem))}`;
  out.line(`${column(name, 30)}  ${isSet ? "*" : " "} ${words}${trouble}`);
}

function printDetail(out: Output, row: SettingRow): void {
  out.line(`${out.paint("bold", row.label)}  ${row.name}`);
  out.line(`  ${row.says}`);
  const field = (label: string, value: string): void =>
    out.line(`  ${out.paint("grey", column(label, 12))}  ${plainText(value)}`);
  field("value", row.isSet ? shown(row.value) : `${shown(row.value)} (default)`);
  field("default", row.defaultWords);
  field("range", row.range);
  field("kept for", row.scope === "database" ? "this database" : "this computer");
  field("takes effect", row.effect);
  if (row.problem !== null) field("problem", row.problem);
}

function settingRecord({ control, ...row }: SettingRow): string {
  return scriptRecord({ ...row, kind: control.kind });
}

async function textOf(file: string): Promise<string> {
  try {
    return file === "-" ? await text(process.stdin) : await readFile(resolve(file), "utf8");
  } catch (error) {
    const cause = error instanceof Error ? error.message : String(error);
    throw new HiveError("invalid_input", `${file} cannot be read: ${cause}`, { file });
  }
}

async function writeTo(file: string, written: string): Promise<void> {
  try {
    await writeFile(file, written);
  } catch (error) {
    const cause = error instanceof Error ? error.message : String(error);
    throw new HiveError("invalid_input", `${file} cannot be written: ${cause}`, { file });
  }
}
